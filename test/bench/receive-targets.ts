/** The receivers that are measured: the whole product, DCMTK's storescp, Orthanc as it comes. Each starts empty and is removed with all it stored. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAppliance } from '../e2e/appliance.ts';
import { program } from '../fixtures/peers.ts';
import { freePort, startServer, stopServer } from './processes.ts';

export interface Target {
  readonly port: number;
  readonly calledAe: string;
  readonly pid: number;
  /** Process of the database, where it is one of its own. */
  readonly databasePid?: number;
  /** How many instances it says it holds. */
  stored(): Promise<number>;
  stop(): Promise<void>;
}

export type TargetName = 'spindle' | 'storescp' | 'orthanc';

/** No group becomes quiet during a bench. */
const NO_DISC_WORK = { SPINDLE_QUIET_SECONDS_DEFAULT: '86400' };

const startSpindle = async (profileFolder = ''): Promise<Target> => {
  const appliance = await TestAppliance.start({ ...NO_DISC_WORK, ...(profileFolder === '' ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` }) });
  const pid = appliance.pidOf('dicom-node');
  const [databasePid] = appliance.postgresPids();
  if (pid === undefined || databasePid === undefined) {
    await appliance.destroy();
    throw new TypeError('the appliance has no node or no database');
  }
  return {
    port: appliance.dicomPort, calledAe: 'SPINDLE', pid, databasePid,
    stored: async () => (await appliance.get<{ totals: { instances: number } }>('/health')).totals.instances,
    stop: () => appliance.destroy(),
  };
};

const startStorescp = async (): Promise<Target> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-storescp-'));
  const port = await freePort();
  const child = await startServer(needed('storescp'), ['--fork', '+B', '-pdu', '131072', '-od', folder, String(port)], port, { TCP_NODELAY: '1' });
  return {
    port, calledAe: 'ANY-SCP', pid: child.pid ?? -1, stored: () => Promise.resolve(readdirSync(folder).length),
    stop: async () => { await stopServer(child); rmSync(folder, { recursive: true, force: true }); },
  };
};

export const startOrthanc = async (): Promise<Target> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-orthanc-'));
  const [port, httpPort] = [await freePort(), await freePort()];
  mkdirSync(join(folder, 'storage'));
  writeFileSync(join(folder, 'orthanc.json'), JSON.stringify({
    StorageDirectory: join(folder, 'storage'), IndexDirectory: join(folder, 'storage'), StorageCompression: false,
    DicomAet: 'ORTHANC', DicomPort: port, HttpPort: httpPort, DicomCheckCalledAet: false, RemoteAccessAllowed: true, AuthenticationEnabled: false,
  }));
  const child = await startServer(needed('Orthanc'), [join(folder, 'orthanc.json')], port, { TCP_NODELAY: '1' });
  return {
    port, calledAe: 'ORTHANC', pid: child.pid ?? -1,
    stored: async () => {
      const answer = await fetch(`http://127.0.0.1:${httpPort}/statistics`, { signal: AbortSignal.timeout(20_000) });
      return ((await answer.json()) as { CountInstances: number }).CountInstances;
    },
    stop: async () => { await stopServer(child); rmSync(folder, { recursive: true, force: true }); },
  };
};

/** The path of a program. @throws TypeError when it is not installed */
export const needed = (name: string): string => {
  const path = program(name);
  if (path === undefined) throw new TypeError(`${name} is not installed`);
  return path;
};

/** Starts a target; the folder takes CPU profiles of the product's processes. */
export const TARGETS: Readonly<Record<TargetName, (profileFolder?: string) => Promise<Target>>> = { spindle: startSpindle, storescp: startStorescp, orthanc: startOrthanc };
