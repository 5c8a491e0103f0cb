/** Measures what indexing costs: our receiving library, durable, with PostgreSQL behind it against the same without an index. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSlices } from './ct-files.ts';
import { measure } from './receive.ts';
import { median, report, round, say } from './report.ts';
import { scratchFolder } from './scratch.ts';

/** So many that the code which runs for every instance has been compiled as well as it will be; small ones, for it is the same code. */
const WARM_UP = { count: 2_000, bytes: 20_000 };

export const runIndexingBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { count: { type: 'string', default: '600' }, bytes: { type: 'string', default: '530000' }, associations: { type: 'string', default: '4' }, reps: { type: 'string', default: '3' } } });
  const [count, bytes, associations, reps] = [values.count, values.bytes, values.associations, values.reps].map(Number) as [number, number, number, number];
  const folder = scratchFolder('bench-indexing');
  const slices = writeSlices(join(folder, 'slices'), { seed: 'indexing', count, bytes, associations });
  const warmUp = writeSlices(join(folder, 'warm-up'), { seed: 'warm-up', ...WARM_UP, associations });
  const rates: Record<'with' | 'without', number[]> = { with: [], without: [] };
  for (let rep = 0; rep < reps; rep += 1) {
    for (const indexed of rep % 2 === 0 ? [true, false] : [false, true]) {
      say(`${rep + 1}/${reps} ${indexed ? 'with' : 'without'} an index`);
      rates[indexed ? 'with' : 'without'].push((await measure('library', warmUp, slices, { indexed })).instancesPerSecond);
    }
  }
  const [withIndex, without] = [median(rates.with), median(rates.without)];
  report({ bench: 'indexing', what: 'rate', figures: {
    count, bytesEach: Math.round(slices.bytes / count), associations, repetitions: reps, indexedInstancesPerSecond: round(withIndex), plainInstancesPerSecond: round(without),
    costPercent: round((1 - withIndex / without) * 100), allIndexedInstancesPerSecond: rates.with.map(round), allPlainInstancesPerSecond: rates.without.map(round),
  } });
};
