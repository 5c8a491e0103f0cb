/**
 * The files of a finished volume image, with the digests of its own manifest: what leaves on another way is what the gate saw.
 */
import { ApplianceError } from '../../infra/errors.ts';
import { MANIFEST_PATH } from '../manifest.ts';
import { HOLE } from '../reader/image-bytes.ts';
import { openImage, readIsoVolume, SECTOR } from '../reader/iso9660-reader.ts';
import type { ImageBytes } from '../reader/iso9660-reader.ts';
import { readUdfVolume } from '../reader/udf-reader.ts';
import type { UdfEntry } from '../reader/udf-reader.ts';
import { stretchOf } from './source-file.ts';
import type { SourceFile } from './source-file.ts';

/** One entry of a volume, as any reader of a file system tells it. */
export interface VolumeEntry {
  readonly path: string;
  readonly isDirectory: boolean;
  /** First of its sectors in a row. */
  readonly sector: number;
  readonly bytes: number;
}

/** A volume that was read; not a word of `problems` when it is sound. */
export interface VolumeTree {
  readonly volumeId: string;
  readonly entries: readonly VolumeEntry[];
  readonly problems: readonly string[];
}

/** Reads the tree with the full names. */
export type ReadVolume = (image: ImageBytes) => VolumeTree;

/** The Joliet tree of an ISO 9660 volume, or the primary one where there is no other. */
export const readIsoTree: ReadVolume = (image) => {
  const volume = readIsoVolume(image);
  return { volumeId: volume.volumeId.trim(), entries: volume.joliet ?? volume.primary, problems: volume.problems };
};

/** Where a file lies when its extents follow each other, as ours do. */
const startOf = ({ extents, bytes }: UdfEntry): number | undefined => {
  if (bytes === 0) return 0;
  const [first] = extents;
  let end = first?.offset;
  for (const extent of extents) {
    if (end === undefined || extent.offset === HOLE || extent.offset !== end) return undefined;
    end += extent.bytes;
  }
  return first !== undefined && first.offset % SECTOR === 0 ? first.offset / SECTOR : undefined;
};

/** Reads the UDF tree of a volume that has one, else its ISO 9660 trees. */
export const readAnyTree: ReadVolume = (image) => {
  const udf = readUdfVolume(image);
  if (udf?.isReadable !== true) return readIsoTree(image);
  const placed = udf.entries.map((entry) => ({ entry, sector: entry.isDirectory ? 0 : startOf(entry) }));
  const scattered = placed.flatMap(({ entry, sector }) => (sector === undefined ? [`${entry.path}: lies in pieces`] : []));
  return { volumeId: udf.logicalVolumeId.trim(), entries: placed.map(({ entry, sector = 0 }) => ({ path: entry.path, isDirectory: entry.isDirectory, bytes: entry.bytes, sector })), problems: [...udf.problems, ...scattered] };
};

export interface VolumeFiles {
  readonly volumeId: string;
  readonly files: readonly SourceFile[];
}

const MAX_MANIFEST_BYTES = 256 << 20;
const failed = (what: string, path?: string): ApplianceError => new ApplianceError('DISC_IMAGE_FAILED', what, path === undefined ? {} : { details: { path } });

/** A path that stays below the folder it is copied into, on every system. */
const isSafePath = (path: string): boolean =>
  // eslint-disable-next-line no-control-regex -- control characters in names are what this refuses
  path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !/[\u0000-\u001f\\:*?"<>|]/.test(name));

/** The lines of a manifest. @source GNU coreutils sha256sum */
const digestsOf = (manifest: Buffer): ReadonlyMap<string, string> =>
  new Map(manifest.toString('utf8').split('\n').flatMap((line): [string, string][] => {
    const parts = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
    return parts === null ? [] : [[parts[2] as string, parts[1] as string]];
  }));

/**
 * Lists the files of an image, each with the digest it must have.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when the image cannot be read, is not sound, names unsafe paths, or a file is missing in its manifest
 */
export const filesOfImage = (imageFile: string, read: ReadVolume = readIsoTree): VolumeFiles => {
  const image = openImage(imageFile);
  try {
    const { volumeId, entries, problems } = read(image);
    if (problems.length > 0) throw failed(`the image is not sound: ${problems[0] ?? ''}`);
    const files = entries.filter((entry) => !entry.isDirectory);
    const manifest = files.find(({ path }) => path === MANIFEST_PATH);
    if (manifest === undefined || manifest.bytes > MAX_MANIFEST_BYTES) throw failed('the image has no manifest');
    const digests = digestsOf(image.read(manifest.sector * SECTOR, manifest.bytes));
    return {
      volumeId,
      files: files.map(({ path, sector, bytes }) => {
        const sha256 = digests.get(path);
        if (!isSafePath(path)) throw failed('the image names a file that would leave its folder');
        if (sha256 === undefined && path !== MANIFEST_PATH) throw failed('a file is missing in the manifest', path);
        return stretchOf(imageFile, { path, offset: sector * SECTOR, bytes, ...(sha256 === undefined ? {} : { sha256 }) });
      }),
    };
  } finally {
    image.close();
  }
};
