/** Reads files of an image and gives their SHA-256; opens the image itself, shares nothing with who asks but numbers. Run in a thread of the pool by digest-extents.ts only. */
import { createHash, hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/** All of it lies in memory that the threads share. */
export interface DigestOrder {
  readonly path: string;
  /** Of all files: offset and length of each extent; a negative offset stands for zeros that are recorded nowhere. */
  readonly extents: Float64Array;
  /** The first extent of each file, and the end of the last one. */
  readonly starts: Uint32Array;
  /** The next file that nobody hashes yet: whoever is free takes it, so that all are done at once. */
  readonly next: Int32Array;
  /** Of all files, behind each other. */
  readonly digests: Uint8Array;
}

export const DIGEST_BYTES = 32;
const CHUNK = 1 << 20;

/** Hashes files until none is left. */
export const run = ({ path, extents, starts, next, digests }: DigestOrder): void => {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  const fd = openSync(path, 'r');
  try {
    /** Fills the buffer from an extent; the bytes it got. */
    const fill = (offset: number, bytes: number): Buffer => {
      const want = Math.min(CHUNK, bytes);
      if (offset < 0) return buffer.fill(0, 0, want).subarray(0, want);
      return buffer.subarray(0, readSync(fd, buffer, 0, want, offset));
    };
    const digestOf = (first: number, end: number): Uint8Array => {
      if (end - first === 1) {
        const [offset = 0, bytes = 0] = extents.subarray(2 * first, 2 * end);
        // A file that is read in one piece needs no object of its own.
        const whole = bytes <= CHUNK ? fill(offset, bytes) : undefined;
        if (whole?.length === bytes) return hash('sha256', whole, 'buffer');
      }
      const hasher = createHash('sha256');
      for (let extent = first; extent < end; extent += 1) {
        const [from = 0, length = 0] = extents.subarray(2 * extent, 2 * extent + 2);
        for (let done = 0; done < length;) {
          const piece = fill(from < 0 ? from : from + done, length - done);
          if (piece.length === 0) break;
          hasher.update(piece);
          done += piece.length;
        }
      }
      return hasher.digest();
    };
    const count = starts.length - 1;
    for (let file = Atomics.add(next, 0, 1); file < count; file = Atomics.add(next, 0, 1)) {
      digests.set(digestOf(starts[file] ?? 0, starts[file + 1] ?? 0), DIGEST_BYTES * file);
    }
  } finally {
    closeSync(fd);
  }
};
