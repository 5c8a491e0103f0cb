/**
 * Plans a volume image: every position follows from names and lengths, before a byte is read.
 * Checks what all kinds of volumes have in common; plan-iso.ts and plan-udf.ts lay them out.
 */
import { ApplianceError } from '../../infra/errors.ts';
import type { ImageFile, ImageVolume } from './image-file.ts';
import type { CheckedVolume, ImagePlan, Layout } from './image-plan.ts';
import { buildImageTree, type TreeDirectory } from './image-tree.ts';
import { planIso9660 } from './plan-iso.ts';
import { planBridge, planUdf } from './plan-udf.ts';
import { MAX_ISO_FILE_BYTES } from './sectors.ts';
import { maxFileBytes } from './udf-entries.ts';

/** Parents are named by 16 bits in the path table, and subdirectories counted by 16 bits in UDF. */
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

const directoriesIn = ({ entries }: TreeDirectory): number =>
  entries.reduce((sum, entry) => (entry.kind === 'directory' ? sum + directoriesIn(entry) : sum), 1);

const layOut = (kind: ImageVolume['kind'], volume: CheckedVolume, root: TreeDirectory): Layout => {
  switch (kind) {
    case 'iso9660': return planIso9660(volume, root);
    case 'bridge': return planBridge(volume, root);
    case 'udf250':
    case 'udf260': return planUdf(kind, volume, root);
    default: return kind satisfies never;
  }
};

/**
 * Plans the image of one volume. Files follow each other in the order given.
 * Reports the exact size and does not compare it with any medium.
 * @throws {ApplianceError} DISC_FILE_SET_INVALID for what the volume cannot carry: names, depth over 8, files from 4 GiB on a
 *   CD, more than 65,535 directories, duplicates, a bad File-set ID or date
 * @source ECMA-119 6 to 9; Joliet Specification; ECMA-167; OSTA UDF; PS3.12 Annexes F, P, X
 */
export const planImage = (volume: ImageVolume): ImagePlan => {
  checkVolume(volume);
  checkLate(volume.files);
  const { kind, volumeId, files } = volume;
  const root = buildImageTree(files, kind === 'iso9660' ? MAX_ISO_FILE_BYTES : maxFileBytes(kind !== 'bridge'));
  if (directoriesIn(root) > MAX_DIRECTORIES) throw invalid(`the volume has more than ${MAX_DIRECTORIES} directories`);
  // The date is a mutable object of the caller, and segments are encoded later.
  const layout = layOut(kind, { volumeId, files, createdAt: new Date(volume.createdAt) }, root);
  if (layout.totalSectors > 0xffff_ffff) throw invalid('the volume has more sectors than 32 bits count');
  return { kind, volumeId, ...layout };
};
