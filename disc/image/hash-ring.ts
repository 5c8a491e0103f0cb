/**
 * What hashing threads and the thread that fills their blocks share: a ring of blocks, and a few numbers that both sides wait on.
 * No message is sent for a block: waking a thread by one costs more than hashing a small file.
 */
import type { Spans } from './span-hasher.ts';

/** Large enough that handing it over costs nothing, small enough to stay in the processor's cache. */
export const BLOCK_BYTES = 1024 * 1024;
export const RING_BLOCKS = 16;

/** Blocks handed over so far. */
export const SUBMITTED = 0;
/** How the stream ended; 0 until then. */
export const END = 1;
export const FINISHED = 1;
export const GIVEN_UP = 2;
/** From here on the length of each block of the ring. */
export const LENGTHS = 2;
/** From here on, for each thread, the blocks it has hashed so far. */
export const HASHED = LENGTHS + RING_BLOCKS;

/** Spans that one thread hashes, and where their digests go: 32 bytes each, in shared memory. */
export interface HashTask {
  readonly spans: Spans;
  readonly digests: Uint8Array;
}

/** What a hashing thread is started with. */
export interface HashOrder {
  readonly ring: SharedArrayBuffer;
  readonly control: Int32Array;
  /** Which of the threads it is. */
  readonly thread: number;
  readonly tasks: readonly HashTask[];
}
