/** Our transcoder in a process of its own, with the codec threads it makes on the cores it is given: argument 2 is a job as JSON; prints the seconds of each repetition. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { createTranscoder } from '../../dicom/transcode.ts';

export interface TranscodeJob {
  readonly source: string;
  readonly target: string;
  readonly toSyntaxUid: string;
  readonly repetitions: number;
  /** Codec threads; those of the product when absent. */
  readonly workers?: number;
}
export interface TranscodeTimes { readonly cores: number; readonly seconds: readonly number[]; readonly cpuSeconds: number; readonly peakRssMiB: number; readonly dataSetSha256: string }

const { source, target, toSyntaxUid, repetitions, workers } = JSON.parse(process.argv[2] ?? '') as TranscodeJob;
const { dataSetOffset, transferSyntaxUid } = readFileMeta(readFileSync(source));
const transcoder = createTranscoder(workers === undefined ? {} : { workers });
const convert = (): Promise<{ readonly dataSetSha256: string }> => transcoder.convert({ file: source, dataSetOffset, fromSyntaxUid: transferSyntaxUid, toSyntaxUid, target });
const seconds: number[] = [];
// The first run starts the threads, and brings the source into memory.
const { dataSetSha256 } = await convert();
const cpu = process.cpuUsage();
for (let repetition = 0; repetition < repetitions; repetition += 1) {
  const began = performance.now();
  await convert();
  seconds.push((performance.now() - began) / 1000);
}
const { user, system } = process.cpuUsage(cpu);
await transcoder.close();
process.stdout.write(JSON.stringify({ cores: availableParallelism(), seconds, cpuSeconds: (user + system) / 1e6 / repetitions, peakRssMiB: process.resourceUsage().maxRSS / 1024, dataSetSha256 } satisfies TranscodeTimes));
