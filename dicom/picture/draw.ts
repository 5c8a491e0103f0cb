/** What a codec thread does for a picture: decode, show, scale, encode as baseline JPEG. */
import type { FrameFormat, FrameTask } from '../codec/frame.ts';
import { runFrame } from '../codec/frame-codec.ts';
import { interleaved } from '../codec/frame-format.ts';
import { encodePicture } from '../codec/native-codecs.ts';
import type { Look } from './look.ts';
import { render } from './render.ts';
import { scaled } from './scale.ts';
import type { Size } from './scale.ts';

/** One frame in several sizes. */
export interface PictureTask {
  readonly kind: 'picture';
  /** How a compressed frame becomes a native one; absent for native frames. */
  readonly decode?: FrameTask;
  readonly format: FrameFormat;
  readonly highBit: number;
  readonly isPlanar: boolean;
  /** Two pixels share their chrominance: Y Y Cb Cr. */
  readonly isHalved: boolean;
  readonly look: Look;
  readonly sizes: readonly Size[];
  /** 1 to 100 */
  readonly quality: number;
}

/** Native YBR_FULL_422 → three samples a pixel. @source PS3.3 C.7.6.3.1.2 */
const whole = (halved: Uint8Array): Uint8Array => {
  const out = new Uint8Array((halved.length >> 2) * 6);
  for (let from = 0, to = 0; from + 3 < halved.length; from += 4, to += 6) {
    const [first, second, blue, red] = halved.subarray(from, from + 4) as unknown as [number, number, number, number];
    out.set([first, blue, red, second, blue, red], to);
  }
  return out;
};

const nativeFrame = ({ decode, isHalved, isPlanar, format }: PictureTask, frame: Uint8Array): Uint8Array => {
  if (decode) return runFrame(decode, frame);
  if (isHalved) return whole(frame);
  return isPlanar ? interleaved(frame, format.samples, format.bitsAllocated / 8) : frame;
};

/** The pictures of one frame, one for each size. @throws {FrameError} */
export const drawPictures = (task: PictureTask, frame: Uint8Array): readonly Uint8Array[] => {
  const raster = render(nativeFrame(task, frame), task.format, task.highBit, task.look);
  return task.sizes.map((size) => encodePicture(scaled(raster, size), task.quality));
};
