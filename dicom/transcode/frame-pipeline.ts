/** Groups of frames through the codec threads: several under way, answers in order, memory bounded. */
import type { CodecPool } from '../codec/codec-pool.ts';

/** Native bytes in one group: enough that handing over costs nothing beside coding. */
const GROUP_BYTES = 4 * 1024 * 1024;

/** How many frames go in one group, so that every thread gets several. */
export const framesInGroup = (frameBytes: number, frames: number, pool: CodecPool): number =>
  Math.max(1, Math.min(Math.floor(GROUP_BYTES / frameBytes), Math.ceil(frames / (pool.size * 4))));

/** Starts each step when there is room, yields their results in order. */
export async function* inOrder<T>(steps: AsyncIterable<() => Promise<T>>, atOnce: number): AsyncGenerator<T, void, void> {
  const running: Promise<T>[] = [];
  for await (const step of steps) {
    const promise = step();
    // A failure is met when its turn comes; until then it is not unhandled.
    promise.catch(() => undefined);
    running.push(promise);
    if (running.length >= atOnce) yield await (running.shift() as Promise<T>);
  }
  for (const promise of running) yield await promise;
}
