/**
 * The embedded PostgreSQL: made once, started, adopted when an earlier appliance was killed, kept running, stopped.
 * Listens on 127.0.0.1 only, with a random password; fsync stays on.
 */
import { chown, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurably } from '../durable-file.ts';
import { ApplianceError } from '../errors.ts';
import { run, spawnChild } from '../exec.ts';
import type { Home } from '../home.ts';
import type { Logger } from '../log.ts';
import { commandLine, identify, isRunning, signalProcess } from '../process-identity.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { waitUntil } from '../wait-until.ts';
import { keepRunning } from './keeper.ts';
import type { Kept, OnStep } from './keeper.ts';
import { openServerLog, tailOf } from './server-log.ts';
import { POSTGRES_ENVIRONMENT, postgresBinaries } from './postgres-binaries.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { postgresPlace, postgresPort } from './postgres-place.ts';
import type { PostgresPlace } from './postgres-place.ts';
import { probePostgres } from './postgres-probe.ts';
import { DATABASE_USER_FOLDER } from './os-user.ts';

export interface EmbeddedPostgres extends Kept {
  /** Address with password: a secret. */
  readonly url: string;
}

const NAMES = { user: 'spindle', database: 'spindle' } as const;
/** Recovery after a crash replays the log; a large one takes its time. */
const READY_MS = 120_000;
const FAST_STOP_MS = 20_000;

const fail = (what: string, cause?: unknown): ApplianceError => new ApplianceError('CONFIG_DATABASE', what, cause === undefined ? {} : { cause });

const initialise = async (binaries: PostgresBinaries, place: PostgresPlace): Promise<void> => {
  const fresh = `${place.data}.new`;
  const passwordFile = join(place.folder, '.password');
  const as = { cwd: place.folder, env: POSTGRES_ENVIRONMENT, ...place.user };
  await rm(fresh, { recursive: true, force: true });
  try {
    await writeDurably(passwordFile, `${place.password}\n`, { mode: 0o600 });
    if (place.user !== undefined) await chown(passwordFile, place.user.uid, place.user.gid);
    const made = await run([binaries.initdb, '--pgdata', fresh, '--username', NAMES.user, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8',
      '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--no-instructions'], { timeoutMs: 180_000, ...as });
    if (made.code !== 0) throw fail(`the database cannot be made: ${made.stderrTail.trim().slice(-600)}`);
    const created = await run([binaries.postgres, '--single', '-D', fresh, 'postgres'], { timeoutMs: 60_000, input: `CREATE DATABASE ${NAMES.database}\n`, ...as });
    if (created.code !== 0) throw fail(`the database cannot be made: ${created.stderrTail.trim().slice(-600)}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, place.data);
  await syncFolder(place.folder);
};

interface Orphan extends ProcessIdentity { readonly port: number }

/** The server that runs on this cluster already, by the file it keeps there. */
const findOrphan = async (place: PostgresPlace): Promise<Orphan | undefined> => {
  const path = join(place.data, 'postmaster.pid');
  let lines: readonly string[];
  try {
    lines = (await readFile(path, 'utf8')).split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Number(lines[0]);
  const identity = Number.isSafeInteger(pid) && pid > 0 ? identify(pid) : undefined;
  if (identity !== undefined && commandLine(pid).includes(place.data)) return { ...identity, port: Number(lines[3]) };
  // PostgreSQL would take another process with this number for itself, and refuse to start.
  await rm(path, { force: true });
  return undefined;
};

const stopServer = async (server: ProcessIdentity): Promise<void> => {
  for (const [signal, timeoutMs] of [['SIGINT', FAST_STOP_MS], ['SIGQUIT', 5_000]] as const) {
    signalProcess(server, signal);
    // A process that is halted takes its signals only when it goes on.
    signalProcess(server, 'SIGCONT');
    if (await waitUntil(() => !isRunning(server), { timeoutMs })) return;
  }
  throw fail(`the database (process ${server.pid}) does not stop`);
};

const isReady = async (port: number): Promise<boolean> => await probePostgres(port, NAMES) === 'ready';

const launch = async (binaries: PostgresBinaries, place: PostgresPlace, port: number, home: Home): Promise<ProcessIdentity> => {
  const output = await openServerLog(home, 'postgres');
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=on', 'full_page_writes=on', 'synchronous_commit=on',
    'max_connections=100', 'timezone=UTC', 'log_timezone=UTC', 'logging_collector=off', 'log_statement=none', 'log_min_error_statement=panic', 'log_error_verbosity=terse'];
  const child = await spawnChild([binaries.postgres, '-D', place.data, ...settings.flatMap((setting) => ['-c', setting])],
    { outputFd: output.fd, cwd: place.folder, env: POSTGRES_ENVIRONMENT, ...place.user }).finally(() => output.close());
  const server = identify(child.pid);
  if (server !== undefined) await waitUntil(async () => !isRunning(server) || await isReady(port), { timeoutMs: READY_MS });
  if (server !== undefined && isRunning(server) && await isReady(port)) return server;
  if (server !== undefined && isRunning(server)) await stopServer(server);
  throw fail(`the database does not start: ${await tailOf(output.path)}`);
};

/**
 * Starts the database of this home, or adopts the one that still runs on it, and keeps it running.
 * @param options.port 0 = a free port, chosen once and remembered
 * @throws {ApplianceError} CONFIG_DATABASE, CONFIG_PORT_TAKEN, CONFIG_PLATFORM
 */
export const startPostgres = async ({ home, log, onStep, port: givenPort = 0, elsewhere = DATABASE_USER_FOLDER }:
{ home: Home; log: Logger; onStep: OnStep; port?: number; elsewhere?: string }): Promise<EmbeddedPostgres> => {
  const place = await postgresPlace({ home, onStep, elsewhere });
  const binaries = await postgresBinaries({ user: place.user, copyTo: join(place.user === undefined ? home.database : elsewhere, 'binaries') });
  let port = 0;
  const start = async (): Promise<ProcessIdentity> => {
    const orphan = await findOrphan(place);
    if (orphan !== undefined) {
      const isWanted = givenPort === 0 || orphan.port === givenPort;
      if (isWanted && await waitUntil(() => isReady(orphan.port), { timeoutMs: 5_000 })) {
        port = orphan.port;
        onStep(`Database goes on in process ${orphan.pid}`);
        log.info('postgres.adopted', { pid: orphan.pid });
        return { pid: orphan.pid, startedAt: orphan.startedAt };
      }
      onStep(`Stopping the earlier database process ${orphan.pid}`);
      await stopServer(orphan);
    }
    // A restart must keep the port: the other processes know it.
    port = port === 0 ? await postgresPort(home, givenPort) : port;
    return launch(binaries, place, port, home);
  };
  const isNew = await readFile(join(place.data, 'PG_VERSION')).then(() => false, (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  });
  if (isNew) {
    onStep('Making the database (once, a few seconds)');
    await initialise(binaries, place);
  }
  const kept = await keepRunning({ name: 'postgres', log, start, stop: stopServer });
  return {
    url: `postgresql://${NAMES.user}:${place.password}@127.0.0.1:${port}/${NAMES.database}`,
    get pid() { return kept.pid; },
    stop: () => kept.stop(),
  };
};
