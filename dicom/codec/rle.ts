/** RLE frames, both ways. Reads with every bound checked and refuses what does not fill the frame. */
import type { FrameFormat } from './frame.ts';
import { FrameError, frameBytes } from './frame-format.ts';

/** Segment count and 15 offsets. @source PS3.5 G.5 */
const HEADER_BYTES = 64;
const MAX_SEGMENTS = 15;

/** Unpacks one segment into every `step`th byte of `out`; answers how many bytes it filled. @source PS3.5 G.3.2 */
const unpackSegment = (segment: Uint8Array, out: Uint8Array, start: number, step: number): number => {
  let to = start;
  const end = out.length;
  for (let at = 0; at < segment.length && to < end;) {
    const control = segment[at++] as number;
    if (control === 128) continue;
    if (control < 128) {
      const last = Math.min(at + control + 1, segment.length);
      for (; at < last && to < end; to += step) out[to] = segment[at++] as number;
    } else {
      if (at >= segment.length) break;
      const value = segment[at++] as number;
      for (let count = 257 - control; count > 0 && to < end; count -= 1, to += step) out[to] = value;
    }
  }
  return Math.ceil((to - start) / step);
};

/**
 * Decodes a frame: segments are byte planes, most significant first, of each sample in turn.
 * @throws {FrameError} 'damaged' when segments are missing, overlap the end or do not fill the frame
 * @source PS3.5 G.2, G.5
 */
export const decodeRle = (frame: Uint8Array, format: FrameFormat): Uint8Array => {
  const sampleBytes = format.bitsAllocated / 8;
  const segments = sampleBytes * format.samples;
  if (frame.length < HEADER_BYTES) throw new FrameError('damaged', 'The RLE frame has no header');
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = view.getUint32(0, true);
  if (count !== segments || segments > MAX_SEGMENTS) throw new FrameError('damaged', `The RLE frame has ${count} segments where ${segments} are due`);
  // Two bytes make 128 at most: a data set that lies about its size costs no memory.
  if (frame.length * 64 < frameBytes(format)) throw new FrameError('damaged', 'The RLE frame is too short for its size');
  const out = new Uint8Array(frameBytes(format));
  const pixels = format.rows * format.columns;
  for (let segment = 0; segment < segments; segment += 1) {
    const from = view.getUint32(4 + segment * 4, true);
    const until = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : frame.length;
    if (from < HEADER_BYTES || until < from || until > frame.length) throw new FrameError('damaged', 'The RLE frame has wrong segment offsets');
    const sample = Math.floor(segment / sampleBytes);
    const start = sample * sampleBytes + (sampleBytes - 1 - (segment % sampleBytes));
    if (unpackSegment(frame.subarray(from, until), out, start, segments) < pixels) throw new FrameError('damaged', 'An RLE segment ends early');
  }
  return out;
};

/** Literals of a row, up to 128 with one control byte. @source PS3.5 G.3.1 */
const putLiterals = (plane: Uint8Array, from: number, until: number, out: Uint8Array, start: number): number => {
  let to = start;
  for (let at = from; at < until;) {
    const end = Math.min(at + 128, until);
    out[to++] = end - at - 1;
    // Most are short: a copy byte by byte costs less than a view for each.
    while (at < end) out[to++] = plane[at++] as number;
  }
  return to;
};

/** Packs one row of one byte plane; runs do not cross rows. @source PS3.5 G.3.1, G.4 */
const packRow = (plane: Uint8Array, from: number, until: number, out: Uint8Array, start: number): number => {
  let to = start;
  let literal = from;
  for (let at = from; at < until;) {
    const value = plane[at] as number;
    const limit = Math.min(at + 128, until);
    let end = at + 1;
    while (end < limit && plane[end] === value) end += 1;
    // A run of two inside literals costs as much as it saves.
    if (end - at > 2) {
      to = putLiterals(plane, literal, at, out, to);
      out[to++] = 257 - (end - at);
      out[to++] = value;
      literal = end;
    }
    at = end;
  }
  return putLiterals(plane, literal, until, out, to);
};

/** Encodes a frame. @source PS3.5 G.2 to G.5 */
export const encodeRle = (native: Uint8Array, format: FrameFormat): Uint8Array => {
  const sampleBytes = format.bitsAllocated / 8;
  const segments = sampleBytes * format.samples;
  if (segments > MAX_SEGMENTS) throw new FrameError('unsupported', 'RLE has no room for so many bytes a pixel');
  const pixels = format.rows * format.columns;
  const out = new Uint8Array(HEADER_BYTES + segments * (format.rows * (format.columns + Math.ceil(format.columns / 128)) + 1));
  const header = new DataView(out.buffer);
  header.setUint32(0, segments, true);
  const plane = new Uint8Array(pixels);
  let to = HEADER_BYTES;
  for (let segment = 0; segment < segments; segment += 1) {
    header.setUint32(4 + segment * 4, to, true);
    const sample = Math.floor(segment / sampleBytes);
    let from = sample * sampleBytes + (sampleBytes - 1 - (segment % sampleBytes));
    for (let pixel = 0; pixel < pixels; pixel += 1, from += segments) plane[pixel] = native[from] as number;
    for (let row = 0; row < format.rows; row += 1) to = packRow(plane, row * format.columns, (row + 1) * format.columns, out, to);
    if (to % 2 === 1) out[to++] = 0;
  }
  return out.slice(0, to);
};
