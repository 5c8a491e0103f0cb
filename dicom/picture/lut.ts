/** Tables that map values: lookup tables of modality, VOI and palettes. Pure. */
import type { DataSet, Element } from '../data-set/data-set.ts';
import { TAG } from '../tables/tags.ts';
import { segmentedEntries } from './segmented-lut.ts';

/** A table of values; inputs before the first entry give the first value, those behind the last give the last. */
export interface Lut {
  readonly first: number;
  readonly bits: number;
  readonly values: Uint16Array;
}

/** 16-bit words of a value, unsigned. */
export const words = ({ value, bigEndian }: Element): Uint16Array =>
  Uint16Array.from({ length: value.length >> 1 }, (_, at) => (bigEndian ? value.readUInt16BE(2 * at) : value.readUInt16LE(2 * at)));

/** A word that is a signed number where pixels are. */
export const signedWord = (word: number, isSigned: boolean): number => (isSigned && word > 0x7fff ? word - 0x10000 : word);

/** Entries of 8 bits lie two in a word, the first in its low byte. */
const bytes = (element: Element): Uint16Array => {
  const { vr, bigEndian, value } = element;
  return Uint16Array.from(bigEndian && vr !== 'OB' && value.length % 2 === 0 ? Buffer.from(value).swap16() : value);
};

/**
 * Reads a table; undefined when it is none. 0 entries mean 65536; entries of 8 bits may have a word each, as many writers have it.
 * A table that ends early is what it has.
 * @source PS3.3 C.11.1.1.1, C.7.6.3.1.5, C.7.6.3.1.6
 */
export const lutOf = (descriptor: Element | undefined, data: Element | undefined, isSigned: boolean): Lut | undefined => {
  if (!descriptor || !data || descriptor.value.length < 6) return undefined;
  const [count = 0, first = 0, bits = 16] = words(descriptor);
  const length = count === 0 ? 0x10000 : count;
  const values = (data.value.length >= 2 * length || bits > 8 ? words(data) : bytes(data)).subarray(0, length);
  return values.length === 0 ? undefined : { first: signedWord(first, isSigned), bits: Math.min(16, bits), values };
};

/** Reads a table that is told in segments, whose codes are as wide as its entries. @source PS3.3 C.7.9.2 */
export const segmentedLutOf = (descriptor: Element | undefined, data: Element | undefined, isSigned: boolean): Lut | undefined => {
  if (!descriptor || !data || descriptor.value.length < 6) return undefined;
  const [count = 0, first = 0, bits = 16] = words(descriptor);
  const values = segmentedEntries(bits > 8 ? words(data) : Uint8Array.from(bytes(data)), count === 0 ? 0x10000 : count);
  return values.length === 0 ? undefined : { first: signedWord(first, isSigned), bits: Math.min(16, bits), values };
};

/** The table of an item of a modality or VOI LUT sequence. */
export const lutItem = (item: DataSet | undefined, isSigned: boolean): Lut | undefined => lutOf(item?.elements.get(TAG.LUTDescriptor), item?.elements.get(TAG.LUTData), isSigned);

/** The value of an input. */
export const lookUp = ({ first, values }: Lut, input: number): number => values[Math.min(values.length - 1, Math.max(0, Math.round(input) - first))] as number;
