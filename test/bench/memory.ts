/** Measures whether the node's memory grows while 10,000 small instances arrive, counted from the 500th on. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeSlices } from './ct-files.ts';
import { peakRssMiB, rssMiB } from './processes.ts';
import { TARGETS } from './receive-targets.ts';
import { report, round, say } from './report.ts';
import { sendAll } from './send.ts';

const SMALL_BYTES = 20_000;
const STEPS = [500, 2_000, 2_500, 2_500, 2_500];

export const measureMemory = async (folder: string, associations: number): Promise<void> => {
  const target = await TARGETS.spindle();
  try {
    const rss: number[] = [];
    let sent = 0;
    let seconds = 0;
    for (const [step, count] of STEPS.entries()) {
      const slices = writeSlices(join(folder, String(step)), { seed: `memory ${step}`, count, bytes: SMALL_BYTES, associations });
      seconds += await sendAll(target, slices);
      sent += count;
      rss.push(round(rssMiB(target.pid)));
      say(`${sent} instances: ${String(rss.at(-1))} MiB`);
      rmSync(join(folder, String(step)), { recursive: true, force: true });
    }
    const stored = await target.stored();
    if (stored !== sent) throw new TypeError(`${sent} instances were sent, ${stored} are held`);
    report({ bench: 'receive', what: 'memory', figures: { count: sent, bytesEach: SMALL_BYTES, associations, rssMiBAfterEachStep: rss, growthMiB: round((rss.at(-1) ?? 0) - (rss[0] ?? 0)), peakRssMiB: round(peakRssMiB(target.pid)), instancesPerSecond: round(sent / seconds) } });
  } finally {
    await target.stop();
  }
};
