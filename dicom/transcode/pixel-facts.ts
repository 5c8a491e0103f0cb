/** What a data set says of its pixel data, and where that lies. */
import { strings, text, uintOf } from '../data-set/data-set.ts';
import type { DataSet, Element } from '../data-set/data-set.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { topLevel } from '../data-set/top-level.ts';
import type { Stretch } from '../data-set/top-level.ts';
import type { FrameFormat } from '../codec/frame.ts';
import { frameBytes } from '../codec/frame-format.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { TAG } from '../tables/tags.ts';
import { damaged, readingSource } from './source.ts';
import type { Source } from './source.ts';

/** The pixel data of a data set. */
export interface PixelFacts {
  readonly format: FrameFormat;
  readonly frames: number;
  readonly isPlanar: boolean;
  readonly lossyImageCompression: string;
  readonly lossyRatios: readonly string[];
  readonly lossyMethods: readonly string[];
}

export interface PixelPlace {
  readonly kind: 'value' | 'fragments';
  /** Where the value begins, from the start of the data set. */
  readonly at: number;
  /** Of a 'value'; fragments are OB. */
  readonly length: number;
  readonly vr: string;
}

const WANTED: ReadonlySet<number> = new Set([
  TAG.SamplesPerPixel, TAG.PhotometricInterpretation, TAG.PlanarConfiguration, TAG.NumberOfFrames, TAG.Rows, TAG.Columns, TAG.BitsAllocated, TAG.BitsStored,
  TAG.PixelRepresentation, TAG.LossyImageCompression, TAG.LossyImageCompressionRatio, TAG.LossyImageCompressionMethod, TAG.ExtendedOffsetTable, TAG.ExtendedOffsetTableLengths,
]);
const CELLS: ReadonlySet<number> = new Set([8, 16, 32]);
const decode = decoderFor([]);

const NO_MORE: ReadonlySet<number> = new Set();

/** Reads the head of a data set, the elements `also` names included; `place` is undefined where there is no pixel data. */
export const findPixels = async (source: Source, also: ReadonlySet<number> = NO_MORE): Promise<{ readonly dataSet: DataSet; readonly place: PixelPlace | undefined }> => {
  const elements = new Map<number, Element>();
  const found = readingSource(source, 0, async function* (from): AsyncGenerator<PixelPlace, void, void> {
    for await (const stretch of topLevel(from.stream, from.encoding) as AsyncIterable<Stretch>) {
      if (stretch.kind === 'elements') {
        for (const element of stretch.elements) if (WANTED.has(element.tag) || also.has(element.tag)) elements.set(element.tag, kept(element));
      } else if (stretch.tag === TAG.PixelData) {
        yield { kind: stretch.kind, at: from.taken(), ...(stretch.kind === 'value' ? { length: stretch.length, vr: stretch.vr } : { length: 0, vr: 'OB' }) };
      } else if (stretch.kind === 'value') {
        await from.stream.pass(stretch.length, () => undefined);
      } else {
        return;
      }
    }
  });
  for await (const place of found) return { dataSet: { elements, end: 0, complete: true }, place };
  return { dataSet: { elements, end: 0, complete: true }, place: undefined };
};

/** Without the window of the stream it lay in; items hold on to theirs. */
const kept = ({ tag, vr, valueOffset, length, bigEndian, value, items }: Element): Element => ({ tag, vr, valueOffset, length, bigEndian, ...(items ? { value: Buffer.alloc(0), items } : { value: Buffer.from(value) }) });

/**
 * Reads the Image Pixel Module of a data set (an instance, or an item with an icon).
 * @throws {ApplianceError} TRANSCODE_FAILED when it lacks what pixel data needs, TRANSCODE_UNSUPPORTED for cells of other than 8, 16 or 32 bits
 * @source PS3.3 C.7.6.3
 */
export const pixelFacts = (dataSet: DataSet): PixelFacts => {
  const number = (tag: number, otherwise: number): number => uintOf(dataSet, tag) ?? otherwise;
  const bitsAllocated = number(TAG.BitsAllocated, 0);
  const format: FrameFormat = {
    rows: number(TAG.Rows, 0), columns: number(TAG.Columns, 0), samples: number(TAG.SamplesPerPixel, 1),
    bitsAllocated, bitsStored: number(TAG.BitsStored, bitsAllocated), isSigned: number(TAG.PixelRepresentation, 0) === 1,
    photometric: text(dataSet, TAG.PhotometricInterpretation, decode),
  };
  if (!(frameBytes(format) > 0) || format.bitsStored < 1 || format.bitsStored > bitsAllocated) throw damaged('The data set does not describe its pixel data');
  if (!CELLS.has(bitsAllocated)) throw new ApplianceError('TRANSCODE_UNSUPPORTED', `Pixel data of ${bitsAllocated} bits allocated is not converted`);
  const frames = Number.parseInt(text(dataSet, TAG.NumberOfFrames, decode) || '1', 10);
  if (!(frames >= 1)) throw damaged('The data set has no usable number of frames');
  return {
    format, frames, isPlanar: format.samples > 1 && uintOf(dataSet, TAG.PlanarConfiguration) === 1,
    lossyImageCompression: text(dataSet, TAG.LossyImageCompression, decode),
    lossyRatios: strings(dataSet, TAG.LossyImageCompressionRatio, decode), lossyMethods: strings(dataSet, TAG.LossyImageCompressionMethod, decode),
  };
};
