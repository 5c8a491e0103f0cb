/**
 * SHA-256 of spans of one byte stream: the whole image, each file in it, or each data set.
 * Spans of one hasher ascend and do not overlap. Runs alike in the main thread and in a worker.
 */
import { createHash, hash, type Hash } from 'node:crypto';

/** Start and length of each span, in pairs. */
export type Spans = Float64Array<ArrayBufferLike>;

export const DIGEST_BYTES = 32;

export interface SpanHasher {
  /** Takes the next bytes of the stream; the caller may reuse them afterwards. */
  readonly update: (bytes: Uint8Array) => void;
  /** 32 bytes per span, in their order: zeros for spans that did not end yet. */
  readonly digests: Uint8Array;
  /** Tells that the whole stream was taken. @throws {TypeError} when a span did not end */
  readonly finish: () => void;
}

/** Hashes the given spans of a stream that is handed over piece by piece. */
export const createSpanHasher = (spans: Spans, digests: Uint8Array = new Uint8Array((spans.length / 2) * DIGEST_BYTES)): SpanHasher => {
  const count = spans.length / 2;
  let streamed = 0;
  let next = 0;
  let open: Hash | undefined;

  const settle = (digest: Uint8Array): void => {
    digests.set(digest, next * DIGEST_BYTES);
    next += 1;
    open = undefined;
  };

  const update = (bytes: Uint8Array): void => {
    const end = streamed + bytes.length;
    while (next < count) {
      const start = spans[2 * next] ?? 0;
      const stop = start + (spans[2 * next + 1] ?? 0);
      if (start >= end && stop > end) break;
      const part = bytes.subarray(Math.max(0, start - streamed), Math.min(bytes.length, stop - streamed));
      if (stop > end) {
        open = (open ?? createHash('sha256')).update(part);
        break;
      }
      // A span that lies within one piece needs no object of its own: this is what makes small files cheap.
      settle(open === undefined ? hash('sha256', part, 'buffer') : open.update(part).digest());
    }
    streamed = end;
  };

  return {
    update,
    digests,
    finish: () => { if (next !== count) throw new TypeError(`the stream ended before span ${next} of ${count}`); },
  };
};
