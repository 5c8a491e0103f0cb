/** How the stored values of an image are shown, by what its data set says: modality and VOI transformation, palette, colour model. */
import { strings, text, uintOf } from '../data-set/data-set.ts';
import type { DataSet, Element } from '../data-set/data-set.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { TAG } from '../tables/tags.ts';

/** A table of values; inputs before the first entry give the first value, those behind the last give the last. */
export interface Lut {
  readonly first: number;
  readonly bits: number;
  readonly values: Uint16Array;
}

export interface Window {
  readonly kind: 'window';
  readonly center: number;
  readonly width: number;
  readonly shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
}

export type Modality = Lut | { readonly slope: number; readonly intercept: number };

/** Crosses to a codec thread: plain data only. */
export type Look =
  | { readonly kind: 'colour'; readonly isYbr: boolean }
  | { readonly kind: 'palette'; readonly channels: readonly [Lut, Lut, Lut] }
  | {
    readonly kind: 'grey';
    /** The lowest value is white. */
    readonly isInverse: boolean;
    readonly modality: Modality;
    /** Absent: from the least to the greatest value of the frame. */
    readonly voi: Window | (Lut & { readonly kind: 'lut' }) | undefined;
    /** Stored values that stand for no picture, from and to. */
    readonly padding: readonly [number, number] | undefined;
  };

const decode = decoderFor([]);

const numbers = (dataSet: DataSet | undefined, tag: number): readonly number[] =>
  (dataSet ? strings(dataSet, tag, decode).map(Number).filter((value) => Number.isFinite(value)) : []);

const firstItem = (dataSet: DataSet | undefined, tag: number): DataSet | undefined => dataSet?.elements.get(tag)?.items?.[0];

const words = ({ value, bigEndian }: Element): Uint16Array =>
  Uint16Array.from({ length: value.length >> 1 }, (_, at) => (bigEndian ? value.readUInt16BE(2 * at) : value.readUInt16LE(2 * at)));

/** Entries of 8 bits lie two in a word, or one in each word as many writers have it. @source PS3.3 C.7.6.3.1.5, C.11.1.1.1 */
const lutOf = (descriptor: Element | undefined, data: Element | undefined, isSigned: boolean): Lut | undefined => {
  if (!descriptor || !data || descriptor.value.length < 6) return undefined;
  const [count = 0, first = 0, bits = 16] = words(descriptor);
  const length = count === 0 ? 0x10000 : count;
  const values = data.value.length >= 2 * length || bits > 8 ? words(data).subarray(0, length) : Uint16Array.from(data.value.subarray(0, length));
  return values.length === 0 ? undefined : { first: isSigned && first > 0x7fff ? first - 0x10000 : first, bits, values };
};

const lutItem = (item: DataSet | undefined, isSigned: boolean): Lut | undefined => lutOf(item?.elements.get(TAG.LUTDescriptor), item?.elements.get(TAG.LUTData), isSigned);

/** The functional groups of a frame before those that all frames share, before the data set. @source PS3.3 C.7.6.16 */
const layersOf = (dataSet: DataSet, frame: number, group: number): readonly DataSet[] => {
  const own = dataSet.elements.get(TAG.PerFrameFunctionalGroupsSequence)?.items?.[frame];
  return [firstItem(own, group), firstItem(firstItem(dataSet, TAG.SharedFunctionalGroupsSequence), group), dataSet].filter((layer) => layer !== undefined);
};

/** @source PS3.3 C.11.1, C.7.6.16.2.9 */
const modalityOf = (dataSet: DataSet, frame: number, isSigned: boolean): Modality => {
  const table = lutItem(firstItem(dataSet, TAG.ModalityLUTSequence), isSigned);
  if (table) return table;
  const layer = layersOf(dataSet, frame, TAG.PixelValueTransformationSequence).find((one) => one.elements.has(TAG.RescaleSlope));
  const [slope = 1] = numbers(layer, TAG.RescaleSlope);
  const [intercept = 0] = numbers(layer, TAG.RescaleIntercept);
  return { slope: slope === 0 ? 1 : slope, intercept };
};

/** The first window of the first layer that has one, else the first VOI LUT. @source PS3.3 C.11.2, C.7.6.16.2.10 */
const voiOf = (dataSet: DataSet, frame: number, isSigned: boolean): (Look & { kind: 'grey' })['voi'] => {
  for (const layer of layersOf(dataSet, frame, TAG.FrameVOILUTSequence)) {
    const [center] = numbers(layer, TAG.WindowCenter);
    const [width] = numbers(layer, TAG.WindowWidth);
    const said = text(layer, TAG.VOILUTFunction, decode);
    const shape = said === 'SIGMOID' || said === 'LINEAR_EXACT' ? said : 'LINEAR';
    // Doses have windows narrower than the linear function takes.
    if (center !== undefined && width !== undefined && width > 0) return { kind: 'window', center, width, shape: width < 1 && shape === 'LINEAR' ? 'LINEAR_EXACT' : shape };
  }
  const table = lutItem(firstItem(dataSet, TAG.VOILUTSequence), isSigned);
  return table && { kind: 'lut', ...table };
};

const signedWord = (element: Element | undefined, isSigned: boolean): number | undefined => {
  const [word] = element ? words(element) : [];
  return word === undefined ? undefined : isSigned && word > 0x7fff ? word - 0x10000 : word;
};

const paddingOf = (dataSet: DataSet, isSigned: boolean): readonly [number, number] | undefined => {
  const from = signedWord(dataSet.elements.get(TAG.PixelPaddingValue), isSigned);
  if (from === undefined) return undefined;
  const to = signedWord(dataSet.elements.get(TAG.PixelPaddingRangeLimit), isSigned) ?? from;
  return [Math.min(from, to), Math.max(from, to)];
};

/**
 * How one frame is shown; undefined where the data set does not say (a palette without its table, an unknown colour model).
 * @param photometric of the decoded frame, which may differ from that of the data set
 * @param frame counted from 0
 * @source PS3.3 C.7.6.3.1.2, C.11.1, C.11.2
 */
export const lookOf = (dataSet: DataSet, photometric: string, frame: number): Look | undefined => {
  const isSigned = uintOf(dataSet, TAG.PixelRepresentation) === 1;
  switch (photometric) {
    case 'MONOCHROME1': case 'MONOCHROME2': {
      const modality = modalityOf(dataSet, frame, isSigned);
      const isSignedAfter = 'slope' in modality && (isSigned || modality.intercept < 0);
      return { kind: 'grey', isInverse: photometric === 'MONOCHROME1', modality, voi: voiOf(dataSet, frame, isSignedAfter), padding: paddingOf(dataSet, isSigned) };
    }
    case 'PALETTE COLOR': {
      const channel = (descriptor: number, data: number): Lut | undefined => lutOf(dataSet.elements.get(descriptor), dataSet.elements.get(data), isSigned);
      const red = channel(TAG.RedPaletteColorLookupTableDescriptor, TAG.RedPaletteColorLookupTableData);
      const green = channel(TAG.GreenPaletteColorLookupTableDescriptor, TAG.GreenPaletteColorLookupTableData);
      const blue = channel(TAG.BluePaletteColorLookupTableDescriptor, TAG.BluePaletteColorLookupTableData);
      return red && green && blue && { kind: 'palette', channels: [red, green, blue] };
    }
    case 'RGB': return { kind: 'colour', isYbr: false };
    case 'YBR_FULL': case 'YBR_FULL_422': return { kind: 'colour', isYbr: true };
    default: return undefined;
  }
};

/** Height of a pixel in units of its width; 1 where nothing usable is said. @source PS3.3 C.7.6.3.1.7, C.7.6.2.1.1 */
export const pixelAspect = (dataSet: DataSet): number => {
  for (const tag of [TAG.PixelAspectRatio, TAG.PixelSpacing, TAG.ImagerPixelSpacing]) {
    const [vertical = 0, horizontal = 0] = numbers(dataSet, tag);
    const aspect = vertical / horizontal;
    if (vertical > 0 && horizontal > 0 && aspect >= 0.2 && aspect <= 5) return aspect;
  }
  return 1;
};
