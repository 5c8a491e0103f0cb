/**
 * A stream an image is written to, such as the standard input of a recorder. Waits for the reader at every block.
 * Nothing is durable or renamed here: whether the reader did its work, its owner must ask.
 */
import { WriteStream } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { ApplianceError } from '../../infra/errors.ts';
import type { ImageTarget } from './image-target.ts';

const failed = (cause: unknown): ApplianceError => new ApplianceError('DISC_IMAGE_FAILED', 'the stream that takes the image broke', { cause });

/**
 * Takes the stream over: complete() ends it, discard() destroys it. A reader that stands still is left by `signal`.
 * @throws {ApplianceError} DISC_IMAGE_FAILED from write() and complete() when the reader is gone
 */
export const createStreamTarget = (stream: Writable, signal?: AbortSignal): ImageTarget => {
  // The block is filled again after this: a pipe or a file has handed it to the kernel by then, another stream may still hold it.
  const keepsNothing = stream instanceof Socket || stream instanceof WriteStream;
  let failure: unknown;
  let isComplete = false;
  let giveUp: (reason: unknown) => void = () => undefined;

  const fail = (reason: unknown): void => {
    failure ??= reason;
    giveUp(failure);
  };
  // Stays until the stream is collected: an error of a destroyed stream must not end the process.
  stream.on('error', (error) => { fail(failed(error)); });
  stream.on('close', () => { if (!isComplete) fail(failed(undefined)); });
  const abort = (): void => { fail(signal?.reason); };
  signal?.addEventListener('abort', abort, { once: true });

  const settle = (begin: (done: (error?: Error | null) => void) => void): Promise<void> => new Promise((resolve, reject) => {
    giveUp = reject;
    if (failure !== undefined) fail(failure);
    else begin((error) => { if (error) fail(failed(error)); else resolve(); });
  });

  return {
    write: (bytes) => settle((done) => { stream.write(keepsNothing ? bytes : Buffer.from(bytes), done); }),
    flush: () => undefined,
    complete: async () => {
      await settle((done) => { stream.end(done); });
      isComplete = true;
      signal?.removeEventListener('abort', abort);
    },
    discard: () => {
      signal?.removeEventListener('abort', abort);
      if (!isComplete) stream.destroy();
      return Promise.resolve();
    },
  };
};
