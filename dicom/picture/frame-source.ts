/**
 * One instance file → what showing it needs, and its frames one by one, as they lie in the file. Reads the frames asked for only,
 * except of deflated data sets, and holds no more than those.
 */
import type { FileHandle } from 'node:fs/promises';
import { ApplianceError } from '../../infra/errors.ts';
import { frameBytes } from '../codec/frame-format.ts';
import type { FrameFormat } from '../codec/frame.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { uintOf } from '../data-set/data-set.ts';
import { EXPLICIT_LITTLE, encodingOf, isDeflated } from '../data-set/encoding.ts';
import { orderPiece } from '../data-set/encode-as.ts';
import { codecByUid } from '../tables/codecs.ts';
import { TAG } from '../tables/tags.ts';
import { planFor, streamHeaderOf } from '../transcode/decode-pixels.ts';
import { findFrames, readFrame } from '../transcode/fragments.ts';
import { findPixels, pixelFacts } from '../transcode/pixel-facts.ts';
import type { PixelFacts, PixelPlace } from '../transcode/pixel-facts.ts';
import { damaged, readingSource, valueChunks } from '../transcode/source.ts';
import type { Source } from '../transcode/source.ts';
import type { FrameShape } from './draw.ts';
import { PALETTE_TAGS } from './look.ts';

export interface FrameSource {
  /** Every element that showing needs. */
  readonly dataSet: DataSet;
  readonly frames: number;
  readonly shape: FrameShape;
  /** Of decoded frames, which may differ from that of the data set. */
  readonly photometric: string;
  /** The bytes of a frame in a buffer of their own. @param frame counted from 0 @throws {ApplianceError} TRANSCODE_FAILED when the file ends before */
  read(frame: number): Promise<Uint8Array>;
}

const MAX_FRAME_BYTES = 512 * 1024 * 1024;

/** What showing needs beside the Image Pixel Module. @source PS3.3 C.11.1, C.11.2, C.7.9, C.7.6.16 */
const SHOWN: ReadonlySet<number> = new Set([
  TAG.HighBit, TAG.PixelPaddingValue, TAG.PixelPaddingRangeLimit, TAG.WindowCenter, TAG.WindowWidth, TAG.VOILUTFunction, TAG.RescaleIntercept, TAG.RescaleSlope,
  TAG.ModalityLUTSequence, TAG.VOILUTSequence, TAG.PixelAspectRatio, TAG.PixelSpacing, TAG.ImagerPixelSpacing,
  ...PALETTE_TAGS, TAG.SharedFunctionalGroupsSequence, TAG.PerFrameFunctionalGroupsSequence, TAG.RepresentativeFrameNumber,
]);

type Pixels = { readonly dataSet: DataSet; readonly place: PixelPlace; readonly facts: PixelFacts; readonly isBits: boolean };

/** pixelFacts takes whole bytes only: a bit is read as a byte of one bit. @source PS3.3 A.8.2, A.51 */
const factsOf = (found: DataSet): Pick<Pixels, 'facts' | 'isBits'> => {
  const isBits = uintOf(found, TAG.BitsAllocated) === 1;
  if (!isBits) return { facts: pixelFacts(found), isBits };
  const elements = new Map(found.elements);
  const one = elements.get(TAG.BitsAllocated);
  if (one) elements.set(TAG.BitsAllocated, { ...one, bigEndian: false, value: Buffer.of(8, 0) });
  return { facts: pixelFacts({ ...found, elements }), isBits };
};

/** Bytes of the value, from the stream where it is deflated. Lengths come from the file: nothing is set aside for bytes that are not there. */
const readValue = async (handle: FileHandle, source: Source, at: number, length: number): Promise<Buffer> => {
  if (!isDeflated(source.transferSyntaxUid)) {
    const from = source.dataSetOffset + at;
    if (from + length > (await handle.stat()).size) throw damaged('The file ends inside its pixel data');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
    if (bytesRead < length) throw damaged('The file ends inside its pixel data');
    return buffer;
  }
  const pieces: Buffer[] = [];
  for await (const piece of readingSource(source, 0, async function* ({ stream }) {
    for await (const passed of valueChunks(stream, at)) void passed;
    yield* valueChunks(stream, length);
  })) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
};

/** One bit a pixel, packed across rows and frames, becomes one byte a pixel. @source PS3.5 8.1.1, 8.2 */
const unpackBits = (packed: Buffer, firstBit: number, pixels: number): Uint8Array => {
  const cells = new Uint8Array(pixels);
  for (let pixel = 0, bit = firstBit; pixel < pixels; pixel += 1, bit += 1) cells[pixel] = ((packed[bit >> 3] as number) >> (bit & 7)) & 1;
  return cells;
};

/** Uncompressed chrominance may be halved. @source PS3.3 C.7.6.3.1.2 */
const isHalved = ({ photometric, samples, bitsAllocated }: FrameFormat): boolean => photometric.endsWith('_422') && samples === 3 && bitsAllocated === 8;

const frameBits = (format: FrameFormat, isBits: boolean): number =>
  (isBits ? format.rows * format.columns : isHalved(format) ? format.rows * format.columns * 16 : frameBytes(format) * 8);

const nativeFrames = (handle: FileHandle, source: Source, { place, facts: { format }, isBits }: Pixels): FrameSource['read'] => {
  const bits = frameBits(format, isBits);
  if (bits > MAX_FRAME_BYTES * 8) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The frame is too large for a picture');
  const from = encodingOf(source.transferSyntaxUid, Buffer.alloc(0));
  return async (frame) => {
    const firstBit = bits * frame;
    // Words of big endian data begin at even places.
    const first = Math.floor(firstBit / 16) * 2;
    const last = Math.min(place.length, Math.ceil((firstBit + bits) / 16) * 2);
    if (firstBit + bits > place.length * 8) throw damaged('The pixel data is shorter than its frames');
    const value = orderPiece(await readValue(handle, source, place.at + first, last - first), place.vr, { from, to: EXPLICIT_LITTLE });
    const skip = firstBit - first * 8;
    if (isBits) return unpackBits(value, skip, bits);
    return new Uint8Array(value.subarray(skip / 8, (skip + bits) / 8));
  };
};

type Reading = Pick<FrameSource, 'read' | 'photometric'> & Pick<FrameShape, 'decode'>;

const encapsulatedFrames = async (handle: FileHandle, source: Source, { place, facts, dataSet }: Pixels): Promise<Reading> => {
  const codec = codecByUid.get(source.transferSyntaxUid);
  if (codec === undefined) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'No codec for this transfer syntax');
  const { frames } = await findFrames(handle, source.dataSetOffset + place.at, facts.frames, dataSet.elements.get(TAG.ExtendedOffsetTable)?.value ?? Buffer.alloc(0));
  const read: FrameSource['read'] = (frame) => readFrame(handle, frames[frame] ?? []);
  const plan = planFor(codec, facts, streamHeaderOf(codec, await read(0)));
  return { read, photometric: plan.photometric, decode: plan.task };
};

/**
 * Finds the frames of an instance in its open file; undefined where it has no pixel data.
 * @throws {ApplianceError} TRANSCODE_FAILED for damage, TRANSCODE_UNSUPPORTED when nobody decodes it
 */
export const findFrameSource = async (handle: FileHandle, source: Source): Promise<FrameSource | undefined> => {
  const { dataSet, place } = await findPixels(source, SHOWN);
  if (place === undefined) return undefined;
  const pixels: Pixels = { dataSet, place, ...factsOf(dataSet) };
  const { facts: { format, frames, isPlanar }, isBits } = pixels;
  const { decode, ...reading }: Reading = place.kind === 'fragments' ? await encapsulatedFrames(handle, source, pixels) : { read: nativeFrames(handle, source, pixels), photometric: format.photometric };
  const highBit = isBits ? 0 : Math.max(format.bitsStored - 1, Math.min(format.bitsAllocated - 1, uintOf(dataSet, TAG.HighBit) ?? 0));
  const layout = isHalved(format) ? 'halved' : isPlanar ? 'by-plane' : 'by-pixel';
  return { dataSet, frames, shape: { format, highBit, layout, ...(decode ? { decode } : {}) }, ...reading };
};
