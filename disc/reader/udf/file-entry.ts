/** File entries and extended file entries. @source ECMA-167 4/14.9, 4/14.17, 4/14.6; OSTA UDF 2.3.5, 2.3.6 */
import { AD_EXTENDED, AD_INSIDE, readAllocation } from './allocation.ts';
import type { BlockAddress, BlockExtent } from './allocation.ts';
import { readTag, TAG_ID } from './descriptor-tag.ts';

/** File types of an ICB. @source ECMA-167 4/14.6.6; OSTA UDF 2.2.13.1 */
export const FILE_TYPE = { directory: 4, file: 5, realTime: 249, metadata: 250, metadataMirror: 251 } as const;

/** The only strategy of finished discs: one entry, directly recorded. @source ECMA-167 4/A.2 */
const DIRECT_STRATEGY = 4;

export interface FileEntry {
  readonly type: number;
  readonly bytes: number;
  readonly links: number;
  readonly uniqueId: bigint;
  /** Where the content lies: blocks, or the bytes inside of the entry from `insideAt`. */
  readonly extents: readonly BlockExtent[];
  readonly insideAt: number | undefined;
  readonly isExtended: boolean;
  /** As recorded: bits for others, group and owner, five each. @source ECMA-167 4/14.9.5 */
  readonly permissions: number;
  readonly blocksRecorded: bigint;
}

export interface EntryRequest {
  readonly bytes: Buffer;
  readonly at: BlockAddress;
  readonly readBlock: (address: BlockAddress, bytes: number) => Buffer | undefined;
  /** Tag faults are told apart from faults of the content. */
  readonly fault: (kind: 'tag' | 'entry', text: string) => void;
}

/** Reads an entry; undefined when there is none that can be used. */
export const readFileEntry = ({ bytes, at, readBlock, fault }: EntryRequest): FileEntry | undefined => {
  const tag = readTag(bytes, at.block);
  if (tag?.id !== TAG_ID.fileEntry && tag?.id !== TAG_ID.extendedFileEntry) { fault('tag', 'no file entry where the directory points'); return undefined; }
  for (const text of tag.faults) fault('tag', text);
  const isExtended = tag.id === TAG_ID.extendedFileEntry;
  const fixed = isExtended ? 216 : 176;
  if (bytes.length < fixed) { fault('entry', 'the file entry is cut'); return undefined; }
  const strategy = bytes.readUInt16LE(20);
  if (strategy !== DIRECT_STRATEGY) { fault('entry', `ICB strategy ${strategy}`); return undefined; }
  const attributesLength = bytes.readUInt32LE(isExtended ? 208 : 168);
  const descriptorsLength = bytes.readUInt32LE(isExtended ? 212 : 172);
  const from = fixed + attributesLength, to = from + descriptorsLength;
  if (to > bytes.length) { fault('entry', 'the file entry is longer than its block'); return undefined; }
  const size = bytes.readBigUInt64LE(56);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) { fault('entry', 'an impossible length'); return undefined; }
  const length = Number(size);
  if (isExtended && bytes.readBigUInt64LE(64) < size) fault('entry', 'its object size is less than its length');
  const kind = bytes.readUInt16LE(34) & 7;
  if (kind > AD_INSIDE) { fault('entry', `allocation descriptors of kind ${kind}`); return undefined; }
  const entry = { type: bytes[27] ?? 0, bytes: length, links: bytes.readUInt16LE(48), uniqueId: bytes.readBigUInt64LE(isExtended ? 200 : 160), isExtended, permissions: bytes.readUInt32LE(44), blocksRecorded: bytes.readBigUInt64LE(isExtended ? 72 : 64) };
  if (kind === AD_INSIDE) {
    if (length > descriptorsLength) { fault('entry', 'more content than lies inside of its entry'); return undefined; }
    return { ...entry, extents: [], insideAt: from };
  }
  if (kind === AD_EXTENDED) fault('entry', 'extended allocation descriptors, which UDF does not allow');
  const extents = readAllocation({ descriptors: bytes.subarray(from, to), kind, own: at.reference, readBlock, fault: (text) => { fault('entry', text); } });
  return { ...entry, extents, insideAt: undefined };
};
