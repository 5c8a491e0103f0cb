/** The elements of a source in another native encoding, as a stream of bytes; what becomes of pixel data is the caller's. */
import { encodeElementsAs, encodeHeader, orderPiece, paddingOf, signedness, vrToWrite } from '../data-set/encode-as.ts';
import type { Recoding } from '../data-set/encode-as.ts';
import type { Element } from '../data-set/data-set.ts';
import { headerAt, ITEM, SEQUENCE_END, UNDEFINED_LENGTH } from '../data-set/element-header.ts';
import type { Encoding, Header } from '../data-set/element-header.ts';
import { topLevel } from '../data-set/top-level.ts';
import type { Stretch } from '../data-set/top-level.ts';
import { TAG } from '../tables/tags.ts';
import { damaged, readingSource, valueChunks } from './source.ts';
import type { Source, SourceStream } from './source.ts';

/** Elements to set (or, undefined, to leave out) while a data set goes by. */
export type Edits = ReadonlyMap<number, Element | undefined>;

export interface Rewriting {
  readonly to: Encoding;
  readonly edits?: Edits;
  /** Changes elements before they are written, e.g. icons inside sequences. */
  readonly change?: (elements: readonly Element[]) => Promise<readonly Element[]>;
  /** Takes the pixel data (its value is next in the stream) in place of copying; answers the whole element. */
  readonly pixelData?: (stretch: Exclude<Stretch, { kind: 'elements' }>, from: SourceStream, recoding: Recoding) => AsyncGenerator<Uint8Array, void, void>;
}

/** Copies fragments; their items have no byte order to change in the syntaxes that have fragments. @source PS3.5 A.4 */
async function* copiedFragments(from: SourceStream, to: Encoding): AsyncGenerator<Uint8Array, void, void> {
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  for (;;) {
    const head = await from.stream.peek(8);
    if (!headerAt(head, 0, head.length, from.encoding, header)) throw damaged('The pixel data ends early');
    from.stream.skip(8);
    if (header.tag === SEQUENCE_END) { yield encodeHeader(SEQUENCE_END, '', 0, to); return; }
    if (header.tag !== ITEM || header.length === UNDEFINED_LENGTH) throw damaged('The fragments of the pixel data are broken');
    yield encodeHeader(ITEM, '', header.length, to);
    yield* valueChunks(from.stream, header.length);
  }
}

/** Copies a long value in the byte order of the target. @source PS3.5 7.3 */
async function* copiedValue(stretch: Extract<Stretch, { kind: 'value' }>, from: SourceStream, recoding: Recoding, isSigned: boolean): AsyncGenerator<Uint8Array, void, void> {
  const { tag, length } = stretch;
  const vr = vrToWrite(tag, stretch.vr, length, recoding, isSigned);
  const isOdd = length % 2 === 1;
  yield encodeHeader(tag, vr, length + (isOdd ? 1 : 0), recoding.to);
  // The value of UN is little endian in every encoding.
  for await (const piece of valueChunks(from.stream, length)) yield vr === 'UN' ? piece : orderPiece(piece, vr, recoding);
  if (isOdd) yield paddingOf(vr);
}

const editQueue = (edits: Edits): { before(tag: number): readonly Element[]; apply(elements: readonly Element[]): readonly Element[] } => {
  const waiting = new Map(edits);
  const before = (tag: number): readonly Element[] => {
    const due = [...waiting].filter(([of]) => of < tag);
    for (const [of] of due) waiting.delete(of);
    return due.flatMap(([, element]) => (element === undefined ? [] : [element]));
  };
  return {
    before,
    apply: (elements) => {
      const last = elements.reduce((highest, { tag }) => Math.max(highest, tag), 0);
      return [...elements.filter(({ tag }) => !edits.has(tag)), ...before(last + 1)];
    },
  };
};

/**
 * Yields the data set of a source in another native encoding (before any deflating).
 * @throws {ApplianceError} TRANSCODE_FAILED when the source is damaged
 * @source PS3.5 chapter 7, Annex A
 */
export const rewritten = (source: Source, { to, edits = new Map(), change, pixelData }: Rewriting): AsyncGenerator<Uint8Array, void, void> =>
  readingSource(source, 0, async function* (from) {
    const recoding: Recoding = { from: from.encoding, to };
    const edited = editQueue(edits);
    let isSigned = false;
    for await (const stretch of topLevel(from.stream, from.encoding)) {
      if (stretch.kind === 'elements') {
        const dataSet = new Map(stretch.elements.map((element) => [element.tag, element]));
        isSigned = signedness({ elements: dataSet, end: 0, complete: true }, isSigned);
        const elements = edited.apply(change === undefined ? stretch.elements : await change(stretch.elements));
        yield encodeElementsAs(elements, recoding, isSigned);
        continue;
      }
      yield encodeElementsAs(edited.before(stretch.tag), recoding, isSigned);
      if (stretch.tag === TAG.PixelData && pixelData !== undefined) yield* pixelData(stretch, from, recoding);
      else if (stretch.kind === 'value') yield* copiedValue(stretch, from, recoding, isSigned);
      else { yield encodeHeader(stretch.tag, 'OB', UNDEFINED_LENGTH, to); yield* copiedFragments(from, to); }
    }
    yield encodeElementsAs(edited.before(Infinity), recoding, isSigned);
  });
