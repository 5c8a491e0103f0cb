/** Measures receiving one long multi-frame object: how fast it comes in and what memory the node takes for it. */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeInstance } from '../fixtures/make-instance.ts';
import { until } from '../e2e/appliance.ts';
import { cpuSeconds, peakRssMiB, rssMiB } from './processes.ts';
import { TARGETS } from './receive-targets.ts';
import { report, round, say } from './report.ts';
import { sendAll } from './send.ts';

const SIDE = 1_000;
const FRAME_BYTES = SIDE * SIDE * 3;
const MULTI_FRAME_ULTRASOUND = '1.2.840.10008.5.1.4.1.1.3.1';

/** A multi-frame ultrasound of about so many bytes, whose frames differ in their grey only. Answers its length. */
const writeLong = (file: string, bytes: number): number => {
  const frames = Math.max(2, Math.round(bytes / FRAME_BYTES));
  const frame = Buffer.alloc(FRAME_BYTES);
  const made = makeInstance({ kind: 'us-colour', sopClassUid: MULTI_FRAME_ULTRASOUND, rows: 2, columns: 2, frames: 2, seed: 'long', elements: [
    { tag: 0x0028_0008, vr: 'IS', value: String(frames) }, { tag: 0x0028_0010, vr: 'US', value: SIDE }, { tag: 0x0028_0011, vr: 'US', value: SIDE }, { tag: 0x7fe0_0010, vr: 'OW', value: Buffer.alloc(0) },
  ] });
  // The pixel data is the last element; its length stands in the last four bytes.
  const head = Buffer.from(made.bytes);
  head.writeUInt32LE(frames * FRAME_BYTES, head.length - 4);
  const fd = openSync(file, 'w');
  writeSync(fd, head);
  for (let at = 0; at < frames; at += 1) writeSync(fd, frame.fill(at % 256));
  closeSync(fd);
  return head.length + frames * FRAME_BYTES;
};

export const runReceiveLargeBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { bytes: { type: 'string', default: '1000000000' } } });
  const folder = mkdtempSync(join(tmpdir(), 'bench-receive-large-'));
  try {
    mkdirSync(join(folder, 'long'));
    const bytes = writeLong(join(folder, 'long', 'long.dcm'), Number(values.bytes));
    for (const name of ['spindle', 'storescp'] as const) {
      say(`sending ${bytes} bytes to ${name}`);
      const target = await TARGETS[name]();
      try {
        const before = rssMiB(target.pid);
        const cpuBefore = cpuSeconds(target.pid);
        const seconds = await sendAll(target, { folders: [join(folder, 'long')], count: 1, bytes });
        await until(`${name} to hold it`, 30_000, async () => (await target.stored()) === 1);
        report({ bench: 'receive-large', what: name, figures: {
          bytes, wallSeconds: round(seconds), megabytesPerSecond: round(bytes / 1e6 / seconds), cpuSeconds: round(cpuSeconds(target.pid) - cpuBefore), rssMiBBefore: round(before), ...(name === 'spindle' ? { peakRssMiB: round(peakRssMiB(target.pid)) } : {}),
        } });
      } finally {
        await target.stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
