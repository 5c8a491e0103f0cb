/**
 * Measures orchestration: a whole appliance with one virtual robot without delays makes a disc of every one-instance study,
 * ordered over REST once all have arrived. Also tells which process the CPU went to.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TestAppliance, until } from '../e2e/appliance.ts';
import type { Order } from '../e2e/appliance.ts';
import { makeSlice } from './ct-files.ts';
import { cpuSeconds } from './processes.ts';
import { report, round, say } from './report.ts';

const LIMIT_MS = 1_200_000;
const PLACED_AT_ONCE = 8;
const PARTS = ['dicom-node', 'work', 'robot', 'http', 'temporal'] as const;

interface Rule { readonly id: number; readonly version: number; readonly isEnabled: boolean }

/** Without rules, arrivals make no orders. */
const turnRulesOff = async (appliance: TestAppliance): Promise<void> => {
  const { rules } = await appliance.get<{ rules: Rule[] }>('/rules');
  for (const { id, version, ...rule } of rules) await appliance.call('PUT', `/rules/${id}`, { ...Object.fromEntries(Object.entries(rule).filter(([key]) => key !== 'source')), version, isEnabled: false });
};

const studyIds = async (appliance: TestAppliance): Promise<readonly number[]> => {
  const ids: number[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: { studies: { studyId: number }[]; next: string | null } = await appliance.get(`/studies?limit=200${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
    ids.push(...page.studies.map(({ studyId }) => studyId));
    after = page.next;
  }
  return ids;
};

const cpuOf = (appliance: TestAppliance): Readonly<Record<string, number>> => Object.fromEntries([
  ...PARTS.map((part): [string, number] => [part, cpuSeconds(appliance.pidOf(part) ?? -1)]),
  ['postgres', cpuSeconds(appliance.postgresPids()[0] ?? -1)],
]);

const placeAll = async (appliance: TestAppliance, ids: readonly number[]): Promise<void> => {
  const left = [...ids];
  await Promise.all(Array.from({ length: PLACED_AT_ONCE }, async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) await appliance.post('/orders', { selection: { studies: [id] }, media: 'CD' });
  }));
};

export const runOrchestrateBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { count: { type: 'string', default: '300' }, bytes: { type: 'string', default: '20000' }, dpi: { type: 'string', default: '100' }, profile: { type: 'string', default: '' } } });
  const [count, bytes] = [Number(values.count), Number(values.bytes)];
  const folder = mkdtempSync(join(tmpdir(), 'bench-orchestrate-'));
  let appliance: TestAppliance | undefined;
  try {
    const files = Array.from({ length: count }, (_, at) => {
      const file = join(folder, `${at}.dcm`);
      writeFileSync(file, makeSlice({ seed: 'orchestrate', at, series: 0, study: at, bytes, isScanned: false }).bytes);
      return file;
    });
    const robot = join(folder, 'robot');
    mkdirSync(robot);
    writeFileSync(join(robot, 'robot.json'), JSON.stringify({
      bins: [{ id: 'cd', role: 'in', media: 'CD', discs: count, capacity: count }, { id: 'out', role: 'out', capacity: count }, { id: 'reject', role: 'reject', capacity: count }],
      ink: { black: 100 }, inkPerLabelPercent: 0,
    }));
    appliance = await TestAppliance.start({
      SPINDLE_LABEL_DPI: values.dpi, SPINDLE_ROBOTS: JSON.stringify([{ name: 'virtual', driver: 'virtual', directory: robot }]),
      ...(values.profile === '' ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` }),
    });
    await measure(appliance, files, { bytes, dpi: Number(values.dpi) });
  } finally {
    await appliance?.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
};

const measure = async (appliance: TestAppliance, files: readonly string[], facts: Readonly<Record<string, number>>): Promise<void> => {
  await turnRulesOff(appliance);
  const sent = await appliance.send(files);
  const refused = sent.filter(({ outcome }) => outcome !== 'stored').length;
  if (refused > 0) throw new TypeError(`${refused} instances were not stored`);
  const ids = await studyIds(appliance);
  if (ids.length !== files.length) throw new TypeError(`${files.length} studies were sent, ${ids.length} are there`);
  say(`placing ${ids.length} orders`);
  const before = cpuOf(appliance);
  const began = performance.now();
  await placeAll(appliance, ids);
  const placed = performance.now();
  await until('every order to end', LIMIT_MS, async () => {
    const { totals } = await appliance.get<{ totals: { goodDiscs: number } }>('/health');
    return totals.goodDiscs >= ids.length;
  }, 1_000);
  const orders = await until<readonly Order[]>('every order to be DONE', 60_000, async () => {
    const all = await appliance.orders();
    return all.length === ids.length && all.every(({ state }) => state !== 'PENDING' && state !== 'CREATING') && all;
  }, 250);
  const seconds = (performance.now() - began) / 1000;
  const after = cpuOf(appliance);
  const failed = orders.filter(({ state }) => state !== 'DONE').length;
  if (failed > 0) throw new TypeError(`${failed} orders did not end well`);
  const cpu = Object.entries(after).map(([part, used]): [string, number] => [part, used - (before[part] ?? 0)]);
  const total = cpu.reduce((sum, [, used]) => sum + used, 0);
  report({ bench: 'orchestrate', what: 'discs', figures: {
    ...facts, orders: ids.length, wallSeconds: round(seconds), placingSeconds: round((placed - began) / 1000), discsPerHour: round((ids.length / seconds) * 3_600), cpuMillisecondsPerDisc: round((total / ids.length) * 1_000),
    ...Object.fromEntries(cpu.map(([part, used]) => [`${part}CpuPercent`, round((used / total) * 100)])),
  } });
};
