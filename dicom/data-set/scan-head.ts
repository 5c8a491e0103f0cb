/**
 * The first bytes of a data set → where the wanted top-level values lie. Builds no tree and skips what nobody asked for:
 * this runs for every instance that arrives. Nested elements are never answered.
 */
import { isApplianceError } from '../../infra/errors.ts';
import { TAG } from '../tables/tags.ts';
import { headerAt, ITEM, ITEM_END, SEQUENCE_END, UNDEFINED_LENGTH, vrCode } from './element-header.ts';
import type { Encoding, Header } from './element-header.ts';
import { encodingOf, IMPLICIT_LITTLE, inflateHead, isDeflated } from './encoding.ts';
import { MAX_DEPTH } from './read-elements.ts';

/** Tags to look for, ascending; made once by wantedTags. */
export interface WantedTags {
  readonly tags: readonly number[];
  readonly indexOf: ReadonlyMap<number, number>;
  readonly last: number;
}

/** Prepares a list of tags for many scans. */
export const wantedTags = (tags: readonly number[]): WantedTags => {
  const sorted = [...tags].sort((a, b) => a - b);
  return { tags: sorted, indexOf: new Map(sorted.map((tag, index) => [tag, index])), last: sorted.at(-1) ?? 0 };
};

/** What a scan found. `values[i]` belongs to `wanted.tags[i]`; undefined = not in the data set (so far). */
export interface HeadScan {
  /** 'complete': everything before the pixel data or past the last wanted tag was seen; 'short': more bytes are needed. */
  readonly status: 'complete' | 'short' | 'unreadable';
  readonly values: readonly (Buffer | undefined)[];
  readonly bigEndian: boolean;
}

const SHORT = -1;
const BROKEN = -2;
const UN = vrCode('UN');

/** Skips a sequence of undefined length from its first item; answers the offset after it, SHORT or BROKEN. Items nest on an explicit stack. */
const skipSequence = (buffer: Buffer, from: number, outer: Encoding, isUnknown: boolean, header: Header): number => {
  let encoding = isUnknown ? IMPLICIT_LITTLE : outer;
  // For each open sequence: its encoding. `inItem` counts whether elements or items are expected next.
  const stack: { readonly encoding: Encoding; inItem: boolean }[] = [{ encoding, inItem: false }];
  let at = from;
  const end = buffer.length;
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as { readonly encoding: Encoding; inItem: boolean };
    encoding = top.encoding;
    if (!headerAt(buffer, at, end, encoding, header)) return SHORT;
    const { tag, length } = header;
    at = header.valueOffset;
    if (tag === SEQUENCE_END) { stack.pop(); continue; }
    if (tag === ITEM_END) { top.inItem = false; continue; }
    if (tag === ITEM) {
      if (length === UNDEFINED_LENGTH) top.inItem = true;
      else at += length;
    } else if (!top.inItem) {
      return BROKEN;
    } else if (length !== UNDEFINED_LENGTH) {
      at += length;
    } else {
      if (stack.length >= MAX_DEPTH) return BROKEN;
      stack.push({ encoding: header.vr === UN ? IMPLICIT_LITTLE : encoding, inItem: false });
    }
    if (at > end) return SHORT;
  }
  return at;
};

/**
 * Scans the head of a data set for the wanted top-level tags. The first of two elements with one tag counts.
 * Pass isWhole when the head is all there is: then nothing is 'short'.
 * @param head data set bytes from its first byte (after the file meta information); deflated heads are inflated as far as they go
 * @source PS3.5 chapter 7
 */
export const scanHead = (head: Buffer, transferSyntaxUid: string, wanted: WantedTags, isWhole = false): HeadScan => {
  let buffer = head;
  let isAll = isWhole;
  const values: (Buffer | undefined)[] = new Array<Buffer | undefined>(wanted.tags.length).fill(undefined);
  if (isDeflated(transferSyntaxUid)) {
    try {
      const { inflated, isCut } = inflateHead(head);
      buffer = inflated;
      isAll = isWhole && !isCut;
    } catch (error) {
      if (isApplianceError(error)) return { status: 'unreadable', values, bigEndian: false };
      throw error;
    }
  }
  const encoding = encodingOf(transferSyntaxUid, buffer);
  const { bigEndian } = encoding;
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  const end = buffer.length;
  const short = isAll ? 'complete' : 'short';
  const { indexOf, last } = wanted;
  let at = 0;
  while (headerAt(buffer, at, end, encoding, header)) {
    const { tag, length } = header;
    if (tag > last && tag < ITEM || tag === TAG.PixelData) return { status: 'complete', values, bigEndian };
    if (length === UNDEFINED_LENGTH) {
      if (tag === ITEM) return { status: 'unreadable', values, bigEndian };
      at = tag > ITEM ? header.valueOffset : skipSequence(buffer, header.valueOffset, encoding, header.vr === UN, header);
      if (at === SHORT) return { status: short, values, bigEndian };
      if (at === BROKEN) return { status: 'unreadable', values, bigEndian };
      continue;
    }
    at = header.valueOffset + length;
    const index = indexOf.get(tag);
    if (index !== undefined && values[index] === undefined) {
      if (at > end) return { status: isAll ? 'unreadable' : 'short', values, bigEndian };
      values[index] = buffer.subarray(header.valueOffset, at);
    }
  }
  return { status: short, values, bigEndian };
};
