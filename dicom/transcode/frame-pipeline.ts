/** Frames through the codec threads: in groups, several groups at a time, results in the order of the frames. */
import { inOrder } from '../../infra/in-order.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { FrameTask } from '../codec/frame.ts';
import { frameBytes } from '../codec/frame-format.ts';

/** Native bytes in one group: enough that handing over costs little beside coding, and few enough that all threads end at about the same time. */
const GROUP_BYTES = 512 * 1024;
/** Native bytes under way for each thread, in two to four groups: it goes on while results are written. */
const AHEAD_BYTES = 16 * 1024 * 1024;

/** Frames of one instance, which lie somewhere. */
export interface FramesToDo {
  readonly task: FrameTask;
  readonly count: number;
  /** The bytes of a frame, in a buffer of their own. @param frame counted from 0 */
  read(frame: number): Promise<Uint8Array>;
}

export interface FrameWorkers {
  readonly pool: CodecPool;
  readonly signal?: AbortSignal;
}

/** How many frames go in one group, so that every thread gets several. */
const framesInGroup = (bytes: number, frames: number, pool: CodecPool): number =>
  Math.max(1, Math.min(Math.floor(GROUP_BYTES / bytes), Math.ceil(frames / (pool.size * 4))));

const groupsAtOnce = (groupBytes: number, pool: CodecPool): number => pool.size * Math.max(2, Math.min(4, Math.floor(AHEAD_BYTES / groupBytes)));

/** Yields every frame done, groups of them; reads one after the other, ahead of the threads by a few groups. */
export async function* framesDone({ task, count, read }: FramesToDo, { pool, signal }: FrameWorkers): AsyncGenerator<readonly Uint8Array[], void, void> {
  const bytes = frameBytes(task.format);
  const size = framesInGroup(bytes, count, pool);
  let before: Promise<unknown> = Promise.resolve();
  const readGroup = async (from: number, after: Promise<unknown>): Promise<readonly Uint8Array[]> => {
    await after;
    const frames: Uint8Array[] = [];
    for (let frame = from; frame < Math.min(count, from + size); frame += 1) frames.push(await read(frame));
    return frames;
  };
  async function* steps(): AsyncGenerator<() => Promise<readonly Uint8Array[]>, void, void> {
    for (let at = 0; at < count; at += size) {
      yield async () => {
        const reading = readGroup(at, before);
        before = reading;
        return pool.run(task, await reading, signal);
      };
    }
  }
  yield* inOrder(steps(), groupsAtOnce(bytes * size, pool));
}
