/**
 * Bytes of the UDF file structure: file set descriptor, directory identifiers, and the entries of directories, files and metadata files.
 * Up to UDF 2.01 plain file entries, in a metadata partition extended ones. Positions come from udf-hierarchy.ts and the planner.
 */
import { SECTOR_BYTES, sectorsFor } from './sectors.ts';
import {
  compressedName, DEVELOPER_ID, MAX_EXTENT_BYTES, TAG, writeCharacterSet, writeDstring, writeLongAd, writePlainId, writeRevisionId, writeShortAd, writeTag, writeTimestamp,
} from './udf-encodings.ts';
import {
  directoryUniqueId, fileEntryBlock, fileUniqueId, identifierBytes, needsStuffing, STUFFING_BYTES, type UdfDirectory, type UdfHierarchy,
} from './udf-hierarchy.ts';

/** What the structure needs to know of the rest of the volume. */
export interface UdfContext {
  readonly hierarchy: UdfHierarchy;
  /** Never empty: players show it as the name of the disc. */
  readonly volumeName: string;
  readonly recordedAt: Date;
  /** First sector of each file of the volume, 0 for an empty one. */
  readonly fileSectors: readonly number[];
}

/** Partition map that the data of files lies in. */
const DATA_PARTITION = 0;

/** Partition map that the tree lies in. */
const treePartition = ({ revision }: UdfHierarchy): 0 | 1 => (revision.hasMetadataPartition ? 1 : 0);

/** @source ECMA-167 4/14.1, OSTA UDF 2.3.2 */
export const encodeFileSet = ({ hierarchy, volumeName, recordedAt }: UdfContext): Buffer => {
  const sector = Buffer.alloc(SECTOR_BYTES);
  writeTimestamp(sector, 16, recordedAt);
  sector.writeUInt16LE(3, 28);
  sector.writeUInt16LE(3, 30);
  sector.writeUInt32LE(1, 32);
  sector.writeUInt32LE(1, 36);
  writeCharacterSet(sector, 48);
  writeDstring(sector, 112, 128, volumeName);
  writeCharacterSet(sector, 240);
  writeDstring(sector, 304, 32, volumeName);
  writeLongAd(sector, 400, { bytes: SECTOR_BYTES, block: hierarchy.directories[0]?.block ?? 0, partition: treePartition(hierarchy) });
  writeRevisionId(sector, 416, '*OSTA UDF Compliant', hierarchy.revision);
  writeTag(sector, 0, { id: TAG.fileSet, version: hierarchy.revision.tagVersion, location: 0, crcBytes: 496 });
  return sector;
};

interface Identifier {
  readonly name: string;
  readonly characteristics: number;
  readonly block: number;
  readonly uniqueId: number;
}

/** Bits of a file identifier. @source ECMA-167 4/14.4.3 */
const IS_DIRECTORY = 2;
const IS_PARENT = 8;

/** Writes one identifier and gives its end. @source ECMA-167 4/14.4, OSTA UDF 2.3.4 */
const writeIdentifier = (extent: Buffer, at: number, { hierarchy }: UdfContext, directory: UdfDirectory, identifier: Identifier, isLast: boolean): number => {
  const name = identifier.name === '' ? Buffer.alloc(0) : compressedName(identifier.name);
  const plain = identifierBytes(name.length);
  const isStuffed = !isLast && needsStuffing(hierarchy.revision, at + plain);
  const stuffing = isStuffed ? STUFFING_BYTES : 0;
  extent.writeUInt16LE(1, at + 16);
  extent[at + 18] = identifier.characteristics;
  extent[at + 19] = name.length;
  writeLongAd(extent, at + 20, { bytes: SECTOR_BYTES, block: identifier.block, partition: treePartition(hierarchy) });
  extent.writeUInt32LE(identifier.uniqueId, at + 32);
  extent.writeUInt16LE(stuffing, at + 36);
  if (isStuffed) writePlainId(extent, at + 38, DEVELOPER_ID);
  extent.set(name, at + 38 + stuffing);
  // The location is that of the block in which the tag stands; the padding counts for the CRC.
  const location = directory.block + 1 + Math.floor(at / SECTOR_BYTES);
  writeTag(extent, at, { id: TAG.fileIdentifier, version: hierarchy.revision.tagVersion, location, crcBytes: plain + stuffing - 16 });
  return at + plain + stuffing;
};

const directoryAt = ({ directories }: UdfHierarchy, number: number): UdfDirectory => {
  const directory = directories[number];
  if (directory === undefined) throw new TypeError(`the tree has no directory ${number}`);
  return directory;
};

const identifiersOf = ({ hierarchy }: UdfContext, directory: UdfDirectory): readonly Identifier[] => [
  ...directory.directories.map(({ name }, at): Identifier => {
    const below = directoryAt(hierarchy, directory.firstChild + at);
    return { name, characteristics: IS_DIRECTORY, block: below.block, uniqueId: directoryUniqueId(below.number) };
  }),
  ...directory.files.map(({ name }, at): Identifier =>
    ({ name, characteristics: 0, block: fileEntryBlock(directory, at), uniqueId: fileUniqueId(hierarchy, directory.firstFile + at) })),
];

interface Entry {
  /** @source ECMA-167 4/14.6.6, OSTA UDF 2.2.13 */
  readonly fileType: 4 | 5 | 250 | 251;
  readonly flags: number;
  readonly permissions: number;
  readonly links: number;
  readonly bytes: number;
  /** Where its content begins. */
  readonly contentBlock: number;
  readonly uniqueId: number;
  readonly location: number;
}

/** Bytes before the allocation descriptors. @source ECMA-167 4/14.9, 4/14.17 */
const FILE_ENTRY_HEAD = 176;
const EXTENDED_ENTRY_HEAD = 216;
/** Nobody's: user and group do not travel with a disc. @source OSTA UDF 2.3.6.1 */
const NO_OWNER = 0xffff_ffff;
/** rw-r--r-- and rwxr-xr-x in bits of execute 1, write 2, read 4, five bits a class, owner uppermost. @source ECMA-167 4/14.9.5; PS3.12 X.2.1 */
const FILE_PERMISSIONS = 0x1884;
const DIRECTORY_PERMISSIONS = 0x1ca5;
/** Kind of the allocation descriptors. @source ECMA-167 4/14.6.8 */
const SHORT_ADS = 0;
const LONG_ADS = 1;
const SHORT_AD_BYTES = 8;
const LONG_AD_BYTES = 16;
const ARCHIVE = 0x20;

/**
 * Writes the extents of the content and gives the bytes they take. Short ones count in the partition the entry itself lies in;
 * long ones, needed where data lies in another one, name it.
 * @source ECMA-167 4/12.1, 4/14.14
 */
const writeDescriptors = (sector: Buffer, at: number, { bytes, contentBlock, flags }: Entry): number => {
  const isLong = (flags & LONG_ADS) !== 0;
  let end = at;
  for (let from = 0; from < bytes; from += MAX_EXTENT_BYTES) {
    const extent = { bytes: Math.min(MAX_EXTENT_BYTES, bytes - from), block: contentBlock + from / SECTOR_BYTES, partition: DATA_PARTITION };
    if (isLong) writeLongAd(sector, end, extent);
    else writeShortAd(sector, end, extent);
    end += isLong ? LONG_AD_BYTES : SHORT_AD_BYTES;
  }
  return end - at;
};

/** Writes what both kinds of entry have at the same place. */
const writeEntryHead = (sector: Buffer, entry: Entry): void => {
  sector.writeUInt16LE(4, 20);
  sector.writeUInt16LE(1, 24);
  sector[27] = entry.fileType;
  sector.writeUInt16LE(entry.flags, 34);
  sector.writeUInt32LE(NO_OWNER, 36);
  sector.writeUInt32LE(NO_OWNER, 40);
  sector.writeUInt32LE(entry.permissions, 44);
  sector.writeUInt16LE(entry.links, 48);
  sector.writeBigUInt64LE(BigInt(entry.bytes), 56);
};

/** @source ECMA-167 4/14.9, OSTA UDF 2.3.6 */
const writeFileEntry = (sector: Buffer, entry: Entry, { hierarchy, recordedAt }: UdfContext): void => {
  writeEntryHead(sector, entry);
  sector.writeBigUInt64LE(BigInt(sectorsFor(entry.bytes)), 64);
  for (const at of [72, 84, 96]) writeTimestamp(sector, at, recordedAt);
  sector.writeUInt32LE(1, 108);
  writePlainId(sector, 128, DEVELOPER_ID);
  sector.writeBigUInt64LE(BigInt(entry.uniqueId), 160);
  const descriptorBytes = writeDescriptors(sector, FILE_ENTRY_HEAD, entry);
  sector.writeUInt32LE(descriptorBytes, 172);
  writeTag(sector, 0, { id: TAG.fileEntry, version: hierarchy.revision.tagVersion, location: entry.location, crcBytes: FILE_ENTRY_HEAD - 16 + descriptorBytes });
};

/** @source ECMA-167 4/14.17, OSTA UDF 2.3.6, 3.3.5.1 */
const writeExtendedEntry = (sector: Buffer, entry: Entry, { hierarchy, recordedAt }: UdfContext): void => {
  writeEntryHead(sector, entry);
  sector.writeBigUInt64LE(BigInt(entry.bytes), 64);
  sector.writeBigUInt64LE(BigInt(sectorsFor(entry.bytes)), 72);
  for (const at of [80, 92, 104, 116]) writeTimestamp(sector, at, recordedAt);
  sector.writeUInt32LE(1, 128);
  writePlainId(sector, 168, DEVELOPER_ID);
  sector.writeBigUInt64LE(BigInt(entry.uniqueId), 200);
  const descriptorBytes = writeDescriptors(sector, EXTENDED_ENTRY_HEAD, entry);
  sector.writeUInt32LE(descriptorBytes, 212);
  writeTag(sector, 0, { id: TAG.extendedFileEntry, version: hierarchy.revision.tagVersion, location: entry.location, crcBytes: EXTENDED_ENTRY_HEAD - 16 + descriptorBytes });
};

const writeEntry = (sector: Buffer, entry: Entry, context: UdfContext): void => {
  if (context.hierarchy.revision.hasMetadataPartition) writeExtendedEntry(sector, entry, context);
  else writeFileEntry(sector, entry, context);
};

/** The longest file that one entry describes. Further allocation extents would be needed from there on, far beyond any disc. */
export const maxFileBytes = (hasMetadataPartition: boolean): number =>
  MAX_EXTENT_BYTES * Math.floor(hasMetadataPartition ? (SECTOR_BYTES - EXTENDED_ENTRY_HEAD) / LONG_AD_BYTES : (SECTOR_BYTES - FILE_ENTRY_HEAD) / SHORT_AD_BYTES);

/** Gives the entry of one directory and its identifiers, in whole sectors. @source ECMA-167 4/8.6, 4/14.6 */
export const encodeUdfDirectory = (directory: UdfDirectory, context: UdfContext): Buffer => {
  const extent = Buffer.alloc(SECTOR_BYTES * (1 + sectorsFor(directory.bytes)));
  writeEntry(extent.subarray(0, SECTOR_BYTES), {
    fileType: 4, flags: SHORT_ADS, permissions: DIRECTORY_PERMISSIONS, links: 1 + directory.directories.length, bytes: directory.bytes,
    uniqueId: directoryUniqueId(directory.number), location: directory.block, contentBlock: directory.block + 1,
  }, context);
  const identifiers = extent.subarray(SECTOR_BYTES);
  const parent = directoryAt(context.hierarchy, directory.parentNumber);
  const up: Identifier = { name: '', characteristics: IS_DIRECTORY + IS_PARENT, block: parent.block, uniqueId: directoryUniqueId(parent.number) };
  const children = identifiersOf(context, directory);
  let end = writeIdentifier(identifiers, 0, context, directory, up, children.length === 0);
  children.forEach((child, at) => { end = writeIdentifier(identifiers, end, context, directory, child, at === children.length - 1); });
  if (end !== directory.bytes) throw new TypeError('a directory is not as long as it was laid out');
  return extent;
};

/** Gives the entries of `count` files of a directory from the one with place `from`, one sector each. */
export const encodeFileEntries = (directory: UdfDirectory, context: UdfContext, from: number, count: number): Buffer => {
  const { hierarchy, fileSectors } = context;
  const { hasMetadataPartition, partitionSector } = hierarchy.revision;
  const sectors = Buffer.alloc(SECTOR_BYTES * count);
  directory.files.slice(from, from + count).forEach((file, at) => {
    writeEntry(sectors.subarray(SECTOR_BYTES * at, SECTOR_BYTES * (at + 1)), {
      fileType: 5, flags: (hasMetadataPartition ? LONG_ADS : SHORT_ADS) + ARCHIVE, permissions: FILE_PERMISSIONS, links: 1, bytes: file.bytes,
      uniqueId: fileUniqueId(hierarchy, directory.firstFile + from + at), location: fileEntryBlock(directory, from + at),
      contentBlock: (fileSectors[file.index] ?? 0) - partitionSector,
    }, context);
  });
  return sectors;
};

/** Gives the entry of the metadata file or its mirror: one extent, for some readers follow no second one. @source OSTA UDF 2.2.13 */
export const encodeMetadataEntry = (context: UdfContext, fileType: 250 | 251, place: { readonly block: number; readonly contentBlock: number; readonly blocks: number }): Buffer => {
  const sector = Buffer.alloc(SECTOR_BYTES);
  const bytes = place.blocks * SECTOR_BYTES;
  writeExtendedEntry(sector, { fileType, flags: SHORT_ADS, permissions: 0, links: 0, bytes, uniqueId: 0, location: place.block, contentBlock: place.contentBlock }, context);
  return sector;
};
