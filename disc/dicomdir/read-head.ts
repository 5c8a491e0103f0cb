/**
 * Reads the head of a stored instance file: only as much of it as the keys of its directory record need.
 * Reads are synchronous and small; the caller gives other work its turn between groups of them.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { DataSet } from '../../dicom/data-set/data-set.ts';
import { encodingOf } from '../../dicom/data-set/encoding.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { transferSyntaxByUid } from '../../dicom/tables/transfer-syntaxes.ts';
import { ApplianceError } from '../../infra/errors.ts';
import type { PlacedInstance } from '../file-set.ts';
import { storedFiles } from '../stored-files.ts';
import type { DirectoryRecordRow } from '../tables/directory-records.ts';

/** Holds the head of most images in one read. */
const FIRST_READ_BYTES = 16 * 1024;
const GROWTH = 8;

const lastTags = new Map<DirectoryRecordRow, { readonly own: number; readonly shared: number }>();

/** The last tag among the keys of a record; and with what all frames share, which only images of several frames have. */
const lastTagOf = (record: DirectoryRecordRow): { readonly own: number; readonly shared: number } => {
  const known = lastTags.get(record);
  if (known) return known;
  const own = Math.max(TAG.InstanceNumber, ...record.keys.map(({ tag }) => tag));
  const made = { own, shared: record.keys.some(({ group }) => group !== undefined) ? TAG.SharedFunctionalGroupsSequence : own };
  lastTags.set(record, made);
  return made;
};

/** First tag behind everything that a record with these keys, its parents and its stand-ins are made from. */
const untilTag = ({ record, instance }: PlacedInstance, atLeast: number): number => {
  const { own, shared } = lastTagOf(record);
  return Math.min(TAG.PixelData, 1 + Math.max(atLeast, instance.attributes.numberOfFrames === null ? own : shared));
};

const readAt = (descriptor: number, from: number, bytes: Buffer): Buffer => {
  const { length } = bytes;
  let filled = 0;
  while (filled < length) {
    const got = readSync(descriptor, bytes, filled, length - filled, from + filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
};

const bytesFor = (length: number, first: Buffer): Buffer => (length <= first.length ? first.subarray(0, length) : Buffer.allocUnsafe(length));

/** We read a data set that is coded otherwise than its transfer syntax says; most importers do not, so it stays off the disc. */
const refuseMislabelled = (bytes: Buffer, transferSyntaxUid: string): void => {
  const declared = transferSyntaxByUid.get(transferSyntaxUid);
  if (!declared) throw new ApplianceError('DISC_FILE_SET_INVALID', 'the transfer syntax of an instance is not known', { details: { transferSyntaxUid } });
  if (!declared.deflated && encodingOf(transferSyntaxUid, bytes).explicit !== declared.explicit) throw new ApplianceError('DISC_FILE_SET_INVALID', 'an instance is not coded as its transfer syntax says', { details: { transferSyntaxUid } });
};

const readFrom = (descriptor: number, placed: PlacedInstance, first: Buffer, atLeast: number): DataSet => {
  const { dataSetOffset, bytes: fileBytes, transferSyntaxUid } = placed.instance.file;
  const total = fileBytes - dataSetOffset;
  for (let length = FIRST_READ_BYTES; ; length *= GROWTH) {
    const isWhole = length >= total;
    const bytes = readAt(descriptor, dataSetOffset, bytesFor(Math.min(length, total), first));
    refuseMislabelled(bytes, transferSyntaxUid);
    const head = readElements(bytes, transferSyntaxUid, { untilTag: untilTag(placed, atLeast), truncated: !isWhole, withoutPrivate: true });
    if (isWhole || head.complete) return head;
  }
};

/**
 * Makes a reader of heads of the files below a store folder. A head is valid until the next one is read: they share memory,
 * so that tens of thousands cost no more than one.
 * @param atLeast heads reach to this tag, whatever their records need
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND (by the reader) when the file is no data set, DISC_FILE_SET_INVALID when it is not coded
 *   as its transfer syntax says or that is not known; errors of the file system as they come
 */
export const createHeadReader = (storeDirectory: string, atLeast = 0): ((placed: PlacedInstance) => DataSet) => {
  const first = Buffer.allocUnsafe(FIRST_READ_BYTES);
  const fileAt = storedFiles(storeDirectory);
  return (placed) => {
    const descriptor = openSync(fileAt(placed.instance.file.path), 'r');
    try {
      return readFrom(descriptor, placed, first, atLeast);
    } finally {
      closeSync(descriptor);
    }
  };
};
