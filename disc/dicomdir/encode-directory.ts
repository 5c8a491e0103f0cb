/**
 * Turns a tree of directory records into the bytes of a DICOMDIR. Knows offsets and links, not what the keys mean.
 * Lengths do not depend on offset values, so one walk places the records and a second one writes them.
 */
import { encodeElement, encodeSequence } from '../../dicom/data-set/encode.ts';
import { encodeFileMeta } from '../../dicom/data-set/part10.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';

export interface DirectoryNode {
  readonly recordType: string;
  /** Encoded elements from (0004,1500) on, ascending. */
  readonly keys: Uint8Array;
  readonly children: DirectoryNode[];
}

interface Placed {
  readonly node: DirectoryNode;
  readonly type: Buffer;
  readonly offset: number;
  next: number;
  lower: number;
}

const ITEM_HEADER = 8;
const IN_USE = 0xffff;
/** Offsets are UL. @source PS3.3 F.3.2.2 */
const MAX_OFFSET = 0xffff_ffff;

/** The sequence header with its length set afterwards, so that the records are joined only once. */
const sequenceHeader = (length: number): Buffer => {
  const header = encodeSequence(TAG.DirectoryRecordSequence, []);
  header.writeUInt32LE(length, header.length - 4);
  return header;
};
const ul = (value: number): Buffer => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes; };
const us = (value: number): Buffer => { const bytes = Buffer.alloc(2); bytes.writeUInt16LE(value); return bytes; };
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Header of an element of a record: tag, VR, length. */
const ELEMENT_HEADER = 8;
/** The links of every record, to nowhere: all have this form. */
const NO_LINKS = Buffer.concat([
  encodeElement(TAG.OffsetOfTheNextDirectoryRecord, 'UL', ul(0)),
  encodeElement(TAG.RecordInUseFlag, 'US', us(IN_USE)),
  encodeElement(TAG.OffsetOfReferencedLowerLevelDirectoryEntity, 'UL', ul(0)),
]);
const LINK_BYTES = NO_LINKS.length;
const NEXT_AT = ELEMENT_HEADER;
const LOWER_AT = LINK_BYTES - 4;

/** The type element of a record, made once for each type. */
const createTypes = (): ((recordType: string) => Buffer) => {
  const known = new Map<string, Buffer>();
  return (recordType) => {
    const element = known.get(recordType) ?? encodeElement(TAG.DirectoryRecordType, 'CS', ascii(recordType));
    known.set(recordType, element);
    return element;
  };
};

/** Places every record depth first and links it to its next sibling and first child. */
const place = (roots: readonly DirectoryNode[], start: number): { readonly placed: readonly Placed[]; readonly end: number } => {
  const placed: Placed[] = [];
  const typeOf = createTypes();
  let offset = start;
  const walk = (siblings: readonly DirectoryNode[]): number => {
    let before: Placed | undefined;
    let first = 0;
    for (const node of siblings) {
      const here: Placed = { node, offset, type: typeOf(node.recordType), next: 0, lower: 0 };
      if (before) before.next = offset; else first = offset;
      before = here;
      placed.push(here);
      offset += ITEM_HEADER + LINK_BYTES + here.type.length + node.keys.length;
      here.lower = walk(node.children);
    }
    return first;
  };
  walk(roots);
  return { placed, end: offset };
};

const writeRecord = (bytes: Buffer, { node, type, offset, next, lower }: Placed): void => {
  bytes.writeUInt16LE(TAG.Item >>> 16, offset);
  bytes.writeUInt16LE(TAG.Item & 0xffff, offset + 2);
  bytes.writeUInt32LE(LINK_BYTES + type.length + node.keys.length, offset + 4);
  const at = offset + ITEM_HEADER;
  NO_LINKS.copy(bytes, at);
  bytes.writeUInt32LE(next, at + NEXT_AT);
  bytes.writeUInt32LE(lower, at + LOWER_AT);
  type.copy(bytes, at + LINK_BYTES);
  bytes.set(node.keys, at + LINK_BYTES + type.length);
};

const fileSetElements = (fileSetId: string, firstRoot: number, lastRoot: number): Buffer =>
  Buffer.concat([
    encodeElement(TAG.FileSetID, 'CS', ascii(fileSetId)),
    encodeElement(TAG.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, 'UL', ul(firstRoot)),
    encodeElement(TAG.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, 'UL', ul(lastRoot)),
    encodeElement(TAG.FileSetConsistencyFlag, 'US', us(0)),
  ]);

/**
 * Encodes a DICOMDIR in Explicit VR Little Endian with explicit lengths; offsets count from the first byte of the file.
 * @throws {TypeError} when the directory would pass 4 GiB
 * @source PS3.3 F.3.2.2, PS3.10 7.1 and 8.6
 */
export const encodeDirectory = (fileSetId: string, fileSetUid: string, roots: readonly DirectoryNode[]): { readonly bytes: Buffer; readonly records: number } => {
  const meta = encodeFileMeta({ sopClassUid: UID.mediaStorageDirectory, sopInstanceUid: fileSetUid, transferSyntaxUid: UID.explicitLittleEndian });
  const start = meta.length + fileSetElements(fileSetId, 0, 0).length + sequenceHeader(0).length;
  const { placed, end } = place(roots, start);
  if (end > MAX_OFFSET) throw new TypeError('a DICOMDIR holds less than 4 GiB');
  const lastRoot = placed.findLast((record) => record.node === roots.at(-1))?.offset ?? 0;
  const bytes = Buffer.allocUnsafe(end);
  Buffer.concat([meta, fileSetElements(fileSetId, placed[0]?.offset ?? 0, lastRoot), sequenceHeader(end - start)]).copy(bytes);
  for (const record of placed) writeRecord(bytes, record);
  return { bytes, records: placed.length };
};
