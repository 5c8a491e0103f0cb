/**
 * Measures sending: our Storage SCU against as many storescu processes as it has associations, into the same kind of
 * receiver (storescp --fork +B), started empty for each. Ours is a process that has warmed up, as the appliance's is.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { until } from '../e2e/appliance.ts';
import { writeSlices } from './ct-files.ts';
import type { SliceSet } from './ct-files.ts';
import { runToEnd } from './processes.ts';
import { TARGETS } from './receive-targets.ts';
import { median, report, round, say } from './report.ts';
import { scratchFolder } from './scratch.ts';
import type { SendJob, SendTimes } from './send-ours.ts';
import { sendAll } from './send.ts';

const LIMIT_MS = 600_000;
/** So many that the code which runs for every instance has been compiled as well as it will be; small ones, for it is the same code. */
const WARM_UP = { count: 2_000, bytes: 20_000 };

const sendOurs = async (folder: string, warmUp: SliceSet, slices: SliceSet): Promise<SendTimes> => {
  const target = await TARGETS.storescp();
  try {
    const job: SendJob = { port: target.port, calledAe: target.calledAe, warmUp: warmUp.folders, folders: slices.folders, associations: slices.folders.length };
    const jobFile = join(folder, 'job.json');
    writeFileSync(jobFile, JSON.stringify(job));
    const { output } = await runToEnd(process.execPath, [join(import.meta.dirname, 'send-ours.ts'), jobFile], { limitMs: LIMIT_MS });
    await until('storescp to hold everything', 30_000, async () => (await target.stored()) === warmUp.count + slices.count);
    return JSON.parse(output) as SendTimes;
  } finally {
    await target.stop();
  }
};

const sendPeers = async (warmUp: SliceSet, slices: SliceSet): Promise<number> => {
  const target = await TARGETS.storescp();
  try {
    await sendAll(target, warmUp);
    return await sendAll(target, slices);
  } finally {
    await target.stop();
  }
};

export const runSendBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { count: { type: 'string', default: '600' }, bytes: { type: 'string', default: '530000' }, associations: { type: 'string', default: '2' }, reps: { type: 'string', default: '3' } } });
  const [count, bytes, associations, reps] = [values.count, values.bytes, values.associations, values.reps].map(Number) as [number, number, number, number];
  const folder = scratchFolder('bench-send');
  say(`making ${count} slices`);
  const slices = writeSlices(join(folder, 'slices'), { seed: 'send', count, bytes, associations });
  const warmUp = writeSlices(join(folder, 'warm-up'), { seed: 'send warm-up', ...WARM_UP, associations });
  const ours: SendTimes[] = [];
  const peers: number[] = [];
  const turns = [
    async (): Promise<void> => { ours.push(await sendOurs(folder, warmUp, slices)); },
    async (): Promise<void> => { peers.push(await sendPeers(warmUp, slices)); },
  ];
  for (let rep = 0; rep < reps; rep += 1) {
    say(`${rep + 1}/${reps}`);
    for (const turn of rep % 2 === 0 ? turns : [...turns].reverse()) await turn();
  }
  const facts = { count, bytesEach: Math.round(slices.bytes / count), associations, repetitions: reps };
  const rate = (seconds: number): number => round(count / seconds);
  const [ourRate, peerRate] = [rate(median(ours.map((one) => one.sendSeconds))), rate(median(peers))];
  report({ bench: 'send', what: 'spindle', figures: { ...facts, instancesPerSecond: ourRate, cpuSecondsPerGigabyte: round(median(ours.map((one) => one.cpuSeconds)) / (slices.bytes / 1e9)), allInstancesPerSecond: ours.map((one) => rate(one.sendSeconds)) } });
  report({ bench: 'send', what: 'storescu', figures: { ...facts, instancesPerSecond: peerRate, allInstancesPerSecond: peers.map(rate) } });
  report({ bench: 'send', what: 'rate', figures: { oursInstancesPerSecond: ourRate, peerInstancesPerSecond: peerRate }, peer: 'storescu', ratio: round(ourRate / peerRate) });
};
