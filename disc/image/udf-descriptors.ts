/**
 * Volume structures of UDF: recognition sequence, anchors, both volume descriptor sequences, and the closed integrity descriptor.
 * Nothing here depends on the content of a file, so nothing is patched afterwards.
 */
import { createHash } from 'node:crypto';
import { INTEGRITY_SECTORS, PACKET_SECTORS, SEQUENCE_SECTORS, type UdfRevisionRow } from '../tables/udf-revisions.ts';
import { SECTOR_BYTES } from './sectors.ts';
import {
  DEVELOPER_ID, TAG, writeCharacterSet, writeDstring, writeExtent, writeLongAd, writePlainId, writeRevisionId, writeTag, writeTimestamp,
} from './udf-encodings.ts';

/** The metadata partition: blocks of the physical one. */
export interface MetadataPlace {
  readonly entryBlock: number;
  readonly mirrorEntryBlock: number;
  /** Length of the metadata file. */
  readonly blocks: number;
}

/** What the volume structures say. */
export interface UdfVolumeFacts {
  readonly revision: UdfRevisionRow;
  readonly volumeName: string;
  readonly createdAt: Date;
  readonly partitionBlocks: number;
  readonly files: number;
  readonly directories: number;
  readonly nextUniqueId: number;
  readonly metadata?: MetadataPlace;
}

/** What the sequence of ISO 9660 descriptors is followed by, or begins with where there are none. @source ECMA-167 2/9, 3/9.1 */
export const encodeRecognition = ({ tagVersion }: UdfRevisionRow): Buffer => {
  const sectors = Buffer.alloc(3 * SECTOR_BYTES);
  ['BEA01', `NSR0${tagVersion}`, 'TEA01'].forEach((identifier, index) => {
    sectors.write(identifier, index * SECTOR_BYTES + 1, 'latin1');
    sectors[index * SECTOR_BYTES + 6] = 1;
  });
  return sectors;
};

/** @source ECMA-167 3/10.2, OSTA UDF 2.2.3 */
export const encodeAnchor = ({ tagVersion, mainSequenceSector, reserveSequenceSector }: UdfRevisionRow, sector: number): Buffer => {
  const anchor = Buffer.alloc(SECTOR_BYTES);
  writeExtent(anchor, 16, SEQUENCE_SECTORS * SECTOR_BYTES, mainSequenceSector);
  writeExtent(anchor, 24, SEQUENCE_SECTORS * SECTOR_BYTES, reserveSequenceSector);
  writeTag(anchor, 0, { id: TAG.anchor, version: tagVersion, location: sector, crcBytes: 496 });
  return anchor;
};

const hex8 = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** The first 16 characters shall tell this volume from any other: its time and a digest stand for a random number. @source OSTA UDF 2.2.2.5 */
const volumeSetName = ({ volumeName, createdAt }: UdfVolumeFacts): string => {
  const serial = createHash('sha256').update(`${volumeName} ${createdAt.getTime()}`).digest('hex').slice(0, 8);
  return `${hex8(Math.floor(createdAt.getTime() / 1000))}${serial}${volumeName}`;
};

/** @source ECMA-167 3/10.1, OSTA UDF 2.2.2; interchange levels PS3.12 J.2, X.2 */
const writePrimaryVolume = (sector: Buffer, facts: UdfVolumeFacts): void => {
  writeDstring(sector, 24, 32, facts.volumeName);
  sector.writeUInt16LE(1, 56);
  sector.writeUInt16LE(1, 58);
  sector.writeUInt16LE(2, 60);
  sector.writeUInt16LE(2, 62);
  sector.writeUInt32LE(1, 64);
  sector.writeUInt32LE(1, 68);
  writeDstring(sector, 72, 128, volumeSetName(facts));
  writeCharacterSet(sector, 200);
  writeCharacterSet(sector, 264);
  writePlainId(sector, 344, DEVELOPER_ID);
  writeTimestamp(sector, 376, facts.createdAt);
  writePlainId(sector, 388, DEVELOPER_ID);
};

/** @source ECMA-167 3/10.4, OSTA UDF 2.2.7 */
const writeImplementationUse = (sector: Buffer, facts: UdfVolumeFacts): void => {
  writeRevisionId(sector, 20, '*UDF LV Info', facts.revision);
  writeCharacterSet(sector, 52);
  writeDstring(sector, 116, 128, facts.volumeName);
  writePlainId(sector, 352, DEVELOPER_ID);
};

/** Nothing offers to write on a finished disc. @source ECMA-167 3/10.5.7 */
const ACCESS_READ_ONLY = 1;

/** @source ECMA-167 3/10.5, OSTA UDF 2.2.14 */
const writePartition = (sector: Buffer, { revision, partitionBlocks }: UdfVolumeFacts): void => {
  sector.writeUInt16LE(1, 20);
  writePlainId(sector, 24, `+NSR0${revision.tagVersion}`);
  sector.writeUInt32LE(ACCESS_READ_ONLY, 184);
  sector.writeUInt32LE(revision.partitionSector, 188);
  sector.writeUInt32LE(partitionBlocks, 192);
  writePlainId(sector, 196, DEVELOPER_ID);
};

const PHYSICAL_MAP = Buffer.from([1, 6, 1, 0, 0, 0]);
/** An access type of read-only has no bitmap; block 0 would be the entry of the metadata file. @source OSTA UDF 2.2.10 */
const NO_BITMAP = 0xffff_ffff;
const MIRROR_HAS_ITS_OWN_COPY = 1;

/** @source OSTA UDF 2.2.10 */
const metadataMap = (revision: UdfRevisionRow, { entryBlock, mirrorEntryBlock }: MetadataPlace): Buffer => {
  const map = Buffer.alloc(64);
  map.set([2, 64]);
  writeRevisionId(map, 4, '*UDF Metadata Partition', revision);
  map.writeUInt16LE(1, 36);
  map.writeUInt32LE(entryBlock, 40);
  map.writeUInt32LE(mirrorEntryBlock, 44);
  map.writeUInt32LE(NO_BITMAP, 48);
  map.writeUInt32LE(PACKET_SECTORS, 52);
  map.writeUInt16LE(PACKET_SECTORS, 56);
  map[58] = MIRROR_HAS_ITS_OWN_COPY;
  return map;
};

const partitionMaps = ({ revision, metadata }: UdfVolumeFacts): readonly Buffer[] =>
  metadata === undefined ? [PHYSICAL_MAP] : [PHYSICAL_MAP, metadataMap(revision, metadata)];

/** @source ECMA-167 3/10.6, OSTA UDF 2.2.4 */
const writeLogicalVolume = (sector: Buffer, facts: UdfVolumeFacts): number => {
  const maps = partitionMaps(facts);
  const mapBytes = Buffer.concat(maps);
  writeCharacterSet(sector, 20);
  writeDstring(sector, 84, 128, facts.volumeName);
  sector.writeUInt32LE(SECTOR_BYTES, 212);
  writeRevisionId(sector, 216, '*OSTA UDF Compliant', facts.revision);
  writeLongAd(sector, 248, { bytes: SECTOR_BYTES, block: 0, partition: maps.length - 1 });
  sector.writeUInt32LE(mapBytes.length, 264);
  sector.writeUInt32LE(maps.length, 268);
  writePlainId(sector, 272, DEVELOPER_ID);
  writeExtent(sector, 432, INTEGRITY_SECTORS * SECTOR_BYTES, facts.revision.integritySector);
  sector.set(mapBytes, 440);
  return 424 + mapBytes.length;
};

/** Descriptors of a sequence in their order: number of the tag, bytes under the CRC, and what is written. */
const SEQUENCE: readonly (readonly [id: number, crcBytes: number, write: (sector: Buffer, facts: UdfVolumeFacts) => number | void])[] = [
  [TAG.primaryVolume, 496, writePrimaryVolume],
  [TAG.implementationUse, 496, writeImplementationUse],
  [TAG.partition, 496, writePartition],
  [TAG.logicalVolume, 0, writeLogicalVolume],
  [TAG.unallocatedSpace, 8, () => undefined],
  [TAG.terminating, 496, () => undefined],
];

/** Gives the descriptors of one of the two sequences, which differ in nothing but where they say they stand. @source ECMA-167 3/8.4.2 */
export const encodeSequence = (facts: UdfVolumeFacts, startSector: number): Buffer => {
  const sectors = Buffer.alloc(SECTOR_BYTES * SEQUENCE.length);
  SEQUENCE.forEach(([id, crcBytes, write], index) => {
    const sector = sectors.subarray(SECTOR_BYTES * index, SECTOR_BYTES * (index + 1));
    if (id !== TAG.terminating) sector.writeUInt32LE(index + 1, 16);
    const written = write(sector, facts);
    writeTag(sector, 0, { id, version: facts.revision.tagVersion, location: startSector + index, crcBytes: written ?? crcBytes });
  });
  return sectors;
};

/** Bytes of what an implementation adds: identifier, counts, revisions. @source OSTA UDF 2.2.6.4 */
const INTEGRITY_USE_BYTES = 46;
const IS_CLOSED = 1;

/** Gives the integrity descriptor of a closed volume and the end of its sequence. @source ECMA-167 3/10.10, OSTA UDF 2.2.6 */
export const encodeIntegrity = (facts: UdfVolumeFacts): Buffer => {
  const { revision } = facts;
  const sizes = [facts.partitionBlocks, ...(facts.metadata === undefined ? [] : [facts.metadata.blocks])];
  const sectors = Buffer.alloc(2 * SECTOR_BYTES);
  writeTimestamp(sectors, 16, facts.createdAt);
  sectors.writeUInt32LE(IS_CLOSED, 28);
  sectors.writeBigUInt64LE(BigInt(facts.nextUniqueId), 40);
  sectors.writeUInt32LE(sizes.length, 72);
  sectors.writeUInt32LE(INTEGRITY_USE_BYTES, 76);
  // Before the sizes stands the free space of each partition, which is none.
  sizes.forEach((blocks, index) => { sectors.writeUInt32LE(blocks, 80 + 4 * (sizes.length + index)); });
  const use = 80 + 8 * sizes.length;
  writePlainId(sectors, use, DEVELOPER_ID);
  sectors.writeUInt32LE(facts.files, use + 32);
  sectors.writeUInt32LE(facts.directories, use + 36);
  sectors.writeUInt16LE(revision.minReadRevision, use + 40);
  sectors.writeUInt16LE(revision.revision, use + 42);
  sectors.writeUInt16LE(revision.revision, use + 44);
  writeTag(sectors, 0, { id: TAG.integrity, version: revision.tagVersion, location: revision.integritySector, crcBytes: use + INTEGRITY_USE_BYTES - 16 });
  writeTag(sectors, SECTOR_BYTES, { id: TAG.terminating, version: revision.tagVersion, location: revision.integritySector + 1, crcBytes: 496 });
  return sectors;
};
