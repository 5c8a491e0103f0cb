/**
 * Bytes of a data set → element tree, for all native encodings and, down to the fragments, encapsulated ones.
 * Time and depth are bounded on hostile input; the only error is INTAKE_CANNOT_UNDERSTAND.
 */
import { ApplianceError } from '../../infra/errors.ts';
import { TAG } from '../tables/tags.ts';
import { vrOf } from '../tables/data-elements.ts';
import type { DataSet, Element } from './data-set.ts';
import { headerAt, ITEM, ITEM_END, SEQUENCE_END, UNDEFINED_LENGTH, vrCode } from './element-header.ts';
import type { Encoding, Header } from './element-header.ts';
import { encodingOf, EXPLICIT_LITTLE, IMPLICIT_LITTLE, inflateDataSet, isDeflated } from './encoding.ts';

/** Sequences may nest this deep. */
export const MAX_DEPTH = 64;
/** A data set may have this many elements, nested ones included: about 1 GB of memory is the price of more. */
export const MAX_ELEMENTS = 4_000_000;

export interface ReadOptions {
  /** Stops before the first top-level element with this or a higher tag. */
  readonly untilTag?: number;
  /** The bytes may end anywhere: what is whole is returned, `complete` says whether all was there. */
  readonly truncated?: boolean;
  /** Leaves private elements of the top level out where their length is known. */
  readonly withoutPrivate?: boolean;
}

/** Ends reading when the bytes of a head are used up; never leaves this module. */
class EndOfBytes { readonly isEndOfBytes = true; }

// A prototype getter keeps the value view out of memory until someone asks; data sets of a million elements stay readable.
class ReadElement implements Element {
  readonly tag: number;
  readonly vr: string;
  readonly valueOffset: number;
  readonly length: number;
  readonly bigEndian: boolean;
  readonly #buffer: Buffer;
  readonly #valueEnd: number;
  declare readonly items?: readonly DataSet[];

  constructor(buffer: Buffer, header: Header, vr: string, bigEndian: boolean, valueEnd: number, items: readonly DataSet[] | undefined) {
    this.tag = header.tag;
    this.vr = vr;
    this.valueOffset = header.valueOffset;
    this.length = header.length;
    this.bigEndian = bigEndian;
    this.#buffer = buffer;
    this.#valueEnd = valueEnd;
    if (items !== undefined) this.items = items;
  }

  get value(): Buffer {
    return this.#buffer.subarray(this.valueOffset, this.#valueEnd);
  }
}

interface Reader {
  readonly buffer: Buffer;
  readonly truncated: boolean;
  elements: number;
}

const refuse = (what: string, offset: number): ApplianceError =>
  new ApplianceError('INTAKE_CANNOT_UNDERSTAND', what, { details: { offset } });

const ended = (reader: Reader, offset: number): EndOfBytes | ApplianceError =>
  reader.truncated ? new EndOfBytes() : refuse('The data set ends inside an element', offset);

const isPixelData = (tag: number): boolean =>
  tag === TAG.PixelData || tag === TAG.FloatPixelData || tag === TAG.DoubleFloatPixelData || (tag >>> 16 >= 0x7f00 && tag >>> 24 === 0x7f && (tag & 0xffff) === 0x10);

const VR_NAMES = new Map<number, string>();
const vrName = (code: number): string => {
  let name = VR_NAMES.get(code);
  if (name === undefined) VR_NAMES.set(code, (name = String.fromCharCode(code >>> 8, code & 0xff)));
  return name;
};
const SQ = vrCode('SQ');
const UN = vrCode('UN');
const OB = vrCode('OB');
const OW = vrCode('OW');

const newHeader = (): Header => ({ tag: 0, vr: 0, valueOffset: 0, length: 0 });

const isAllPadding = (buffer: Buffer, at: number, end: number): boolean => {
  for (let i = at; i < end; i += 1) if (buffer[i] !== 0) return false;
  return true;
};

/** Finds the end of the fragments of encapsulated pixel data: the offset of their delimiter. @source PS3.5 A.4 */
const fragmentsEnd = (reader: Reader, at: number, limit: number, encoding: Encoding): number => {
  const header = newHeader();
  for (;;) {
    if (!headerAt(reader.buffer, at, limit, encoding, header)) throw ended(reader, at);
    if (header.tag === SEQUENCE_END) return at;
    if (header.tag !== ITEM || header.length === UNDEFINED_LENGTH) throw refuse('The fragments of the pixel data are broken', at);
    at = header.valueOffset + header.length;
    if (at > limit) throw ended(reader, at);
  }
};

/** UN of undefined length is implicit inside; some writers put their explicit items there unchanged. @source PS3.5 6.2.2 note 4 */
const encodingInsideUnknown = (reader: Reader, at: number, limit: number, outer: Encoding): Encoding => {
  if (at + 16 > limit || outer.bigEndian) return IMPLICIT_LITTLE;
  const inner = encodingOf('', reader.buffer, at + 8);
  return inner.explicit && reader.buffer.readUInt32LE(at + 12) > limit - at ? EXPLICIT_LITTLE : IMPLICIT_LITTLE;
};

interface Read<T> { readonly value: T; readonly next: number }

/** Reads items from `at` until the delimiter, or until `limit` when the length is defined. */
const readItems = (reader: Reader, at: number, limit: number, isDefined: boolean, encoding: Encoding, depth: number): Read<readonly DataSet[]> & { readonly valueEnd: number } => {
  if (depth > MAX_DEPTH) throw refuse('Sequences are nested too deeply', at);
  const items: DataSet[] = [];
  const header = newHeader();
  for (;;) {
    if (isDefined && at >= limit) return { value: items, next: limit, valueEnd: limit };
    if (!headerAt(reader.buffer, at, limit, encoding, header)) {
      if (isDefined && limit - at < 8 && limit < reader.buffer.length) return { value: items, next: limit, valueEnd: limit };
      throw ended(reader, at);
    }
    if (header.tag === SEQUENCE_END) return { value: items, next: isDefined ? limit : header.valueOffset, valueEnd: at };
    if (header.tag === ITEM_END) { at = header.valueOffset; continue; }
    if (header.tag !== ITEM) throw refuse('A sequence holds something that is not an item', at);
    const isItemDefined = header.length !== UNDEFINED_LENGTH;
    const itemEnd = isItemDefined ? header.valueOffset + header.length : limit;
    if (itemEnd > limit) throw ended(reader, header.valueOffset);
    const item = readDataSet(reader, { at: header.valueOffset, end: itemEnd, encoding, depth, isDelimited: !isItemDefined });
    items.push(item);
    at = item.end;
  }
};

interface Span {
  readonly at: number;
  readonly end: number;
  readonly encoding: Encoding;
  readonly depth: number;
  /** An item delimiter ends it, not a length. */
  readonly isDelimited: boolean;
  readonly untilTag?: number;
  readonly withoutPrivate?: boolean;
}

const readElement = (reader: Reader, header: Header, span: Span): Read<Element> => {
  const { encoding, depth, end } = span;
  const { buffer } = reader;
  const vr = header.vr === 0 ? vrOf(header.tag) : vrName(header.vr);
  const isDefined = header.length !== UNDEFINED_LENGTH;
  const valueEnd = isDefined ? header.valueOffset + header.length : end;
  if (valueEnd > end) throw ended(reader, header.valueOffset);
  if (!isDefined && (isPixelData(header.tag) || header.vr === OB || header.vr === OW)) {
    const delimiter = fragmentsEnd(reader, header.valueOffset, end, encoding);
    return { value: new ReadElement(buffer, header, vr, encoding.bigEndian, delimiter, undefined), next: delimiter + 8 };
  }
  if (vr !== 'SQ' && isDefined) return { value: new ReadElement(buffer, header, vr, encoding.bigEndian, valueEnd, undefined), next: valueEnd };
  const isUnknown = header.vr === UN || (header.vr !== SQ && header.vr !== 0);
  const inner = isUnknown && !isDefined ? encodingInsideUnknown(reader, header.valueOffset, end, encoding) : encoding;
  const { valueOffset, length, tag } = header;
  const items = readItems(reader, valueOffset, valueEnd, isDefined, inner, depth + 1);
  return { value: new ReadElement(buffer, { tag, vr: header.vr, valueOffset, length }, 'SQ', inner.bigEndian, items.valueEnd, items.value), next: items.next };
};

/** Reads elements of one level; `end` of the answer is where the next thing after it begins. */
const readDataSet = (reader: Reader, span: Span): DataSet => {
  const { buffer } = reader;
  const { end, depth, untilTag } = span;
  const elements = new Map<number, Element>();
  const header = newHeader();
  let at = span.at;
  while (at < end || span.isDelimited) {
    if (!headerAt(buffer, at, end, span.encoding, header)) {
      if (depth === 0 && !reader.truncated && isAllPadding(buffer, at, end)) { at = end; break; }
      if (depth === 0 && reader.truncated) return { elements, end: at, complete: false };
      throw ended(reader, at);
    }
    const { tag } = header;
    if (tag === ITEM_END || tag === SEQUENCE_END) {
      if (span.isDelimited) {
        // A sequence delimiter here closes the item too: its own delimiter was forgotten.
        return { elements, end: tag === ITEM_END ? header.valueOffset : at, complete: true };
      }
      at = header.valueOffset;
      continue;
    }
    if (tag === ITEM) throw refuse('An item stands outside a sequence', at);
    if (depth === 0 && untilTag !== undefined && tag >= untilTag) break;
    if (depth === 0 && tag === 0 && at > span.at && isAllPadding(buffer, at, end)) { at = end; break; }
    if (++reader.elements > MAX_ELEMENTS) throw refuse('The data set has too many elements', at);
    if (span.withoutPrivate === true && (tag & 0x10000) !== 0 && header.length !== UNDEFINED_LENGTH && header.valueOffset + header.length <= end) { at = header.valueOffset + header.length; continue; }
    let read: Read<Element>;
    try {
      read = readElement(reader, header, span);
    } catch (error) {
      if (depth === 0 && error instanceof EndOfBytes) return { elements, end: at, complete: false };
      throw error;
    }
    // The first of two elements with one tag counts, here and in the head scan.
    if (!elements.has(tag)) elements.set(tag, read.value);
    at = read.next;
  }
  return { elements, end: at, complete: !reader.truncated || untilTag === undefined || at < end };
};

/**
 * Reads the elements of a data set (without file meta information).
 * With `truncated` and `untilTag`, `complete` is true only when that tag or a higher one was reached.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when the bytes are no data set in that transfer syntax, nest deeper than MAX_DEPTH, or hold more than MAX_ELEMENTS
 * @source PS3.5 chapter 7, Annex A
 */
export const readElements = (buffer: Buffer, transferSyntaxUid: string, options: ReadOptions = {}): DataSet => {
  const truncated = options.truncated === true;
  const bytes = isDeflated(transferSyntaxUid) ? inflateDataSet(buffer, truncated) : buffer;
  return readEncoded(bytes, 0, encodingOf(transferSyntaxUid, bytes), options);
};

/**
 * Reads elements from `at` in a known encoding.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND as readElements
 * @source PS3.5 chapter 7
 */
export const readEncoded = (buffer: Buffer, at: number, encoding: Encoding, options: ReadOptions = {}): DataSet => {
  const reader: Reader = { buffer, truncated: options.truncated === true, elements: 0 };
  return readDataSet(reader, {
    at, end: buffer.length, encoding, depth: 0, isDelimited: false,
    ...(options.untilTag === undefined ? {} : { untilTag: options.untilTag }), withoutPrivate: options.withoutPrivate === true,
  });
};

/**
 * Reads the items of a value that may be a sequence in disguise (UN of defined length, or private in implicit encoding).
 * Answers undefined when the bytes are not exactly a list of items.
 * @source PS3.5 6.2.2 note 4
 */
export const itemsInside = (value: Buffer): readonly DataSet[] | undefined => {
  if (value.length < 8 || value.readUInt32LE(0) !== 0xe000fffe) return undefined;
  const reader: Reader = { buffer: value, truncated: false, elements: 0 };
  try {
    const read = readItems(reader, 0, value.length, true, IMPLICIT_LITTLE, 1);
    return read.valueEnd === value.length ? read.value : undefined;
  } catch (error) {
    if (error instanceof ApplianceError) return undefined;
    throw error;
  }
};
