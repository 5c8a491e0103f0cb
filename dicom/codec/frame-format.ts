/** Sizes and sample layouts of native frames. Pure. */
import type { FrameFault, FrameFormat } from './frame.ts';

/** A frame that a codec refuses; becomes an ApplianceError outside of the codec threads. */
export class FrameError extends Error {
  readonly fault: FrameFault;

  constructor(fault: FrameFault, what: string, cause?: unknown) {
    super(what, cause === undefined ? {} : { cause });
    this.name = 'FrameError';
    this.fault = fault;
  }
}

/** Bytes of one native frame. @source PS3.5 8.1.1 */
export const frameBytes = ({ rows, columns, samples, bitsAllocated }: FrameFormat): number => rows * columns * samples * (bitsAllocated / 8);

/** Colour by plane → by pixel, one frame. @source PS3.3 C.7.6.3.1.3 */
export const interleaved = (planes: Uint8Array, samples: number, sampleBytes: number): Uint8Array => {
  const pixels = planes.length / samples / sampleBytes;
  const out = new Uint8Array(planes.length);
  let from = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      let to = (pixel * samples + sample) * sampleBytes;
      for (let byte = 0; byte < sampleBytes; byte += 1) out[to++] = planes[from++] as number;
    }
  }
  return out;
};

const words = (bytes: Uint8Array): Uint16Array =>
  (bytes.byteOffset % 2 === 0 ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1) : new Uint16Array(bytes.slice().buffer));

/** Bytes to 16-bit cells, signed ones with their sign. */
const widened = (bytes: Uint8Array, isSigned: boolean): Uint8Array => {
  const out = new Uint16Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) out[at] = isSigned ? ((bytes[at] as number) << 24) >> 24 : bytes[at] as number;
  return new Uint8Array(out.buffer);
};

/** Carries the sign of `precision` bits up to the top of the cells, which the stream had no room for. */
const signExtended = (cells: Uint8Array, precision: number, bits: 8 | 16): Uint8Array => {
  const view = bits === 8 ? cells : words(cells);
  const shift = 32 - precision;
  for (let at = 0; at < view.length; at += 1) view[at] = ((view[at] as number) << shift) >> shift;
  return new Uint8Array(view.buffer, view.byteOffset, cells.length);
};

/**
 * Brings what a codec gave (cells of 8 or 16 bits by the precision of its stream) into the cells of the data set.
 * @source PS3.5 8.1.1, 8.2: the stream has the precision, Bits Allocated the cell
 */
export const fitted = (decoded: Uint8Array, precision: number, format: FrameFormat): Uint8Array => {
  const bits = precision <= 8 ? 8 : 16;
  if (bits > format.bitsAllocated) throw new FrameError('unsupported', 'The compressed frame has more bits than Bits Allocated');
  if (format.bitsAllocated > 16) throw new FrameError('unsupported', 'This codec gives no samples of more than 16 bits');
  if (decoded.length * 8 !== format.rows * format.columns * format.samples * bits) throw new FrameError('damaged', 'The decoded frame has another size than the data set says');
  const cells = format.isSigned && precision < bits ? signExtended(decoded, precision, bits) : decoded;
  return bits < format.bitsAllocated ? widened(cells, format.isSigned) : cells;
};

/** The highest value in the cells taken as unsigned numbers, as the count of bits it needs; at least 1. */
export const bitsUsed = (native: Uint8Array, bitsAllocated: number): number => {
  let all = 0;
  for (const cell of bitsAllocated === 8 ? native : words(native)) all |= cell;
  return Math.max(1, 32 - Math.clz32(all));
};

/** The low bytes of 16-bit cells. */
export const lowBytes = (native: Uint8Array): Uint8Array => Uint8Array.from(words(native), (cell) => cell & 0xff);
