/**
 * The threads that the disc library computes in: as many as there are cores, at least two, however many images are made at once.
 * Who gets none does its work where it is. A thread that is not needed for a while is ended.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { PoolAnswer, PoolNotice, PoolOrder } from './pool-thread.ts';

/** Threads that are somebody's until given back. */
export interface BorrowedThreads {
  /** Calls `run` of the module at `module` with `data` in the thread with this number, one call at a time; `data` is copied but for what is transferred or shared. */
  readonly run: (thread: number, module: URL, data: unknown, transfer?: readonly ArrayBuffer[]) => Promise<unknown>;
  /** Gives the threads back. One that is still at work is ended. */
  readonly giveBack: () => void;
}

interface PoolThread {
  readonly worker: Worker;
  settle: ((answer: PoolAnswer) => void) | undefined;
  ending: NodeJS.Timeout | undefined;
}

const MAX_THREADS = Math.max(2, availableParallelism());
/** Longer than the pause between an image and its check. */
const IDLE_MS = 2_000;
const PROGRAM = new URL('./pool-thread.ts', import.meta.url);
/** They hold buffers outside of the heap, and few objects. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 2 };

const idle: PoolThread[] = [];
let borrowed = 0;

const start = (): PoolThread => {
  const thread: PoolThread = { worker: new Worker(PROGRAM, { resourceLimits: RESOURCE_LIMITS }), settle: undefined, ending: undefined };
  const answered = (answer: PoolAnswer): void => {
    const { settle } = thread;
    thread.settle = undefined;
    settle?.(answer);
  };
  thread.worker.on('message', answered);
  thread.worker.on('error', (error) => { drop(thread); answered({ error }); });
  thread.worker.on('exit', () => { drop(thread); answered({ error: new TypeError('a thread ended early') }); });
  return thread;
};

const drop = (thread: PoolThread): void => {
  clearTimeout(thread.ending);
  const at = idle.indexOf(thread);
  if (at >= 0) idle.splice(at, 1);
};

const rest = (thread: PoolThread): void => {
  thread.worker.unref();
  thread.ending = setTimeout(() => { drop(thread); void thread.worker.terminate(); }, IDLE_MS).unref();
  idle.push(thread);
};

const wake = (): PoolThread => {
  const thread = idle.pop() ?? start();
  clearTimeout(thread.ending);
  thread.worker.ref();
  return thread;
};

/** Starts threads that will be wanted soon, and has them load the module they will run, so that the wait for both is over by then. */
export const warmThreads = (count: number, module: URL): void => {
  const wanted = Math.min(count, MAX_THREADS - borrowed) - idle.length;
  for (let n = 0; n < wanted; n += 1) rest(start());
  for (const { worker } of idle.slice(-count)) worker.postMessage({ ahead: module.href } satisfies PoolNotice);
};

/** Takes `count` threads, all or none; undefined when others have so many that fewer are left. */
export const borrowThreads = (count: number): BorrowedThreads | undefined => {
  if (borrowed + count > MAX_THREADS) return undefined;
  borrowed += count;
  const threads = Array.from({ length: count }, wake);
  let isMine = true;
  return {
    run: (number, module, data, transfer = []) => new Promise((resolve, reject) => {
      const thread = threads[number];
      if (thread === undefined || thread.settle !== undefined || !isMine) throw new TypeError('this thread is not there to be used');
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the thread threw, as it came
      thread.settle = (answer) => { if ('error' in answer) reject(answer.error); else resolve(answer.result); };
      thread.worker.postMessage({ module: module.href, data } satisfies PoolOrder, [...transfer]);
    }),
    giveBack: () => {
      if (!isMine) return;
      isMine = false;
      borrowed -= count;
      for (const thread of threads) {
        if (thread.settle === undefined) rest(thread);
        else void thread.worker.terminate();
      }
    },
  };
};
