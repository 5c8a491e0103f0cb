/** The receivers that are measured: the whole product, its receiving library alone, DCMTK's storescp, Orthanc as it comes. Each starts empty and is put away with all it stored. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { startLivePostgres } from '../catalog/live-postgres.ts';
import { TestAppliance } from '../e2e/appliance.ts';
import { program } from '../fixtures/peers.ts';
import { freePort, startServer, stopServer } from './processes.ts';
import { putAway, scratchFolder } from './scratch.ts';

export interface Target {
  readonly port: number;
  readonly calledAe: string;
  readonly pid: number;
  /** Of its REST interface, where the bench uses that. */
  readonly httpPort?: number;
  /** Process of the database, where it is one of its own. */
  readonly databasePid?: number;
  /** How many instances it says it holds. */
  stored(): Promise<number>;
  stop(): Promise<void>;
}

export type TargetName = 'spindle' | 'library' | 'storescp' | 'orthanc';

/** How sockets of DCMTK and Orthanc are: without Nagle's algorithm, or as these programs make them. */
export interface SocketWish {
  readonly nagle?: boolean;
}

export interface TargetWish extends SocketWish {
  /** Takes CPU profiles of the product's processes. */
  readonly profileFolder?: string;
  /** Of the library: syncs before it answers. Default true. */
  readonly durable?: boolean;
  /** Of the library: a PostgreSQL behind it. Default true; else nothing is indexed. */
  readonly indexed?: boolean;
  /** Further settings of the product. */
  readonly env?: Readonly<Record<string, string>>;
}

export const socketEnv = (nagle: boolean): Readonly<Record<string, string>> => (nagle ? {} : { TCP_NODELAY: '1' });

/** No group becomes quiet during a bench. */
const NO_DISC_WORK = { SPINDLE_QUIET_SECONDS_DEFAULT: '86400' };

const startSpindle = async ({ profileFolder = '', env = {} }: TargetWish = {}): Promise<Target> => {
  const appliance = await TestAppliance.start({ ...NO_DISC_WORK, ...env, ...(profileFolder === '' ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` }) });
  const pid = appliance.pidOf('dicom-node');
  const [databasePid] = appliance.postgresPids();
  if (pid === undefined || databasePid === undefined) {
    await appliance.destroy(putAway);
    throw new TypeError('the appliance has no node or no database');
  }
  return {
    port: appliance.dicomPort, calledAe: 'SPINDLE', pid, databasePid,
    stored: async () => (await appliance.get<{ totals: { instances: number } }>('/health')).totals.instances,
    stop: () => appliance.destroy(putAway),
  };
};

const filesBelow = (folder: string): number => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

const startLibrary = async ({ durable = true, indexed = true }: TargetWish = {}): Promise<Target> => {
  const folder = scratchFolder('bench-library');
  const database = indexed ? await startLivePostgres() : undefined;
  const databaseUrl = await database?.makeDatabaseUrl();
  if (databaseUrl !== undefined) await migrateCatalog(databaseUrl);
  const port = await freePort();
  const child = await startServer(process.execPath, [join(import.meta.dirname, 'receive-node.ts'), String(port), folder, durable ? 'durable' : 'fast', databaseUrl ?? ''], port);
  return {
    port, calledAe: 'SPINDLE', pid: child.pid ?? -1, stored: () => Promise.resolve(filesBelow(join(folder, 'instances'))),
    stop: async () => {
      await stopServer(child);
      await database?.stop();
      putAway(folder);
    },
  };
};

const startStorescp = async ({ nagle = false }: TargetWish = {}): Promise<Target> => {
  const folder = scratchFolder('bench-storescp');
  const port = await freePort();
  const child = await startServer(needed('storescp'), ['--fork', '+B', '-pdu', '131072', '-od', folder, String(port)], port, socketEnv(nagle));
  return {
    port, calledAe: 'ANY-SCP', pid: child.pid ?? -1, stored: () => Promise.resolve(readdirSync(folder).length),
    stop: async () => { await stopServer(child); putAway(folder); },
  };
};

export const startOrthanc = async ({ nagle = false }: TargetWish = {}): Promise<Target> => {
  const folder = scratchFolder('bench-orthanc');
  const [port, httpPort] = [await freePort(), await freePort()];
  mkdirSync(join(folder, 'storage'));
  writeFileSync(join(folder, 'orthanc.json'), JSON.stringify({
    StorageDirectory: join(folder, 'storage'), IndexDirectory: join(folder, 'storage'), StorageCompression: false,
    DicomAet: 'ORTHANC', DicomPort: port, HttpPort: httpPort, DicomCheckCalledAet: false, RemoteAccessAllowed: true, AuthenticationEnabled: false,
  }));
  const child = await startServer(needed('Orthanc'), [join(folder, 'orthanc.json')], port, socketEnv(nagle));
  return {
    port, httpPort, calledAe: 'ORTHANC', pid: child.pid ?? -1,
    stored: async () => {
      const answer = await fetch(`http://127.0.0.1:${httpPort}/statistics`, { signal: AbortSignal.timeout(20_000) });
      return ((await answer.json()) as { CountInstances: number }).CountInstances;
    },
    stop: async () => { await stopServer(child); putAway(folder); },
  };
};

/** The path of a program. @throws TypeError when it is not installed */
export const needed = (name: string): string => {
  const path = program(name);
  if (path === undefined) throw new TypeError(`${name} is not installed`);
  return path;
};

export const TARGETS: Readonly<Record<TargetName, (wish?: TargetWish) => Promise<Target>>> = { spindle: startSpindle, library: startLibrary, storescp: startStorescp, orthanc: startOrthanc };
