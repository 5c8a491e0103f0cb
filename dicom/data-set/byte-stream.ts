/** A pull reader over a stream of chunks: look at what comes next, or let it run by in bounded pieces. */

/** Chunks in, bytes out by demand; keeps only what was asked for. */
export interface ByteStream {
  /** Answers at least `bytes` of what comes next (fewer only at the end of the stream) without taking them. */
  peek(bytes: number): Promise<Buffer>;
  /** Drops bytes that peek has shown. */
  skip(bytes: number): void;
  /** Takes `bytes` in pieces, each but the last a multiple of 8, that `each` may change in place; answers how many bytes there were. */
  pass(bytes: number, each: (piece: Buffer) => void): Promise<number>;
}

/** Makes a ByteStream of chunks, e.g. a file read stream. */
export const byteStream = (chunks: AsyncIterable<Buffer>): ByteStream => {
  const source = chunks[Symbol.asyncIterator]();
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isAtEnd = false;

  const fill = async (bytes: number): Promise<void> => {
    while (heldBytes < bytes && !isAtEnd) {
      const next = await source.next();
      if (next.done === true) { isAtEnd = true; return; }
      held.push(next.value);
      heldBytes += next.value.length;
    }
  };
  const join = (): Buffer => {
    const whole = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held);
    held = whole.length === 0 ? [] : [whole];
    return whole;
  };
  const peek = async (bytes: number): Promise<Buffer> => {
    await fill(bytes);
    return join();
  };
  const skip = (bytes: number): void => {
    const rest = join().subarray(bytes);
    held = rest.length === 0 ? [] : [rest];
    heldBytes = rest.length;
  };
  const pass = async (bytes: number, each: (piece: Buffer) => void): Promise<number> => {
    let passed = 0;
    while (passed < bytes) {
      const left = bytes - passed;
      await fill(Math.min(8, left));
      // A chunk goes by as it came; only the words on a seam are joined.
      const first = (held[0]?.length ?? 0) >= Math.min(8, left) ? (held[0] as Buffer) : join();
      const size = left <= first.length ? left : first.length >= 8 ? first.length - (first.length % 8) : first.length;
      if (size === 0) break;
      each(first.subarray(0, size));
      held[0] = first.subarray(size);
      if (size === first.length) held.shift();
      heldBytes -= size;
      passed += size;
    }
    return passed;
  };
  return { peek, skip, pass };
};
