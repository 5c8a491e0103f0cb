/** SHA-256 of files of an image, read back from it; large ones on two threads, small ones here. */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { ApplianceError } from '../../infra/errors.ts';
import { HOLE } from './image-bytes.ts';
import type { Extent, ImageBytes } from './image-bytes.ts';

/** The extents of one file, in their order. */
export type FileExtents = readonly Extent[];

const THREAD_WORTH_BYTES = 32 << 20;
const CHUNK = 1 << 20;

const sizeOf = (extents: FileExtents): number => extents.reduce((sum, { bytes }) => sum + bytes, 0);

/** Digests in the order of the files. Memory: 1 MiB a thread. */
export const digestFiles = async (path: string, image: ImageBytes, files: readonly FileExtents[]): Promise<readonly string[]> => {
  const total = files.reduce((sum, file) => sum + sizeOf(file), 0);
  if (total < THREAD_WORTH_BYTES) return files.map((file) => digestHere(image, file));
  let half = 0;
  for (let sum = 0; half < files.length && sum < total / 2; half++) sum += sizeOf(files[half] ?? []);
  const parts = await Promise.all([files.slice(0, half), files.slice(half)].map((part) => digestInThread(path, part)));
  return parts.flat();
};

const digestHere = (image: ImageBytes, extents: FileExtents): string => {
  const hash = createHash('sha256');
  for (const { offset, bytes } of extents) {
    for (let done = 0; done < bytes; done += CHUNK) {
      const want = Math.min(CHUNK, bytes - done);
      hash.update(offset === HOLE ? Buffer.alloc(want) : image.read(offset + done, want));
    }
  }
  return hash.digest('hex');
};

const digestInThread = (path: string, files: readonly FileExtents[]): Promise<readonly string[]> => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./digest-worker.ts', import.meta.url), { workerData: { path, files } });
  worker.once('message', resolve);
  worker.once('error', (cause) => { reject(new ApplianceError('DISC_IMAGE_FAILED', 'the image cannot be read back', { cause })); });
});
