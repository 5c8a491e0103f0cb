/** Stored colour → RGB bytes, samples of a pixel together. Pure. */
import { ApplianceError } from '../../infra/errors.ts';
import { interleaved } from '../codec/frame-format.ts';
import { TAG } from '../tables/tags.ts';
import type { NativeFrame } from './frame-source.ts';
import { storedValues } from './grey.ts';
import { lookUp, lookupTable } from './values.ts';

const clamp = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));

/** @source PS3.3 C.7.6.3.1.2 (YBR_FULL, YBR_PARTIAL_420) */
const putRgb = (out: Uint8Array, at: number, y: number, cb: number, cr: number): void => {
  out[at] = clamp(y + 1.402 * (cr - 128));
  out[at + 1] = clamp(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128));
  out[at + 2] = clamp(y + 1.772 * (cb - 128));
};

const rgbOfYbr = (ybr: Uint8Array): Uint8Array => {
  const out = new Uint8Array(ybr.length);
  for (let at = 0; at + 2 < ybr.length; at += 3) putRgb(out, at, ybr[at] as number, ybr[at + 1] as number, ybr[at + 2] as number);
  return out;
};

/** Two luminance samples, then the chrominance of both. @source PS3.3 C.7.6.3.1.2 (YBR_FULL_422) */
const rgbOfShared = (cells: Uint8Array, pixels: number): Uint8Array => {
  const out = new Uint8Array(pixels * 3);
  for (let pixel = 0, at = 0; pixel + 1 < pixels; pixel += 2, at += 4) {
    const [y1 = 0, y2 = 0, cb = 0, cr = 0] = cells.subarray(at, at + 4);
    putRgb(out, pixel * 3, y1, cb, cr);
    putRgb(out, pixel * 3 + 3, y2, cb, cr);
  }
  return out;
};

/** Samples of a pixel together, 8 bits each. */
const eightBits = (native: NativeFrame): Uint8Array => {
  const { format, isPlanar, cells } = native;
  const { samples, bitsAllocated, bitsStored } = format;
  const together = isPlanar ? interleaved(cells, samples, bitsAllocated / 8) : cells;
  if (bitsAllocated === 8 && bitsStored === 8) return together;
  const most = 2 ** bitsStored - 1;
  return Uint8Array.from(storedValues({ ...native, cells: together, format: { ...format, isSigned: false } }), (value) => clamp((value / most) * 255));
};

/** Tables of a palette; each entry is as wide as the descriptor says. @source PS3.3 C.7.9, C.7.6.3.1.5 */
const palettePixels = (native: NativeFrame): Uint8Array => {
  const { dataSet, format } = native;
  const table = (descriptor: number, data: number): NonNullable<ReturnType<typeof lookupTable>> => {
    const found = lookupTable(dataSet.elements.get(descriptor), dataSet.elements.get(data), format.isSigned);
    if (!found) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The palette of the image cannot be read');
    return found;
  };
  const tables = [
    table(TAG.RedPaletteColorLookupTableDescriptor, TAG.RedPaletteColorLookupTableData),
    table(TAG.GreenPaletteColorLookupTableDescriptor, TAG.GreenPaletteColorLookupTableData),
    table(TAG.BluePaletteColorLookupTableDescriptor, TAG.BluePaletteColorLookupTableData),
  ];
  // Some writers fill tables of 16 bits with bytes: no entry then needs more than eight.
  const shift = tables.some(({ entries, bits }) => bits > 8 && entries.some((entry) => entry > 0xff)) ? 8 : 0;
  const values = storedValues(native);
  const out = new Uint8Array(values.length * 3);
  for (let at = 0; at < values.length; at += 1) tables.forEach((one, sample) => { out[at * 3 + sample] = lookUp(one, values[at] as number) >> shift; });
  return out;
};

/** RGB bytes of a frame that is not grey. @throws {ApplianceError} TRANSCODE_UNSUPPORTED for other colour models */
export const colourPixels = (native: NativeFrame): Uint8Array => {
  const { format } = native;
  switch (format.photometric) {
    case 'PALETTE COLOR': return palettePixels(native);
    case 'YBR_FULL_422': return rgbOfShared(native.cells, format.rows * format.columns);
    case 'YBR_FULL': return rgbOfYbr(eightBits(native));
    case 'RGB': case 'YBR_RCT': case 'YBR_ICT': return eightBits(native);
    default: throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The colour model of the image is not known');
  }
};
