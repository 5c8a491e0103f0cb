/** Reads files of an image and gives their SHA-256; opens the image itself, shares nothing. Run in a thread of the pool by digest-extents.ts only. */
import { createHash, hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export interface DigestOrder {
  readonly path: string;
  /** Of all files: offset and length of each extent; a negative offset stands for zeros that are recorded nowhere. */
  readonly extents: Float64Array;
  /** How many extents each file has. */
  readonly counts: Uint32Array;
}

export const DIGEST_BYTES = 32;
const CHUNK = 1 << 20;

/** The digests of all files behind each other. */
export const run = ({ path, extents, counts }: DigestOrder): Uint8Array => {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  const digests = new Uint8Array(DIGEST_BYTES * counts.length);
  const fd = openSync(path, 'r');
  try {
    let extent = 0;
    /** Fills the buffer from an extent; the bytes it got. */
    const fill = (offset: number, bytes: number): Buffer => {
      const want = Math.min(CHUNK, bytes);
      if (offset < 0) return buffer.fill(0, 0, want).subarray(0, want);
      return buffer.subarray(0, readSync(fd, buffer, 0, want, offset));
    };
    const digestOf = (count: number): Uint8Array => {
      const last = extent + count;
      const [offset = 0, bytes = 0] = extents.subarray(2 * extent, 2 * last);
      if (count === 1 && bytes <= CHUNK) {
        extent = last;
        const whole = fill(offset, bytes);
        // A file that is read in one piece needs no object of its own.
        if (whole.length === bytes) return hash('sha256', whole, 'buffer');
        extent = last - count;
      }
      const hasher = createHash('sha256');
      for (; extent < last; extent += 1) {
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
    counts.forEach((count, file) => { digests.set(digestOf(count), DIGEST_BYTES * file); });
  } finally {
    closeSync(fd);
  }
  return digests;
};
