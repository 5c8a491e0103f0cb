/**
 * Walks the top level of a data set in a stream: small elements come read, the values of large ones stay in the stream.
 * Memory holds one sequence at most, never a long value; pixel data is always left in the stream.
 */
import { TAG } from '../tables/tags.ts';
import { vrOf } from '../tables/data-elements.ts';
import type { ByteStream } from './byte-stream.ts';
import type { Element } from './data-set.ts';
import { headerAt, UNDEFINED_LENGTH, vrCode } from './element-header.ts';
import type { Encoding, Header } from './element-header.ts';
import { readEncoded } from './read-elements.ts';

/** What comes next. After 'value' and 'fragments' the consumer takes the value off the stream before it asks for more. */
export type Stretch =
  | { readonly kind: 'elements'; readonly elements: readonly Element[] }
  /** A value of `length` bytes follows. */
  | { readonly kind: 'value'; readonly tag: number; readonly vr: string; readonly length: number }
  /** Items follow, up to and with the sequence delimiter. */
  | { readonly kind: 'fragments'; readonly tag: number };

const WINDOW_BYTES = 256 * 1024;
const SQ = vrCode('SQ');
const OB = vrCode('OB');
const OW = vrCode('OW');

const isPixels = (tag: number): boolean => tag === TAG.PixelData || tag === TAG.FloatPixelData || tag === TAG.DoubleFloatPixelData;

const nameOf = (header: Header): string => (header.vr === 0 ? vrOf(header.tag) : String.fromCharCode(header.vr >>> 8, header.vr & 0xff));

/**
 * Yields the top-level elements in the order of the stream; the first of two with one tag counts.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when the bytes are no data set, or end inside an element
 * @source PS3.5 chapter 7
 */
export async function* topLevel(stream: ByteStream, encoding: Encoding): AsyncGenerator<Stretch, void, void> {
  const seen = new Set<number>();
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  const isNew = (tag: number): boolean => seen.size < seen.add(tag).size;
  let wanted = WINDOW_BYTES;
  for (;;) {
    const window = await stream.peek(wanted);
    if (window.length === 0) return;
    const isAll = window.length < wanted;
    if (headerAt(window, 0, window.length, encoding, header)) {
      const { tag, length, valueOffset } = header;
      const vr = nameOf(header);
      const isLong = length !== UNDEFINED_LENGTH && header.vr !== SQ && vr !== 'SQ' && valueOffset + length > window.length && !isAll;
      const isFragments = length === UNDEFINED_LENGTH && (isPixels(tag) || header.vr === OB || header.vr === OW);
      if ((isLong || isFragments || isPixels(tag)) && isNew(tag)) {
        stream.skip(valueOffset);
        wanted = WINDOW_BYTES;
        yield isFragments ? { kind: 'fragments', tag } : { kind: 'value', tag, vr, length };
        continue;
      }
    }
    const untilTag = seen.has(TAG.PixelData) || header.tag >= TAG.FloatPixelData ? undefined : TAG.FloatPixelData;
    const read = readEncoded(window, 0, encoding, { truncated: !isAll, ...(untilTag === undefined ? {} : { untilTag }) });
    const elements = [...read.elements.values()].filter(({ tag }) => isNew(tag));
    if (elements.length > 0) yield { kind: 'elements', elements };
    stream.skip(read.end);
    if (isAll && read.end === 0) return;
    // Nothing whole in the window: a sequence is longer, or its items are.
    wanted = read.end === 0 ? Math.max(wanted, window.length) * 4 : WINDOW_BYTES;
  }
}
