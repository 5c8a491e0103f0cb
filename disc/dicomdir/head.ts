/** What a directory record is made from: the first elements of an instance, and how one is copied as Explicit VR Little Endian. */
import { trimPadding } from '../../dicom/data-set/data-set.ts';
import type { DataSet, Element } from '../../dicom/data-set/data-set.ts';
import { encodeDataSet, encodeElement, encodeSequence, swapValue } from '../../dicom/data-set/encode.ts';
import { itemsInside } from '../../dicom/data-set/read-elements.ts';

/** A date of the calendar's form; 00000000 is none. @source PS3.5 6.2 (DA) */
export const DATE_FORM = /^(1[89]|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
/** A time of the day; 60 is a leap second. @source PS3.5 6.2 (TM) */
export const TIME_FORM = /^([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?$/;

/** The bytes of a text element as Latin-1 without padding, '' when absent: for codes, dates and UIDs, which are ASCII. */
export const asciiOf = (head: DataSet, tag: number): string => trimPadding(head.elements.get(tag)?.value.toString('latin1') ?? '');

/** The items of an element; undefined when it is no sequence. Sees through UN. @source PS3.5 6.2.2 note 4 */
export const itemsOf = (element: Element): readonly DataSet[] | undefined => element.items ?? (element.vr === 'UN' ? itemsInside(element.value) : undefined);

/** True when a value is nothing but padding. */
export const isBlank = (value: Buffer): boolean => {
  for (const byte of value) if (byte !== 0 && byte !== 0x20) return false;
  return true;
};

const keepOnly = (item: DataSet, keep: ReadonlySet<number>): DataSet => {
  const elements = [...item.elements.values()].filter(({ tag }) => keep.has(tag)).map((element): Element => {
    const { tag, vr, valueOffset, length, value, bigEndian } = element;
    return { tag, vr, valueOffset, length, value, bigEndian, ...(element.items ? { items: element.items.map((inner) => keepOnly(inner, keep)) } : {}) };
  });
  return { ...item, elements: new Map(elements.map((element) => [element.tag, element])) };
};

/** Encodes a copy of a value under a tag and VR, its bytes unchanged but for the byte order of numbers. @source PS3.5 7.3 */
export const encodeCopy = (tag: number, vr: string, { value, bigEndian }: Element): Buffer => encodeElement(tag, vr, bigEndian ? swapValue(value, vr) : value);

/** Encodes a sequence of these items; with `keep` only those elements, at every depth. @source PS3.5 7.5 */
export const encodeItems = (tag: number, items: readonly DataSet[], keep?: ReadonlySet<number>): Buffer =>
  encodeSequence(tag, items.map((item) => encodeDataSet(keep ? keepOnly(item, keep) : item)));
