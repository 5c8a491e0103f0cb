/** SHA-256 of extents of an image, read back from the file; large images on two threads, small ones here. */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { ApplianceError } from '../../infra/errors.ts';
import type { ImageBytes } from './iso9660-reader.ts';

export interface Extent {
  readonly offset: number;
  readonly bytes: number;
}

const THREAD_WORTH_BYTES = 32 << 20;
const CHUNK = 1 << 20;

/** Digests in the order of the extents. Memory: 1 MiB a thread. */
export const digestExtents = async (path: string, image: ImageBytes, extents: readonly Extent[]): Promise<readonly string[]> => {
  const total = extents.reduce((sum, extent) => sum + extent.bytes, 0);
  if (total < THREAD_WORTH_BYTES) return extents.map((extent) => digestHere(image, extent));
  let half = 0;
  for (let sum = 0; half < extents.length && sum < total / 2; half++) sum += extents[half]?.bytes ?? 0;
  const parts = await Promise.all([extents.slice(0, half), extents.slice(half)].map((part) => digestInThread(path, part)));
  return parts.flat();
};

const digestHere = (image: ImageBytes, { offset, bytes }: Extent): string => {
  const hash = createHash('sha256');
  for (let done = 0; done < bytes; done += CHUNK) hash.update(image.read(offset + done, Math.min(CHUNK, bytes - done)));
  return hash.digest('hex');
};

const digestInThread = (path: string, extents: readonly Extent[]): Promise<readonly string[]> => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./digest-worker.ts', import.meta.url), { workerData: { path, extents } });
  worker.once('message', resolve);
  worker.once('error', (cause) => { reject(new ApplianceError('DISC_IMAGE_FAILED', 'the image cannot be read back', { cause })); });
});
