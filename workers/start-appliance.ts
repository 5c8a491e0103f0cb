/**
 * One appliance on one machine: home folder, database, Temporal and the processes, in the order they need each other.
 * What fails to start takes the rest down again, so that nothing is left running.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateCatalog } from '../catalog/migrate.ts';
import type { Config, Environment } from '../infra/config.ts';
import { writeDurably } from '../infra/durable-file.ts';
import type { OnStep } from '../infra/embedded/keeper.ts';
import { startPostgres } from '../infra/embedded/postgres.ts';
import { temporalBinary } from '../infra/embedded/temporal-binary.ts';
import { startTemporalServer } from '../infra/embedded/temporal-server.ts';
import { writeEndpoints } from '../infra/endpoints.ts';
import type { Endpoints } from '../infra/endpoints.ts';
import type { Home } from '../infra/home.ts';
import { lockHome } from '../infra/home.ts';
import type { Logger } from '../infra/log.ts';
import { requirePort } from '../infra/ports.ts';
import { ensureNamespace } from '../infra/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/names.ts';
import { awaitLeftovers, startProcesses } from './processes.ts';
import type { ProcessSpec } from './processes.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The processes of an appliance. */
export const PROCESSES: readonly ProcessSpec[] = [
  // Each association that stores keeps two threads waiting for the disk. All else is short-lived, so little room for it is enough; more would only be held.
  { name: 'dicom-node', file: here('dicom-node.ts'), flags: ['--max-semi-space-size=2'], env: { UV_THREADPOOL_SIZE: '8', MALLOC_ARENA_MAX: '1' } },
  { name: 'work', file: here('work.ts') },
  { name: 'robot', file: here('robot.ts') },
  { name: 'http', file: here('http.ts') },
];

export interface ApplianceOptions {
  readonly config: Config;
  readonly env: Environment;
  readonly home: Home;
  readonly log: Logger;
  readonly onStep: OnStep;
  readonly signal: AbortSignal;
  readonly specs?: readonly ProcessSpec[];
}

export interface Appliance {
  readonly endpoints: Endpoints;
  /** Address of the web page. */
  readonly page: string;
  /** The same with a token that signs in once. */
  readonly loginLink: string;
  close(): Promise<void>;
}

type Stop = () => Promise<void>;

const startDatabase = async ({ config, home, log, onStep }: ApplianceOptions, stops: Stop[]): Promise<string> => {
  let url = config.databaseUrl;
  if (url === '') {
    const database = await startPostgres({ home, log, onStep, port: config.databasePort });
    stops.push(() => database.stop());
    url = database.url;
  }
  await migrateCatalog(url, { info: ({ event, ...fields }) => { log.info(String(event ?? 'catalog'), fields); }, warn: ({ event, ...fields }) => { log.warn(String(event ?? 'catalog'), fields); } });
  onStep(config.databaseUrl === '' ? 'Database ready' : 'Database of the site ready');
  return url;
};

const startTemporal = async ({ config, env, home, log, onStep, signal }: ApplianceOptions, stops: Stop[]): Promise<{ address: string; ui: string }> => {
  const common = { namespace: config.temporalNamespace, attributes: SEARCH_ATTRIBUTES };
  if (config.temporalAddress !== '') {
    try {
      await ensureNamespace({ address: config.temporalAddress, ...common });
      onStep(`Temporal at ${config.temporalAddress} ready`);
    } catch (error) {
      // Receiving does not need Temporal, so its absence does not stop the start.
      log.warn('temporal.not-prepared', { error });
      onStep(`Temporal at ${config.temporalAddress} does not answer yet, or its namespace ${config.temporalNamespace} cannot be prepared: orders wait until it does`);
    }
    return { address: config.temporalAddress, ui: '' };
  }
  const binary = await temporalBinary({ named: config.temporalBinary, cacheDirectory: config.temporalCacheDirectory, archiveUrl: config.temporalArchiveUrl, onStep, env, signal });
  const server = await startTemporalServer({ home, log, onStep, binary, port: config.temporalPort, ...common });
  stops.push(() => server.stop());
  onStep('Temporal server ready');
  return server;
};

const pageOf = ({ httpHost, httpPort }: Config): string => `http://${['0.0.0.0', '::'].includes(httpHost) ? '127.0.0.1' : httpHost}:${httpPort}/`;

/**
 * Starts everything; settles when every process serves.
 * @throws {ApplianceError} CONFIG_* when a part does not start; nothing is left running then
 */
export const startAppliance = async (options: ApplianceOptions): Promise<Appliance> => {
  const { config, home, log, onStep, signal } = options;
  const stops: Stop[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        log.error('appliance.stop-failed', { error });
      }
    }
  };
  try {
    const lock = await lockHome(home);
    stops.push(() => lock.release());
    await awaitLeftovers({ home, onStep });
    if (config.dicomPlain) await requirePort('dicomPort', config.dicomHost, config.dicomPort);
    if (config.tls) await requirePort('tlsPort', config.dicomHost, config.tlsPort);
    await requirePort('httpPort', config.httpHost, config.httpPort);
    const [database, temporal] = await Promise.allSettled([startDatabase(options, stops), startTemporal(options, stops)]);
    if (database.status === 'rejected') throw database.reason;
    if (temporal.status === 'rejected') throw temporal.reason;
    signal.throwIfAborted();
    const endpoints: Endpoints = { home: home.folder, databaseUrl: database.value, temporalAddress: temporal.value.address, temporalNamespace: config.temporalNamespace, temporalUi: temporal.value.ui };
    const loginToken = randomBytes(32).toString('base64url');
    await writeDurably(join(home.run, 'login-token'), `${loginToken}\n`, { mode: 0o600 });
    const processes = await startProcesses({ specs: options.specs ?? PROCESSES, endpointsPath: await writeEndpoints(home, endpoints), home, log, onStep, signal });
    stops.push(() => processes.close());
    const page = pageOf(config);
    return { endpoints, page, loginLink: `${page}login?token=${loginToken}`, close };
  } catch (error) {
    await close();
    throw error;
  }
};

