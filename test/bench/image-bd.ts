/**
 * Measures planning and writing a volume as large as a Blu-ray disc: time, and above all memory, which must not follow its size.
 * The content is one sparse file under many names, so that no 25 GB are needed to read; they are hashed all the same.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { BdFigures, BdJob } from './image-bd-write.ts';
import { runToEnd } from './processes.ts';
import { report, round, say } from './report.ts';

const LIMIT_MS = 3_600_000;

const oneOf = <T extends string>(allowed: readonly T[], given: string): T => {
  const found = allowed.find((one) => one === given);
  if (found === undefined) throw new TypeError(`Say one of ${allowed.join(', ')}, not ${given}`);
  return found;
};

export const runImageBdBench = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: {
    bytes: { type: 'string', default: '24000000000' }, files: { type: 'string', default: '46000' }, kind: { type: 'string', default: 'udf260' }, to: { type: 'string', default: 'null' },
  } });
  const files = Number(values.files);
  const fileBytes = Math.floor(Number(values.bytes) / files);
  const folder = mkdtempSync(join(tmpdir(), 'bench-image-bd-'));
  try {
    const source = join(folder, 'source');
    const descriptor = openSync(source, 'w');
    ftruncateSync(descriptor, fileBytes);
    closeSync(descriptor);
    const job: BdJob = { kind: oneOf(['iso9660', 'bridge', 'udf250', 'udf260'], values.kind), files, fileBytes, source, to: oneOf(['null', 'pipe', 'file'], values.to), imageFile: join(folder, 'volume.iso') };
    say(`writing ${files} files of ${fileBytes} bytes as ${job.kind} to ${job.to}`);
    const { output } = await runToEnd(process.execPath, [join(import.meta.dirname, 'image-bd-write.ts'), JSON.stringify(job)], { limitMs: LIMIT_MS });
    const figures = JSON.parse(output) as BdFigures;
    report({ bench: 'image-bd', what: `${job.kind} to ${job.to}`, figures: {
      files, fileBytes, imageBytes: figures.imageBytes, planSeconds: round(figures.planSeconds), writeSeconds: round(figures.writeSeconds),
      megabytesPerSecond: round(figures.imageBytes / figures.writeSeconds / 1e6), startRssMiB: round(figures.startRssMiB), plannedRssMiB: round(figures.plannedRssMiB), peakRssMiB: round(figures.peakRssMiB),
    } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
