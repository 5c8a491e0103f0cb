/**
 * Plans volumes with UDF: the bridge of a DVD, whose ISO 9660 and UDF trees name the same extents, and the pure ones of a
 * Blu-ray disc with a metadata partition and its mirror. All lengths are whole error correction blocks.
 */
import { ApplianceError } from '../../infra/errors.ts';
import { ANCHOR_SECTOR, PACKET_SECTORS, udfRevision, type UdfRevisionRow } from '../tables/udf-revisions.ts';
import type { CheckedVolume, ImageSegment, Layout } from './image-plan.ts';
import type { TreeDirectory } from './image-tree.ts';
import { fileSegments, placeFiles } from './place-files.ts';
import { DESCRIPTOR_END_SECTOR, isoDescriptorSegment, isoTreeSegments, layIsoTreesOut } from './plan-iso.ts';
import { SECTOR_BYTES, sectorsFor } from './sectors.ts';
import { encodeAnchor, encodeIntegrity, encodeRecognition, encodeSequence, type UdfVolumeFacts } from './udf-descriptors.ts';
import { MAX_EXTENT_BYTES } from './udf-encodings.ts';
import { encodeFileEntries, encodeFileSet, encodeMetadataEntry, encodeUdfDirectory, type UdfContext } from './udf-entries.ts';
import { fileEntryBlock, fileUniqueId, layUdfOut, type UdfHierarchy } from './udf-hierarchy.ts';

/** A volume without a name would be shown without one. */
const UNNAMED = 'DICOM';
/** Error correction block of a DVD. @source ECMA-267 */
const DVD_PACKET_SECTORS = 16;
/** Entries made in one go: their sectors are the largest buffer beside the identifiers of one directory. */
const ENTRIES_AT_ONCE = 256;

const roundUp = (sectors: number, step: number): number => Math.ceil(sectors / step) * step;

const factsOf = (volume: CheckedVolume, hierarchy: UdfHierarchy, partitionBlocks: number): UdfVolumeFacts => ({
  revision: hierarchy.revision, volumeName: volume.volumeId || UNNAMED, createdAt: volume.createdAt, partitionBlocks,
  files: hierarchy.files, directories: hierarchy.directories.length, nextUniqueId: fileUniqueId(hierarchy, hierarchy.files),
});

/** Both descriptor sequences, the integrity sequence and the anchor that stands in front of the partition. */
const volumeSegments = (facts: UdfVolumeFacts): readonly ImageSegment[] => {
  const { revision } = facts;
  const made = (sector: number, sectors: number, encode: () => Uint8Array): ImageSegment => ({ sector, bytes: sectors * SECTOR_BYTES, encode });
  return [
    made(revision.mainSequenceSector, 6, () => encodeSequence(facts, revision.mainSequenceSector)),
    made(revision.reserveSequenceSector, 6, () => encodeSequence(facts, revision.reserveSequenceSector)),
    made(revision.integritySector, 2, () => encodeIntegrity(facts)),
    anchorSegment(revision, ANCHOR_SECTOR),
  ];
};

const anchorSegment = (revision: UdfRevisionRow, sector: number): ImageSegment => ({ sector, bytes: SECTOR_BYTES, encode: () => encodeAnchor(revision, sector) });

const recognitionSegment = (revision: UdfRevisionRow, sector: number): ImageSegment => ({ sector, bytes: 3 * SECTOR_BYTES, encode: () => encodeRecognition(revision) });

/** The file structure, whose block 0 is put into `startSector`: the same bytes wherever it stands. */
const treeSegments = (context: UdfContext, startSector: number): readonly ImageSegment[] => {
  const segments: ImageSegment[] = [{ sector: startSector, bytes: SECTOR_BYTES, encode: () => encodeFileSet(context) }];
  for (const directory of context.hierarchy.directories) {
    segments.push({ sector: startSector + directory.block, bytes: SECTOR_BYTES * (1 + sectorsFor(directory.bytes)), encode: () => encodeUdfDirectory(directory, context) });
    for (let from = 0; from < directory.files.length; from += ENTRIES_AT_ONCE) {
      const count = Math.min(ENTRIES_AT_ONCE, directory.files.length - from);
      segments.push({ sector: startSector + fileEntryBlock(directory, from), bytes: SECTOR_BYTES * count, encode: () => encodeFileEntries(directory, context, from, count) });
    }
  }
  return segments;
};

/** @source ECMA-119; Joliet Specification; ECMA-167; OSTA UDF 1.02; PS3.12 Annex P */
export const planBridge = (volume: CheckedVolume, root: TreeDirectory): Layout => {
  const revision = udfRevision('bridge');
  const hierarchy = layUdfOut(root, revision);
  const trees = layIsoTreesOut(root, revision.partitionSector + hierarchy.blocks);
  const { placed, endSector } = placeFiles(volume.files, roundUp(trees.endSector, DVD_PACKET_SECTORS));
  const totalSectors = roundUp(endSector + 1, PACKET_SECTORS);
  const lastSector = totalSectors - 1;
  const fileSectors = placed.map(({ sector }) => sector);
  const facts = factsOf(volume, hierarchy, lastSector - revision.partitionSector);
  const context: UdfContext = { hierarchy, volumeName: facts.volumeName, recordedAt: volume.createdAt, fileSectors };
  const segments = [
    isoDescriptorSegment(volume, trees, totalSectors),
    // Without a gap: a blank sector ends the recognition sequence.
    recognitionSegment(revision, DESCRIPTOR_END_SECTOR),
    ...volumeSegments(facts),
    ...treeSegments(context, revision.partitionSector),
    ...isoTreeSegments(trees, fileSectors, volume.createdAt),
    ...fileSegments(placed),
    anchorSegment(revision, lastSector),
  ];
  return { totalSectors, segments, files: placed };
};

/** Where the recognition sequence begins when no ISO 9660 descriptor comes first. @source ECMA-167 2/8.3 */
const RECOGNITION_SECTOR = 16;

/** The mirror stands before the last file that is not empty: some readers take the end of the last file for the end of the volume. */
const lastWithContent = ({ files }: CheckedVolume): number => {
  const last = files.findLastIndex(({ bytes }) => bytes > 0);
  return last === -1 ? files.length : last;
};

const checkedMetadataBlocks = (hierarchy: UdfHierarchy): number => {
  const blocks = roundUp(hierarchy.blocks, PACKET_SECTORS);
  if (blocks * SECTOR_BYTES > MAX_EXTENT_BYTES) throw new ApplianceError('DISC_FILE_SET_INVALID', 'the volume has more files and directories than one metadata extent describes');
  return blocks;
};

/** @source ECMA-167; OSTA UDF 2.50 and 2.60 with 2.2.10, 2.2.13; PS3.12 Annex X */
export const planUdf = (kind: 'udf250' | 'udf260', volume: CheckedVolume, root: TreeDirectory): Layout => {
  const revision = udfRevision(kind);
  const hierarchy = layUdfOut(root, revision);
  const { partitionSector } = revision;
  const blocks = checkedMetadataBlocks(hierarchy);
  const contentSector = partitionSector + PACKET_SECTORS;
  const last = lastWithContent(volume);
  const front = placeFiles(volume.files.slice(0, last), contentSector + blocks);
  const mirrorSector = roundUp(front.endSector, PACKET_SECTORS);
  const mirrorEntrySector = mirrorSector + blocks;
  const tail = placeFiles(volume.files.slice(last), mirrorEntrySector + PACKET_SECTORS);
  const placed = [...front.placed, ...tail.placed];
  const partitionEnd = roundUp(tail.endSector, PACKET_SECTORS);
  // The last anchors stand outside the partition, in the last sector and 256 before it.
  const totalSectors = partitionEnd + ANCHOR_SECTOR + PACKET_SECTORS;
  const entryBlock = 0;
  const mirrorEntryBlock = mirrorEntrySector - partitionSector;
  const facts = { ...factsOf(volume, hierarchy, partitionEnd - partitionSector), metadata: { entryBlock, mirrorEntryBlock, blocks } };
  const context: UdfContext = { hierarchy, volumeName: facts.volumeName, recordedAt: volume.createdAt, fileSectors: placed.map(({ sector }) => sector) };
  const entrySegment = (fileType: 250 | 251, block: number, content: number): ImageSegment => ({
    sector: partitionSector + block, bytes: SECTOR_BYTES,
    encode: () => encodeMetadataEntry(context, fileType, { block, contentBlock: content - partitionSector, blocks }),
  });
  const segments = [
    recognitionSegment(revision, RECOGNITION_SECTOR),
    ...volumeSegments(facts),
    entrySegment(250, entryBlock, contentSector),
    ...treeSegments(context, contentSector),
    ...fileSegments(front.placed),
    ...treeSegments(context, mirrorSector),
    entrySegment(251, mirrorEntryBlock, mirrorSector),
    ...fileSegments(tail.placed),
    anchorSegment(revision, totalSectors - 1 - ANCHOR_SECTOR),
    anchorSegment(revision, totalSectors - 1),
  ];
  return { totalSectors, segments, files: placed };
};
