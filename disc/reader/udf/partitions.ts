/**
 * Partition maps of a logical volume: from a block of a partition to bytes of the image.
 * Reads physical and metadata partitions; virtual and sparable ones, which only discs under rewriting have, are recognised and refused.
 * @source ECMA-167 3/10.7; OSTA UDF 2.2.8-2.2.10, 2.2.13
 */
import type { Report } from '../findings.ts';
import { HOLE, SECTOR } from '../image-bytes.ts';
import type { Extent, ImageBytes } from '../image-bytes.ts';
import type { BlockAddress, BlockExtent } from './allocation.ts';
import { FILE_TYPE, readFileEntry } from './file-entry.ts';
import { readRegid } from './text.ts';
import type { DescriptorSequence } from './volume-descriptors.ts';

interface Partition {
  /** Extents of the image one after another that make up the partition. */
  readonly extents: readonly Extent[];
  readonly bytes: number;
}

export interface Partitions {
  /** Bytes of the image; the part that lies outside of its partition is missing. */
  locate(extent: BlockAddress & { readonly bytes: number; readonly isRecorded?: boolean }): readonly Extent[];
  read(address: BlockAddress, bytes: number): Buffer | undefined;
  /** Index of the metadata partition, when there is one. */
  readonly metadata: number | undefined;
  readonly count: number;
}

const MAX_MAPS = 16;
const TYPE_1_BYTES = 6, TYPE_2_BYTES = 64;

type PartitionMap = { readonly kind: 'physical' | 'metadata' | 'refused'; readonly partition: number; readonly at: Buffer; readonly name: string };

const readMap = (map: Buffer): PartitionMap => {
  if (map[0] === 1 && map.length === TYPE_1_BYTES) return { kind: 'physical', partition: map.readUInt16LE(4), at: map, name: 'physical' };
  if (map[0] !== 2 || map.length !== TYPE_2_BYTES) return { kind: 'refused', partition: 0, at: map, name: `of type ${map[0] ?? 0}` };
  const name = readRegid(map.subarray(4, 36));
  return { kind: name === '*UDF Metadata Partition' ? 'metadata' : 'refused', partition: map.readUInt16LE(38), at: map, name };
};

/** The partition maps behind the fixed part of a logical volume descriptor. */
const readMaps = (logical: Buffer, report: Report): readonly PartitionMap[] => {
  const count = logical.readUInt32LE(268);
  const table = logical.subarray(440, 440 + logical.readUInt32LE(264));
  const maps: PartitionMap[] = [];
  let at = 0;
  for (; maps.length < Math.min(count, MAX_MAPS) && at + 2 <= table.length;) {
    const length = table[at + 1] ?? 0;
    if (length < 2 || at + length > table.length) break;
    maps.push(readMap(table.subarray(at, at + length)));
    at += length;
  }
  if (maps.length !== count || at !== table.length) report('udf-partitions', '', 'the partition maps do not fill their table');
  return maps;
};

const slice = (partition: Partition | undefined, from: number, bytes: number): readonly Extent[] => {
  const found: Extent[] = [];
  let skip = from, left = bytes;
  for (const extent of partition?.extents ?? []) {
    if (left <= 0) break;
    if (skip >= extent.bytes) { skip -= extent.bytes; continue; }
    const take = Math.min(left, extent.bytes - skip);
    found.push({ offset: extent.offset + skip, bytes: take });
    left -= take;
    skip = 0;
  }
  return found;
};

interface MetadataRequest { readonly image: ImageBytes; readonly map: Buffer; readonly physical: Partition; readonly reference: number; readonly report: Report }

/** The extents of one metadata file, by its entry in the physical partition. */
const metadataExtents = ({ image, physical, reference, report }: MetadataRequest, block: number, type: number, name: string): readonly Extent[] | undefined => {
  const readBlock = (address: BlockAddress, bytes: number): Buffer | undefined => {
    const [extent] = slice(physical, address.block * SECTOR, bytes);
    return extent && image.read(extent.offset, extent.bytes);
  };
  const bytes = readBlock({ reference, block }, SECTOR);
  const entry = bytes && readFileEntry({ bytes, at: { reference, block }, readBlock, fault: (kind, text) => { report(kind === 'tag' ? 'udf-tags' : 'udf-metadata', name, text); } });
  if (!entry) return undefined;
  if (entry.type !== type) report('udf-metadata', name, `its ICB has type ${entry.type} instead of ${type}`);
  if (entry.extents.some((extent: BlockExtent) => !extent.isRecorded)) report('udf-metadata', name, 'has parts that are not recorded');
  return entry.extents.flatMap((extent) => slice(physical, extent.block * SECTOR, extent.bytes));
};

const MAX_MIRROR_COMPARED = 256 << 20;
const PIECE = 1 << 20;

const hasSameBytes = (image: ImageBytes, a: readonly Extent[], b: readonly Extent[]): boolean => {
  const total = sizeOf(a);
  if (total !== sizeOf(b)) return false;
  for (let at = 0; at < Math.min(total, MAX_MIRROR_COMPARED); at += PIECE) {
    const piece = (extents: readonly Extent[]): Buffer => Buffer.concat(slice({ extents, bytes: total }, at, PIECE).map((part) => image.read(part.offset, part.bytes)));
    if (!piece(a).equals(piece(b))) return false;
  }
  return true;
};

const sizeOf = (extents: readonly Extent[]): number => extents.reduce((sum, extent) => sum + extent.bytes, 0);

const readMetadata = (request: MetadataRequest): Partition | undefined => {
  const { image, map, report } = request;
  const main = metadataExtents(request, map.readUInt32LE(40), FILE_TYPE.metadata, 'metadata file');
  const mirror = metadataExtents(request, map.readUInt32LE(44), FILE_TYPE.metadataMirror, 'metadata mirror file');
  if (!main) report('udf-metadata', '', 'the metadata file cannot be read');
  if (!mirror) report('udf-metadata', '', 'the metadata mirror file cannot be read');
  if (main && mirror && !hasSameBytes(image, main, mirror)) report('udf-metadata', '', 'metadata file and mirror differ');
  const extents = main ?? mirror;
  return extents && { extents, bytes: sizeOf(extents) };
};

/** Reads the partitions of a volume; undefined, with a report, when they cannot be read by us. */
export const readPartitions = (image: ImageBytes, sequence: DescriptorSequence & { readonly logical: Buffer }, report: Report): Partitions | undefined => {
  const maps = readMaps(sequence.logical, report);
  const refused = maps.find((map) => map.kind === 'refused');
  if (refused) { report('udf-partitions', '', `a partition map that is not supported: ${refused.name}`); return undefined; }
  const physicalOf = (number: number): Partition | undefined => {
    const d = sequence.partitions.get(number);
    if (!d) { report('udf-partitions', '', `no partition descriptor has number ${number}`); return undefined; }
    const offset = d.readUInt32LE(188) * SECTOR, bytes = d.readUInt32LE(192) * SECTOR;
    if (offset + bytes > image.bytes) report('udf-partitions', '', 'a partition reaches beyond the medium');
    return { extents: [{ offset, bytes: Math.max(0, Math.min(bytes, image.bytes - offset)) }], bytes };
  };
  const partitions: (Partition | undefined)[] = [];
  for (const map of maps) {
    const physical = physicalOf(map.partition);
    const reference = maps.findIndex((other) => other.kind === 'physical' && other.partition === map.partition);
    partitions.push(map.kind === 'physical' || !physical ? physical : readMetadata({ image, map: map.at, physical, reference, report }));
  }
  if (!partitions.some((partition) => partition !== undefined)) return undefined;
  const metadata = maps.findIndex((map) => map.kind === 'metadata');
  return {
    locate: ({ reference, block, bytes, isRecorded = true }) => (isRecorded ? slice(partitions[reference], block * SECTOR, bytes) : [{ offset: HOLE, bytes }]),
    read(address, bytes) {
      const extents = slice(partitions[address.reference], address.block * SECTOR, bytes);
      const [first] = extents;
      if (!first) return undefined;
      return extents.length === 1 ? image.read(first.offset, first.bytes) : Buffer.concat(extents.map((extent) => image.read(extent.offset, extent.bytes)));
    },
    metadata: metadata < 0 ? undefined : metadata,
    count: maps.length,
  };
};
