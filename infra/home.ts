/**
 * The folders of SPINDLE_HOME, the token of the REST interface, and the lock that keeps a second appliance out.
 * Makes what is missing and never deletes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { readJsonFile, writeDurably, writeJsonFile } from './durable-file.ts';
import { ApplianceError } from './errors.ts';
import { asIdentity, identify, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface Home {
  readonly folder: string;
  /** Instance files. */
  readonly store: string;
  /** Work area of volumes. */
  readonly spool: string;
  /** Files attached to orders. */
  readonly attachments: string;
  readonly database: string;
  readonly temporal: string;
  readonly robots: string;
  /** Installed viewers. */
  readonly viewers: string;
  readonly logs: string;
  /** Locks, endpoints and identities of the running processes. */
  readonly run: string;
  readonly apiToken: string;
  /** Secrets of orders: infra/secret-files.ts. */
  readonly secrets: string;
  /** What the UIDs and pseudonyms of teaching copies are made from. */
  readonly teachingKey: string;
}

/** Where everything lies below a home folder; makes nothing. */
export const homeLayout = (folder: string): Home => ({
  folder,
  store: join(folder, 'store'),
  spool: join(folder, 'spool'),
  attachments: join(folder, 'attachments'),
  database: join(folder, 'database'),
  temporal: join(folder, 'temporal'),
  robots: join(folder, 'robots'),
  viewers: join(folder, 'viewers'),
  logs: join(folder, 'logs'),
  run: join(folder, 'run'),
  apiToken: join(folder, 'api-token'),
  secrets: join(folder, 'secrets'),
  teachingKey: join(folder, 'secrets', 'teaching-key'),
});

/** A secret file that only this user reads; what is there stays. */
const makeOnce = async (file: string, content: () => string): Promise<void> => {
  try {
    await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await writeDurably(file, content(), { mode: 0o600 });
  }
};

/** Makes the folders and, once, the token of the REST interface and the key of teaching copies (0600, 32 random bytes each). */
export const openHome = async (folder: string): Promise<Home> => {
  const home = homeLayout(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [path, mode] of [[home.store, 0o750], [home.spool, 0o750], [home.attachments, 0o750], [home.database, 0o700], [home.temporal, 0o700], [home.robots, 0o750], [home.logs, 0o750], [home.run, 0o700], [home.secrets, 0o700]] as const) {
    await mkdir(path, { recursive: true, mode });
  }
  await makeOnce(home.apiToken, () => `${randomBytes(32).toString('base64url')}\n`);
  await makeOnce(home.teachingKey, () => `${randomBytes(32).toString('hex')}\n`);
  return home;
};

export interface HomeLock {
  release(): Promise<void>;
}

const holder = async (path: string): Promise<ProcessIdentity | undefined> => {
  try {
    return asIdentity(await readJsonFile(path));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** Binds a name of the kernel that only one process can hold, and that goes away with it; undefined when another holds it. */
const bindName = (name: string): Promise<Server | undefined> => new Promise((resolve, reject) => {
  const server = createServer((socket) => { socket.destroy(); });
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') resolve(undefined);
    else reject(error);
  });
  server.listen(`\0${name}`, () => { resolve(server.unref()); });
});

/**
 * Takes the home folder for this process. Two guards: an abstract socket, which cannot be raced for, and a file with process id and start time,
 * which also tells who it is. The lock of a process that is gone is taken over.
 * @throws {ApplianceError} CONFIG_HOME_IN_USE naming the process that holds it
 */
export const lockHome = async (home: Home): Promise<HomeLock> => {
  const path = join(home.run, 'appliance.lock');
  const me = identify(process.pid);
  if (me === undefined) throw new ApplianceError('CONFIG_PLATFORM', 'processes cannot be told apart here (no /proc)');
  const folder = await realpath(home.folder);
  const refuse = (by: ProcessIdentity | undefined): ApplianceError =>
    new ApplianceError('CONFIG_HOME_IN_USE', `process ${by?.pid ?? 'unknown'} runs on ${folder}`, { details: { pid: by?.pid ?? null, home: folder } });
  const name = await bindName(`spindle-${createHash('sha256').update(folder).digest('hex')}`);
  const other = await holder(path);
  if (name === undefined) throw refuse(other);
  const close = (): Promise<void> => new Promise((resolve) => { name.close(() => { resolve(); }); });
  if (other !== undefined && isRunning(other)) {
    await close();
    throw refuse(other);
  }
  await writeJsonFile(path, me, { mode: 0o600 });
  return {
    async release() {
      await rm(path, { force: true });
      await close();
    },
  };
};
