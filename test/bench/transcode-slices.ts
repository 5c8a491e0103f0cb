/** The frames that are transcoded in benches. */

export const SIDE = 512;

/** Round bodies with some noise in 12 of 16 bits: compresses about as slices of a CT do. */
export const slices = (frames: number): Buffer => {
  const pixels = Buffer.alloc(frames * SIDE * SIDE * 2);
  let state = 1;
  for (let at = 0; at < frames * SIDE * SIDE; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const x = (at % SIDE) - SIDE / 2;
    const y = (Math.floor(at / SIDE) % SIDE) - SIDE / 2;
    const inside = x * x + y * y * 1.6 < 52_000;
    pixels.writeUInt16LE(inside ? 1000 + (state >>> 27) + ((x * 3 + y) >> 3) : state >>> 30, at * 2);
  }
  return pixels;
};
