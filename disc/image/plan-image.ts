/**
 * Plans a volume image: every position follows from names and lengths, before a byte is read.
 * The plan is a list of segments in ascending order; what no segment covers is written as zeros.
 */
import { ApplianceError } from '../../infra/errors.ts';
import type { ImageFile, ImageVolume } from './image-file.ts';
import { buildImageTree } from './image-tree.ts';
import { encodeDescriptorSet } from './iso-descriptors.ts';
import { layHierarchyOut, type Hierarchy } from './iso-hierarchy.ts';
import { encodeDirectory, encodePathTable } from './iso-records.ts';
import { SECTOR_BYTES, sectorsFor } from './sectors.ts';

/** Consecutive bytes from the start of a sector: made when their turn comes, or those of one file. */
export type ImageSegment =
  | { readonly sector: number; readonly bytes: number; readonly encode: () => Uint8Array }
  | { readonly sector: number; readonly bytes: number; readonly file: ImageFile };

export interface PlannedFile {
  readonly file: ImageFile;
  /** First sector of the content, 0 for an empty file. */
  readonly sector: number;
}

export interface ImagePlan {
  readonly kind: ImageVolume['kind'];
  readonly volumeId: string;
  /** Exact length of the image. */
  readonly totalSectors: number;
  readonly segments: readonly ImageSegment[];
  /** In the order given. */
  readonly files: readonly PlannedFile[];
}

/** Behind the 16 sectors of the system area. @source ECMA-119 6.2.1 */
const DESCRIPTOR_SECTOR = 16;
const HIERARCHY_SECTOR = 19;
/** CD drives read ahead past the last file and fail where a track ends too early. */
const READ_AHEAD_SECTORS = 150;
/** Parents are named by 16 bits in the path table. */
const MAX_DIRECTORIES = 0xffff;

const invalid = (what: string): ApplianceError => new ApplianceError('DISC_FILE_SET_INVALID', what);

const checkVolume = ({ volumeId, createdAt }: ImageVolume): void => {
  if (!/^[A-Z0-9_]{0,16}$/.test(volumeId)) throw invalid('the File-set ID is not up to 16 characters of A-Z 0-9 _');
  const year = createdAt.getUTCFullYear();
  if (!(year >= 1900 && year <= 2155)) throw invalid('the date of the volume is outside 1900 to 2155');
};

const checkLate = (files: readonly ImageFile[]): void => {
  if (files.some((file, index) => 'late' in file.content && (index !== files.length - 1 || file.bytes === 0))) {
    throw new TypeError('only the last file may be late, and not an empty one');
  }
};

const placeFiles = (files: readonly ImageFile[], startSector: number): { placed: readonly PlannedFile[]; endSector: number } => {
  let sector = startSector;
  const placed = files.map((file): PlannedFile => {
    const first = file.bytes === 0 ? 0 : sector;
    sector += sectorsFor(file.bytes);
    return { file, sector: first };
  });
  return { placed, endSector: sector };
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

/**
 * Plans the image of one volume. Files follow each other in the order given.
 * Reports the exact size and does not compare it with any medium.
 * @throws {ApplianceError} DISC_FILE_SET_INVALID for what the volume cannot carry: names, depth over 8, files from 4 GiB,
 *   duplicates, a bad File-set ID or date
 * @source ECMA-119 6 to 9; Joliet Specification; PS3.12 Annex F
 */
export const planImage = (volume: ImageVolume): ImagePlan => {
  checkVolume(volume);
  checkLate(volume.files);
  // The date is a mutable object of the caller, and segments are encoded later.
  const createdAt = new Date(volume.createdAt);
  const root = buildImageTree(volume.files);
  const primary = layHierarchyOut('primary', root, HIERARCHY_SECTOR);
  if (primary.directories.length > MAX_DIRECTORIES) throw invalid(`the volume has more than ${MAX_DIRECTORIES} directories`);
  const joliet = layHierarchyOut('joliet', root, primary.endSector);
  const { placed, endSector } = placeFiles(volume.files, joliet.endSector);
  const totalSectors = endSector + READ_AHEAD_SECTORS;
  if (totalSectors > 0xffff_ffff) throw invalid('the volume has more sectors than 32 bits count');
  const facts = { volumeId: volume.volumeId, totalSectors, createdAt };
  const fileSectors = placed.map(({ sector }) => sector);
  return {
    kind: volume.kind,
    volumeId: volume.volumeId,
    totalSectors,
    files: placed,
    segments: [
      { sector: DESCRIPTOR_SECTOR, bytes: 3 * SECTOR_BYTES, encode: () => encodeDescriptorSet(facts, [primary, joliet]) },
      ...hierarchySegments(primary, fileSectors, createdAt),
      ...hierarchySegments(joliet, fileSectors, createdAt),
      ...placed.flatMap(({ file, sector }): ImageSegment[] => (sector === 0 ? [] : [{ sector, bytes: file.bytes, file }])),
    ],
  };
};
