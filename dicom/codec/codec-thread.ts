/** The code of a codec thread: takes a group of frames, answers them done. A damaged frame ends its group, never the thread. */
import { parentPort } from 'node:worker_threads';
import { drawPictures } from '../picture/draw.ts';
import type { PictureTask } from '../picture/draw.ts';
import { owned, release } from './buffers.ts';
import type { FrameFault, FrameTask } from './frame.ts';
import { runFrame } from './frame-codec.ts';
import { FrameError } from './frame-format.ts';
import { loadNativeCodecs } from './native-codecs.ts';

export interface ThreadRequest {
  readonly task: FrameTask | PictureTask;
  readonly frames: readonly Uint8Array[];
}

export type ThreadAnswer =
  | { readonly frames: readonly Uint8Array[] }
  | { readonly fault: FrameFault; readonly what: string };

const perform = async ({ task, frames }: ThreadRequest): Promise<ThreadAnswer> => {
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

parentPort?.on('message', (request: ThreadRequest) => {
  void perform(request).then((answer) => {
    if (!('frames' in answer)) { parentPort?.postMessage(answer); return; }
    const frames = answer.frames.map(owned);
    parentPort?.postMessage({ frames }, [...new Set(frames.map(({ buffer }) => buffer as ArrayBuffer))]);
    // Those that were answered as they came are gone already.
    request.frames.forEach(release);
  });
});
