/** One native frame → 8 bits a sample, grey or RGB, as it is shown. Pure; runs in codec threads. */
import type { FrameFormat } from '../codec/frame.ts';
import { FrameError } from '../codec/frame-format.ts';
import { modalityValue } from './look.ts';
import type { Look, Window } from './look.ts';
import { lookUp } from './lut.ts';
import type { Lut } from './lut.ts';

/** 8 bits a sample, the samples of a pixel together. */
export interface Raster {
  readonly columns: number;
  readonly rows: number;
  readonly samples: 1 | 3;
  readonly data: Uint8Array;
}

type Grey = Look & { readonly kind: 'grey' };

/** 0 to 1. @source PS3.3 C.11.2.1.2, C.11.2.1.3 */
const windowed = ({ center, width, shape }: Window, value: number): number => {
  switch (shape) {
    case 'SIGMOID': return 1 / (1 + Math.exp((-4 * (value - center)) / width));
    case 'LINEAR_EXACT': return (value - center) / width + 0.5;
    case 'LINEAR': return width > 1 ? (value - (center - 0.5)) / (width - 1) + 0.5 : value > center - 0.5 ? 1 : 0;
  }
};

/** Cells as numbers: bits above Bits Stored (old overlays) do not count, the sign does. @source PS3.5 8.1.1 */
const storedValues = (native: Uint8Array, { bitsAllocated, bitsStored, isSigned }: FrameFormat, highBit: number): ((at: number) => number) => {
  const bytes = native.byteOffset % 4 === 0 ? native : native.slice();
  const { buffer, byteOffset, length } = bytes;
  const cells = bitsAllocated === 8 ? bytes : bitsAllocated === 16 ? new Uint16Array(buffer, byteOffset, length >> 1) : new Uint32Array(buffer, byteOffset, length >> 2);
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  return isSigned ? (at) => ((cells[at] as number) << left) >> right : (at) => ((cells[at] as number) << left) >>> right;
};

/** From the least to the greatest value that is picture, measured; one value alone is black. */
const range = (valueAt: (at: number) => number, count: number, { modality, padding }: Grey): Window => {
  let least = Infinity;
  let greatest = -Infinity;
  for (let at = 0; at < count; at += 1) {
    const stored = valueAt(at);
    if (padding && stored >= padding[0] && stored <= padding[1]) continue;
    const value = modalityValue(modality, stored);
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (least === Infinity) return { kind: 'window', center: 0.5, width: 1, shape: 'LINEAR_EXACT' };
  const width = greatest > least ? greatest - least : 1;
  return { kind: 'window', center: least + width / 2, width, shape: 'LINEAR_EXACT' };
};

/** Values of up to so many bits are looked up, where there are enough of them. */
const TABLE_BITS = 16;

const renderGrey = (native: Uint8Array, format: FrameFormat, highBit: number, look: Grey): Uint8Array => {
  const count = format.rows * format.columns;
  const valueAt = storedValues(native, format, highBit);
  const voi = look.voi ?? range(valueAt, count, look);
  const shown = (stored: number): number => {
    const value = modalityValue(look.modality, stored);
    const part = voi.kind === 'lut' ? lookUp(voi, value) / (2 ** voi.bits - 1) : windowed(voi, value);
    const grey = Math.round(255 * Math.min(1, Math.max(0, part)));
    return look.isInverse ? 255 - grey : grey;
  };
  const out = new Uint8Array(count);
  if (format.bitsStored > TABLE_BITS || count < 2 ** format.bitsStored) {
    for (let at = 0; at < count; at += 1) out[at] = shown(valueAt(at));
    return out;
  }
  const least = format.isSigned ? -(2 ** (format.bitsStored - 1)) : 0;
  const table = new Uint8Array(2 ** format.bitsStored);
  for (let at = 0; at < table.length; at += 1) table[at] = shown(at + least);
  for (let at = 0; at < count; at += 1) out[at] = table[valueAt(at) - least] as number;
  return out;
};

const renderPalette = (native: Uint8Array, format: FrameFormat, highBit: number, channels: readonly Lut[]): Uint8Array => {
  const count = format.rows * format.columns;
  const valueAt = storedValues(native, format, highBit);
  // Tables that call themselves 16 bits but hold small values only were written for 8.
  const isWide = channels.some(({ bits, values }) => bits > 8 && values.some((value) => value > 255));
  const shifts = channels.map(({ bits }) => (isWide && bits > 8 ? bits - 8 : 0));
  const out = new Uint8Array(3 * count);
  for (let at = 0; at < count; at += 1) {
    const stored = valueAt(at);
    for (let channel = 0; channel < 3; channel += 1) out[3 * at + channel] = lookUp(channels[channel] as Lut, stored) >> (shifts[channel] as number);
  }
  return out;
};

type Colour = Look & { readonly kind: 'colour' };

/** Luminance and chrominance to RGB in place. @source PS3.3 C.7.6.3.1.2 (YBR_FULL, YBR_PARTIAL_422; ITU-R BT.601) */
const toRgb = (ybr: Uint8ClampedArray, isPartial: boolean): void => {
  const [black, light, colour] = isPartial ? [16, 255 / 219, 255 / 224] : [0, 1, 1];
  for (let at = 0; at + 2 < ybr.length; at += 3) {
    const luminance = ((ybr[at] as number) - black) * light;
    const blue = ((ybr[at + 1] as number) - 128) * colour;
    const red = ((ybr[at + 2] as number) - 128) * colour;
    ybr[at] = luminance + 1.402 * red;
    ybr[at + 1] = luminance - 0.344136 * blue - 0.714136 * red;
    ybr[at + 2] = luminance + 1.772 * blue;
  }
};

const renderColour = (native: Uint8Array, format: FrameFormat, highBit: number, { model }: Colour): Uint8Array => {
  const samples = format.rows * format.columns * 3;
  const valueAt = storedValues(native, { ...format, isSigned: false }, highBit);
  const most = 2 ** format.bitsStored - 1;
  const isPlain = format.bitsAllocated === 8 && format.bitsStored === 8;
  const bytes = new Uint8ClampedArray(samples);
  if (isPlain) bytes.set(native.subarray(0, samples));
  else for (let at = 0; at < samples; at += 1) bytes[at] = (valueAt(at) / most) * 255;
  if (model !== 'RGB') toRgb(bytes, model === 'YBR_PARTIAL');
  return new Uint8Array(bytes.buffer);
};

/**
 * Shows a frame. Overlays are left out.
 * @param highBit of the cells
 * @throws {FrameError} 'unsupported' when samples and colour model do not fit
 * @source PS3.4 N.2 (grayscale transformation), PS3.3 C.7.6.3
 */
export const render = (native: Uint8Array, format: FrameFormat, highBit: number, look: Look): Raster => {
  const { rows, columns, samples } = format;
  if (samples !== (look.kind === 'colour' ? 3 : 1)) throw new FrameError('unsupported', 'Samples and colour model of the image do not fit together');
  switch (look.kind) {
    case 'grey': return { rows, columns, samples: 1, data: renderGrey(native, format, highBit, look) };
    case 'palette': return { rows, columns, samples: 3, data: renderPalette(native, format, highBit, look.channels) };
    case 'colour': return { rows, columns, samples: 3, data: renderColour(native, format, highBit, look) };
  }
};
