/**
 * SHA256.TXT: the SHA-256 of every other file of a disc, as `sha256sum -c` reads it.
 * Its length follows from the paths alone, so it can be planned before a byte is hashed and written last in the same pass.
 */
import type { ImageFile } from './image/image-file.ts';

/** Name of the manifest on the disc. */
export const MANIFEST_PATH = 'SHA256.TXT';

const line = (sha256: string, path: string): string => `${sha256}  ${path}\n`;
/** What a file was made from, for files that are not as received; a comment to sha256sum. */
const remark = (origin: string | undefined): string => (origin === undefined ? '' : `# ${origin}\n`);

/** Renders the lines in the order given; LF only, because sha256sum takes CR as part of the name. */
export const renderManifest = (files: readonly { readonly path: string; readonly sha256: string }[], origins: ReadonlyMap<string, string> = new Map()): Buffer =>
  Buffer.from(files.map(({ path, sha256 }) => remark(origins.get(path)) + line(sha256, path)).join(''), 'latin1');

/** The manifest as the last file of an image whose other files lie at `paths`; `origins` names by path what a file was made from, in ASCII. */
export const manifestFile = (paths: readonly string[], origins: ReadonlyMap<string, string>): ImageFile => ({
  path: MANIFEST_PATH,
  bytes: paths.reduce((sum, path) => sum + remark(origins.get(path)).length + 64 + 2 + path.length + 1, 0),
  content: { late: (files) => renderManifest(files, origins) },
});
