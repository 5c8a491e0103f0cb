/**
 * Hashes the blocks of a ring buffer, inline or in one thread per role, behind one interface.
 * Owns the ring and says when a block of it may be filled again.
 */
import { Worker } from 'node:worker_threads';
import { ApplianceError } from '../../infra/errors.ts';
import type { HashWorkerData, HashWorkerOrder, HashWorkerReply } from './hash-worker.ts';
import { createSpanHasher, type Spans } from './span-hasher.ts';

/** Large enough that a message per block costs nothing, small enough to stay near the processor's cache. */
export const BLOCK_BYTES = 2 * 1024 * 1024;
const RING_BLOCKS = 16;

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
  readonly close: () => Promise<void>;
}

/** Hashes in the calling thread: right for volumes too small to pay for starting threads. */
export const createInlineHashing = (roles: readonly Spans[]): BlockHashing => {
  // Two blocks, because one is still being written while the next is filled.
  const blocks = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)];
  const hashers = roles.map(createSpanHasher);
  const block = (ordinal: number): Uint8Array => blocks[ordinal % blocks.length] ?? new Uint8Array(0);
  return {
    take: (ordinal) => Promise.resolve(block(ordinal)),
    submit: (ordinal, length) => {
      for (const hasher of hashers) hasher.update(block(ordinal).subarray(0, length));
    },
    settled: (role) => Promise.resolve(hashers[role]?.settled() ?? new Uint8Array(0)),
    finish: () => Promise.resolve(hashers.map((hasher) => hasher.digests())),
    close: () => Promise.resolve(),
  };
};

interface Role {
  readonly worker: Worker;
  hashedBlocks: number;
  digests?: Uint8Array;
}

/** Hashes in one thread per role, over memory shared with the calling thread: at most 32 MiB. */
export const createThreadedHashing = (roles: readonly Spans[]): BlockHashing => {
  const ring = new SharedArrayBuffer(BLOCK_BYTES * RING_BLOCKS);
  let failure: ApplianceError | undefined;
  let wake = (): void => undefined;

  const start = (spans: Spans): Role => {
    const workerData: HashWorkerData = { ring, spans };
    const role: Role = { worker: new Worker(new URL('./hash-worker.ts', import.meta.url), { workerData }), hashedBlocks: 0 };
    role.worker.on('message', (reply: HashWorkerReply) => {
      if (typeof reply === 'number') role.hashedBlocks += 1;
      else role.digests = reply;
      wake();
    });
    role.worker.on('error', (error) => {
      failure ??= new ApplianceError('DISC_IMAGE_FAILED', 'a hash thread failed', { cause: error });
      wake();
    });
    role.worker.on('exit', (code) => {
      if (role.digests === undefined) failure ??= new ApplianceError('DISC_IMAGE_FAILED', 'a hash thread ended early', { details: { exitCode: code } });
      wake();
    });
    return role;
  };
  const started = roles.map(start);

  const until = async (condition: (role: Role) => boolean): Promise<void> => {
    for (;;) {
      if (failure !== undefined) throw failure;
      if (started.every(condition)) return;
      await new Promise<void>((resolve) => { wake = resolve; });
    }
  };
  const order = (what: HashWorkerOrder): void => {
    for (const { worker } of started) worker.postMessage(what);
  };
  const offsetOf = (ordinal: number): number => (ordinal % RING_BLOCKS) * BLOCK_BYTES;

  return {
    take: async (ordinal) => {
      await until(({ hashedBlocks }) => hashedBlocks > ordinal - RING_BLOCKS);
      return new Uint8Array(ring, offsetOf(ordinal), BLOCK_BYTES);
    },
    submit: (ordinal, length) => { order({ offset: offsetOf(ordinal), length }); },
    settled: async (index) => {
      const role = started[index];
      if (role === undefined) throw new TypeError('there is no such role');
      role.worker.postMessage('settled' satisfies HashWorkerOrder);
      // Messages keep their order: this reply follows those of all blocks before.
      await until((other) => other !== role || role.digests !== undefined);
      const digests = role.digests ?? new Uint8Array(0);
      delete role.digests;
      return digests;
    },
    finish: async () => {
      order('finish');
      await until(({ digests }) => digests !== undefined);
      return started.map(({ digests }) => digests ?? new Uint8Array(0));
    },
    close: async () => {
      await Promise.all(started.map(({ worker }) => worker.terminate()));
    },
  };
};
