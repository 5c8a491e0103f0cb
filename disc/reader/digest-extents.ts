/** SHA-256 of files of an image, read back from it; many bytes in two threads, few here. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApplianceError } from '../../infra/errors.ts';
import { borrowThreads } from '../threads/thread-pool.ts';
import type { BorrowedThreads } from '../threads/thread-pool.ts';
import { DIGEST_BYTES } from './digest-thread.ts';
import type { DigestOrder } from './digest-thread.ts';
import { HOLE } from './image-bytes.ts';
import type { Extent, ImageBytes } from './image-bytes.ts';

/** The extents of one file, in their order. */
export type FileExtents = readonly Extent[];

const THREAD_WORTH_BYTES = 32 << 20;
const CHUNK = 1 << 20;
const THREADS = 2;
const PROGRAM = new URL('./digest-thread.ts', import.meta.url);

const sizeOf = (extents: FileExtents): number => extents.reduce((sum, { bytes }) => sum + bytes, 0);

/** Digests in the order of the files. Memory: 1 MiB a thread. */
export const digestFiles = async (path: string, image: ImageBytes, files: readonly FileExtents[]): Promise<readonly string[]> => {
  const total = files.reduce((sum, file) => sum + sizeOf(file), 0);
  const threads = total < THREAD_WORTH_BYTES ? undefined : borrowThreads(THREADS);
  if (threads === undefined) return digestHere(image, files);
  let half = 0;
  for (let sum = 0; half < files.length && sum < total / 2; half++) sum += sizeOf(files[half] ?? []);
  try {
    const parts = await Promise.all([files.slice(0, half), files.slice(half)].map((part, thread) => digestInThread(threads, thread, path, part)));
    return parts.flat();
  } finally {
    threads.giveBack();
  }
};

const digestHere = async (image: ImageBytes, files: readonly FileExtents[]): Promise<readonly string[]> => {
  const digests: string[] = [];
  let unbroken = 0;
  for (const extents of files) {
    const hash = createHash('sha256');
    for (const { offset, bytes } of extents) {
      for (let done = 0; done < bytes; done += CHUNK) {
        const want = Math.min(CHUNK, bytes - done);
        hash.update(offset === HOLE ? Buffer.alloc(want) : image.read(offset + done, want));
        unbroken += want;
        if (unbroken > 8 * CHUNK) { unbroken = 0; await nextTurn(); }
      }
    }
    digests.push(hash.digest('hex'));
  }
  return digests;
};

const orderFor = (path: string, files: readonly FileExtents[]): DigestOrder => {
  const extents = new Float64Array(2 * files.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const file of files) for (const { offset, bytes } of file) { extents[at++] = offset; extents[at++] = bytes; }
  return { path, extents, counts: Uint32Array.from(files, ({ length }) => length) };
};

const digestInThread = async (threads: BorrowedThreads, thread: number, path: string, files: readonly FileExtents[]): Promise<readonly string[]> => {
  const digests = await threads.run(thread, PROGRAM, orderFor(path, files)).catch((cause: unknown) => {
    throw new ApplianceError('DISC_IMAGE_FAILED', 'the image cannot be read back', { cause });
  });
  const bytes = Buffer.from(digests as Uint8Array);
  return files.map((_, file) => bytes.toString('hex', DIGEST_BYTES * file, DIGEST_BYTES * (file + 1)));
};
