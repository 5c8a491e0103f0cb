/**
 * The canonical form of elements that the element digest hashes: the same for one content in every native encoding.
 * Leaves out what belongs to the encoding: VR, lengths, padding, group lengths, trailing padding.
 */
import { TAG } from '../tables/tags.ts';
import { vrOf } from '../tables/data-elements.ts';
import type { DataSet, Element } from './data-set.ts';
import { swapValue } from './encode.ts';
import { itemsInside } from './read-elements.ts';

/** Takes the next bytes of the canonical form. */
export type Sink = (bytes: Buffer) => void;

const TEXT_VRS: ReadonlySet<string> = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'LO', 'LT', 'PN', 'SH', 'ST', 'TM', 'UC', 'UI', 'UR', 'UT']);
/** Group 0008 element 0001 once told the length of the rest. */
const LENGTH_TO_END = 0x00080001;

/** True for elements that exist for the encoding only. @source PS3.5 7.2, PS3.10 7.2 */
export const isEncodingOnly = (tag: number): boolean => (tag & 0xffff) === 0 || tag === LENGTH_TO_END || tag === TAG.DataSetTrailingPadding;

/** Starts the form of one element: kind, tag, count of bytes or items. */
export const openElement = (sink: Sink, kind: 'V' | 'S' | 'F' | 'P', tag: number, count: number): void => {
  const head = Buffer.alloc(13);
  head.write(kind, 0, 'latin1');
  head.writeUInt32LE(tag, 1);
  head.writeBigUInt64LE(BigInt(count), 5);
  sink(head);
};

const withoutPadding = (value: Buffer): Buffer => {
  let end = value.length;
  while (end > 0 && (value[end - 1] === 0x20 || value[end - 1] === 0)) end -= 1;
  return value.subarray(0, end);
};

/** VR that decides padding: the dictionary's where it knows the tag, so that UN and the true VR agree. */
const paddingVr = (element: Element): string => (((element.tag >>> 16) & 1) === 1 ? 'UN' : vrOf(element.tag));

/** A value in little endian without padding; odd private values get the even length that any rewriting gives them. */
export const canonicalValue = (element: Element): Buffer => {
  const value = element.bigEndian ? swapValue(element.value, element.vr) : element.value;
  if (TEXT_VRS.has(paddingVr(element))) return withoutPadding(value);
  if (value.length % 2 === 0) return value;
  return Buffer.concat([value, Buffer.of(TEXT_VRS.has(element.vr) && element.vr !== 'UI' ? 0x20 : 0)]);
};

const itemsOf = (element: Element): readonly DataSet[] | undefined => {
  if (element.items !== undefined) return element.items;
  const mayHide = element.vr === 'UN' || element.vr === 'OB';
  if (mayHide) return itemsInside(element.value);
  // An empty sequence and an empty UN of a tag that is a sequence are one thing.
  return element.value.length === 0 && vrOf(element.tag) === 'SQ' ? [] : undefined;
};

/** Writes the canonical form of one element, nested items included. @source ours: independent of PS3.5 Annex A encodings */
export const writeElement = (sink: Sink, element: Element): void => {
  if (isEncodingOnly(element.tag)) return;
  const items = element.value.length === 0 && vrOf(element.tag) === 'SQ' ? [] : itemsOf(element);
  if (items === undefined) {
    const value = canonicalValue(element);
    openElement(sink, 'V', element.tag, value.length);
    sink(value);
    return;
  }
  openElement(sink, 'S', element.tag, items.length);
  for (const item of items) {
    const elements = inOrder(item);
    openElement(sink, 'S', 0xfffee000, elements.length);
    for (const nested of elements) writeElement(sink, nested);
  }
};

/** The elements that count, tags ascending. */
export const inOrder = (dataSet: DataSet): readonly Element[] =>
  [...dataSet.elements.values()].filter((element) => !isEncodingOnly(element.tag)).sort((a, b) => a.tag - b.tag);
