/** The header of an instance file (PS3.10): reading it from what senders and media really hold, and writing our own. */
import { ApplianceError } from '../../infra/errors.ts';
import { TAG } from '../tables/tags.ts';
import { IMPLEMENTATION, UID } from '../tables/uids.ts';
import { text, trimPadding } from './data-set.ts';
import type { DataSet, Element } from './data-set.ts';
import { encodeElement } from './encode.ts';
import { headerAt, isKnownVr } from './element-header.ts';
import type { Header } from './element-header.ts';
import { encodingOf, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './encoding.ts';
import { readEncoded } from './read-elements.ts';
import { decoderFor } from './text-decoder.ts';

/** What the header of an instance file says; UIDs are '' where it does not say them. */
export interface FileMeta {
  readonly transferSyntaxUid: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** Where the data set begins in the bytes given. */
  readonly dataSetOffset: number;
  /** The elements of group 0002; none where the file has no header. */
  readonly elements: ReadonlyMap<number, Element>;
}

const PREAMBLE_BYTES = 128;
const decode = decoderFor([]);

const hasMagic = (bytes: Buffer, at: number): boolean => bytes.length >= at + 4 && bytes.toString('latin1', at, at + 4) === 'DICM';

/** Walks group 0002 and answers where it ends; its group length element is not believed. */
const endOfMeta = (bytes: Buffer, start: number): number => {
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  const encoding = isKnownVr(bytes.length >= start + 6 ? bytes.readUInt16BE(start + 4) : 0) ? EXPLICIT_LITTLE : IMPLICIT_LITTLE;
  let at = start;
  while (headerAt(bytes, at, bytes.length, encoding, header) && header.tag >>> 16 === 2) {
    at = header.valueOffset + header.length;
    if (at > bytes.length) throw new ApplianceError('INTAKE_CANNOT_UNDERSTAND', 'The file meta information is cut off', { details: { offset: at } });
  }
  return at;
};

const bare = (bytes: Buffer): FileMeta => {
  const isExplicit = encodingOf(UID.implicitLittleEndian, bytes).explicit;
  const transferSyntaxUid = isExplicit ? UID.explicitLittleEndian : UID.implicitLittleEndian;
  return { transferSyntaxUid, sopClassUid: '', sopInstanceUid: '', dataSetOffset: 0, elements: new Map() };
};

/** A data set without any header begins with a low even group; anything else is no DICOM. */
const isBareDataSet = (bytes: Buffer): boolean => {
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  if (!headerAt(bytes, 0, bytes.length, encodingOf(UID.implicitLittleEndian, bytes), header)) return false;
  const group = header.tag >>> 16;
  return (group === 8 || group === 4) && (header.tag & 0xffff) <= 0x1500 && header.valueOffset + header.length <= bytes.length;
};

const startOfMeta = (bytes: Buffer): number | undefined => {
  if (hasMagic(bytes, PREAMBLE_BYTES)) return PREAMBLE_BYTES + 4;
  if (hasMagic(bytes, 0)) return 4;
  return bytes.length >= 8 && bytes.readUInt16LE(0) === 2 && bytes.readUInt16LE(2) <= 0x0102 ? 0 : undefined;
};

/**
 * Reads the file meta information at the start of an instance file; the bytes must hold all of it (some KB do).
 * Takes files without preamble, with a wrong group length, without a transfer syntax (found by the first element), and bare data sets.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when it is no DICOM file, or the header is cut off
 * @source PS3.10 7.1
 */
export const readFileMeta = (bytes: Buffer): FileMeta => {
  const start = startOfMeta(bytes);
  if (start === undefined) {
    if (isBareDataSet(bytes)) return bare(bytes);
    throw new ApplianceError('INTAKE_CANNOT_UNDERSTAND', 'This is no DICOM file');
  }
  const dataSetOffset = endOfMeta(bytes, start);
  const meta: DataSet = readEncoded(bytes.subarray(0, dataSetOffset), start, encodingOf(UID.explicitLittleEndian, bytes, start));
  const uid = (tag: number): string => trimPadding(text(meta, tag, decode));
  const declared = uid(TAG.TransferSyntaxUID);
  return {
    transferSyntaxUid: declared === '' ? bare(bytes.subarray(dataSetOffset)).transferSyntaxUid : declared,
    sopClassUid: uid(TAG.MediaStorageSOPClassUID),
    sopInstanceUid: uid(TAG.MediaStorageSOPInstanceUID),
    dataSetOffset,
    elements: meta.elements,
  };
};

/** What goes into the header we write before received bytes. */
export interface NewFileMeta {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** AE that wrote the content of the file. */
  readonly sourceAe?: string;
  /** AE that sent it to us. */
  readonly sendingAe?: string;
  /** Our AE that received it. */
  readonly receivingAe?: string;
}

/** Longest value of AE and SH. @source PS3.5 6.2 Table 6.2-1 */
const NAME_BYTES = 16;

/**
 * Encodes preamble (zeros), prefix and file meta information under our implementation UID.
 * Titles are padded to their longest: the header of an instance is as long whoever sends it, so that a file which is sent again
 * in place of a damaged one has its data set where the catalog says.
 * @source PS3.10 7.1 Table 7.1-1; PS3.5 6.2 (trailing spaces of AE and SH are not significant)
 */
export const encodeFileMeta = (meta: NewFileMeta): Buffer => {
  const ascii = (tag: number, vr: string, value: string | undefined): readonly Buffer[] =>
    value === undefined || value === '' ? [] : [encodeElement(tag, vr, Buffer.from(value, 'latin1'))];
  const name = (tag: number, vr: 'AE' | 'SH', value: string | undefined): readonly Buffer[] => ascii(tag, vr, value?.padEnd(NAME_BYTES));
  const elements = Buffer.concat([
    encodeElement(TAG.FileMetaInformationVersion, 'OB', Buffer.of(0, 1)),
    ...ascii(TAG.MediaStorageSOPClassUID, 'UI', meta.sopClassUid),
    ...ascii(TAG.MediaStorageSOPInstanceUID, 'UI', meta.sopInstanceUid),
    ...ascii(TAG.TransferSyntaxUID, 'UI', meta.transferSyntaxUid),
    ...ascii(TAG.ImplementationClassUID, 'UI', IMPLEMENTATION.classUid),
    ...name(TAG.ImplementationVersionName, 'SH', IMPLEMENTATION.versionName),
    ...name(TAG.SourceApplicationEntityTitle, 'AE', meta.sourceAe),
    ...name(TAG.SendingApplicationEntityTitle, 'AE', meta.sendingAe),
    ...name(TAG.ReceivingApplicationEntityTitle, 'AE', meta.receivingAe),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(elements.length);
  const groupLength = encodeElement(TAG.FileMetaInformationGroupLength, 'UL', length);
  return Buffer.concat([Buffer.alloc(PREAMBLE_BYTES), Buffer.from('DICM', 'latin1'), groupLength, elements]);
};
