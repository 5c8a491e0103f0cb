/** Plans the ISO 9660 side of a volume: alone for a CD, or as the part of a bridge. */
import type { CheckedVolume, ImageSegment, Layout } from './image-plan.ts';
import type { TreeDirectory } from './image-tree.ts';
import { encodeDescriptorSet } from './iso-descriptors.ts';
import { layHierarchyOut, type Hierarchy } from './iso-hierarchy.ts';
import { encodeDirectory, encodePathTable } from './iso-records.ts';
import { fileSegments, placeFiles } from './place-files.ts';
import { SECTOR_BYTES } from './sectors.ts';

/** Both trees of a volume, one behind the other. */
export interface IsoTrees {
  readonly primary: Hierarchy;
  readonly joliet: Hierarchy;
  readonly endSector: number;
}

/** Behind the 16 sectors of the system area. @source ECMA-119 6.2.1 */
const DESCRIPTOR_SECTOR = 16;
/** Sectors of the primary descriptor, the Joliet one and the terminator. */
export const DESCRIPTOR_END_SECTOR = DESCRIPTOR_SECTOR + 3;
/** CD drives read ahead past the last file, and a track written at once ends in run-out sectors that count as its last ones. */
const READ_AHEAD_SECTORS = 150;

export const layIsoTreesOut = (root: TreeDirectory, startSector: number): IsoTrees => {
  const primary = layHierarchyOut('primary', root, startSector);
  const joliet = layHierarchyOut('joliet', root, primary.endSector);
  return { primary, joliet, endSector: joliet.endSector };
};

const hierarchySegments = (hierarchy: Hierarchy, fileSectors: readonly number[], recordedAt: Date): readonly ImageSegment[] => [
  { sector: hierarchy.typeLSector, bytes: hierarchy.pathTableBytes, encode: () => encodePathTable(hierarchy, 'L') },
  { sector: hierarchy.typeMSector, bytes: hierarchy.pathTableBytes, encode: () => encodePathTable(hierarchy, 'M') },
  ...hierarchy.directories.map((directory): ImageSegment => ({
    sector: directory.sector,
    bytes: directory.bytes,
    encode: () => encodeDirectory(directory, { hierarchy, fileSectors, recordedAt }),
  })),
];

/** Segments of path tables and directories. */
export const isoTreeSegments = ({ primary, joliet }: IsoTrees, fileSectors: readonly number[], recordedAt: Date): readonly ImageSegment[] =>
  [...hierarchySegments(primary, fileSectors, recordedAt), ...hierarchySegments(joliet, fileSectors, recordedAt)];

export const isoDescriptorSegment = ({ volumeId, createdAt }: CheckedVolume, { primary, joliet }: IsoTrees, totalSectors: number): ImageSegment => ({
  sector: DESCRIPTOR_SECTOR,
  bytes: 3 * SECTOR_BYTES,
  encode: () => encodeDescriptorSet({ volumeId, totalSectors, createdAt }, [primary, joliet]),
});

/** @source ECMA-119 6 to 9; Joliet Specification; PS3.12 Annex F */
export const planIso9660 = (volume: CheckedVolume, root: TreeDirectory): Layout => {
  const trees = layIsoTreesOut(root, DESCRIPTOR_END_SECTOR);
  const { placed, endSector } = placeFiles(volume.files, trees.endSector);
  const totalSectors = endSector + READ_AHEAD_SECTORS;
  const segments = [
    isoDescriptorSegment(volume, trees, totalSectors),
    ...isoTreeSegments(trees, placed.map(({ sector }) => sector), volume.createdAt),
    ...fileSegments(placed),
  ];
  return { totalSectors, segments, files: placed };
};
