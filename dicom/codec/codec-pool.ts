/**
 * Codec threads, one per core by default: groups of frames go in, come out in any order; a thread that hangs is ended.
 * A thread has its next group before it is done with the one before, so that it need not wait until someone hears of it.
 */
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

/** The first job of a thread is the one it works on. */
interface Thread { readonly worker: Worker; readonly jobs: Job[]; limit: NodeJS.Timeout | undefined }

export interface PoolOptions {
  readonly workers?: number;
  /** Time limit of one frame, however large. */
  readonly frameLimitMs?: number;
}

const FRAME_LIMIT_MS = 120_000;
const JOBS_OF_A_THREAD = 2;
const PROGRAM = new URL('./codec-thread.ts', import.meta.url);

const failed = (what: string, cause?: unknown): ApplianceError => new ApplianceError('TRANSCODE_FAILED', what, cause === undefined ? {} : { cause });

/** Makes a pool; threads start when there is work and hold no process alive when there is none. */
export const createCodecPool = (options: PoolOptions = {}): CodecPool => {
  const size = Math.max(1, options.workers ?? availableParallelism());
  const frameLimitMs = options.frameLimitMs ?? FRAME_LIMIT_MS;
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  let isClosed = false;
  let jobs = 0;

  /** The time of a job begins when the one before it is done. */
  const watch = (thread: Thread): void => {
    clearTimeout(thread.limit);
    const [job] = thread.jobs;
    if (job === undefined) thread.worker.unref();
    else thread.limit = setTimeout(() => { drop(thread, failed('A frame took longer than its time limit')); }, frameLimitMs * job.frames.length);
  };
  /** Ends a thread and what it has to do. */
  const end = (thread: Thread, error: unknown): Promise<number> => {
    threads.delete(thread);
    for (const job of thread.jobs.splice(0)) job.reject(error);
    watch(thread);
    return thread.worker.terminate();
  };
  const drop = (thread: Thread, error: unknown): void => {
    void end(thread, error);
    next();
  };
  const answered = (thread: Thread, answer: ThreadAnswer): void => {
    const at = thread.jobs.findIndex((one) => one.job === answer.job);
    const [job] = at < 0 ? [] : thread.jobs.splice(at, 1);
    watch(thread);
    if ('frames' in answer) job?.resolve(answer.frames);
    else job?.reject(answer.fault === 'unsupported' ? new ApplianceError('TRANSCODE_UNSUPPORTED', answer.what) : failed(answer.what));
    next();
  };
  const start = (): Thread => {
    const thread: Thread = { worker: new Worker(PROGRAM), jobs: [], limit: undefined };
    thread.worker.on('message', (answer: ThreadAnswer) => { answered(thread, answer); });
    thread.worker.on('error', (cause) => { drop(thread, failed('The codec thread ended', cause)); });
    thread.worker.on('exit', () => { if (threads.has(thread)) drop(thread, failed('The codec thread ended')); });
    threads.add(thread);
    return thread;
  };
  const give = (thread: Thread, job: Job): void => {
    const { task, frames } = job;
    thread.jobs.push(job);
    thread.worker.ref();
    if (thread.jobs.length === 1) watch(thread);
    thread.worker.postMessage({ job: job.job, task, frames } satisfies ThreadRequest, [...new Set(frames.map(({ buffer }) => buffer as ArrayBuffer))]);
  };
  /** Behind another job only where both are of one instance: a thread that has to be ended takes what it has with it. */
  const threadFor = ({ task }: Job): Thread | undefined =>
    [...threads].find(({ jobs }) => jobs.length === 0) ?? (threads.size < size ? start() : undefined)
    ?? [...threads].find(({ jobs }) => jobs.length < JOBS_OF_A_THREAD && jobs[0]?.task === task);
  const next = (): void => {
    for (let [job] = waiting; job !== undefined && !isClosed; [job] = waiting) {
      if (job.signal?.aborted === true) { waiting.shift(); job.reject(job.signal.reason); continue; }
      const thread = threadFor(job);
      if (thread === undefined) return;
      waiting.shift();
      give(thread, job);
    }
  };
  return {
    size,
    run: (task, frames, signal) => new Promise((resolve, reject) => {
      if (isClosed) { reject(failed('The transcoder is closed')); return; }
      waiting.push({ job: (jobs += 1), task, frames, signal, resolve, reject });
      next();
    }),
    close: async () => {
      isClosed = true;
      for (const job of waiting.splice(0)) job.reject(failed('The transcoder is closed'));
      await Promise.all([...threads].map((thread) => end(thread, failed('The transcoder is closed'))));
    },
  };
};
