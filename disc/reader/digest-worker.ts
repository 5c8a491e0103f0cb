/** Thread that reads files of an image and answers their SHA-256; opens the image itself, shares nothing. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** A negative offset stands for zeros that are recorded nowhere. */
const { path, files } = workerData as { readonly path: string; readonly files: readonly (readonly { readonly offset: number; readonly bytes: number }[])[] };
const fd = openSync(path, 'r');
const buffer = Buffer.allocUnsafe(1 << 20);
const zeros = Buffer.alloc(1 << 20);
const digests = files.map((extents) => {
  const hash = createHash('sha256');
  for (const { offset, bytes } of extents) {
    for (let done = 0; done < bytes;) {
      const want = Math.min(buffer.length, bytes - done);
      const n = offset < 0 ? want : readSync(fd, buffer, 0, want, offset + done);
      if (n === 0) break;
      hash.update((offset < 0 ? zeros : buffer).subarray(0, n));
      done += n;
    }
  }
  return hash.digest('hex');
});
closeSync(fd);
parentPort?.postMessage(digests);
