/** Opens a disc of any maker: an image, a drive, or a folder. Decides which of its trees is judged. */
import { statSync } from 'node:fs';
import { ApplianceError } from '../../infra/errors.ts';
import { folderContent, imageContent } from './disc-content.ts';
import type { DiscContent } from './disc-content.ts';
import { createFindings } from './findings.ts';
import type { Finding } from './findings.ts';
import { openImage, SECTOR } from './image-bytes.ts';
import type { ImageBytes } from './image-bytes.ts';
import { readIsoVolume } from './iso9660-reader.ts';
import type { IsoEntry, IsoVolume } from './iso9660-reader.ts';
import { readUdfVolume } from './udf-reader.ts';
import type { UdfVolume } from './udf-reader.ts';

export interface OpenDisc {
  readonly kind: 'image' | 'folder';
  /** Bytes of the image; 0 for a folder. */
  readonly bytes: number;
  readonly iso: IsoVolume | undefined;
  readonly udf: UdfVolume | undefined;
  /** The tree that is judged: UDF where there is one, because it holds every file under its own name; else ISO 9660. */
  readonly content: DiscContent;
  /** What the file systems themselves brought up. */
  readonly findings: readonly Finding[];
  /** False when no file system was found. */
  readonly isReadable: boolean;
  close(): void;
}

const hasIso = (image: ImageBytes): boolean => [16, 17].some((sector) => image.read(sector * SECTOR + 1, 5).toString('latin1') === 'CD001');

const LEVEL_1_NAME = /^[A-Z0-9_]{0,8}(\.[A-Z0-9_]{0,3})?$/;

/** Files of the primary tree under the names that their maker gave them: Joliet names stand in for those that level 1 changed. */
const isoEntries = ({ primary, joliet }: IsoVolume): readonly IsoEntry[] => {
  const keyOf = (entry: IsoEntry): string => `${entry.sector}+${entry.bytes}`;
  const longNames = new Map((joliet ?? []).filter((entry) => !entry.isDirectory && entry.bytes > 0 && !entry.path.split('/').every((name) => LEVEL_1_NAME.test(name))).map((entry) => [keyOf(entry), entry.path]));
  const inJoliet = new Set((joliet ?? []).map((entry) => entry.path)), inPrimary = new Set(primary.map((entry) => entry.path));
  // Empty files have no place to be known by: those that only one tree names are taken in their order.
  const isLoose = (entry: IsoEntry, named: ReadonlySet<string>): boolean => !entry.isDirectory && entry.bytes === 0 && !named.has(entry.path);
  const looseNames = (joliet ?? []).filter((entry) => isLoose(entry, inPrimary)).map((entry) => entry.path);
  const loose = new Map(primary.filter((entry) => isLoose(entry, inJoliet)).map((entry, n) => [entry.path, looseNames[n]]));
  return primary.map((entry) => {
    const path = entry.isDirectory || inJoliet.has(entry.path) ? undefined : entry.bytes === 0 ? loose.get(entry.path) : longNames.get(keyOf(entry));
    return path === undefined ? entry : { ...entry, path };
  });
};

const openImageDisc = (path: string): OpenDisc => {
  const image = openImage(path);
  try {
    const found = readUdfVolume(image);
    // An anchor alone may be left over on a rewritten disc that is ISO 9660 now.
    const udf = found && (found.isAnnounced || !hasIso(image)) ? found : undefined;
    const iso = !udf || hasIso(image) ? readIsoVolume(image) : undefined;
    const isUdfJudged = udf?.isReadable === true;
    const entries = isUdfJudged ? udf.entries : iso ? isoEntries(iso) : [];
    return {
      kind: 'image', bytes: image.bytes, iso, udf, content: imageContent(path, image, entries),
      findings: [...(iso?.findings ?? []), ...(udf?.findings ?? [])], isReadable: isUdfJudged || (iso !== undefined && iso.sectors > 0), close: () => { image.close(); },
    };
  } catch (error) {
    image.close();
    throw error;
  }
};

const openFolderDisc = (path: string): OpenDisc => {
  const findings = createFindings();
  const content = folderContent(path, findings.report);
  return { kind: 'folder', bytes: 0, iso: undefined, udf: undefined, content, findings: findings.list(), isReadable: true, close: () => undefined };
};

/**
 * Opens a folder, an image file or a block device by its path.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when it is none of these or cannot be read at all
 */
export const openDisc = (path: string): OpenDisc => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return openFolderDisc(path);
  if (stats && !stats.isFile() && !stats.isBlockDevice()) throw new ApplianceError('DISC_IMAGE_FAILED', 'neither a folder, nor an image, nor a drive');
  return openImageDisc(path);
};
