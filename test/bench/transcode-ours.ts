/** Our transcoder in a process of its own, with the codec threads it makes on the cores it is given: argument 2 is a job as JSON; prints how long each conversion took. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { readStoredMeta } from '../../dicom/data-set/stored-data-set.ts';
import { createTranscoder } from '../../dicom/transcode.ts';

export interface TranscodeJob {
  readonly source: string;
  readonly target: string;
  readonly toSyntaxUid: string;
  readonly repetitions: number;
}
export interface TranscodeTimes {
  readonly cores: number;
  /** Of each repetition. */
  readonly seconds: readonly number[];
  /** Of one repetition. */
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
  readonly dataSetSha256: string;
}

const { source, target, toSyntaxUid, repetitions } = JSON.parse(process.argv[2] ?? '') as TranscodeJob;
const { dataSetOffset, transferSyntaxUid } = await readStoredMeta(source);
const transcoder = createTranscoder();
const convert = (): Promise<{ readonly dataSetSha256: string }> => transcoder.convert({ file: source, dataSetOffset, fromSyntaxUid: transferSyntaxUid, toSyntaxUid, target });
const seconds: number[] = [];
// The first run starts the threads, and brings the source into memory.
const { dataSetSha256 } = await convert();
const cpu = process.cpuUsage();
for (let repetition = 0; repetition < repetitions; repetition += 1) {
  // Giving back the disk space of a file that was there before is no part of a conversion.
  rmSync(target);
  const began = performance.now();
  await convert();
  seconds.push((performance.now() - began) / 1000);
}
const { user, system } = process.cpuUsage(cpu);
const peakRssMiB = process.resourceUsage().maxRSS / 1024;
const made = readFileSync(target);
if (createHash('sha256').update(made.subarray(readFileMeta(made).dataSetOffset)).digest('hex') !== dataSetSha256) throw new TypeError('the file is not what it was said to be');
await transcoder.close();
process.stdout.write(JSON.stringify({ cores: availableParallelism(), seconds, cpuSeconds: (user + system) / 1e6 / repetitions, peakRssMiB, dataSetSha256 } satisfies TranscodeTimes));
