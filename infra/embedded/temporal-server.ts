/**
 * The embedded Temporal server: one SQLite file per server version, because that file is never migrated.
 * Started, adopted when an earlier appliance was killed, kept running, stopped. Listens on 127.0.0.1 only.
 */
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../durable-file.ts';
import { ApplianceError } from '../errors.ts';
import { spawnChild } from '../exec.ts';
import type { Home } from '../home.ts';
import type { Logger } from '../log.ts';
import { requirePort } from '../ports.ts';
import { asIdentity, identify, isRunning, signalProcess } from '../process-identity.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { ensureNamespace, temporalAnswers } from '../temporal.ts';
import type { AttributeTypes } from '../temporal.ts';
import { waitUntil } from '../wait-until.ts';
import { keepRunning } from './keeper.ts';
import type { Kept, OnStep } from './keeper.ts';
import { openServerLog, tailOf } from './server-log.ts';
import type { TemporalBinary } from './temporal-binary.ts';

export interface EmbeddedTemporal extends Kept {
  readonly address: string;
  /** Address of Temporal's own web page. */
  readonly ui: string;
}

export interface EmbeddedTemporalOptions {
  readonly home: Home;
  readonly log: Logger;
  readonly onStep: OnStep;
  readonly binary: TemporalBinary;
  readonly port: number;
  readonly namespace: string;
  readonly attributes: AttributeTypes;
}

const HOST = '127.0.0.1';
const UI_OFFSET = 1_000;
const READY_MS = 60_000;
const STOP_MS = 15_000;

const stopServer = async (server: ProcessIdentity): Promise<void> => {
  for (const [signal, timeoutMs] of [['SIGTERM', STOP_MS], ['SIGKILL', 5_000]] as const) {
    signalProcess(server, signal);
    signalProcess(server, 'SIGCONT');
    if (await waitUntil(() => !isRunning(server), { timeoutMs })) return;
  }
  throw new ApplianceError('CONFIG_TEMPORAL_SERVER', `the Temporal server (process ${server.pid}) does not stop`);
};

const commandOf = ({ home, binary, port, namespace, attributes }: EmbeddedTemporalOptions): readonly [string, ...string[]] => [
  binary.path, 'server', 'start-dev', '--ip', HOST, '--port', String(port), '--ui-port', String(port + UI_OFFSET),
  '--db-filename', join(home.temporal, `server-${binary.serverVersion}.db`), '--namespace', namespace,
  // Without these a killed server may lose what it had answered for, and is four times slower.
  '--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=full',
  ...Object.entries(attributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  '--log-level', 'warn', '--disable-config-file', '--disable-config-env',
];

const memory = (home: Home): string => join(home.run, 'temporal.json');

const findOrphan = async (home: Home): Promise<(ProcessIdentity & { readonly command: string }) | undefined> => {
  const value = await readJsonFile(memory(home));
  const identity = asIdentity(value);
  return identity !== undefined && isRunning(identity) ? { ...identity, command: String((value as Record<string, unknown>)['command']) } : undefined;
};

const launch = async (options: EmbeddedTemporalOptions, address: string): Promise<ProcessIdentity> => {
  const { home, port } = options;
  // On a taken port the server would not end but repeat its complaint for ever.
  await requirePort('temporalPort', HOST, port);
  await requirePort('temporalPort', HOST, port + UI_OFFSET);
  const output = await openServerLog(home, 'temporal');
  const command = commandOf(options);
  const child = await spawnChild(command, { outputFd: output.fd, cwd: home.temporal, env: { PATH: '/usr/bin:/bin', HOME: home.temporal } }).finally(() => output.close());
  const server = identify(child.pid);
  if (server !== undefined) {
    await writeJsonFile(memory(home), { ...server, command: command.join(' ') }, { mode: 0o600 });
    await waitUntil(async () => !isRunning(server) || await temporalAnswers(address), { timeoutMs: READY_MS });
    if (isRunning(server) && await temporalAnswers(address)) return server;
    if (isRunning(server)) await stopServer(server);
  }
  throw new ApplianceError('CONFIG_TEMPORAL_SERVER', `the Temporal server does not start: ${await tailOf(output.path)}`);
};

/**
 * Starts the server on the file of this home, or adopts the one that still runs on it, and keeps it running.
 * Its web page listens 1000 ports above.
 * @throws {ApplianceError} CONFIG_PORT_TAKEN, CONFIG_TEMPORAL_SERVER
 */
export const startTemporalServer = async (options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> => {
  const { home, log, onStep, port, namespace, attributes } = options;
  const address = `${HOST}:${port}`;
  const start = async (): Promise<ProcessIdentity> => {
    const orphan = await findOrphan(home);
    if (orphan !== undefined) {
      const identity = { pid: orphan.pid, startedAt: orphan.startedAt };
      if (orphan.command === commandOf(options).join(' ') && await waitUntil(() => temporalAnswers(address), { timeoutMs: 5_000 })) {
        onStep(`Temporal server goes on in process ${orphan.pid}`);
        log.info('temporal.adopted', { pid: orphan.pid });
        return identity;
      }
      onStep(`Stopping the earlier Temporal server, process ${orphan.pid}`);
      await stopServer(identity);
    }
    return launch(options, address);
  };
  const kept = await keepRunning({ name: 'temporal', log, start, stop: stopServer });
  try {
    await ensureNamespace({ address, namespace, attributes });
  } catch (error) {
    await kept.stop();
    throw new ApplianceError('CONFIG_TEMPORAL_SERVER', 'the Temporal server does not take namespace and search attributes', { cause: error });
  }
  return { address, ui: `http://${HOST}:${port + UI_OFFSET}`, get pid() { return kept.pid; }, stop: () => kept.stop() };
};
