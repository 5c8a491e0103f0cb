/**
 * De-identifies instance files of one order: a stored file in, a new file out; the stored one is never touched.
 * Everything before the pixel data is read into memory; pixel data streams by unchanged.
 */
import { createHash, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import { byteStream } from '../data-set/byte-stream.ts';
import type { ByteStream } from '../data-set/byte-stream.ts';
import { text, uintOf } from '../data-set/data-set.ts';
import { headerAt, ITEM, SEQUENCE_END, UNDEFINED_LENGTH } from '../data-set/element-header.ts';
import type { Encoding, Header } from '../data-set/element-header.ts';
import { encodingOf } from '../data-set/encoding.ts';
import { swapInPlace } from '../data-set/encode.ts';
import { encodeFileMeta } from '../data-set/part10.ts';
import { readEncoded } from '../data-set/read-elements.ts';
import { openDataSet, readBeforePixelData, readStoredMeta } from '../data-set/stored-data-set.ts';
import type { OpenDataSet } from '../data-set/stored-data-set.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { vrOf } from '../tables/data-elements.ts';
import { TAG } from '../tables/tags.ts';
import { transferSyntaxByUid } from '../tables/transfer-syntaxes.ts';
import { UID } from '../tables/uids.ts';
import type { ProfileOption } from './choose-step.ts';
import { identityNet } from './identity-net.ts';
import { profileRecord } from './profile-record.ts';
import { patientKeyOf, rewriteElements } from './rewrite-elements.ts';
import type { EncodedElement, Rewriter } from './rewrite-elements.ts';
import { createSubstitutes } from './secrets.ts';
import type { Pseudonym } from './secrets.ts';

export interface DeidentifierOptions {
  /** Secret of the order, 32 bytes or more: the same key gives the same UIDs, pseudonyms and date distance. */
  readonly key: Buffer;
  /** Options of the profile; not both fullDates and modifiedDates. */
  readonly options?: readonly ProfileOption[];
  /** Name and identifier for a patient instead of the made ones, e.g. of a teaching case. */
  readonly pseudonym?: (made: Pseudonym) => Pseudonym;
}

export interface DeidentifyRequest {
  readonly file: string;
  /** Must not exist. */
  readonly target: string;
  /** A person has read the encapsulated document and wants it as it is. */
  readonly keepDocument?: boolean;
  readonly signal?: AbortSignal;
}

export interface DeidentifiedFile {
  readonly bytes: number;
  readonly dataSetOffset: number;
  /** SHA-256 of the data set, hex. */
  readonly dataSetSha256: string;
  /** Native data sets become Explicit VR Little Endian, encapsulated ones keep their syntax. */
  readonly transferSyntaxUid: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

export interface Deidentifier {
  /**
   * Writes the de-identified instance.
   * @throws {ApplianceError} DISC_DEIDENTIFY_FAILED when the file cannot be read as a data set or the target not written
   */
  deidentify(request: DeidentifyRequest): Promise<DeidentifiedFile>;
  /** The UID that stands for a UID on the discs of this order. */
  uidFor(uid: string): string;
}

const PIXEL_TAGS: ReadonlySet<number> = new Set([TAG.PixelData, TAG.FloatPixelData, TAG.DoubleFloatPixelData]);

const refuse = (what: string, cause?: unknown): ApplianceError => new ApplianceError('DISC_DEIDENTIFY_FAILED', what, cause === undefined ? {} : { cause });

/** A secret for a new order. */
export const newOrderKey = (): Buffer => randomBytes(32);

interface Output {
  write(bytes: Buffer): Promise<void>;
}

const headOf = (tag: number, vr: string, length: number): Buffer => {
  const isItem = vr === '';
  const head = Buffer.alloc(isItem ? 8 : 12);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  if (!isItem) head.write(vr, 4, 'latin1');
  head.writeUInt32LE(length, isItem ? 4 : 8);
  return head;
};

/** Copies `bytes` of the stream, each piece written before the next is read. */
const copy = async (stream: ByteStream, bytes: number, output: Output, change: (piece: Buffer) => Buffer = (piece) => piece): Promise<void> => {
  const PIECE = 256 * 1024;
  for (let left = bytes; left > 0;) {
    const pieces: Buffer[] = [];
    // The pieces are views into the stream's chunks: changed in a copy of their own.
    const passed = await stream.pass(Math.min(PIECE, left), (piece) => { pieces.push(change(Buffer.from(piece))); });
    for (const piece of pieces) await output.write(piece);
    if (passed < Math.min(PIECE, left)) throw refuse('The pixel data ends early');
    left -= passed;
  }
};

const copyFragments = async (stream: ByteStream, encoding: Encoding, output: Output): Promise<void> => {
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  for (;;) {
    const head = await stream.peek(8);
    if (!headerAt(head, 0, head.length, encoding, header)) throw refuse('The pixel data ends early');
    stream.skip(8);
    if (header.tag === SEQUENCE_END) return output.write(headOf(SEQUENCE_END, '', 0));
    if (header.tag !== ITEM || header.length === UNDEFINED_LENGTH) throw refuse('The fragments of the pixel data are broken');
    await output.write(headOf(ITEM, '', header.length));
    await copy(stream, header.length, output);
  }
};

/** Copies one pixel data element; false before anything else. @source PS3.5 8, A.4 */
const copyPixelData = async (stream: ByteStream, encoding: Encoding, output: Output): Promise<boolean> => {
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  const head = await stream.peek(12);
  if (!headerAt(head, 0, head.length, encoding, header) || !PIXEL_TAGS.has(header.tag)) return false;
  const { tag, length } = header;
  const vr = header.vr === 0 ? vrOf(tag) : String.fromCharCode(header.vr >>> 8, header.vr & 0xff);
  stream.skip(header.valueOffset);
  if (length === UNDEFINED_LENGTH) {
    await output.write(headOf(tag, 'OB', length));
    await copyFragments(stream, encoding, output);
    return true;
  }
  await output.write(headOf(tag, vr, length + (length % 2)));
  await copy(stream, length, output, encoding.bigEndian ? (piece) => swapInPlace(piece, vr) : undefined);
  if (length % 2 === 1) await output.write(Buffer.of(0));
  return true;
};

const withRecord = (elements: readonly EncodedElement[], options: ReadonlySet<ProfileOption>): readonly EncodedElement[] => {
  const record = profileRecord(options);
  const written = new Set(record.map(({ tag }) => tag));
  return [...elements.filter(({ tag }) => !written.has(tag)), ...record].sort((a, b) => a.tag - b.tag);
};

/** Counts and digests what goes into the target. */
const fileOutput = (file: FileHandle, signal: AbortSignal | undefined): Output & { startDataSet(): void; end(): Pick<DeidentifiedFile, 'bytes' | 'dataSetOffset' | 'dataSetSha256'> } => {
  const hash = createHash('sha256');
  let bytes = 0;
  let dataSetOffset = 0;
  let isDataSet = false;
  return {
    async write(piece) {
      signal?.throwIfAborted();
      for (let done = 0; done < piece.length;) done += (await file.write(piece, done, piece.length - done)).bytesWritten;
      bytes += piece.length;
      if (isDataSet) hash.update(piece);
    },
    startDataSet() { isDataSet = true; dataSetOffset = bytes; },
    end: () => ({ bytes, dataSetOffset, dataSetSha256: hash.digest('hex') }),
  };
};

const decode = decoderFor([]);

/**
 * Makes the de-identifier of one order.
 * @throws {TypeError} for a short key or two options that exclude each other
 * @source PS3.15 Annex E
 */
export const createDeidentifier = (settings: DeidentifierOptions): Deidentifier => {
  const options: ReadonlySet<ProfileOption> = new Set(settings.options ?? []);
  if (options.has('fullDates') && options.has('modifiedDates')) throw new TypeError('full dates and modified dates exclude each other');
  const substitutes = createSubstitutes(settings.key);
  const uidFor = (uid: string): string => (options.has('uids') ? uid : substitutes.uid(uid));

  const rewrite = async (stream: ByteStream, transferSyntaxUid: string, request: DeidentifyRequest, file: FileHandle): Promise<DeidentifiedFile> => {
    const { dataSet, encoding } = await readBeforePixelData(stream, (head) => encodingOf(transferSyntaxUid, head));
    const sopClassUid = text(dataSet, TAG.SOPClassUID, decode);
    const originalUid = text(dataSet, TAG.SOPInstanceUID, decode);
    if (sopClassUid === '' || originalUid === '') throw refuse('The data set names no SOP class or instance');
    const made = substitutes.pseudonym(patientKeyOf(dataSet, decode));
    const rewriter: Rewriter = {
      options, substitutes, net: identityNet(dataSet, { keepsUids: options.has('uids'), keepsInstitution: options.has('institution') }), keepDocument: request.keepDocument === true, pseudonym: settings.pseudonym?.(made) ?? made,
      isSigned: !encoding.explicit && uintOf(dataSet, TAG.PixelRepresentation) === 1,
    };
    const isEncapsulated = transferSyntaxByUid.get(transferSyntaxUid)?.encapsulated ?? true;
    const facts = {
      sopClassUid, sopInstanceUid: uidFor(originalUid), transferSyntaxUid: isEncapsulated ? transferSyntaxUid : UID.explicitLittleEndian,
      studyInstanceUid: uidFor(text(dataSet, TAG.StudyInstanceUID, decode)), seriesInstanceUid: uidFor(text(dataSet, TAG.SeriesInstanceUID, decode)),
    };
    const output = fileOutput(file, request.signal);
    await output.write(encodeFileMeta(facts));
    output.startDataSet();
    for (const { bytes } of withRecord(rewriteElements(dataSet, rewriter, decode), options)) await output.write(bytes);
    stream.skip(dataSet.end);
    while (await copyPixelData(stream, encoding, output));
    const tail = await stream.peek(Number.MAX_SAFE_INTEGER);
    for (const { bytes } of rewriteElements(readEncoded(tail, 0, encoding), rewriter, decode)) await output.write(bytes);
    return { ...facts, ...output.end() };
  };

  const deidentify = async (request: DeidentifyRequest): Promise<DeidentifiedFile> => {
    let file: FileHandle | undefined;
    let source: OpenDataSet | undefined;
    try {
      const meta = await readStoredMeta(request.file);
      source = await openDataSet(request.file, meta.dataSetOffset, meta.transferSyntaxUid);
      file = await open(request.target, 'wx', 0o640);
      return await rewrite(byteStream(source.bytes), meta.transferSyntaxUid, request, file);
    } catch (cause) {
      if (file !== undefined) await rm(request.target, { force: true });
      if (request.signal?.aborted === true || isApplianceError(cause, 'DISC_DEIDENTIFY_FAILED')) throw cause;
      throw refuse(isApplianceError(cause, 'INTAKE_CANNOT_UNDERSTAND') ? 'The data set cannot be read' : 'The instance file cannot be read, or the new one not written', cause);
    } finally {
      source?.close();
      await file?.close();
    }
  };
  return { deidentify, uidFor };
};
