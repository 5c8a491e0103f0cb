/** Our codec threads in a process of its own, as many as the cores it is given: argument 2 is a job as JSON; prints how long they took for all frames, from memory to memory. */
import { availableParallelism } from 'node:os';
import { createCodecPool } from '../../dicom/codec/codec-pool.ts';
import type { FrameTask } from '../../dicom/codec/frame.ts';
import { frameBytes } from '../../dicom/codec/frame-format.ts';
import { framesDone } from '../../dicom/transcode/frame-pipeline.ts';
import { SIDE, slices } from './transcode-slices.ts';

export interface CodecJob {
  readonly codec: FrameTask['codec'];
  readonly way: FrameTask['kind'];
  readonly frames: number;
  readonly repetitions: number;
}
export interface CodecTimes {
  readonly cores: number;
  /** Of each repetition. */
  readonly seconds: readonly number[];
}

const { codec, way, frames: count, repetitions } = JSON.parse(process.argv[2] ?? '') as CodecJob;
const taskOf = (kind: FrameTask['kind']): FrameTask => ({ kind, codec, toRgb: false, isPlanar: false, format: { rows: SIDE, columns: SIDE, samples: 1, bitsAllocated: 16, bitsStored: 12, isSigned: false, photometric: 'MONOCHROME2' } });
const pool = createCodecPool();

/** Frames that are handed over are gone: each time they are copies. */
const done = async (task: FrameTask, frames: readonly Uint8Array[]): Promise<readonly Uint8Array[]> => {
  const all: Uint8Array[] = [];
  for await (const group of framesDone({ task, count, read: (frame) => Promise.resolve(new Uint8Array(frames[frame] as Uint8Array)) }, { pool })) all.push(...group);
  return all;
};

const pixels = slices(count);
const bytes = frameBytes(taskOf('encode').format);
const native = Array.from({ length: count }, (_, frame) => pixels.subarray(frame * bytes, (frame + 1) * bytes));
// This starts the threads too.
const encoded = await done(taskOf('encode'), native);
const [frames, expected] = way === 'encode' ? [native, encoded] : [encoded, native];
const seconds: number[] = [];
for (let repetition = 0; repetition <= repetitions; repetition += 1) {
  const began = performance.now();
  const made = await done(taskOf(way), frames);
  // The first one makes the codec fast.
  if (repetition > 0) seconds.push((performance.now() - began) / 1000);
  if (made.some((frame, index) => Buffer.compare(frame, expected[index] as Uint8Array) !== 0)) throw new TypeError('the codec gives other frames');
}
await pool.close();
process.stdout.write(JSON.stringify({ cores: availableParallelism(), seconds } satisfies CodecTimes));
