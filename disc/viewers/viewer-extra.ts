/** Puts chosen viewers on a disc: their files, AUTORUN.INF of the first one, links for the pages, and the room all of it takes. */
import { join } from 'node:path';
import type { DiscExtra } from '../disc-extra.ts';
import { SECTOR_BYTES } from '../image/sectors.ts';
import type { Language } from '../order/content.ts';
import { AUTORUN_KEYS, AUTORUN_SECTION } from '../tables/autorun-keys.ts';
import type { PackageManifest } from '../viewer-package.ts';
import { AUTORUN_PATH } from './place-rules.ts';
import type { InstalledViewer } from './installed-viewer.ts';

export interface ViewerContext {
  /** Of the pages of the disc. */
  readonly language: Language;
  readonly fileSetId: string;
}

const onWindows = (path: string): string => path.replaceAll('/', '\\');

const valueOf = ({ autorun, arguments: given }: PackageManifest, { key, value }: (typeof AUTORUN_KEYS)[number], { language, fileSetId }: ViewerContext): string | undefined => {
  const said = autorun?.[key];
  if (said === undefined) return undefined;
  if (value === 'program') return `${onWindows(said)} ${given[language] ?? given.default ?? ''}`.trimEnd();
  return value === 'icon' ? onWindows(said) : said.replaceAll('{fileSetId}', fileSetId);
};

/** AUTORUN.INF of a viewer, in ASCII with CR LF; undefined when it does not start by itself. */
export const renderAutorun = (manifest: PackageManifest, context: ViewerContext): Buffer | undefined => {
  if (!manifest.autorun) return undefined;
  const lines = AUTORUN_KEYS.flatMap((row) => { const value = valueOf(manifest, row, context); return value === undefined ? [] : [`${row.key}=${value}`]; });
  return Buffer.from([AUTORUN_SECTION, ...lines, ''].join('\r\n'), 'latin1');
};

/** The files and links of the viewers, in their order. The same viewers and context give the same bytes. */
export const viewerExtra = (viewers: readonly InstalledViewer[], context: ViewerContext): DiscExtra => {
  const [first] = viewers;
  const autorun = first && renderAutorun(first.viewer.manifest, context);
  return {
    files: [
      ...(autorun ? [{ path: AUTORUN_PATH, bytes: autorun.length, content: { data: autorun } }] : []),
      ...viewers.flatMap(({ viewer, folder }) => viewer.files.map(({ path, from, bytes }) => ({ path, bytes, content: { file: join(folder, from) } }))),
    ],
    links: viewers.map(({ viewer: { manifest } }) => ({ kind: 'viewer', title: `${manifest.name} ${manifest.version}`, href: manifest.start })),
  };
};

/** The first file of a viewer that was not written as it was installed. */
export const changedFile = (viewers: readonly InstalledViewer[], written: readonly { readonly path: string; readonly sha256: string }[]): string | undefined => {
  const digests = new Map(written.map(({ path, sha256 }) => [path, sha256]));
  return viewers.flatMap(({ viewer }) => viewer.files).find(({ path, sha256 }) => digests.get(path) !== sha256)?.path;
};

/** Directory records of three trees, the entry in UDF and in its mirror, the line of the manifest beside the path. @source ECMA-119 9.1; ECMA-167 4/14.4, 4/14.9 */
const FILE_ROOM_BYTES = 5 * 1024;
/** A sector in ISO 9660 and Joliet each, path tables, entry and identifiers in UDF and in its mirror. */
const FOLDER_ROOM_BYTES = 14 * 1024;

/** Bytes that viewers take on a disc of any kind: no less than what the image grows by. */
export const viewerRoomBytes = (viewers: readonly InstalledViewer[]): number => {
  const files = viewers.flatMap(({ viewer }) => viewer.files);
  const folders = new Set(files.flatMap(({ path }) => path.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))));
  const content = files.reduce((sum, { path, bytes }) => sum + SECTOR_BYTES * Math.ceil(bytes / SECTOR_BYTES) + FILE_ROOM_BYTES + path.length, 0);
  return viewers.length === 0 ? 0 : content + folders.size * FOLDER_ROOM_BYTES + SECTOR_BYTES + FILE_ROOM_BYTES;
};
