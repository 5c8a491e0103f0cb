/** The code of a codec thread: takes groups of frames, one after the other, and answers each done. A damaged frame ends its group, never the thread. */
import { parentPort } from 'node:worker_threads';
import { drawPictures } from '../picture/draw.ts';
import type { PictureTask } from '../picture/draw.ts';
import { owned, release } from './buffers.ts';
import type { FrameFault, FrameTask } from './frame.ts';
import { runFrame } from './frame-codec.ts';
import { FrameError } from './frame-format.ts';
import { loadNativeCodecs } from './native-codecs.ts';

export interface ThreadRequest {
  /** Stands in the answer. */
  readonly job: number;
  readonly task: FrameTask | PictureTask;
  readonly frames: readonly Uint8Array[];
}

type Outcome =
  | { readonly frames: readonly Uint8Array[] }
  | { readonly fault: FrameFault; readonly what: string };
export type ThreadAnswer = Outcome & Pick<ThreadRequest, 'job'>;

const perform = async ({ task, frames }: ThreadRequest): Promise<Outcome> => {
  try {
    const done: Uint8Array[] = [];
    for (const frame of frames) {
      await loadNativeCodecs();
      if (task.kind === 'picture') done.push(...drawPictures(task, frame));
      else done.push(runFrame(task, frame));
    }
    return { frames: done };
  } catch (error) {
    return error instanceof FrameError
      ? { fault: error.fault, what: error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message }
      : { fault: 'damaged', what: 'The codec failed' };
  }
};

const answer = async (request: ThreadRequest): Promise<void> => {
  const { job } = request;
  const outcome = await perform(request);
  if (!('frames' in outcome)) { parentPort?.postMessage({ job, ...outcome } satisfies ThreadAnswer); return; }
  const frames = outcome.frames.map(owned);
  parentPort?.postMessage({ job, frames } satisfies ThreadAnswer, [...new Set(frames.map(({ buffer }) => buffer as ArrayBuffer))]);
  // Those that were answered as they came are gone already.
  request.frames.forEach(release);
};

let before = Promise.resolve();
parentPort?.on('message', (request: ThreadRequest) => { before = before.then(() => answer(request)); });
