/** Measures many associations at once: most keep still while some store into the whole product; memory of the node, and how long an echo waits. */
import { parseArgs } from 'node:util';
import { runCrowd } from '../dicom/hostile/crowd.ts';
import { peakRssMiB, rssMiB } from './processes.ts';
import { TARGETS } from './receive-targets.ts';
import { report, round, say } from './report.ts';

/** 400 MB. */
const MAX_RSS_MIB = 400e6 / 1_048_576;

export const runAssociationsBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { idle: { type: 'string', default: '292' }, storing: { type: 'string', default: '8' }, count: { type: 'string', default: '100' }, bytes: { type: 'string', default: '530000' } } });
  const [idle, storing, instancesEach, instanceBytes] = [values.idle, values.storing, values.count, values.bytes].map(Number) as [number, number, number, number];
  const target = await TARGETS.spindle({ env: { SPINDLE_MAX_ASSOCIATIONS: String(idle + storing) } });
  try {
    const before = rssMiB(target.pid);
    say(`${idle} associations keep still, ${storing} store`);
    const { storeSeconds, slowestEchoMilliseconds } = await runCrowd({ port: target.port, idle, storing, instancesEach, instanceBytes });
    const count = storing * instancesEach;
    const stored = await target.stored();
    if (stored !== count) throw new TypeError(`${count} instances were sent, ${stored} are held`);
    const peak = peakRssMiB(target.pid);
    report({ bench: 'associations', what: 'memory', figures: {
      idle, storing, count, bytesEach: instanceBytes, instancesPerSecond: round(count / storeSeconds), slowestEchoMilliseconds: round(slowestEchoMilliseconds), rssMiBBefore: round(before), peakRssMiB: round(peak),
    } });
    if (peak > MAX_RSS_MIB) throw new TypeError(`the node took ${round(peak)} MiB`);
  } finally {
    await target.stop();
  }
};
