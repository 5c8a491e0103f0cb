/**
 * The installed viewers: one folder for each id and version, with the package as it was checked and installed.json beside it.
 * What is not completely installed does not exist; nothing is overwritten.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readJsonFile, syncFolder, writeJsonFile } from '../../infra/durable-file.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { PACKAGE_FILE, PackageManifest } from '../viewer-package.ts';
import type { ViewerPackage } from '../viewer-package.ts';
import { checkPackage } from './check-package.ts';
import { chooseViewers } from './choose-viewers.ts';
import type { ChosenViewers, ViewerWish } from './choose-viewers.ts';
import type { InstalledViewer } from './installed-viewer.ts';
import { findingText } from './place-rules.ts';
import type { PackageFinding } from './place-rules.ts';

export interface ViewerShelf {
  /** By id, the newest version first. */
  all(): Promise<readonly InstalledViewer[]>;
  /** @throws {ApplianceError} DISC_VIEWER_UNKNOWN */
  one(id: string, version: string): Promise<InstalledViewer>;
  /** Which of these go on a disc. */
  choose(wish: ViewerWish): Promise<ChosenViewers>;
  /** Checks the folder of a package and keeps a copy. @throws {ApplianceError} the code of the first finding, all in `details.findings`; DISC_VIEWER_INSTALLED for other content under the same version */
  install(folder: string): Promise<{ readonly installed: InstalledViewer; readonly existed: boolean }>;
  /** What is wrong with an installed package now; DISC_VIEWER_CHANGED where its files are others than at first. @throws {ApplianceError} DISC_VIEWER_UNKNOWN */
  recheck(id: string, version: string): Promise<readonly PackageFinding[]>;
  /** @throws {ApplianceError} DISC_VIEWER_UNKNOWN */
  enable(id: string, version: string, isEnabled: boolean): Promise<InstalledViewer>;
  /** Removes one version, or all. @throws {ApplianceError} DISC_VIEWER_UNKNOWN */
  remove(id: string, version?: string): Promise<void>;
}

const STATE_FILE = 'installed.json';
const PACKAGE_FOLDER = 'package';

const State = z.object({
  isEnabled: z.boolean(), installedAt: z.iso.datetime(),
  viewer: z.object({ manifest: PackageManifest, files: z.array(z.object({ path: z.string(), from: z.string(), bytes: z.number(), sha256: z.string() })), bytes: z.number(), digest: z.string() }),
});

/** 10 comes after 9. */
const VERSIONS = new Intl.Collator('en', { numeric: true });

const foldersIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return [];
  }
};

const readState = async (folder: string): Promise<InstalledViewer | undefined> => {
  const state = State.safeParse(await readJsonFile(join(folder, STATE_FILE)));
  return state.success ? { viewer: state.data.viewer, folder: join(folder, PACKAGE_FOLDER), isEnabled: state.data.isEnabled, installedAt: new Date(state.data.installedAt) } : undefined;
};

const writeState = (folder: string, { viewer, isEnabled, installedAt }: Omit<InstalledViewer, 'folder'>): Promise<void> => writeJsonFile(join(folder, STATE_FILE), { isEnabled, installedAt, viewer });

const copyDurably = async (from: string, to: string): Promise<void> => {
  await mkdir(dirname(to), { recursive: true, mode: 0o750 });
  await copyFile(from, to, constants.COPYFILE_EXCL);
  const handle = await open(to, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Copies what the manifest names and nothing else of the folder. */
const copyPackage = async ({ manifest, files }: ViewerPackage, from: string, to: string): Promise<void> => {
  for (const name of new Set([PACKAGE_FILE, manifest.licence.file, ...files.map((file) => file.from)])) await copyDurably(join(from, name), join(to, name));
};

/** @throws {ApplianceError} the code of the first finding */
const accepted = async (folder: string): Promise<ViewerPackage> => {
  const { viewer, findings } = await checkPackage(folder);
  const [first] = findings;
  if (viewer) return viewer;
  if (!first) throw new TypeError('a package without findings has no content');
  throw new ApplianceError(first.code, findingText(first), { details: { findings: findings.map((finding) => `${finding.code} ${findingText(finding)}`) } });
};

/** The shelf in a folder, which need not be there yet. */
export const createViewerShelf = ({ directory, now }: { readonly directory: string; readonly now: () => Date }): ViewerShelf => {
  const all = async (): Promise<readonly InstalledViewer[]> => {
    const found: InstalledViewer[] = [];
    for (const id of [...await foldersIn(directory)].sort()) {
      const versions = [...await foldersIn(join(directory, id))].sort((a, b) => VERSIONS.compare(b, a));
      for (const version of versions) {
        const installed = await readState(join(directory, id, version));
        if (installed) found.push(installed);
      }
    }
    return found;
  };
  // Ids and versions from outside are compared, never made into a path.
  const one = async (id: string, version: string): Promise<InstalledViewer> => {
    const found = (await all()).find(({ viewer: { manifest } }) => manifest.id === id && manifest.version === version);
    if (!found) throw new ApplianceError('DISC_VIEWER_UNKNOWN', `no viewer ${JSON.stringify(id)} ${JSON.stringify(version)} is installed`);
    return found;
  };
  return {
    all, one,
    choose: async (wish) => chooseViewers(await all(), wish),
    async install(folder) {
      const viewer = await accepted(folder);
      const { id, version } = viewer.manifest;
      const known = (await all()).find((other) => other.viewer.manifest.id === id && other.viewer.manifest.version === version);
      if (known && known.viewer.digest !== viewer.digest) throw new ApplianceError('DISC_VIEWER_INSTALLED', `${id} ${version} is installed with other content`, { details: { id, version } });
      if (known) return { installed: known, existed: true };
      const beside = join(directory, `.${id}-${randomBytes(6).toString('hex')}`);
      try {
        await copyPackage(viewer, folder, join(beside, PACKAGE_FOLDER));
        // What was copied counts: the folder may have changed since it was checked.
        await writeState(beside, { viewer: await accepted(join(beside, PACKAGE_FOLDER)), isEnabled: true, installedAt: now() });
        await mkdir(join(directory, id), { recursive: true, mode: 0o750 });
        await rm(join(directory, id, version), { recursive: true, force: true });
        await rename(beside, join(directory, id, version));
        await syncFolder(join(directory, id));
      } finally {
        await rm(beside, { recursive: true, force: true });
      }
      return { installed: await one(id, version), existed: false };
    },
    async recheck(id, version) {
      const { viewer, folder } = await one(id, version);
      const present = await checkPackage(folder);
      if (present.viewer && present.viewer.digest !== viewer.digest) return [{ code: 'DISC_VIEWER_CHANGED', where: '', text: 'its files are not those that were installed' }];
      return present.findings;
    },
    async enable(id, version, isEnabled) {
      const installed = await one(id, version);
      await writeState(dirname(installed.folder), { ...installed, isEnabled });
      return one(id, version);
    },
    async remove(id, version) {
      const found = (await all()).filter(({ viewer: { manifest } }) => manifest.id === id && (version === undefined || manifest.version === version));
      if (found.length === 0) throw new ApplianceError('DISC_VIEWER_UNKNOWN', `no viewer ${JSON.stringify(id)}${version === undefined ? '' : ` ${JSON.stringify(version)}`} is installed`);
      for (const { folder } of found) await rm(dirname(folder), { recursive: true, force: true });
    },
  };
};
