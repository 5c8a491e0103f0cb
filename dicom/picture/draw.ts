/** What a codec thread does for a picture: decode, show, scale, encode as baseline JPEG where that is wanted. */
import type { FrameFormat, FrameTask } from '../codec/frame.ts';
import { runFrame } from '../codec/frame-codec.ts';
import { interleaved } from '../codec/frame-format.ts';
import { encodePicture } from '../codec/native-codecs.ts';
import type { Look } from './look.ts';
import { render } from './render.ts';
import { scaled } from './scale.ts';
import type { Size } from './scale.ts';

/** How the frames of an instance lie in its file. Crosses to a codec thread. */
export interface FrameShape {
  /** How a compressed frame becomes a native one; absent for native frames. */
  readonly decode?: FrameTask;
  readonly format: FrameFormat;
  /** Highest bit of a sample in its cell. */
  readonly highBit: number;
  /** Of native frames with several samples: 'halved' = two pixels share their chrominance, Y Y Cb Cr. */
  readonly layout: 'by-pixel' | 'by-plane' | 'halved';
}

/** One frame in several sizes. */
export interface PictureTask {
  readonly kind: 'picture';
  readonly shape: FrameShape;
  readonly look: Look;
  readonly sizes: readonly Size[];
  /** Of JPEG, 1 to 100; 'raster' = bytes as they are shown. */
  readonly quality: number | 'raster';
}

/** Native YBR_FULL_422 → three samples a pixel. @source PS3.3 C.7.6.3.1.2 */
const whole = (halved: Uint8Array): Uint8Array => {
  const out = new Uint8Array((halved.length >> 2) * 6);
  for (let from = 0, to = 0; from + 3 < halved.length; from += 4) {
    const [first, second, blue, red] = [halved[from], halved[from + 1], halved[from + 2], halved[from + 3]] as [number, number, number, number];
    out[to++] = first; out[to++] = blue; out[to++] = red;
    out[to++] = second; out[to++] = blue; out[to++] = red;
  }
  return out;
};

const nativeFrame = ({ decode, layout, format }: FrameShape, frame: Uint8Array): Uint8Array => {
  if (decode) return runFrame(decode, frame);
  if (layout === 'halved') return whole(frame);
  return layout === 'by-plane' ? interleaved(frame, format.samples, format.bitsAllocated / 8) : frame;
};

/** Samples of a pixel of the pictures. */
export const samplesShown = ({ kind }: Look): 1 | 3 => (kind === 'grey' ? 1 : 3);

/** The pictures of one frame, one for each size. @throws {FrameError} */
export const drawPictures = ({ shape, look, sizes, quality }: PictureTask, frame: Uint8Array): readonly Uint8Array[] => {
  const shown = render(nativeFrame(shape, frame), shape.format, shape.highBit, look);
  return sizes.map((size) => {
    const raster = scaled(shown, size);
    return quality === 'raster' ? raster.data : encodePicture(raster, quality);
  });
};
