/**
 * A small reader of data elements for the gate: top level of any native syntax, sequences of Explicit VR Little Endian.
 * Apart from the code that writes: PS3.5 section 7 read once more, so that a mistake there does not judge itself.
 */
import { inflateRawSync, inflateSync, constants } from 'node:zlib';
import { TAG } from '../../dicom/tables/tags.ts';

export interface ReadElement {
  readonly vr: string;
  /** Absolute offset of the value in the bytes given. */
  readonly at: number;
  readonly bytes: number;
  readonly value: Buffer;
  /** The value without padding. Bytes are kept one to one (Latin-1), for comparing, not for showing. */
  readonly text: string;
}

const SPACE = 0x20;

// Prototype getters keep views of values out of memory until someone asks: most elements are only passed.
class ElementInBytes implements ReadElement {
  readonly vr: string;
  readonly at: number;
  readonly bytes: number;
  readonly #source: Buffer;

  constructor(source: Buffer, vr: string, at: number, end: number) {
    this.vr = vr;
    this.at = at;
    this.bytes = end - at;
    this.#source = source;
  }

  get value(): Buffer {
    return this.#source.subarray(this.at, this.at + this.bytes);
  }

  get text(): string {
    let from = this.at;
    let to = this.at + this.bytes;
    while (to > from && (this.#source[to - 1] === SPACE || this.#source[to - 1] === 0)) to -= 1;
    while (from < to && this.#source[from] === SPACE) from += 1;
    return this.#source.toString('latin1', from, to);
  }
}

/** The same element in memory of its own. */
export const detached = ({ vr, value, bytes }: ReadElement): ReadElement => new ElementInBytes(Buffer.from(value), vr, 0, bytes);

export interface Encoding {
  readonly isExplicit: boolean;
  readonly isBigEndian: boolean;
}

export const EXPLICIT_LITTLE: Encoding = { isExplicit: true, isBigEndian: false };
const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const UNDEFINED = 0xffffffff;
const MAX_INFLATED_BYTES = 64 << 20;
/** First tag that is no longer file meta information. */
export const AFTER_META = 0x00030000;

export interface ElementHead {
  readonly tag: number;
  readonly vr: string;
  readonly length: number;
  readonly valueAt: number;
}

interface Vr { readonly name: string; readonly isLong: boolean }
/** By their two bytes, so that no text is made for an element. */
const VRS = new Map<number, Vr>();

const vrOf = (bytes: Buffer, at: number): Vr => {
  const code = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const known = VRS.get(code);
  if (known) return known;
  const name = bytes.toString('latin1', at, at + 2);
  const made = { name, isLong: LONG_VRS.has(name) };
  VRS.set(code, made);
  return made;
};

/** The head of the element at `at`, or undefined when the bytes end there. */
export const headAt = (bytes: Buffer, at: number, { isBigEndian, isExplicit }: Encoding): ElementHead | undefined => {
  if (at + 8 > bytes.length) return undefined;
  const tag = isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
  if (!isExplicit || tag >= 0xfffe0000) return { tag, vr: '', length: isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4), valueAt: at + 8 };
  const { name, isLong } = vrOf(bytes, at + 4);
  if (!isLong) return { tag, vr: name, length: isBigEndian ? bytes.readUInt16BE(at + 6) : bytes.readUInt16LE(at + 6), valueAt: at + 8 };
  return at + 12 > bytes.length ? undefined : { tag, vr: name, length: isBigEndian ? bytes.readUInt32BE(at + 8) : bytes.readUInt32LE(at + 8), valueAt: at + 12 };
};

/** Where the element after this one begins; walks through undefined lengths. NaN when it cannot be told. */
const endOf = (bytes: Buffer, head: ElementHead, encoding: Encoding, depth: number): number => {
  if (head.length !== UNDEFINED) return head.valueAt + head.length;
  if (depth > 40) return Number.NaN;
  const inner: Encoding = head.vr === 'UN' ? { isExplicit: false, isBigEndian: false } : encoding;
  for (let at = head.valueAt; ;) {
    const item = headAt(bytes, at, inner);
    if (!item) return Number.NaN;
    if (item.tag === TAG.SequenceDelimitationItem) return item.valueAt;
    if (item.tag !== TAG.Item) return Number.NaN;
    if (item.length !== UNDEFINED) { at = item.valueAt + item.length; continue; }
    for (at = item.valueAt; ;) {
      const element = headAt(bytes, at, inner);
      if (!element) return Number.NaN;
      if (element.tag === TAG.ItemDelimitationItem) { at = element.valueAt; break; }
      at = endOf(bytes, element, inner, depth + 1);
      if (Number.isNaN(at)) return at;
    }
  }
};

/** Elements of one level from `from` until `to`; stops before `untilTag` and where the bytes cannot be followed (`isWhole` false). */
export const readLevel = (bytes: Buffer, from: number, to: number, encoding: Encoding, untilTag = UNDEFINED): { readonly elements: ReadonlyMap<number, ReadElement>; readonly end: number; readonly isWhole: boolean } => {
  const elements = new Map<number, ReadElement>();
  let at = from;
  while (at < to) {
    const head = headAt(bytes, at, encoding);
    if (head && (head.tag >= untilTag || head.tag === TAG.ItemDelimitationItem)) return { elements, end: at, isWhole: true };
    if (!head) break;
    const end = endOf(bytes, head, encoding, 0);
    if (Number.isNaN(end) || end > bytes.length) break;
    elements.set(head.tag, new ElementInBytes(bytes, head.vr, head.valueAt, end));
    at = end;
  }
  return { elements, end: at, isWhole: at >= to };
};

export interface ReadItem {
  /** Absolute offset of the item tag. */
  readonly at: number;
  readonly elements: ReadonlyMap<number, ReadElement>;
}

/** A DICOMDIR of a full Blu-ray disc has some 300,000; ends the reading of a garbage one. */
const MAX_ITEMS = 1_000_000;

/** Items of a sequence; `isWhole` tells that they fill it, each ending where its elements end. */
export const itemsOf = (bytes: Buffer, sequence: ReadElement, encoding: Encoding = EXPLICIT_LITTLE): { readonly items: readonly ReadItem[]; readonly isWhole: boolean } => {
  const items: ReadItem[] = [];
  const end = sequence.at + sequence.bytes;
  let at = sequence.at;
  let isWhole = true;
  while (at + 8 <= end && items.length < MAX_ITEMS) {
    const head = headAt(bytes, at, encoding);
    if (head?.tag !== TAG.Item) break;
    const to = head.length === UNDEFINED ? end : head.valueAt + head.length;
    const level = readLevel(bytes, head.valueAt, Math.min(to, end), encoding);
    if (head.length !== UNDEFINED && level.end !== to) isWhole = false;
    items.push({ at, elements: level.elements });
    at = head.length === UNDEFINED ? level.end + 8 : to;
  }
  const isDelimited = headAt(bytes, at, encoding)?.tag === TAG.SequenceDelimitationItem;
  return { items, isWhole: isWhole && (at === end || isDelimited) };
};

/** The text of an element, '' when there is none. */
export const rawText = (element: ReadElement | undefined): string => element?.text ?? '';

const PREAMBLE_BYTES = 128;
const EMPTY_PREAMBLE = Buffer.alloc(PREAMBLE_BYTES);

export interface FileHead {
  readonly transferSyntaxUid: string;
  readonly mediaSopClassUid: string;
  readonly mediaSopInstanceUid: string;
  readonly hasZeroPreamble: boolean;
  readonly preamble: Buffer;
  /** Elements of group 0002. */
  readonly meta: ReadonlyMap<number, ReadElement>;
  /** Where the data set begins. */
  readonly dataSetAt: number;
  /** False when the bytes ended before `untilTag`: more of the file may hold more. */
  readonly isWhole: boolean;
  /** A header of zlib stands before the deflated data set, which many readers do not expect. @source PS3.5 A.5; RFC 1950 2.2 */
  readonly hasZlibHeader: boolean;
  readonly elements: ReadonlyMap<number, ReadElement>;
}

/** Deflate with a window of 32 KiB, and a check value. @source RFC 1950 2.2 */
const beginsAsZlib = (bytes: Buffer): boolean => bytes[0] === 0x78 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0;

/** Inflates as far as the bytes go; undefined when they are no deflated stream, or one that swells beyond reason. */
const inflated = (bytes: Buffer, hasZlibHeader: boolean): Buffer | undefined => {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_INFLATED_BYTES };
  try {
    return hasZlibHeader ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
  } catch {
    // What zlib refuses is the answer itself: these bytes are no data set.
    return undefined;
  }
};

/**
 * The head of a Part 10 file: meta and top-level elements before `untilTag`.
 * @param encodingOf tells the encoding of a transfer syntax; 'deflated' bytes are inflated as far as they go
 */
export const readFileHead = (bytes: Buffer, encodingOf: (uid: string) => (Encoding & { readonly isDeflated: boolean }) | undefined, untilTag: number): FileHead | undefined => {
  if (bytes.length < 136 || bytes.toString('latin1', 128, 132) !== 'DICM') return undefined;
  const meta = readLevel(bytes, 132, bytes.length, EXPLICIT_LITTLE, AFTER_META);
  const transferSyntaxUid = rawText(meta.elements.get(TAG.TransferSyntaxUID));
  const encoding = encodingOf(transferSyntaxUid);
  if (!encoding) return undefined;
  const stored = bytes.subarray(meta.end);
  const hasZlibHeader = encoding.isDeflated && beginsAsZlib(stored);
  const data = encoding.isDeflated ? inflated(stored, hasZlibHeader) : stored;
  if (!data) return undefined;
  const level = readLevel(data, 0, data.length, encoding, untilTag);
  return {
    transferSyntaxUid, isWhole: level.isWhole, hasZlibHeader, elements: level.elements,
    mediaSopClassUid: rawText(meta.elements.get(TAG.MediaStorageSOPClassUID)), mediaSopInstanceUid: rawText(meta.elements.get(TAG.MediaStorageSOPInstanceUID)),
    hasZeroPreamble: bytes.compare(EMPTY_PREAMBLE, 0, PREAMBLE_BYTES, 0, PREAMBLE_BYTES) === 0, preamble: bytes.subarray(0, PREAMBLE_BYTES), meta: meta.elements, dataSetAt: meta.end,
  };
};
