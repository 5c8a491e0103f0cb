/**
 * Pictures of a stored instance as a person would first see it: baseline JPEG for people without DICOM software, bytes for icons.
 * Not for diagnosis; overlays, shutters and presentation states are left out. The same file gives the same bytes.
 */
import { open } from 'node:fs/promises';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import { createCodecPool } from '../codec/codec-pool.ts';
import type { PoolOptions } from '../codec/codec-pool.ts';
import { uintOf } from '../data-set/data-set.ts';
import { TAG } from '../tables/tags.ts';
import { damaged } from '../transcode/source.ts';
import type { Source } from '../transcode/source.ts';
import { samplesShown } from './draw.ts';
import type { PictureTask } from './draw.ts';
import { findFrameSource } from './frame-source.ts';
import type { FrameSource } from './frame-source.ts';
import { lookOf, pixelAspect } from './look.ts';
import type { Raster } from './render.ts';
import { centred, sizeIn } from './scale.ts';
import type { Fit, Size } from './scale.ts';

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
  /** Only this one, from 1. */
  readonly frame?: number;
  /** 1 to 100 */
  readonly quality: number;
  readonly signal?: AbortSignal;
}

export interface RasterRequest {
  readonly source: Source;
  /** From 1; 'representative' = the one that the data set names, else one after a third of them. @source PS3.11 B.3.3.2 note 3 */
  readonly frame: number | 'representative';
  /** The box to fill. */
  readonly box: Size;
  readonly fit: Fit;
  readonly signal?: AbortSignal;
}

export interface PictureMaker {
  /**
   * Makes JPEG pictures; none where the instance has no pixel data.
   * @throws {ApplianceError} TRANSCODE_FAILED for damage, TRANSCODE_UNSUPPORTED where nobody can show it; errors of the file system as they come
   */
  pictures(request: PictureRequest): Promise<readonly FramePictures[]>;
  /** Shows one frame in a box. @throws {ApplianceError} as pictures, and TRANSCODE_UNSUPPORTED where there is no pixel data */
  raster(request: RasterRequest): Promise<Raster>;
  close(): Promise<void>;
}

/** Frames from the middle of equal stretches, so that a strip shows what the whole is like. */
const spread = (frames: number, most: number): readonly number[] =>
  (frames <= most ? Array.from({ length: frames }, (_, at) => at) : Array.from({ length: most }, (_, at) => Math.floor(((at + 0.5) * frames) / most)));

/** Counted from 0. */
const chosenFrame = ({ dataSet, frames }: FrameSource, choice: RasterRequest['frame']): number => {
  const named = uintOf(dataSet, TAG.RepresentativeFrameNumber) ?? 0;
  const frame = choice !== 'representative' ? choice : named >= 1 && named <= frames ? named : Math.floor((frames - 1) / 3) + 1;
  if (!(frame >= 1 && frame <= frames)) throw damaged('There is no such frame');
  return frame - 1;
};

const reading = async <T>(source: Source, signal: AbortSignal | undefined, use: (frames: FrameSource | undefined) => Promise<T>): Promise<T> => {
  signal?.throwIfAborted();
  const handle = await open(source.file, 'r');
  try {
    return await use(await findFrameSource(handle, source));
  } catch (error) {
    if (isApplianceError(error, 'INTAKE_CANNOT_UNDERSTAND')) throw damaged('The data set cannot be read', error);
    throw error;
  } finally {
    await handle.close();
  }
};

interface Boxes { readonly boxes: readonly Size[]; readonly fit: Fit; readonly quality: PictureTask['quality'] }

/** What is to be done to one frame. @param frame counted from 0 */
const taskFor = ({ dataSet, photometric, shape }: FrameSource, frame: number, { boxes, fit, quality }: Boxes): PictureTask => {
  const look = lookOf(dataSet, photometric, frame);
  if (!look) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The data set does not say how its pixels are shown');
  const aspect = pixelAspect(dataSet, frame);
  return { kind: 'picture', shape, look, sizes: boxes.map((box) => sizeIn(box, fit, shape.format, aspect)), quality };
};

/** Makes the picture maker; its codec threads start with the first picture. @param options.workers codec threads; one for each core when absent */
export const createPictureMaker = (options: PoolOptions = {}): PictureMaker => {
  const pool = createCodecPool(options);
  return {
    pictures: ({ source, sizes, mostFrames, frame, quality, signal }) => reading(source, signal, async (frames) => {
      const boxes = sizes.map((longest) => ({ columns: longest, rows: longest }));
      return frames === undefined ? [] : Promise.all((frame === undefined ? spread(frames.frames, mostFrames) : [chosenFrame(frames, frame)]).map(async (at): Promise<FramePictures> => {
        const task = taskFor(frames, at, { boxes, fit: 'inside', quality });
        const made = await pool.run(task, [await frames.read(at)], signal);
        return { frame: at + 1, pictures: task.sizes.map(({ columns, rows }, n) => ({ jpeg: made[n] ?? new Uint8Array(), columns, rows })) };
      }));
    }),
    raster: ({ source, frame, box, fit, signal }) => reading(source, signal, async (frames) => {
      if (frames === undefined) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The instance has no pixel data');
      const at = chosenFrame(frames, frame);
      const task = taskFor(frames, at, { boxes: [box], fit, quality: 'raster' });
      const [size = box] = task.sizes;
      const [data = new Uint8Array()] = await pool.run(task, [await frames.read(at)], signal);
      const raster: Raster = { ...size, samples: samplesShown(task.look), data };
      return fit === 'pad' ? centred(raster, box) : raster;
    }),
    close: () => pool.close(),
  };
};
