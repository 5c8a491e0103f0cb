/**
 * Checks the folder of a viewer package and answers it as it would go on a disc, with everything that is wrong.
 * Follows no link, reads no file outside of the folder, and never throws for a bad package.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_FILE, PackageManifest, packageDigest } from '../viewer-package.ts';
import type { ViewerFile, ViewerPackage } from '../viewer-package.ts';
import { leavesFolder, placeFindings } from './place-rules.ts';
import type { PackageFinding, ViewerCode } from './place-rules.ts';

export interface CheckedPackage {
  /** Absent when something is wrong. */
  readonly viewer: ViewerPackage | undefined;
  readonly findings: readonly PackageFinding[];
}

/** Half of a DVD: a larger viewer leaves no room for images. */
const MAX_BYTES = 2 * 1024 * 1024 * 1024;
const MAX_FILES = 20_000;
const MAX_MANIFEST_BYTES = 1024 * 1024;
/** A DICOM file would be a stray instance for every reader that searches folders. @source PS3.10 7.1, 8.4 */
const MARK = { at: 128, text: 'DICM' } as const;

interface Found {
  readonly path: string;
  readonly from: string;
  readonly bytes: number;
}

type Say = (code: ViewerCode, where: string, text: string) => void;

const statsOf = (file: string): Promise<Stats | undefined> => lstat(file).catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
});

/** The entry of the package, when each step to it is a real folder or file. */
const entryOf = async (folder: string, from: string, say: Say): Promise<Stats | undefined> => {
  if (from !== '' && leavesFolder(from)) { say('DISC_VIEWER_ESCAPES', from, 'is no path below the folder of the package'); return undefined; }
  let at = folder;
  let stats = await statsOf(folder);
  for (const part of from === '' ? [] : from.split('/')) {
    at = join(at, part);
    stats = await statsOf(at);
    if (stats?.isSymbolicLink() === true) { say('DISC_VIEWER_ESCAPES', from, 'is a link, or lies behind one'); return undefined; }
  }
  if (!stats) say('DISC_VIEWER_FILE_MISSING', from, 'is not in the package');
  else if (!stats.isFile() && !stats.isDirectory()) { say('DISC_VIEWER_ESCAPES', from, 'is neither a file nor a folder'); return undefined; }
  return stats;
};

const joined = (above: string, name: string): string => (above === '' ? name : name === '' ? above : `${above}/${name}`);

/** Every file below an entry. The manifest of a package that puts its whole folder on the disc stays behind. */
const walk = async (folder: string, { from, to }: { readonly from: string; readonly to: string }, found: Found[], say: Say): Promise<void> => {
  const stats = await entryOf(folder, from, say);
  if (!stats || found.length > MAX_FILES) return;
  if (stats.isFile()) { found.push({ path: to, from, bytes: stats.size }); return; }
  for (const name of (await readdir(join(folder, from))).sort()) {
    if (from === '' && name === PACKAGE_FILE) continue;
    await walk(folder, { from: joined(from, name), to: joined(to, name) }, found, say);
  }
};

const hashed = async (folder: string, file: Found, say: Say): Promise<ViewerFile> => {
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  for await (const chunk of createReadStream(join(folder, file.from)) as AsyncIterable<Buffer>) {
    if (head.length < MARK.at + MARK.text.length) head = Buffer.concat([head, chunk.subarray(0, MARK.at + MARK.text.length)]);
    hash.update(chunk);
  }
  if (head.toString('latin1', MARK.at, MARK.at + MARK.text.length) === MARK.text) say('DISC_VIEWER_DICOM', file.from, 'is a DICOM file');
  return { ...file, sha256: hash.digest('hex') };
};

const readManifest = async (folder: string, say: Say): Promise<PackageManifest | undefined> => {
  const stats = await statsOf(join(folder, PACKAGE_FILE));
  if (stats?.isFile() !== true || stats.size > MAX_MANIFEST_BYTES) { say('DISC_VIEWER_MANIFEST', PACKAGE_FILE, 'is not there, or is no file of its size'); return undefined; }
  let content: unknown;
  try {
    content = JSON.parse(await readFile(join(folder, PACKAGE_FILE), 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    say('DISC_VIEWER_MANIFEST', PACKAGE_FILE, 'is not JSON');
    return undefined;
  }
  const read = PackageManifest.safeParse(content);
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) say('DISC_VIEWER_MANIFEST', path.join('.'), message);
  return undefined;
};

/** Files that the manifest names by their place on the disc are there. */
const checkNamed = ({ start, autorun, files }: PackageManifest, found: readonly Found[], say: Say): void => {
  const places = new Set(found.map(({ path }) => path));
  const iconFile = autorun?.icon?.replace(/,-?\d+$/, '');
  for (const [key, named] of [['start', start], ['autorun.open', autorun?.open], ['autorun.shellexecute', autorun?.shellexecute], ['autorun.icon', iconFile]] as const) {
    if (named === undefined) continue;
    if (named === '') say('DISC_VIEWER_FILE_MISSING', key, 'is not filled in: which file of the viewer is it?');
    else if (!places.has(named)) say('DISC_VIEWER_FILE_MISSING', key, `${named} is not among the files that go on the disc`);
    // The system ends the path of a program at the first space.
    else if (named.includes(' ') && key.startsWith('autorun.') && key !== 'autorun.icon') say('DISC_VIEWER_NAME', key, 'a path with a space cannot be started by AUTORUN.INF');
  }
  for (const { from } of files) if (!found.some((file) => from === '' || file.from === from || file.from.startsWith(`${from}/`))) say('DISC_VIEWER_FILE_MISSING', from, 'holds no file');
};

const checkSize = (found: readonly Found[], bytes: number, say: Say): void => {
  if (found.length > MAX_FILES) say('DISC_VIEWER_TOO_LARGE', '', `has more than ${MAX_FILES} files`);
  if (bytes > MAX_BYTES) say('DISC_VIEWER_TOO_LARGE', '', `has ${bytes} bytes, ${MAX_BYTES} are the most`);
};

/** Checks a package. Files are hashed only when nothing else is wrong with names, places and size. */
export const checkPackage = async (folder: string): Promise<CheckedPackage> => {
  const findings: PackageFinding[] = [];
  const say: Say = (code, where, text) => { if (!findings.some((one) => one.code === code && one.where === where)) findings.push({ code, where, text }); };
  const manifest = await readManifest(folder, say);
  if (!manifest) return { viewer: undefined, findings };

  const found: Found[] = [];
  for (const rule of manifest.files) await walk(folder, rule, found, say);
  const licence = await entryOf(folder, manifest.licence.file, say);
  if (licence?.isDirectory() === true) say('DISC_VIEWER_FILE_MISSING', manifest.licence.file, 'is a folder, not the text of the licence');
  checkNamed(manifest, found, say);
  const bytes = found.reduce((sum, file) => sum + file.bytes, 0);
  checkSize(found, bytes, say);
  for (const { code, where, text } of placeFindings(found.map(({ path }) => path), manifest.needsLongNames)) say(code, where, text);
  if (findings.length > 0) return { viewer: undefined, findings };

  const files: ViewerFile[] = [];
  for (const file of found) files.push(await hashed(folder, file, say));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return findings.length > 0 ? { viewer: undefined, findings } : { viewer: { manifest, files, bytes, digest: packageDigest(manifest, files) }, findings };
};
