/**
 * Where the embedded cluster lies, who owns it, its port and its password; remembered in the home folder.
 * Never deletes a cluster.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readJsonFile, writeDurably, writeJsonFile } from '../durable-file.ts';
import { ApplianceError } from '../errors.ts';
import type { Home } from '../home.ts';
import { freePort, isPortFree, requirePort } from '../ports.ts';
import type { OnStep } from './keeper.ts';
import { DATABASE_USER_FOLDER, canPass, databaseUser } from './os-user.ts';
import type { OsUser } from './os-user.ts';

export interface PostgresPlace {
  /** Folder of the cluster's folder; owned by `user`. */
  readonly folder: string;
  readonly data: string;
  /** Set when this process is root: the server runs as this user. */
  readonly user: OsUser | undefined;
  readonly password: string;
}

const memory = (home: Home): string => join(home.database, 'place.json');

const remembered = async (home: Home): Promise<{ folder?: string; port?: number }> => {
  const value = await readJsonFile(memory(home));
  return typeof value === 'object' && value !== null ? value : {};
};

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
};

/** Lets the user pass through our own folders, by group, without letting it read them. */
const admit = async (folder: string, user: OsUser): Promise<void> => {
  const { mode, gid } = await stat(folder);
  if ((mode & 0o001) !== 0) return;
  if (gid !== user.gid) await chown(folder, process.getuid?.() ?? 0, user.gid);
  await chmod(folder, ((mode & 0o700) | 0o010) & 0o777);
};

const ownFolder = async (path: string, user: OsUser): Promise<string> => {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chown(path, user.uid, user.gid);
  await chmod(path, 0o700);
  return path;
};

/** A folder of its own below /var/lib: of this home, and of no earlier home at the same place. */
const folderElsewhere = async (home: Home, user: OsUser, base: string): Promise<string> => {
  await mkdir(base, { recursive: true, mode: 0o755 });
  const hash = createHash('sha256').update(await realpath(home.folder)).digest('hex').slice(0, 16);
  for (let n = 1; ; n++) {
    const path = join(base, n === 1 ? hash : `${hash}-${n}`);
    if (!await isFolder(join(path, 'data'))) return ownFolder(path, user);
  }
};

const chooseFolder = async (home: Home, user: OsUser | undefined, elsewhere: string): Promise<string> => {
  const inside = join(home.database, 'cluster');
  if (user === undefined) {
    await mkdir(inside, { recursive: true, mode: 0o700 });
    return inside;
  }
  if (!await canPass(dirname(await realpath(home.folder)), user)) return folderElsewhere(home, user, elsewhere);
  await admit(home.folder, user);
  await admit(home.database, user);
  return ownFolder(inside, user);
};

const passwordOf = async (home: Home): Promise<string> => {
  const path = join(home.database, 'password');
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const password = randomBytes(24).toString('base64url');
  await writeDurably(path, `${password}\n`, { mode: 0o600 });
  return password;
};

/**
 * Answers the place of the home's cluster, chosen once and remembered.
 * @throws {ApplianceError} CONFIG_DATABASE when the remembered place is not there or belongs to another user
 */
export const postgresPlace = async ({ home, onStep, elsewhere = DATABASE_USER_FOLDER }: { home: Home; onStep: OnStep; elsewhere?: string }): Promise<PostgresPlace> => {
  const isRoot = process.getuid?.() === 0;
  const known = await remembered(home);
  if (known.folder !== undefined) {
    const data = join(known.folder, 'data');
    if (!await isFolder(known.folder)) throw new ApplianceError('CONFIG_DATABASE', `the folder of the database is gone: ${known.folder} (restore it, or remove ${memory(home)} to begin with an empty catalog)`);
    const { uid, gid } = await stat(known.folder);
    if (!isRoot && uid !== process.getuid?.()) throw new ApplianceError('CONFIG_DATABASE', `the database in ${known.folder} belongs to another user (${uid}): start the appliance as root, as before`);
    return { folder: known.folder, data, user: isRoot && uid !== 0 ? { uid, gid } : isRoot ? await databaseUser(onStep) : undefined, password: await passwordOf(home) };
  }
  const user = isRoot ? await databaseUser(onStep) : undefined;
  const folder = await chooseFolder(home, user, elsewhere);
  if (!folder.startsWith(home.folder)) onStep(`The database user cannot reach ${home.folder}: the database is kept in ${folder}`);
  await writeJsonFile(memory(home), { ...known, folder }, { mode: 0o600 });
  return { folder, data: join(folder, 'data'), user, password: await passwordOf(home) };
};

/**
 * Answers the port to start on: the given one, else the remembered one, else a free one that is then remembered.
 * @throws {ApplianceError} CONFIG_PORT_TAKEN when a given port is taken
 */
export const postgresPort = async (home: Home, given: number): Promise<number> => {
  if (given !== 0) {
    await requirePort('databasePort', '127.0.0.1', given);
    return given;
  }
  const known = await remembered(home);
  if (known.port !== undefined && await isPortFree('127.0.0.1', known.port)) return known.port;
  const port = await freePort();
  await writeJsonFile(memory(home), { ...known, port }, { mode: 0o600 });
  return port;
};
