/** Codec threads, one per core by default: groups of frames go in, come out in any order; a thread that hangs is ended. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ApplianceError } from '../../infra/errors.ts';
import type { ThreadAnswer, ThreadRequest } from './codec-thread.ts';
import type { PictureTask } from '../picture/draw.ts';
import type { FrameTask } from './frame.ts';

export interface CodecPool {
  /**
   * Runs the task on each frame; pictures come back in every size of a frame before the next. The buffers of the frames are gone afterwards.
   * @throws {ApplianceError} TRANSCODE_FAILED for damaged frames and those over the time limit, TRANSCODE_UNSUPPORTED
   */
  run(task: FrameTask | PictureTask, frames: readonly Uint8Array[], signal?: AbortSignal): Promise<readonly Uint8Array[]>;
  /** Threads that may work at the same time. */
  readonly size: number;
  close(): Promise<void>;
}

interface Job extends ThreadRequest {
  readonly resolve: (frames: readonly Uint8Array[]) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

interface Thread { readonly worker: Worker; job: Job | undefined; limit: NodeJS.Timeout | undefined }

export interface PoolOptions {
  readonly workers?: number;
  /** Time limit of one frame, however large. */
  readonly frameLimitMs?: number;
}

const FRAME_LIMIT_MS = 120_000;
const PROGRAM = new URL('./codec-thread.ts', import.meta.url);

const failed = (what: string, cause?: unknown): ApplianceError => new ApplianceError('TRANSCODE_FAILED', what, cause === undefined ? {} : { cause });

/** Makes a pool; threads start when there is work and hold no process alive when there is none. */
export const createCodecPool = (options: PoolOptions = {}): CodecPool => {
  const size = Math.max(1, options.workers ?? availableParallelism());
  const frameLimitMs = options.frameLimitMs ?? FRAME_LIMIT_MS;
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  let isClosed = false;

  const finish = (thread: Thread): Job | undefined => {
    const { job } = thread;
    clearTimeout(thread.limit);
    thread.job = undefined;
    thread.worker.unref();
    return job;
  };
  const drop = (thread: Thread, error: unknown): void => {
    threads.delete(thread);
    finish(thread)?.reject(error);
    void thread.worker.terminate();
    next();
  };
  const answered = (thread: Thread, answer: ThreadAnswer): void => {
    const job = finish(thread);
    if ('frames' in answer) job?.resolve(answer.frames);
    else job?.reject(answer.fault === 'unsupported' ? new ApplianceError('TRANSCODE_UNSUPPORTED', answer.what) : failed(answer.what));
    next();
  };
  const start = (): Thread => {
    const thread: Thread = { worker: new Worker(PROGRAM), job: undefined, limit: undefined };
    thread.worker.on('message', (answer: ThreadAnswer) => { answered(thread, answer); });
    thread.worker.on('error', (cause) => { drop(thread, failed('The codec thread ended', cause)); });
    thread.worker.on('exit', () => { if (threads.has(thread)) drop(thread, failed('The codec thread ended')); });
    threads.add(thread);
    return thread;
  };
  const next = (): void => {
    while (waiting.length > 0 && !isClosed) {
      const idle = [...threads].find(({ job }) => job === undefined) ?? (threads.size < size ? start() : undefined);
      if (idle === undefined) return;
      const job = waiting.shift() as Job;
      if (job.signal?.aborted === true) { job.reject(job.signal.reason); continue; }
      idle.job = job;
      idle.worker.ref();
      idle.limit = setTimeout(() => { drop(idle, failed('A frame took longer than its time limit')); }, frameLimitMs * job.frames.length);
      const { task, frames } = job;
      idle.worker.postMessage({ task, frames } satisfies ThreadRequest, [...new Set(frames.map(({ buffer }) => buffer as ArrayBuffer))]);
    }
  };
  return {
    size,
    run: (task, frames, signal) => new Promise((resolve, reject) => {
      if (isClosed) { reject(failed('The transcoder is closed')); return; }
      waiting.push({ task, frames, signal, resolve, reject });
      next();
    }),
    close: async () => {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(failed('The transcoder is closed'));
      const ending = [...threads].map((thread) => { threads.delete(thread); finish(thread)?.reject(failed('The transcoder is closed')); return thread.worker.terminate(); });
      await Promise.all(ending);
    },
  };
};
