/**
 * Measures receiving: storescu processes side by side send generated CT slices into the whole product, storescp and Orthanc.
 * With --lean the heads of the slices are the few elements that identify an instance, not those of a scanner. With --nagle all
 * sockets of DCMTK are as it makes them, and storescp is the peer; with --not-durable or --no-index it is our library alone
 * against storescp, which does neither.
 * Every repetition starts each target empty, warms it with slices of its own, and turns the order round.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { until } from '../e2e/appliance.ts';
import { writeSlices } from './ct-files.ts';
import type { SliceSet } from './ct-files.ts';
import { measureMemory } from './memory.ts';
import { cpuSeconds, peakRssMiB } from './processes.ts';
import { TARGETS } from './receive-targets.ts';
import type { TargetName, TargetWish } from './receive-targets.ts';
import { median, report, round, say } from './report.ts';
import { scratchFolder, touchMemory } from './scratch.ts';
import { sendAll } from './send.ts';

/** So many that the code which runs for every instance has been compiled as well as it will be; small ones, for it is the same code. */
const WARM_UP = { count: 2_000, bytes: 20_000 };
/** With Nagle's algorithm each instance waits so long that compiling does not show. */
const SHORT_WARM_UP = { count: 40, bytes: 20_000 };

export interface Round { readonly instancesPerSecond: number; readonly megabytesPerSecond: number; readonly cpuSecondsPerGigabyte: number; readonly databaseCpuSecondsPerGigabyte: number; readonly peakRssMiB: number }

/** One target, empty at first, warmed, sent to, and removed. */
export const measure = async (name: TargetName, warmUp: SliceSet, slices: SliceSet, wish: TargetWish): Promise<Round> => {
  const target = await TARGETS[name](wish);
  try {
    await sendAll(target, warmUp, wish);
    const cpu = (): [number, number] => [cpuSeconds(target.pid), target.databasePid === undefined ? 0 : cpuSeconds(target.databasePid)];
    touchMemory(2 * slices.bytes);
    const before = cpu();
    const seconds = await sendAll(target, slices, wish);
    const after = cpu();
    const expected = warmUp.count + slices.count;
    await until(`${name} to hold ${expected} instances`, 30_000, async () => (await target.stored()) === expected);
    const gigabytes = slices.bytes / 1e9;
    return {
      instancesPerSecond: slices.count / seconds, megabytesPerSecond: slices.bytes / 1e6 / seconds, cpuSecondsPerGigabyte: (after[0] - before[0]) / gigabytes,
      databaseCpuSecondsPerGigabyte: (after[1] - before[1]) / gigabytes, peakRssMiB: peakRssMiB(target.pid),
    };
  } finally {
    await target.stop();
  }
};

const summarise = (name: TargetName, rounds: readonly Round[], facts: Readonly<Record<string, number | string>>): Round => {
  const middle = (key: keyof Round): number => median(rounds.map((one) => one[key]));
  const summary: Round = { instancesPerSecond: middle('instancesPerSecond'), megabytesPerSecond: middle('megabytesPerSecond'), cpuSecondsPerGigabyte: middle('cpuSecondsPerGigabyte'), databaseCpuSecondsPerGigabyte: middle('databaseCpuSecondsPerGigabyte'), peakRssMiB: middle('peakRssMiB') };
  const { databaseCpuSecondsPerGigabyte, ...own } = summary;
  const figures = { ...own, ...(name === 'spindle' ? { databaseCpuSecondsPerGigabyte } : {}) };
  report({ bench: 'receive', what: name, figures: { ...facts, ...Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, round(value)])), allInstancesPerSecond: rounds.map((one) => round(one.instancesPerSecond)) } });
  return summary;
};

/** Measures every target as often as told, in turns. */
const inTurns = async (names: readonly TargetName[], reps: number, one: (name: TargetName) => Promise<Round>): Promise<ReadonlyMap<TargetName, readonly Round[]>> => {
  const rounds = new Map<TargetName, Round[]>(names.map((name) => [name, []]));
  for (let rep = 0; rep < reps; rep += 1) {
    for (const name of rep % 2 === 0 ? names : [...names].reverse()) {
      say(`${rep + 1}/${reps} ${name}`);
      rounds.get(name)?.push(await one(name));
    }
  }
  return rounds;
};

const compareRate = (ours: Round, peer: Round, name: TargetName, facts: Readonly<Record<string, number | string>>): void =>
  report({ bench: 'receive', what: 'rate', figures: { ...facts, oursInstancesPerSecond: round(ours.instancesPerSecond), peerInstancesPerSecond: round(peer.instancesPerSecond) }, peer: name, ratio: round(ours.instancesPerSecond / peer.instancesPerSecond) });

const compareCpu = (ours: Round, storescp: Round, facts: Readonly<Record<string, number | string>>): void =>
  report({ bench: 'receive', what: 'cpu', figures: { ...facts, oursCpuSecondsPerGigabyte: round(ours.cpuSecondsPerGigabyte), peerCpuSecondsPerGigabyte: round(storescp.cpuSecondsPerGigabyte), databaseCpuSecondsPerGigabyte: round(ours.databaseCpuSecondsPerGigabyte) }, peer: 'storescp', ratio: round(ours.cpuSecondsPerGigabyte / storescp.cpuSecondsPerGigabyte) });

/** Long enough that what is done once, such as the first workflow of a group, does not show; fewer where each one waits for Nagle's algorithm. */
const COUNT = '2400';
const COUNT_WITH_NAGLE = '600';

const OPTIONS = {
  count: { type: 'string' }, bytes: { type: 'string', default: '530000' }, associations: { type: 'string', default: '4' }, reps: { type: 'string', default: '3' },
  memory: { type: 'boolean', default: false }, lean: { type: 'boolean', default: false }, profile: { type: 'string', default: '' }, nagle: { type: 'boolean', default: false }, 'not-durable': { type: 'boolean', default: false }, 'no-index': { type: 'boolean', default: false },
} as const;

export const runReceiveBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const [count, bytes, associations, reps] = [values.count ?? (values.nagle ? COUNT_WITH_NAGLE : COUNT), values.bytes, values.associations, values.reps].map(Number) as [number, number, number, number];
  const { nagle } = values;
  const isScanned = !values.lean;
  const [durable, indexed] = [!values['not-durable'], !values['no-index']];
  const own: TargetName = durable && indexed ? 'spindle' : 'library';
  const names: readonly TargetName[] = own === 'library' || nagle ? [own, 'storescp'] : [own, 'storescp', 'orthanc'];
  const folder = scratchFolder('bench-receive');
  if (values.memory) return await measureMemory(folder, associations);
  say(`making ${count} slices`);
  const slices = writeSlices(join(folder, 'slices'), { seed: 'receive', count, bytes, associations, isScanned });
  const warmUp = writeSlices(join(folder, 'warm-up'), { seed: 'warm-up', ...(nagle ? SHORT_WARM_UP : WARM_UP), associations, isScanned });
  const rounds = await inTurns(names, reps, (name) => measure(name, warmUp, slices, { profileFolder: values.profile, nagle, durable, indexed }));
  const how = { ...(isScanned ? {} : { head: 'lean' }), ...(nagle ? { sockets: 'default' } : {}), ...(own === 'library' ? { durable: String(durable), indexed: String(indexed) } : {}) };
  const facts = { count, bytes, bytesEach: Math.round(slices.bytes / count), associations, repetitions: reps, ...how };
  const summaries = new Map(names.map((name) => [name, summarise(name, rounds.get(name) ?? [], facts)]));
  const of = (name: TargetName): Round => summaries.get(name) ?? (() => { throw new TypeError(`${name} was not measured`); })();
  const peer: TargetName = names.includes('orthanc') ? 'orthanc' : 'storescp';
  compareRate(of(own), of(peer), peer, facts);
  compareCpu(of(own), of('storescp'), facts);
};
