/** Allocation descriptors: which bytes of which partition a file consists of. @source ECMA-167 4/14.14, 4/14.5, 4/12 */
import { readTag, TAG_BYTES, TAG_ID } from './descriptor-tag.ts';

/** A block of a partition, by the index of its partition map. */
export interface BlockAddress {
  readonly reference: number;
  readonly block: number;
}

/** Consecutive blocks; not recorded ones read as zeros. */
export interface BlockExtent extends BlockAddress {
  readonly bytes: number;
  readonly isRecorded: boolean;
}

/** How an ICB describes its space: low three bits of its flags. @source ECMA-167 4/14.6.8 */
export const AD_SHORT = 0, AD_LONG = 1, AD_EXTENDED = 2, AD_INSIDE = 3;
const AD_BYTES: readonly number[] = [8, 16, 20];

/** Top two bits of an extent length. @source ECMA-167 4/14.14.1.1 */
const RECORDED = 0, CONTINUED = 3;
/** A file of 128 TiB in extents of 1 GiB: more than any disc. */
const MAX_DESCRIPTORS = 1 << 17;
const MAX_CONTINUATIONS = 1 << 10;

export const readLongAd = (bytes: Buffer, at: number): BlockAddress & { readonly bytes: number; readonly type: number } => {
  const word = bytes.readUInt32LE(at);
  return { bytes: word & 0x3fffffff, type: word >>> 30, block: bytes.readUInt32LE(at + 4), reference: bytes.readUInt16LE(at + 8) };
};

const readAd = (bytes: Buffer, at: number, kind: number, own: number): BlockAddress & { readonly bytes: number; readonly type: number } => {
  if (kind === AD_LONG) return readLongAd(bytes, at);
  const word = bytes.readUInt32LE(at);
  const common = { bytes: word & 0x3fffffff, type: word >>> 30 };
  if (kind === AD_SHORT) return { ...common, block: bytes.readUInt32LE(at + 4), reference: own };
  return { ...common, block: bytes.readUInt32LE(at + 12), reference: bytes.readUInt16LE(at + 16) };
};

export interface AllocationRequest {
  readonly descriptors: Buffer;
  /** AD_SHORT, AD_LONG or AD_EXTENDED. */
  readonly kind: number;
  /** Partition of short descriptors: the one the entry lies in. */
  readonly own: number;
  /** Reads a continuation; undefined when it lies nowhere. */
  readonly readBlock: (address: BlockAddress, bytes: number) => Buffer | undefined;
  readonly fault: (text: string) => void;
}

/** The extents that allocation descriptors name, continuations followed. Ends at the first empty one. */
export const readAllocation = ({ descriptors, kind, own, readBlock, fault }: AllocationRequest): readonly BlockExtent[] => {
  const extents: BlockExtent[] = [];
  const size = AD_BYTES[kind] ?? 0;
  let bytes = descriptors;
  for (let continuations = 0; continuations <= MAX_CONTINUATIONS; continuations++) {
    let next: BlockAddress & { readonly bytes: number } | undefined;
    for (let at = 0; at + size <= bytes.length && !next; at += size) {
      const ad = readAd(bytes, at, kind, own);
      if (ad.bytes === 0) return extents;
      if (ad.type === CONTINUED) next = ad;
      else extents.push({ reference: ad.reference, block: ad.block, bytes: ad.bytes, isRecorded: ad.type === RECORDED });
      if (extents.length > MAX_DESCRIPTORS) { fault('more extents than a disc can hold'); return []; }
    }
    if (!next) return extents;
    const more = readBlock(next, Math.min(next.bytes, 1 << 20));
    const tag = more && readTag(more, next.block);
    if (!more || tag?.id !== TAG_ID.allocationExtent || more.length < TAG_BYTES + 8) { fault('a continuation of its allocation descriptors cannot be read'); return extents; }
    for (const text of tag.faults) fault(`allocation extent: ${text}`);
    bytes = more.subarray(TAG_BYTES + 8, TAG_BYTES + 8 + more.readUInt32LE(TAG_BYTES + 4));
  }
  fault('its allocation descriptors continue without end');
  return extents;
};
