/**
 * Hashes the blocks of a ring buffer, inline or in threads of the pool, behind one interface.
 * Owns the ring and says when a block of it may be filled again.
 */
import { availableParallelism } from 'node:os';
import { ApplianceError } from '../../infra/errors.ts';
import { borrowThreads, warmThreads, type BorrowedThreads } from '../threads/thread-pool.ts';
import { BLOCK_BYTES, END, FINISHED, GIVEN_UP, HASHED, LENGTHS, RING_BLOCKS, SUBMITTED, type HashOrder, type HashTask } from './hash-ring.ts';
import { createSpanHasher, DIGEST_BYTES, type Spans } from './span-hasher.ts';

export { BLOCK_BYTES } from './hash-ring.ts';

export interface BlockHashing {
  /** Memory of the block with this ordinal, once nobody reads what it held before. */
  readonly take: (ordinal: number) => Promise<Uint8Array>;
  /** Hands the first `length` bytes of a taken block to all roles, in order of ordinals. */
  readonly submit: (ordinal: number, length: number) => void;
  /** Digests so far of one role: complete for every span that was submitted whole. */
  readonly settled: (role: number) => Promise<Uint8Array>;
  /** Digests per role, in the order of the roles. */
  readonly finish: () => Promise<readonly Uint8Array[]>;
  /** Frees what is held, also in the middle of the stream. */
  readonly close: () => void;
}

/** Hashes in the calling thread: right for volumes too small to pay for threads, and where others have all of them. */
export const createInlineHashing = (roles: readonly Spans[]): BlockHashing => {
  // Two blocks, because one is still being written while the next is filled.
  const blocks = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)];
  const hashers = roles.map((spans) => createSpanHasher(spans));
  const block = (ordinal: number): Uint8Array => blocks[ordinal % blocks.length] ?? new Uint8Array(0);
  return {
    take: (ordinal) => Promise.resolve(block(ordinal)),
    submit: (ordinal, length) => {
      for (const hasher of hashers) hasher.update(block(ordinal).subarray(0, length));
    },
    settled: (role) => Promise.resolve(hashers[role]?.digests ?? new Uint8Array(0)),
    finish: () => {
      for (const hasher of hashers) hasher.finish();
      return Promise.resolve(hashers.map(({ digests }) => digests));
    },
    close: () => undefined,
  };
};

const PROGRAM = new URL('./hash-thread.ts', import.meta.url);

const taskOf = (spans: Spans): HashTask => ({ spans, digests: new Uint8Array(new SharedArrayBuffer((spans.length / 2) * DIGEST_BYTES)) });

/** Three where there are cores for them beside the one that reads and writes; else two. */
const THREADS_OF_AN_IMAGE = Math.min(3, Math.max(2, availableParallelism() - 1));

/** Makes the threads ready for an image that is still being planned. */
export const warmThreadedHashing = (): void => { warmThreads(THREADS_OF_AN_IMAGE, PROGRAM); };

/** Hashes in threads, over memory shared with the calling one, 16 MiB; inline when the pool has not so many. */
export const createThreadedHashing = (roles: readonly Spans[]): BlockHashing => {
  const threads = borrowThreads(Math.min(THREADS_OF_AN_IMAGE, roles.length));
  return threads === undefined ? createInlineHashing(roles) : hashIn(threads, Math.min(THREADS_OF_AN_IMAGE, roles.length), roles);
};

const hashIn = (threads: BorrowedThreads, count: number, roles: readonly Spans[]): BlockHashing => {
  const ring = new SharedArrayBuffer(BLOCK_BYTES * RING_BLOCKS);
  const control = new Int32Array(new SharedArrayBuffer(4 * (HASHED + count)));
  const tasks = roles.map(taskOf);
  let submitted = 0;
  let failure: ApplianceError | undefined;

  const start = (own: readonly HashTask[], thread: number): Promise<void> =>
    threads.run(thread, PROGRAM, { ring, control, thread, tasks: own } satisfies HashOrder).then(() => undefined, (error: unknown) => {
      failure ??= new ApplianceError('DISC_IMAGE_FAILED', 'a hash thread failed', { cause: error });
      for (let one = 0; one < count; one += 1) Atomics.notify(control, HASHED + one);
    });
  // Dealt out in turn: the roles of an image are such that this gives each thread as much to do.
  const running = Array.from({ length: count }, (_, thread) => tasks.filter((__, role) => role % count === thread)).map(start);

  /** Waits until every thread has hashed that many blocks. */
  const hashed = async (blocks: number): Promise<void> => {
    for (let thread = 0; thread < running.length;) {
      if (failure !== undefined) throw failure;
      const done = Atomics.load(control, HASHED + thread);
      if (done >= blocks) { thread += 1; continue; }
      const waiting = Atomics.waitAsync(control, HASHED + thread, done);
      if (waiting.async) await waiting.value;
    }
  };
  const end = (how: number): void => {
    Atomics.store(control, END, how);
    Atomics.notify(control, SUBMITTED);
  };
  const blockAt = (ordinal: number): number => (ordinal % RING_BLOCKS) * BLOCK_BYTES;

  return {
    take: async (ordinal) => {
      await hashed(ordinal - RING_BLOCKS + 1);
      return new Uint8Array(ring, blockAt(ordinal), BLOCK_BYTES);
    },
    submit: (ordinal, length) => {
      submitted = ordinal + 1;
      Atomics.store(control, LENGTHS + (ordinal % RING_BLOCKS), length);
      Atomics.store(control, SUBMITTED, submitted);
      Atomics.notify(control, SUBMITTED);
    },
    settled: async (role) => {
      await hashed(submitted);
      return tasks[role]?.digests ?? new Uint8Array(0);
    },
    finish: async () => {
      end(FINISHED);
      await Promise.all(running);
      if (failure !== undefined) throw failure;
      threads.giveBack();
      return tasks.map(({ digests }) => digests);
    },
    close: () => {
      if (Atomics.load(control, END) === 0) end(GIVEN_UP);
      // Not waited for: a thread hashes at most one more block, and is given back when it is done with it.
      void Promise.all(running).then(threads.giveBack);
    },
  };
};
