/** One frame of an instance file → its native samples and what the data set says of them. Reads that frame only, except of deflated data sets. */
import { open } from 'node:fs/promises';
import { ApplianceError } from '../../infra/errors.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { FrameFormat } from '../codec/frame.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { uintOf } from '../data-set/data-set.ts';
import { EXPLICIT_LITTLE, encodingOf, isDeflated } from '../data-set/encoding.ts';
import { orderPiece } from '../data-set/encode-as.ts';
import { readFileMeta } from '../data-set/part10.ts';
import { codecByUid } from '../tables/codecs.ts';
import { TAG } from '../tables/tags.ts';
import { planFor, streamHeaderOf } from '../transcode/decode-pixels.ts';
import { findFrames, readFrame } from '../transcode/fragments.ts';
import { findPixels, pixelFacts } from '../transcode/pixel-facts.ts';
import type { PixelPlace } from '../transcode/pixel-facts.ts';
import { damaged, readingSource, valueChunks } from '../transcode/source.ts';
import type { Source } from '../transcode/source.ts';

/** A frame as it was stored, decoded: little endian cells, samples of a pixel together unless isPlanar. */
export interface NativeFrame {
  readonly cells: Uint8Array;
  readonly format: FrameFormat;
  readonly isPlanar: boolean;
  /** Highest bit of a sample in its cell. */
  readonly highBit: number;
  /** Every element that showing it needs. */
  readonly dataSet: DataSet;
  /** Which frame this is, from 1. */
  readonly frame: number;
}

/** 'representative' = the one that the data set names, else one after a third of them. @source PS3.11 B.3.3.2 note 3 */
export type FrameChoice = number | 'representative';

const META_BYTES = 64 * 1024;

/** What showing needs beside the Image Pixel Module. @source PS3.3 C.11.1, C.11.2, C.7.9, C.7.6.16 */
const SHOWN: ReadonlySet<number> = new Set([
  TAG.HighBit, TAG.PixelPaddingValue, TAG.PixelPaddingRangeLimit, TAG.WindowCenter, TAG.WindowWidth, TAG.VOILUTFunction, TAG.RescaleIntercept, TAG.RescaleSlope,
  TAG.ModalityLUTSequence, TAG.VOILUTSequence, TAG.PixelAspectRatio, TAG.PixelSpacing, TAG.ImagerPixelSpacing,
  TAG.RedPaletteColorLookupTableDescriptor, TAG.GreenPaletteColorLookupTableDescriptor, TAG.BluePaletteColorLookupTableDescriptor,
  TAG.RedPaletteColorLookupTableData, TAG.GreenPaletteColorLookupTableData, TAG.BluePaletteColorLookupTableData,
  TAG.SharedFunctionalGroupsSequence, TAG.PerFrameFunctionalGroupsSequence, TAG.RepresentativeFrameNumber,
]);

/** Opens a file by its header. @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND */
const sourceOf = async (file: string): Promise<Source> => {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(META_BYTES), 0, META_BYTES, 0);
    const { dataSetOffset, transferSyntaxUid } = readFileMeta(buffer.subarray(0, bytesRead));
    return { file, dataSetOffset, transferSyntaxUid };
  } finally {
    await handle.close();
  }
};

/** Bits of one native frame; YBR_FULL_422 shares a pair of chrominance samples between two pixels. @source PS3.5 8.1.1; PS3.3 C.7.6.3.1.2 */
const frameBits = ({ rows, columns, samples, bitsAllocated, photometric }: FrameFormat): number =>
  rows * columns * bitsAllocated * (photometric === 'YBR_FULL_422' ? 2 : samples);

/** Bytes of a value, from the stream where it is deflated. */
const readValue = async (source: Source, place: PixelPlace, from: number, length: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(length);
  if (!isDeflated(source.transferSyntaxUid)) {
    const handle = await open(source.file, 'r');
    try {
      const { bytesRead } = await handle.read(bytes, 0, length, source.dataSetOffset + place.at + from);
      if (bytesRead < length) throw damaged('The file ends inside the pixel data');
      return bytes;
    } finally {
      await handle.close();
    }
  }
  const pieces = readingSource(source, 0, async function* ({ stream }) {
    for await (const passed of valueChunks(stream, place.at + from)) void passed;
    yield* valueChunks(stream, length);
  });
  let to = 0;
  for await (const piece of pieces) to += piece.copy(bytes, to);
  return bytes;
};

/** One bit a pixel, packed across rows and frames, becomes one byte a pixel. @source PS3.5 8.1.1, 8.2 */
const unpackBits = (packed: Buffer, firstBit: number, pixels: number): Uint8Array => {
  const cells = new Uint8Array(pixels);
  for (let pixel = 0, bit = firstBit; pixel < pixels; pixel += 1, bit += 1) cells[pixel] = ((packed[bit >> 3] as number) >> (bit & 7)) & 1;
  return cells;
};

const nativeCells = async (source: Source, place: PixelPlace, format: FrameFormat, frame: number): Promise<Uint8Array> => {
  const bits = frameBits(format);
  const firstBit = bits * (frame - 1);
  // Words of big endian data begin at even places.
  const from = Math.floor(firstBit / 16) * 2;
  if (firstBit + bits > place.length * 8) throw damaged('The pixel data is shorter than its frames');
  const until = Math.min(place.length, Math.ceil((firstBit + bits) / 16) * 2);
  const read = await readValue(source, place, from, until - from);
  const encoding = encodingOf(source.transferSyntaxUid, Buffer.alloc(0));
  const ordered = place.vr === 'OB' ? read : orderPiece(read, place.vr, { from: encoding, to: EXPLICIT_LITTLE });
  const skip = firstBit - from * 8;
  if (format.bitsAllocated === 1) return unpackBits(ordered, skip, format.rows * format.columns);
  return new Uint8Array(ordered.subarray(skip / 8, (skip + bits) / 8));
};

const codedCells = async (source: Source, place: PixelPlace, found: DataSet, frame: number, pool: CodecPool, signal: AbortSignal | undefined): Promise<{ readonly cells: Uint8Array; readonly photometric: string }> => {
  const codec = codecByUid.get(source.transferSyntaxUid);
  if (codec === undefined) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'No codec for this transfer syntax');
  const facts = pixelFacts(found);
  const handle = await open(source.file, 'r');
  try {
    const { frames } = await findFrames(handle, source.dataSetOffset + place.at, facts.frames, found.elements.get(TAG.ExtendedOffsetTable)?.value ?? Buffer.alloc(0));
    const coded = await readFrame(handle, frames[frame - 1] ?? []);
    const plan = planFor(codec, facts, streamHeaderOf(codec, coded));
    const [cells] = await pool.run(plan.task, [coded], signal);
    return { cells: cells as Uint8Array, photometric: plan.photometric };
  } finally {
    await handle.close();
  }
};

/** pixelFacts takes whole bytes only: a bit is read as a byte of one bit. @source PS3.3 A.8.2, A.51 */
const factsOf = (found: DataSet): ReturnType<typeof pixelFacts> & { readonly isBits: boolean } => {
  const isBits = uintOf(found, TAG.BitsAllocated) === 1;
  if (!isBits) return { ...pixelFacts(found), isBits };
  const elements = new Map(found.elements);
  const one = elements.get(TAG.BitsAllocated);
  if (one) elements.set(TAG.BitsAllocated, { ...one, bigEndian: false, value: Buffer.of(8, 0) });
  return { ...pixelFacts({ ...found, elements }), isBits };
};

/**
 * Reads and decodes one frame.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND, TRANSCODE_FAILED when file or frame is damaged or there is no such frame,
 *   TRANSCODE_UNSUPPORTED when it has no pixel data or nobody decodes it
 */
export const readNativeFrame = async (file: string, choice: FrameChoice, pool: CodecPool, signal?: AbortSignal): Promise<NativeFrame> => {
  const source = await sourceOf(file);
  const { dataSet, place } = await findPixels(source, SHOWN);
  if (place === undefined) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The instance has no pixel data');
  const { format, frames, isPlanar, isBits } = factsOf(dataSet);
  const named = uintOf(dataSet, TAG.RepresentativeFrameNumber) ?? 0;
  const frame = choice !== 'representative' ? choice : named >= 1 && named <= frames ? named : Math.floor((frames - 1) / 3) + 1;
  if (!(frame >= 1 && frame <= frames)) throw damaged('There is no such frame');
  const highBit = isBits ? 0 : uintOf(dataSet, TAG.HighBit) ?? format.bitsStored - 1;
  if (place.kind === 'fragments') {
    const { cells, photometric } = await codedCells(source, place, dataSet, frame, pool, signal);
    return { cells, format: { ...format, photometric }, isPlanar: false, highBit, dataSet, frame };
  }
  const cells = await nativeCells(source, place, isBits ? { ...format, bitsAllocated: 1 } : format, frame);
  return { cells, format, isPlanar, highBit, dataSet, frame };
};
