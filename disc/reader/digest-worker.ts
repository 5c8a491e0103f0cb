/** Thread that reads extents of an image and answers their SHA-256; opens the image itself, shares nothing. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const { path, extents } = workerData as { readonly path: string; readonly extents: readonly { readonly offset: number; readonly bytes: number }[] };
const fd = openSync(path, 'r');
const buffer = Buffer.allocUnsafe(1 << 20);
const digests = extents.map(({ offset, bytes }) => {
  const hash = createHash('sha256');
  for (let done = 0; done < bytes;) {
    const n = readSync(fd, buffer, 0, Math.min(buffer.length, bytes - done), offset + done);
    if (n === 0) break;
    hash.update(buffer.subarray(0, n));
    done += n;
  }
  return hash.digest('hex');
});
closeSync(fd);
parentPort?.postMessage(digests);
