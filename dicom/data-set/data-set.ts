/** A data set that was read: elements by tag, and the small readers of their values. Values stay as they are in the file. */
import type { TextDecode } from './text-decoder.ts';

/** One element. `value` is a view into the bytes that were read, in their byte order; empty sequences have empty `items`. */
export interface Element {
  readonly tag: number;
  readonly vr: string;
  readonly valueOffset: number;
  /** UNDEFINED_LENGTH where a delimiter ends it. */
  readonly length: number;
  /** Without the closing delimiter of an undefined length. */
  readonly value: Buffer;
  /** Present for sequences. */
  readonly items?: readonly DataSet[];
  readonly bigEndian: boolean;
}

export interface DataSet {
  readonly elements: ReadonlyMap<number, Element>;
  /** Where reading ended, in the bytes that were read (inflated ones for a deflated transfer syntax). */
  readonly end: number;
  /** False when the bytes ended before the data set (or the tag asked for). */
  readonly complete: boolean;
}

/** Cuts the padding that PS3.5 allows at the end, and the blanks before. @source PS3.5 6.2 */
export const trimPadding = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (end > start && (text.charCodeAt(end - 1) === 0x20 || text.charCodeAt(end - 1) === 0)) end -= 1;
  while (start < end && text.charCodeAt(start) === 0x20) start += 1;
  return text.slice(start, end);
};

/** The whole value as text, padding cut; '' when the element is absent or empty. @source PS3.5 6.2 */
export const text = (dataSet: DataSet, tag: number, decode: TextDecode): string => {
  const element = dataSet.elements.get(tag);
  return element === undefined ? '' : trimPadding(decode(element.value, element.vr));
};

/** The values of a multi-valued text element; [] when absent or empty. @source PS3.5 6.4 */
export const strings = (dataSet: DataSet, tag: number, decode: TextDecode): readonly string[] => {
  const whole = text(dataSet, tag, decode);
  return whole === '' ? [] : whole.split('\\').map(trimPadding);
};

/** The first value of a US, UL, OB or AT-sized number (1, 2 or 4 bytes by VR); undefined when absent or empty. @source PS3.5 6.2 */
export const uintOf = (dataSet: DataSet, tag: number): number | undefined => {
  const element = dataSet.elements.get(tag);
  if (element === undefined) return undefined;
  const { value, bigEndian } = element;
  const isLong = element.vr === 'UL' || (element.vr === 'UN' && value.length === 4);
  if (isLong && value.length >= 4) return bigEndian ? value.readUInt32BE(0) : value.readUInt32LE(0);
  if (value.length >= 2) return bigEndian ? value.readUInt16BE(0) : value.readUInt16LE(0);
  return undefined;
};
