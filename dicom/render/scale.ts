/** Pictures of bytes → pictures of another size, by the mean of what each new pixel covers. Pure. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

/** For each new pixel of a line: the first old pixel under it, and how much of it and of those after it. */
const coverage = (from: number, to: number): readonly { readonly first: number; readonly weights: readonly number[] }[] =>
  Array.from({ length: to }, (_, at) => {
    const start = (at * from) / to;
    const end = ((at + 1) * from) / to;
    const first = Math.floor(start);
    const last = Math.min(from, Math.max(first + 1, Math.ceil(end)));
    const weights = Array.from({ length: last - first }, (_unused, n) => (Math.min(end, first + n + 1) - Math.max(start, first + n)) / (end - start));
    return { first, weights };
  });

/** Brings a picture to exactly this size. */
export const scaled = ({ width, height, channels, pixels }: Picture, toWidth: number, toHeight: number): Picture => {
  if (width === toWidth && height === toHeight) return { width, height, channels, pixels };
  const across = coverage(width, toWidth);
  const down = coverage(height, toHeight);
  const narrow = new Float64Array(toWidth * height * channels);
  for (let row = 0; row < height; row += 1) {
    across.forEach(({ first, weights }, column) => {
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0;
        for (let n = 0; n < weights.length; n += 1) sum += (weights[n] as number) * (pixels[(row * width + first + n) * channels + channel] as number);
        narrow[(row * toWidth + column) * channels + channel] = sum;
      }
    });
  }
  const line = toWidth * channels;
  const out = new Uint8Array(toHeight * line);
  down.forEach(({ first, weights }, row) => {
    for (let at = 0; at < line; at += 1) {
      let sum = 0;
      for (let n = 0; n < weights.length; n += 1) sum += (weights[n] as number) * (narrow[(first + n) * line + at] as number);
      out[row * line + at] = Math.round(sum);
    }
  });
  return { width: toWidth, height: toHeight, channels, pixels: out };
};

/** Puts a picture into the middle of a black one. */
export const centred = ({ width, height, channels, pixels }: Picture, toWidth: number, toHeight: number): Picture => {
  const out = new Uint8Array(toWidth * toHeight * channels);
  const left = (toWidth - width) >> 1;
  const top = (toHeight - height) >> 1;
  for (let row = 0; row < height; row += 1) out.set(pixels.subarray(row * width * channels, (row + 1) * width * channels), ((top + row) * toWidth + left) * channels);
  return { width: toWidth, height: toHeight, channels, pixels: out };
};

/** The largest size of this shape inside a box; at least one pixel. */
export const fittingSize = (width: number, height: number, boxWidth: number, boxHeight: number): { readonly width: number; readonly height: number } => {
  const by = Math.min(boxWidth / width, boxHeight / height);
  return { width: Math.min(boxWidth, Math.max(1, Math.round(width * by))), height: Math.min(boxHeight, Math.max(1, Math.round(height * by))) };
};
