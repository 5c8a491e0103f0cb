/** A pull reader over a stream of chunks: look at what comes next, or let it run by in bounded pieces. */

/** Chunks in, bytes out by demand; keeps only what was asked for. */
export interface ByteStream {
  /** Answers at least `bytes` of what comes next (fewer only at the end of the stream) without taking them. */
  peek(bytes: number): Promise<Buffer>;
  /** Drops bytes that peek has shown. */
  skip(bytes: number): void;
  /** Takes `bytes` in pieces of at most `pieceBytes`, each but the last a multiple of 8; answers how many there were. */
  pass(bytes: number, each: (piece: Buffer) => void): Promise<number>;
}

const PIECE_BYTES = 1024 * 1024;

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
    held = [whole];
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
      const wanted = Math.min(PIECE_BYTES, bytes - passed);
      const piece = (await peek(wanted)).subarray(0, wanted);
      if (piece.length === 0) break;
      each(piece);
      skip(piece.length);
      passed += piece.length;
    }
    return passed;
  };
  return { peek, skip, pass };
};
