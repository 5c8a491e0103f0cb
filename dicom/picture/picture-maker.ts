/**
 * Pictures of a stored instance for people without DICOM software: baseline JPEG, as its own window shows it, frames of a
 * multi-frame image as a bounded strip. Not for diagnosis. Pixels are decoded and encoded in codec threads.
 */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import { createCodecPool } from '../codec/codec-pool.ts';
import type { PoolOptions } from '../codec/codec-pool.ts';
import { frameBytes } from '../codec/frame-format.ts';
import { swapValue } from '../data-set/encode.ts';
import { uintOf } from '../data-set/data-set.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { encodingOf, inflateDataSet, isDeflated } from '../data-set/encoding.ts';
import { readElements } from '../data-set/read-elements.ts';
import { codecByUid } from '../tables/codecs.ts';
import { TAG } from '../tables/tags.ts';
import { transferSyntaxByUid } from '../tables/transfer-syntaxes.ts';
import { planFor, streamHeaderOf } from '../transcode/decode-pixels.ts';
import { findFrames, readFrame } from '../transcode/fragments.ts';
import { findPixels, pixelFacts } from '../transcode/pixel-facts.ts';
import type { PixelFacts, PixelPlace } from '../transcode/pixel-facts.ts';
import { damaged } from '../transcode/source.ts';
import type { Source } from '../transcode/source.ts';
import type { PictureTask } from './draw.ts';
import { lookOf, pixelAspect } from './look.ts';
import { sizeWithin } from './scale.ts';
import type { Size } from './scale.ts';

export interface Picture {
  readonly jpeg: Uint8Array;
  readonly columns: number;
  readonly rows: number;
}

export interface FramePictures {
  /** Counted from 1. */
  readonly frame: number;
  /** In the sizes asked for. */
  readonly pictures: readonly Picture[];
}

export interface PictureRequest {
  readonly source: Source;
  /** Longest sides, e.g. 1024 and 128. */
  readonly sizes: readonly number[];
  /** Frames shown of a multi-frame image, spread over all of it. */
  readonly mostFrames: number;
  /** 1 to 100 */
  readonly quality: number;
  readonly signal?: AbortSignal;
}

export interface PictureMaker {
  /**
   * Makes the pictures; none where the instance has no pixel data that can be shown.
   * @throws {ApplianceError} TRANSCODE_FAILED, TRANSCODE_UNSUPPORTED
   */
  pictures(request: PictureRequest): Promise<readonly FramePictures[]>;
  close(): Promise<void>;
}

/** More than any real head; per-frame groups of thousands of frames take some MB. */
const MAX_HEAD_BYTES = 64 * 1024 * 1024;
const MAX_FRAME_BYTES = 512 * 1024 * 1024;

/** Frames from the middle of equal stretches, so that a strip shows what the whole is like. */
const spread = (frames: number, most: number): readonly number[] =>
  (frames <= most ? Array.from({ length: frames }, (_, at) => at) : Array.from({ length: most }, (_, at) => Math.floor(((at + 0.5) * frames) / most)));

/** Lengths come from the file: nothing is set aside for bytes that are not there. */
const readExactly = async (handle: FileHandle, at: number, length: number): Promise<Buffer> => {
  const { size } = await handle.stat();
  if (at + length > size) throw damaged('The file ends inside its pixel data');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw damaged('The file ends inside its pixel data');
  return buffer;
};

/** Reads bytes of the data set, inflated where it is deflated. */
const dataSetReader = async (handle: FileHandle, { dataSetOffset, transferSyntaxUid }: Source): Promise<(at: number, length: number) => Promise<Buffer>> => {
  if (!isDeflated(transferSyntaxUid)) return (at, length) => readExactly(handle, dataSetOffset + at, length);
  const { size } = await handle.stat();
  const whole = inflateDataSet(await readExactly(handle, dataSetOffset, size - dataSetOffset), false);
  return (at, length) => (at + length > whole.length ? Promise.reject(damaged('The data set ends inside its pixel data')) : Promise.resolve(Buffer.from(whole.subarray(at, at + length))));
};

interface Image {
  readonly head: DataSet;
  readonly facts: PixelFacts;
  readonly place: PixelPlace;
}

interface Frames {
  readonly photometric: string;
  readonly decode?: NonNullable<PictureTask['decode']>;
  readonly read: (frame: number) => Promise<Uint8Array>;
}

const encapsulatedFrames = async (handle: FileHandle, source: Source, { facts, place, head }: Image): Promise<Frames> => {
  const codec = codecByUid.get(source.transferSyntaxUid);
  if (!codec) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'Pictures of this transfer syntax cannot be made');
  const { frames } = await findFrames(handle, source.dataSetOffset + place.at, facts.frames, head.elements.get(TAG.ExtendedOffsetTable)?.value ?? Buffer.alloc(0));
  const read = (frame: number): Promise<Uint8Array> => readFrame(handle, frames[frame] ?? []);
  const plan = planFor(codec, facts, streamHeaderOf(codec, await read(0)));
  return { photometric: plan.photometric, decode: plan.task, read };
};

/** Uncompressed chrominance may be halved. @source PS3.3 C.7.6.3.1.2 */
const isHalved = ({ photometric, samples, bitsAllocated }: PixelFacts['format']): boolean => photometric === 'YBR_FULL_422' && samples === 3 && bitsAllocated === 8;

const nativeFrames = (read: (at: number, length: number) => Promise<Buffer>, { facts, place }: Image, isBigEndian: boolean): Frames => {
  const { format } = facts;
  const bytes = isHalved(format) ? format.rows * format.columns * 2 : frameBytes(format);
  if (bytes > MAX_FRAME_BYTES) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The frame is too large for a picture');
  return {
    photometric: format.photometric,
    read: async (frame) => {
      const value = await read(place.at + frame * bytes, bytes);
      const isSwapped = isBigEndian && (format.bitsAllocated > 8 || place.vr === 'OW');
      return new Uint8Array(isSwapped ? swapValue(value, format.bitsAllocated === 32 ? 'OL' : 'OW') : value);
    },
  };
};

const openImage = async (source: Source, read: (at: number, length: number) => Promise<Buffer>): Promise<Image | undefined> => {
  const { dataSet, place } = await findPixels(source);
  if (!place || place.at > MAX_HEAD_BYTES) return undefined;
  const head = readElements(await read(0, place.at), isDeflated(source.transferSyntaxUid) ? '' : source.transferSyntaxUid, { untilTag: TAG.PixelData, truncated: true });
  return { head, facts: pixelFacts(dataSet), place };
};

/** Makes the picture maker; its codec threads start with the first picture. @param options.workers codec threads; one for each core when absent */
export const createPictureMaker = (options: PoolOptions = {}): PictureMaker => {
  const pool = createCodecPool(options);

  const draw = async (handle: FileHandle, { source, sizes, mostFrames, quality, signal }: PictureRequest): Promise<readonly FramePictures[]> => {
    const read = await dataSetReader(handle, source);
    const image = await openImage(source, read);
    if (!image) return [];
    const { facts: { format, frames: count, isPlanar }, head } = image;
    const isBigEndian = encodingOf(source.transferSyntaxUid, Buffer.alloc(0)).bigEndian;
    const frames = transferSyntaxByUid.get(source.transferSyntaxUid)?.encapsulated === true && image.place.kind === 'fragments'
      ? await encapsulatedFrames(handle, source, image) : nativeFrames(read, image, isBigEndian);
    const targets: readonly Size[] = sizes.map((longest) => sizeWithin(format, pixelAspect(head), longest));
    const highBit = Math.max(format.bitsStored - 1, Math.min(format.bitsAllocated - 1, uintOf(head, TAG.HighBit) ?? 0));
    return Promise.all(spread(count, mostFrames).map(async (at): Promise<FramePictures> => {
      const look = lookOf(head, frames.photometric, at);
      if (!look) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The data set does not say how its pixels are shown');
      const task: PictureTask = {
        kind: 'picture', format, highBit, isPlanar: isPlanar && format.samples > 1, isHalved: isHalved(format), look, sizes: targets, quality, ...(frames.decode ? { decode: frames.decode } : {}),
      };
      const made = await pool.run(task, [await frames.read(at)], signal);
      return { frame: at + 1, pictures: targets.map((size, n) => ({ jpeg: made[n] ?? new Uint8Array(), ...size })) };
    }));
  };

  return {
    async pictures(request) {
      request.signal?.throwIfAborted();
      const handle = await open(request.source.file, 'r');
      try {
        return await draw(handle, request);
      } catch (error) {
        if (isApplianceError(error, 'INTAKE_CANNOT_UNDERSTAND')) throw damaged('The data set cannot be read', error);
        throw error;
      } finally {
        await handle.close();
      }
    },
    close: () => pool.close(),
  };
};
