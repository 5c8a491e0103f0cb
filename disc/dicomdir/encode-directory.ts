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
  readonly offset: number;
  readonly head: number;
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
const itemHeader = (length: number): Buffer => {
  const header = Buffer.alloc(ITEM_HEADER);
  header.writeUInt16LE(TAG.Item >>> 16, 0);
  header.writeUInt16LE(TAG.Item & 0xffff, 2);
  header.writeUInt32LE(length, 4);
  return header;
};

const ul = (value: number): Buffer => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes; };
const us = (value: number): Buffer => { const bytes = Buffer.alloc(2); bytes.writeUInt16LE(value); return bytes; };
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

const recordHead = ({ next, lower, node }: Pick<Placed, 'next' | 'lower' | 'node'>): Buffer =>
  Buffer.concat([
    encodeElement(TAG.OffsetOfTheNextDirectoryRecord, 'UL', ul(next)),
    encodeElement(TAG.RecordInUseFlag, 'US', us(IN_USE)),
    encodeElement(TAG.OffsetOfReferencedLowerLevelDirectoryEntity, 'UL', ul(lower)),
    encodeElement(TAG.DirectoryRecordType, 'CS', ascii(node.recordType)),
  ]);

/** Places every record depth first and links it to its next sibling and first child. */
const place = (roots: readonly DirectoryNode[], start: number): { readonly placed: readonly Placed[]; readonly end: number } => {
  const placed: Placed[] = [];
  let offset = start;
  const walk = (siblings: readonly DirectoryNode[]): number => {
    let before: Placed | undefined;
    let first = 0;
    for (const node of siblings) {
      const here: Placed = { node, offset, head: recordHead({ next: 0, lower: 0, node }).length, next: 0, lower: 0 };
      if (before) before.next = offset; else first = offset;
      before = here;
      placed.push(here);
      offset += ITEM_HEADER + here.head + node.keys.length;
      here.lower = walk(node.children);
    }
    return first;
  };
  walk(roots);
  return { placed, end: offset };
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
  const parts: Uint8Array[] = [meta, fileSetElements(fileSetId, placed[0]?.offset ?? 0, lastRoot), sequenceHeader(end - start)];
  for (const record of placed) {
    parts.push(itemHeader(record.head + record.node.keys.length), recordHead(record), record.node.keys);
  }
  return { bytes: Buffer.concat(parts, end), records: placed.length };
};
