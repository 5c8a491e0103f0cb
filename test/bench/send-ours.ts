/** Our Storage SCU in a process of its own: argument 2 names a job file; prints how long it took, the start of the process aside. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sendInstances } from '../../dicom/storage-scu.ts';

export interface SendJob { readonly port: number; readonly calledAe: string; readonly warmUp: readonly string[]; readonly folders: readonly string[]; readonly associations: number }
export interface SendTimes { readonly sendSeconds: number; readonly cpuSeconds: number }

const filesOf = (folders: readonly string[]): readonly string[] => folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));

const send = async (job: SendJob, folders: readonly string[]): Promise<void> => {
  const results = await sendInstances({ host: '127.0.0.1', port: job.port, calledAe: job.calledAe, callingAe: 'BENCH', files: filesOf(folders), associations: job.associations, retryPausesMs: [] });
  const bad = results.find((result) => result.outcome !== 'stored');
  if (bad !== undefined) throw new TypeError(`${bad.outcome}: ${bad.comment}`);
};

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as SendJob;
await send(job, job.warmUp);
const cpu = process.cpuUsage();
const began = performance.now();
await send(job, job.folders);
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ sendSeconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 } satisfies SendTimes));
