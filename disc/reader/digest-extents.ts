/** SHA-256 of files of an image, read back from it; many bytes in two threads, few here. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApplianceError } from '../../infra/errors.ts';
import { borrowThreads, warmThreads } from '../threads/thread-pool.ts';
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

/** Makes the threads ready for an image of this length, while its directories are still being read. */
export const warmDigesting = (bytes: number): void => {
  if (bytes >= THREAD_WORTH_BYTES) warmThreads(THREADS, PROGRAM);
};

/** Digests in the order of the files. Memory: 1 MiB a thread. */
export const digestFiles = async (path: string, image: ImageBytes, files: readonly FileExtents[]): Promise<readonly string[]> => {
  const total = files.reduce((sum, file) => sum + sizeOf(file), 0);
  const threads = total < THREAD_WORTH_BYTES ? undefined : borrowThreads(THREADS);
  if (threads === undefined) return digestHere(image, files);
  const order = orderFor(path, files);
  try {
    await Promise.all(Array.from({ length: THREADS }, (_, thread) => threads.run(thread, PROGRAM, order)));
  } catch (cause) {
    throw new ApplianceError('DISC_IMAGE_FAILED', 'the image cannot be read back', { cause });
  } finally {
    threads.giveBack();
  }
  const digests = Buffer.from(order.digests);
  return files.map((_, file) => digests.toString('hex', DIGEST_BYTES * file, DIGEST_BYTES * (file + 1)));
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

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

const orderFor = (path: string, files: readonly FileExtents[]): DigestOrder => {
  const extents = new Float64Array(shared(2 * Float64Array.BYTES_PER_ELEMENT * files.reduce((sum, { length }) => sum + length, 0)));
  const starts = new Uint32Array(shared(Uint32Array.BYTES_PER_ELEMENT * (files.length + 1)));
  let at = 0;
  for (const [file, own] of files.entries()) {
    for (const { offset, bytes } of own) { extents[2 * at] = offset; extents[2 * at + 1] = bytes; at += 1; }
    starts[file + 1] = at;
  }
  return { path, extents, starts, next: new Int32Array(shared(Int32Array.BYTES_PER_ELEMENT)), digests: new Uint8Array(shared(DIGEST_BYTES * files.length)) };
};
