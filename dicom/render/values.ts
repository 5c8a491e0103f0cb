/** Small readers of the values that showing needs. Pure. */
import type { DataSet, Element } from '../data-set/data-set.ts';
import { strings, uintOf } from '../data-set/data-set.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { TAG } from '../tables/tags.ts';

const decode = decoderFor([]);

/** The numbers of a DS or IS element; [] when absent or none. */
export const decimals = (dataSet: DataSet, tag: number): readonly number[] => strings(dataSet, tag, decode).map(Number).filter((value) => Number.isFinite(value));

/** The first value of a CS element, '' when absent. */
export const codeOf = (dataSet: DataSet, tag: number): string => strings(dataSet, tag, decode)[0] ?? '';

/** 16-bit words of a value, unsigned. */
export const words = ({ value, bigEndian }: Element): Uint16Array =>
  Uint16Array.from({ length: value.length >> 1 }, (_, at) => (bigEndian ? value.readUInt16BE(at * 2) : value.readUInt16LE(at * 2)));

/** The first item of a sequence. */
export const firstItem = (dataSet: DataSet | undefined, tag: number): DataSet | undefined => dataSet?.elements.get(tag)?.items?.[0];

/** A lookup table of the Standard: first value mapped, and the entries. */
export interface LookupTable {
  readonly first: number;
  readonly entries: Uint16Array;
  readonly bits: number;
}

/**
 * Reads a table from its descriptor and its data; undefined when it is no table. 0 entries mean 65536; entries of 8 bits may lie two in a word.
 * @source PS3.3 C.11.1.1.1, C.7.6.3.1.5, C.7.6.3.1.6
 */
export const lookupTable = (descriptor: Element | undefined, data: Element | undefined, isSigned: boolean): LookupTable | undefined => {
  if (!descriptor || !data) return undefined;
  const [count = 0, first = 0, bits = 16] = words(descriptor);
  const wanted = count === 0 ? 65536 : count;
  const all = words(data);
  const entries = all.length >= wanted ? all.subarray(0, wanted) : data.value.length >= wanted ? Uint16Array.from(orderedBytes(data).subarray(0, wanted)) : undefined;
  return entries && { first: isSigned ? (first << 16) >> 16 : first, entries, bits };
};

const orderedBytes = ({ value, bigEndian, vr }: Element): Buffer => (bigEndian && vr === 'OW' ? Buffer.from(value).swap16() : value);

/** The entry of a value; values outside the table get its ends. */
export const lookUp = ({ first, entries }: LookupTable, value: number): number => entries[Math.min(entries.length - 1, Math.max(0, Math.round(value) - first))] as number;

/**
 * The data set in which an attribute of a frame lies: its functional group, the one shared by all frames, or the data set itself.
 * @source PS3.3 C.7.6.16
 */
export const groupOf = (dataSet: DataSet, frame: number, sequence: number): DataSet =>
  firstItem(dataSet.elements.get(TAG.PerFrameFunctionalGroupsSequence)?.items?.[frame - 1], sequence)
  ?? firstItem(firstItem(dataSet, TAG.SharedFunctionalGroupsSequence), sequence) ?? dataSet;

/** Height of a pixel divided by its width; 1 where nothing is said. @source PS3.3 C.7.6.3.1.7, 10.7.1 */
export const pixelAspect = (dataSet: DataSet, frame: number): number => {
  const measures = groupOf(dataSet, frame, TAG.PixelMeasuresSequence);
  for (const pair of [decimals(dataSet, TAG.PixelAspectRatio), decimals(measures, TAG.PixelSpacing), decimals(dataSet, TAG.ImagerPixelSpacing)]) {
    const [height = 0, width = 0] = pair;
    if (height > 0 && width > 0) return height / width;
  }
  return 1;
};

/** Pixel values that stand for nothing. @source PS3.3 C.7.5.1.1.2 */
export const paddingRange = (dataSet: DataSet, isSigned: boolean): { readonly from: number; readonly to: number } | undefined => {
  const signed = (value: number): number => (isSigned ? (value << 16) >> 16 : value);
  const value = uintOf(dataSet, TAG.PixelPaddingValue);
  if (value === undefined) return undefined;
  const limit = uintOf(dataSet, TAG.PixelPaddingRangeLimit) ?? value;
  return { from: Math.min(signed(value), signed(limit)), to: Math.max(signed(value), signed(limit)) };
};
