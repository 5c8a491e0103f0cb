/** Groups of frames for the codec threads. */
import type { CodecPool } from '../codec/codec-pool.ts';

/** Native bytes in one group: enough that handing over costs nothing beside coding. */
const GROUP_BYTES = 4 * 1024 * 1024;

/** How many frames go in one group, so that every thread gets several. */
export const framesInGroup = (frameBytes: number, frames: number, pool: CodecPool): number =>
  Math.max(1, Math.min(Math.floor(GROUP_BYTES / frameBytes), Math.ceil(frames / (pool.size * 4))));
