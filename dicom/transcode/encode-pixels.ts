/** An instance with native pixel data → the same instance in a lossless compressed syntax. Every frame is proven by decoding it again. */
import { open } from 'node:fs/promises';
import { ApplianceError } from '../../infra/errors.ts';
import { release } from '../codec/buffers.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { FrameTask } from '../codec/frame.ts';
import { frameBytes } from '../codec/frame-format.ts';
import type { Element } from '../data-set/data-set.ts';
import { ITEM, SEQUENCE_END, UNDEFINED_LENGTH } from '../data-set/element-header.ts';
import { encodeHeader, orderPiece } from '../data-set/encode-as.ts';
import type { Recoding } from '../data-set/encode-as.ts';
import { EXPLICIT_LITTLE, isDeflated } from '../data-set/encoding.ts';
import type { CodecRow } from '../tables/codecs.ts';
import { TAG } from '../tables/tags.ts';
import type { Conversion } from './decode-pixels.ts';
import { readStretch } from './fragments.ts';
import { framesDone } from './frame-pipeline.ts';
import type { FramesToDo, FrameWorkers } from './frame-pipeline.ts';
import { textElement, uintElement } from './made-element.ts';
import { findPixels, pixelFacts } from './pixel-facts.ts';
import type { PixelFacts, PixelPlace } from './pixel-facts.ts';
import { rewritten } from './rewrite.ts';
import { damaged, valueChunks } from './source.ts';
import type { Source, SourceStream } from './source.ts';

export interface PixelEncoding {
  readonly source: Source;
  readonly codec: CodecRow;
  readonly pool: CodecPool;
  readonly signal?: AbortSignal;
}

const unsupported = (what: string): ApplianceError => new ApplianceError('TRANSCODE_UNSUPPORTED', what);

/** Cuts a value into frames, each in a buffer of its own. */
async function* cutFrames(pieces: AsyncIterable<Uint8Array>, bytes: number, frames: number): AsyncGenerator<Uint8Array, void, void> {
  let frame = new Uint8Array(bytes);
  let filled = 0;
  let left = frames;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length && left > 0;) {
      const part = piece.subarray(at, at + bytes - filled);
      frame.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < bytes) continue;
      yield frame;
      left -= 1;
      frame = new Uint8Array(left > 0 ? bytes : 0);
      filled = 0;
    }
  }
}

/** The pixel data element with one fragment for each frame and an empty offset table. @source PS3.5 A.4 */
async function* encapsulatedPixels(frames: FramesToDo, workers: FrameWorkers): AsyncGenerator<Uint8Array, void, void> {
  yield encodeHeader(TAG.PixelData, 'OB', UNDEFINED_LENGTH, EXPLICIT_LITTLE);
  yield encodeHeader(ITEM, '', 0, EXPLICIT_LITTLE);
  for await (const encoded of framesDone(frames, workers)) {
    for (const frame of encoded) {
      yield encodeHeader(ITEM, '', frame.length + (frame.length % 2), EXPLICIT_LITTLE);
      yield frame;
      if (frame.length % 2 === 1) yield Buffer.of(0);
      release(frame);
    }
  }
  yield encodeHeader(SEQUENCE_END, '', 0, EXPLICIT_LITTLE);
}

interface NativeValue { readonly task: FrameTask; readonly count: number; readonly place: PixelPlace }

/** Frames by their place in the file, little endian already. */
async function* encodedInPlace({ task, count, place }: NativeValue, from: SourceStream, job: PixelEncoding): AsyncGenerator<Uint8Array, void, void> {
  const { source } = job;
  const bytes = frameBytes(task.format);
  const start = source.dataSetOffset + place.at;
  const handle = await open(source.file, 'r');
  const read = (frame: number): Promise<Uint8Array> => readStretch(handle, start + frame * bytes, bytes);
  try {
    yield* encapsulatedPixels({ task, count, read }, job);
  } finally {
    await handle.close();
  }
  await from.leaveOut(place.length);
}

/** Frames off the stream, one by one: a deflated value has no places, and words of a big endian one may lie in two frames. */
async function* encodedInTurn({ task, count, place }: NativeValue, from: SourceStream, recoding: Recoding, job: PixelEncoding): AsyncGenerator<Uint8Array, void, void> {
  async function* little(): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of valueChunks(from.stream, place.length)) yield orderPiece(piece, place.vr, recoding);
  }
  const frames = cutFrames(little(), frameBytes(task.format), count);
  const read = async (): Promise<Uint8Array> => {
    const { value } = await frames.next();
    if (value === undefined) throw damaged('The pixel data is shorter than the data set says');
    return value;
  };
  yield* encapsulatedPixels({ task, count, read }, job);
  // What follows the last frame.
  await frames.next();
}

/** Colour is by pixel afterwards, but by plane in RLE; JPEG 2000 transforms RGB reversibly. @source PS3.5 8.2.1 to 8.2.4, G.2; PS3.3 C.7.6.3.1.2 */
const colourEdits = (codec: CodecRow, { format }: PixelFacts): readonly Element[] => [
  ...(format.samples > 1 ? [uintElement(TAG.PlanarConfiguration, codec.codec === 'rle' ? 1 : 0)] : []),
  ...(codec.codec === 'jpeg-2000' && format.photometric === 'RGB' ? [textElement(TAG.PhotometricInterpretation, 'CS', 'YBR_RCT')] : []),
];

/** Chrominance that is subsampled without compression has no frames of the usual size. @source PS3.3 C.7.6.3.1.2 */
const isSubsampled = (photometric: string): boolean => photometric === 'YBR_FULL_422' || photometric.startsWith('YBR_PARTIAL');

/**
 * Plans the conversion of an instance to encapsulated pixel data; pixels are encoded while its data set is read.
 * @throws {ApplianceError} TRANSCODE_UNSUPPORTED when there are no pixels, or of a kind the syntax does not take; TRANSCODE_FAILED when pixels are missing. The data set may throw them later.
 * @source PS3.5 A.4
 */
export const encodePixels = async (job: PixelEncoding): Promise<Conversion> => {
  const { source, codec } = job;
  const { dataSet, place } = await findPixels(source);
  if (place?.kind !== 'value') throw unsupported('The instance has no native pixel data');
  const facts = pixelFacts(dataSet);
  const { format, frames, isPlanar } = facts;
  if (isSubsampled(format.photometric)) throw unsupported('Subsampled native pixel data is not compressed');
  const bytes = frameBytes(format);
  if (place.length < bytes * frames) throw damaged('The pixel data is shorter than the data set says');
  const task: FrameTask = { kind: 'encode', codec: codec.codec, format, toRgb: false, isPlanar };
  const value: NativeValue = { task, count: frames, place };
  const make = (from: SourceStream, recoding: Recoding): AsyncGenerator<Uint8Array, void, void> =>
    (isDeflated(source.transferSyntaxUid) || from.encoding.bigEndian ? encodedInTurn(value, from, recoding, job) : encodedInPlace(value, from, job));
  const edits = new Map(colourEdits(codec, facts).map((element): [number, Element] => [element.tag, element]));
  return { dataSet: rewritten(source, { to: EXPLICIT_LITTLE, edits, pixels: { kind: 'value', make } }), pixels: 'identical' };
};
