/**
 * Measures receiving: storescu processes side by side send generated CT slices into the whole product, storescp and Orthanc.
 * Every repetition starts each target empty, warms it with slices of its own, and turns the order round.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { until } from '../e2e/appliance.ts';
import { writeSlices } from './ct-files.ts';
import type { SliceSet } from './ct-files.ts';
import { measureMemory } from './memory.ts';
import { cpuSeconds, peakRssMiB } from './processes.ts';
import { TARGETS } from './receive-targets.ts';
import type { TargetName } from './receive-targets.ts';
import { median, report, round, say } from './report.ts';
import { sendAll } from './send.ts';

const WARM_UP = 40;

interface Round { readonly instancesPerSecond: number; readonly megabytesPerSecond: number; readonly cpuSecondsPerGigabyte: number; readonly databaseCpuSecondsPerGigabyte: number; readonly peakRssMiB: number }

const measure = async (name: TargetName, warmUp: SliceSet, slices: SliceSet, profileFolder: string): Promise<Round> => {
  const target = await TARGETS[name](profileFolder);
  try {
    await sendAll(target, warmUp);
    const cpu = (): [number, number] => [cpuSeconds(target.pid), target.databasePid === undefined ? 0 : cpuSeconds(target.databasePid)];
    const before = cpu();
    const seconds = await sendAll(target, slices);
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

const summarise = (name: TargetName, rounds: readonly Round[], facts: Readonly<Record<string, number>>): Round => {
  const middle = (key: keyof Round): number => median(rounds.map((one) => one[key]));
  const summary: Round = { instancesPerSecond: middle('instancesPerSecond'), megabytesPerSecond: middle('megabytesPerSecond'), cpuSecondsPerGigabyte: middle('cpuSecondsPerGigabyte'), databaseCpuSecondsPerGigabyte: middle('databaseCpuSecondsPerGigabyte'), peakRssMiB: middle('peakRssMiB') };
  const { databaseCpuSecondsPerGigabyte, ...own } = summary;
  const figures = { ...own, ...(name === 'spindle' ? { databaseCpuSecondsPerGigabyte } : {}) };
  report({ bench: 'receive', what: name, figures: { ...facts, ...Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, round(value)])), allInstancesPerSecond: rounds.map((one) => round(one.instancesPerSecond)) } });
  return summary;
};

export const runReceiveBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { count: { type: 'string', default: '300' }, bytes: { type: 'string', default: '530000' }, associations: { type: 'string', default: '4' }, reps: { type: 'string', default: '3' }, memory: { type: 'boolean', default: false }, profile: { type: 'string', default: '' } } });
  const [count, bytes, associations, reps] = [values.count, values.bytes, values.associations, values.reps].map(Number) as [number, number, number, number];
  const folder = mkdtempSync(join(tmpdir(), 'bench-receive-'));
  try {
    if (values.memory) return await measureMemory(folder, associations);
    say(`making ${count} slices`);
    const slices = writeSlices(join(folder, 'slices'), { seed: 'receive', count, bytes, associations });
    const warmUp = writeSlices(join(folder, 'warm-up'), { seed: 'warm-up', count: WARM_UP, bytes, associations });
    const rounds: Record<TargetName, Round[]> = { spindle: [], storescp: [], orthanc: [] };
    const names = Object.keys(TARGETS) as TargetName[];
    for (let rep = 0; rep < reps; rep += 1) {
      for (const name of rep % 2 === 0 ? names : [...names].reverse()) {
        say(`${rep + 1}/${reps} ${name}`);
        rounds[name].push(await measure(name, warmUp, slices, values.profile));
      }
    }
    const facts = { count, bytesEach: Math.round(slices.bytes / count), associations, repetitions: reps };
    const [ours, storescp, orthanc] = [summarise('spindle', rounds.spindle, facts), summarise('storescp', rounds.storescp, facts), summarise('orthanc', rounds.orthanc, facts)];
    report({ bench: 'receive', what: 'rate', figures: { oursInstancesPerSecond: round(ours.instancesPerSecond), peerInstancesPerSecond: round(orthanc.instancesPerSecond) }, peer: 'orthanc', ratio: round(ours.instancesPerSecond / orthanc.instancesPerSecond) });
    report({ bench: 'receive', what: 'cpu', figures: { oursCpuSecondsPerGigabyte: round(ours.cpuSecondsPerGigabyte), peerCpuSecondsPerGigabyte: round(storescp.cpuSecondsPerGigabyte) }, peer: 'storescp', ratio: round(ours.cpuSecondsPerGigabyte / storescp.cpuSecondsPerGigabyte) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
