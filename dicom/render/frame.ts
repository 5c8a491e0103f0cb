/**
 * One frame of an instance file → a picture of bytes as a person would first see it. The same file gives the same bytes.
 * Overlays, shutters and presentation states are not applied.
 */
import { ApplianceError } from '../../infra/errors.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import { FrameError } from '../codec/frame-format.ts';
import { colourPixels } from './colour.ts';
import { readNativeFrame } from './frame-source.ts';
import type { FrameChoice, NativeFrame } from './frame-source.ts';
import { greyPixels } from './grey.ts';
import { centred, fittingSize, scaled } from './scale.ts';
import type { Picture } from './scale.ts';
import { pixelAspect } from './values.ts';

export interface RenderRequest {
  /** From 1. */
  readonly frame: FrameChoice;
  /** The box to fill, in pixels. */
  readonly width: number;
  readonly height: number;
  /** 'inside' keeps the shape and never enlarges; 'pad' gives exactly the box, what is free black; 'stretch' gives exactly the box. */
  readonly fit: 'inside' | 'pad' | 'stretch';
  readonly signal?: AbortSignal;
}

export type RenderFrame = (file: string, request: RenderRequest) => Promise<Picture>;

const pictureOf = (native: NativeFrame): Picture => {
  const { rows, columns, samples, photometric } = native.format;
  const isGrey = samples === 1 && photometric !== 'PALETTE COLOR';
  return { width: columns, height: rows, channels: isGrey ? 1 : 3, pixels: isGrey ? greyPixels(native) : colourPixels(native) };
};

/** The size a picture has on square pixels. @source PS3.3 C.7.6.3.1.7 */
const squareSize = ({ width, height }: Picture, native: NativeFrame): { readonly width: number; readonly height: number } => {
  const aspect = pixelAspect(native.dataSet, native.frame);
  return aspect >= 1 ? { width, height: height * aspect } : { width: width / aspect, height };
};

/**
 * Makes a renderer on these codec threads.
 * @throws {ApplianceError} (the renderer) TRANSCODE_UNSUPPORTED where there is nothing to show or nobody decodes it, TRANSCODE_FAILED and
 *   INTAKE_CANNOT_UNDERSTAND for damage; errors of the file system as they come
 * @source PS3.4 N.2 (order of transformations)
 */
export const createFrameRenderer = (pool: CodecPool): RenderFrame => async (file, { frame, width, height, fit, signal }) => {
  const native = await readNativeFrame(file, frame, pool, signal);
  try {
    const picture = pictureOf(native);
    if (fit === 'stretch') return scaled(picture, width, height);
    const square = squareSize(picture, native);
    const isSmall = fit === 'inside' && square.width <= width && square.height <= height;
    const size = isSmall ? { width: Math.round(square.width), height: Math.round(square.height) } : fittingSize(square.width, square.height, width, height);
    const fitted = scaled(picture, size.width, size.height);
    return fit === 'pad' ? centred(fitted, width, height) : fitted;
  } catch (error) {
    if (error instanceof FrameError || error instanceof RangeError) throw new ApplianceError('TRANSCODE_FAILED', 'The frame cannot be shown', { cause: error });
    throw error;
  }
};
