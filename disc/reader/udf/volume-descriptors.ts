/** Finds and reads the descriptors of a UDF volume: recognition sequence, anchors, main and reserve sequence. @source ECMA-167 2/8-2/9, 3/8-3/10; OSTA UDF 2.2 */
import type { Report } from '../findings.ts';
import { SECTOR } from '../image-bytes.ts';
import type { ImageBytes } from '../image-bytes.ts';
import { readTag, TAG_BYTES, TAG_ID } from './descriptor-tag.ts';
import type { DescriptorTag } from './descriptor-tag.ts';
import { readDstring } from './text.ts';

/** Nothing follows a recognition sequence of this length. */
const MAX_RECOGNITION = 64;
/** A sequence of volume descriptors fills 16 sectors; far more are garbage. */
const MAX_SEQUENCE = 256;
const MAX_HOPS = 8;
const ANCHOR_SECTOR = 256;

export interface SectorExtent {
  readonly sector: number;
  readonly bytes: number;
}

/** The prevailing descriptors of a sequence, whole sectors. */
export interface DescriptorSequence {
  readonly primary: Buffer | undefined;
  readonly logical: Buffer | undefined;
  /** By partition number. */
  readonly partitions: ReadonlyMap<number, Buffer>;
  readonly hasUnallocated: boolean;
  readonly isTerminated: boolean;
}

/** What stands in the volume recognition sequence. */
export const readRecognition = (image: ImageBytes): { readonly ids: readonly string[]; readonly hasUdf: boolean } => {
  const ids: string[] = [];
  for (let sector = 16; sector < 16 + MAX_RECOGNITION; sector++) {
    const d = image.read(sector * SECTOR, 6);
    const id = d.toString('latin1', 1, 6);
    if (!/^(CD001|BEA01|NSR02|NSR03|TEA01|BOOT2|CDW02)$/.test(id)) break;
    ids.push(id);
  }
  return { ids, hasUdf: ids.includes('NSR02') || ids.includes('NSR03') };
};

/** Begin, one NSR and end, in this order, after what ISO 9660 has there. @source ECMA-167 2/8.3.1 */
export const checkRecognition = (ids: readonly string[], report: Report): void => {
  const nsr = ids.findIndex((id) => id.startsWith('NSR'));
  if (nsr < 0) report('udf-recognition', '', 'no NSR descriptor in the volume recognition sequence');
  else if (ids[nsr - 1] !== 'BEA01' || ids[nsr + 1] !== 'TEA01') report('udf-recognition', '', 'the NSR descriptor does not stand between BEA01 and TEA01');
};

/** The extents of main and reserve sequence that the first whole anchor names. @source ECMA-167 3/10.2; OSTA UDF 2.2.3 */
export const readAnchor = (image: ImageBytes, report: Report): { readonly main: SectorExtent; readonly reserve: SectorExtent } | undefined => {
  const last = Math.floor(image.bytes / SECTOR) - 1;
  const found = [...new Set([ANCHOR_SECTOR, last, last - ANCHOR_SECTOR])].filter((sector) => sector >= ANCHOR_SECTOR).flatMap((sector) => {
    const bytes = image.read(sector * SECTOR, SECTOR);
    const tag = readTag(bytes, sector);
    if (tag?.id !== TAG_ID.anchor) return [];
    for (const fault of tag.faults) report('udf-tags', `anchor in sector ${sector}`, fault);
    return tag.faults.length === 0 && bytes.length >= 32 ? [{ sector, bytes }] : [];
  });
  const [first] = found;
  if (!first) return undefined;
  if (found.length < 2) report('udf-anchors', '', `only one anchor, in sector ${first.sector}`);
  else if (first.sector !== ANCHOR_SECTOR) report('udf-anchors', '', `no anchor in sector ${ANCHOR_SECTOR}`);
  if (found.some(({ bytes }) => !bytes.subarray(TAG_BYTES, 32).equals(first.bytes.subarray(TAG_BYTES, 32)))) report('udf-anchors', '', 'the anchors point to different descriptors');
  const at = (offset: number): SectorExtent => ({ bytes: first.bytes.readUInt32LE(offset), sector: first.bytes.readUInt32LE(offset + 4) });
  return { main: at(16), reserve: at(24) };
};

/** Reads one sequence; the descriptor with the highest sequence number prevails. @source ECMA-167 3/8.4.3 */
export const readSequence = (image: ImageBytes, extent: SectorExtent, name: string, report: Report): DescriptorSequence => {
  let primary: Buffer | undefined, logical: Buffer | undefined, hasUnallocated = false, isTerminated = false;
  const partitions = new Map<number, Buffer>();
  const later = (known: Buffer | undefined, next: Buffer): Buffer => (known && known.readUInt32LE(16) > next.readUInt32LE(16) ? known : next);
  let { sector, bytes } = extent;
  let end = sector + Math.min(Math.floor(bytes / SECTOR), MAX_SEQUENCE);
  for (let hops = 0; sector < end && !isTerminated; sector++) {
    const d = image.read(sector * SECTOR, SECTOR);
    const tag = readTag(d, sector);
    if (d.length < SECTOR || !tag) break;
    for (const fault of tag.faults) report('udf-tags', `${name} volume descriptor in sector ${sector}`, fault);
    if (hasWrongCrc(tag)) continue;
    if (tag.id === TAG_ID.primaryVolume) primary = later(primary, d);
    else if (tag.id === TAG_ID.logicalVolume) logical = later(logical, d);
    else if (tag.id === TAG_ID.partition) partitions.set(d.readUInt16LE(22), later(partitions.get(d.readUInt16LE(22)), d));
    else if (tag.id === TAG_ID.unallocatedSpace) hasUnallocated = true;
    else if (tag.id === TAG_ID.terminating) isTerminated = true;
    else if (tag.id === TAG_ID.pointer && hops++ < MAX_HOPS) {
      bytes = d.readUInt32LE(20);
      end = d.readUInt32LE(24) + Math.min(Math.floor(bytes / SECTOR), MAX_SEQUENCE);
      sector = d.readUInt32LE(24) - 1;
    }
  }
  return { primary, logical, partitions, hasUnallocated, isTerminated };
};

const hasWrongCrc = (tag: DescriptorTag): boolean => tag.faults.some((fault) => fault.includes('CRC'));

const isComplete = (sequence: DescriptorSequence): boolean => sequence.primary !== undefined && sequence.logical !== undefined && sequence.partitions.size > 0;

/** The main sequence, or the reserve where the main one lacks something; says what is missing and where they differ. */
export const chooseSequence = (main: DescriptorSequence, reserve: DescriptorSequence, report: Report): DescriptorSequence | undefined => {
  for (const [name, sequence] of [['main', main], ['reserve', reserve]] as const) {
    const check = name === 'main' ? 'udf-descriptors' : 'udf-reserve';
    if (!sequence.primary) report(check, name, 'no primary volume descriptor');
    if (!sequence.logical) report(check, name, 'no logical volume descriptor');
    if (sequence.partitions.size === 0) report(check, name, 'no partition descriptor');
    if (!sequence.hasUnallocated) report(check, name, 'no unallocated space descriptor');
    if (!sequence.isTerminated) report(check, name, 'no terminating descriptor');
  }
  if (isComplete(main) && isComplete(reserve)) {
    const body = (d: Buffer | undefined): string => d?.toString('latin1', TAG_BYTES) ?? '';
    const all = (sequence: DescriptorSequence): readonly string[] => [body(sequence.primary), body(sequence.logical), ...[...sequence.partitions].sort(([a], [b]) => a - b).map(([, d]) => body(d))];
    if (all(main).join() !== all(reserve).join()) report('udf-reserve', '', 'main and reserve volume descriptors differ');
  }
  if (isComplete(main)) return main;
  return isComplete(reserve) ? reserve : undefined;
};

/** A dstring of a descriptor, reported when it is not written as one. */
export const dstringAt = (d: Buffer, at: number, length: number, what: string, report: Report): string => {
  const text = readDstring(d.subarray(at, at + length));
  if (text === undefined) report('udf-descriptors', what, 'not written as compressed Unicode with its length');
  return text ?? '';
};
