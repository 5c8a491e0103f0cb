/** How the stored values of an image are shown, by what its data set says: modality and VOI transformation, palette, colour model. */
import { strings, text, uintOf } from '../data-set/data-set.ts';
import type { DataSet, Element } from '../data-set/data-set.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { TAG } from '../tables/tags.ts';
import { lookUp, lutItem, lutOf, segmentedLutOf, signedWord } from './lut.ts';
import type { Lut } from './lut.ts';

export interface Window {
  readonly kind: 'window';
  readonly center: number;
  readonly width: number;
  readonly shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
}

export type Modality = Lut | { readonly slope: number; readonly intercept: number };

/** What a stored value measures. @source PS3.3 C.11.1 */
export const modalityValue = (modality: Modality, stored: number): number => ('slope' in modality ? stored * modality.slope + modality.intercept : lookUp(modality, stored));

/** Crosses to a codec thread: plain data only. */
export type Look =
  | { readonly kind: 'colour'; readonly model: 'RGB' | 'YBR_FULL' | 'YBR_PARTIAL' }
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

/** @source PS3.3 C.7.5.1.1.2 */
const paddingOf = (dataSet: DataSet, isSigned: boolean): readonly [number, number] | undefined => {
  const value = uintOf(dataSet, TAG.PixelPaddingValue);
  if (value === undefined) return undefined;
  const ends = [value, uintOf(dataSet, TAG.PixelPaddingRangeLimit) ?? value].map((word) => signedWord(word, isSigned));
  return [Math.min(...ends), Math.max(...ends)];
};

/** Whether what is measured may be negative: then VOI tables begin at signed numbers. @source PS3.3 C.11.2.1.1 */
const isSignedAfter = (modality: Modality, isSigned: boolean, bitsStored: number): boolean => {
  const ends = isSigned ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
  return 'slope' in modality && Math.min(...ends.map((stored) => modalityValue(modality, stored))) < 0;
};

/** Descriptor, entries, entries in segments. @source PS3.3 C.7.9 */
const PALETTE = [
  [TAG.RedPaletteColorLookupTableDescriptor, TAG.RedPaletteColorLookupTableData, TAG.SegmentedRedPaletteColorLookupTableData],
  [TAG.GreenPaletteColorLookupTableDescriptor, TAG.GreenPaletteColorLookupTableData, TAG.SegmentedGreenPaletteColorLookupTableData],
  [TAG.BluePaletteColorLookupTableDescriptor, TAG.BluePaletteColorLookupTableData, TAG.SegmentedBluePaletteColorLookupTableData],
] as const;
/** Every tag of a palette. */
export const PALETTE_TAGS: readonly number[] = PALETTE.flat();

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
      const voi = voiOf(dataSet, frame, isSignedAfter(modality, isSigned, uintOf(dataSet, TAG.BitsStored) ?? 16));
      return { kind: 'grey', isInverse: photometric === 'MONOCHROME1', modality, voi, padding: paddingOf(dataSet, isSigned) };
    }
    case 'PALETTE COLOR': {
      const [red, green, blue] = PALETTE.map(([descriptor, data, segmented]) => {
        const element = (tag: number): Element | undefined => dataSet.elements.get(tag);
        return lutOf(element(descriptor), element(data), isSigned) ?? segmentedLutOf(element(descriptor), element(segmented), isSigned);
      });
      return red && green && blue && { kind: 'palette', channels: [red, green, blue] };
    }
    // Decoding has undone the transformations of JPEG 2000.
    case 'RGB': case 'YBR_RCT': case 'YBR_ICT': return { kind: 'colour', model: 'RGB' };
    case 'YBR_FULL': case 'YBR_FULL_422': return { kind: 'colour', model: 'YBR_FULL' };
    case 'YBR_PARTIAL_422': return { kind: 'colour', model: 'YBR_PARTIAL' };
    default: return undefined;
  }
};

/** Height of a pixel in units of its width; 1 where nothing usable is said. @source PS3.3 C.7.6.3.1.7, C.7.6.2.1.1, 10.7.1 */
export const pixelAspect = (dataSet: DataSet, frame: number): number => {
  const layers = layersOf(dataSet, frame, TAG.PixelMeasuresSequence);
  for (const tag of [TAG.PixelAspectRatio, TAG.PixelSpacing, TAG.ImagerPixelSpacing]) {
    for (const layer of layers) {
      const [vertical = 0, horizontal = 0] = numbers(layer, tag);
      const aspect = vertical / horizontal;
      if (vertical > 0 && horizontal > 0 && aspect >= 0.2 && aspect <= 5) return aspect;
    }
  }
  return 1;
};
