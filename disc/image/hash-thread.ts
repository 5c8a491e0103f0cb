/** Hashes spans from blocks in shared memory until the stream ends. Run in a thread of the pool by block-hashing.ts only. */
import { BLOCK_BYTES, END, FINISHED, HASHED, LENGTHS, RING_BLOCKS, SUBMITTED, type HashOrder } from './hash-ring.ts';
import { createSpanHasher } from './span-hasher.ts';

/** Waits for a block; false when the stream ended before it. */
const awaitBlock = (control: Int32Array, ordinal: number): boolean => {
  for (;;) {
    // In this order: the last block is handed over before the end is told.
    const end = Atomics.load(control, END);
    const submitted = Atomics.load(control, SUBMITTED);
    if (submitted > ordinal) return true;
    if (end !== 0) return false;
    Atomics.wait(control, SUBMITTED, submitted);
  }
};

/** @throws {TypeError} when the stream was finished before a span was */
export const run = ({ ring, control, thread, tasks }: HashOrder): void => {
  const hashers = tasks.map(({ spans, digests }) => createSpanHasher(spans, digests));
  for (let ordinal = 0; awaitBlock(control, ordinal); ordinal += 1) {
    const slot = ordinal % RING_BLOCKS;
    const block = new Uint8Array(ring, slot * BLOCK_BYTES, Atomics.load(control, LENGTHS + slot));
    for (const hasher of hashers) hasher.update(block);
    Atomics.store(control, HASHED + thread, ordinal + 1);
    Atomics.notify(control, HASHED + thread);
  }
  if (Atomics.load(control, END) === FINISHED) for (const hasher of hashers) hasher.finish();
};
