/** Stored grey values → bytes to show: modality LUT, then window, VOI LUT or the range of the values, then the sense of the picture. Pure. */
import type { DataSet } from '../data-set/data-set.ts';
import { TAG } from '../tables/tags.ts';
import type { NativeFrame } from './frame-source.ts';
import { codeOf, decimals, firstItem, groupOf, lookUp, lookupTable, paddingRange } from './values.ts';

/** Stored values of one sample: shifted down from their high bit, with their sign. @source PS3.5 8.1.1 */
export const storedValues = ({ cells, format, highBit }: Pick<NativeFrame, 'cells' | 'format' | 'highBit'>): Int32Array | Uint32Array => {
  const { bitsAllocated, bitsStored, isSigned } = format;
  const view = Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength);
  const count = Math.floor((cells.length * 8) / bitsAllocated);
  const out = isSigned ? new Int32Array(count) : new Uint32Array(count);
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  for (let at = 0; at < count; at += 1) {
    const cell = bitsAllocated === 8 ? view[at] as number : bitsAllocated === 16 ? view.readUInt16LE(at * 2) : view.readUInt32LE(at * 4);
    out[at] = isSigned ? (cell << left) >> right : (cell << left) >>> right;
  }
  return out;
};

type Curve = (value: number) => number;

/** @source PS3.3 C.11.1 */
const modalityCurve = (dataSet: DataSet, frame: number, isSigned: boolean): Curve => {
  const item = firstItem(dataSet, TAG.ModalityLUTSequence);
  const table = lookupTable(item?.elements.get(TAG.LUTDescriptor), item?.elements.get(TAG.LUTData), isSigned);
  if (table) return (value) => lookUp(table, value);
  const rescale = groupOf(dataSet, frame, TAG.PixelValueTransformationSequence);
  const [slope = 1] = decimals(rescale, TAG.RescaleSlope);
  const [intercept = 0] = decimals(rescale, TAG.RescaleIntercept);
  return slope === 0 ? (value) => value : (value) => value * slope + intercept;
};

const windowCurve = (kind: string, center: number, width: number): Curve => {
  switch (kind) {
    case 'SIGMOID': return (value) => 255 / (1 + Math.exp((-4 * (value - center)) / width));
    case 'LINEAR_EXACT': return (value) => ((value - center) / width + 0.5) * 255;
    default: return width <= 1 ? (value) => (value > center - 0.5 ? 255 : 0) : (value) => ((value - (center - 0.5)) / (width - 1) + 0.5) * 255;
  }
};

/** The range of what is no padding, as a window from its lowest to its highest value. */
const rangeCurve = (values: Int32Array | Uint32Array, modality: Curve, padding: ReturnType<typeof paddingRange>): Curve => {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (padding && value >= padding.from && value <= padding.to) continue;
    const shown = modality(value);
    if (shown < low) low = shown;
    if (shown > high) high = shown;
  }
  const span = high - low;
  return span > 0 ? (value) => ((value - low) / span) * 255 : () => 0;
};

/**
 * A VOI LUT where there is one, else the first window, else the range of the values.
 * @source PS3.3 C.11.2, C.11.2.1.2, C.11.2.1.3
 */
const shownCurve = (native: NativeFrame, values: Int32Array | Uint32Array, modality: Curve): Curve => {
  const { dataSet, frame, format } = native;
  const voi = groupOf(dataSet, frame, TAG.FrameVOILUTSequence);
  const [center] = decimals(voi, TAG.WindowCenter);
  const [width = 0] = decimals(voi, TAG.WindowWidth);
  if (center !== undefined && width > 0) return windowCurve(codeOf(voi, TAG.VOILUTFunction), center, width);
  const item = firstItem(dataSet, TAG.VOILUTSequence);
  const table = lookupTable(item?.elements.get(TAG.LUTDescriptor), item?.elements.get(TAG.LUTData), modality(format.isSigned ? -(2 ** (format.bitsStored - 1)) : 0) < 0);
  if (table) {
    const most = 2 ** Math.min(16, table.bits) - 1;
    return (value) => (lookUp(table, value) / most) * 255;
  }
  return rangeCurve(values, modality, paddingRange(dataSet, format.isSigned));
};

/** Values up to this many bits are looked up, not computed. */
const TABLE_BITS = 16;

/** Bytes to show, one a pixel. @source PS3.4 N.2 */
export const greyPixels = (native: NativeFrame): Uint8Array => {
  const { dataSet, frame, format } = native;
  const values = storedValues(native);
  const modality = modalityCurve(dataSet, frame, format.isSigned);
  const shown = shownCurve(native, values, modality);
  const isInverse = format.photometric === 'MONOCHROME1';
  const toByte = (value: number): number => {
    const byte = Math.min(255, Math.max(0, Math.round(shown(modality(value)))));
    return isInverse ? 255 - byte : byte;
  };
  if (format.bitsStored > TABLE_BITS || values.length < 2 ** format.bitsStored) return Uint8Array.from(values, toByte);
  const lowest = format.isSigned ? -(2 ** (format.bitsStored - 1)) : 0;
  const table = Uint8Array.from({ length: 2 ** format.bitsStored }, (_, at) => toByte(at + lowest));
  const out = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at += 1) out[at] = table[(values[at] as number) - lowest] as number;
  return out;
};
