/** Pictures in another size: every new pixel is the mean of the area it covers. Pure and the same on every machine. */
import type { Raster } from './render.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** 'inside' keeps the shape and never enlarges; 'pad' gives exactly the box, what is free black; 'stretch' gives exactly the box. */
export type Fit = 'inside' | 'pad' | 'stretch';

/** The size of the picture itself in a box; pixels become square unless it is stretched. @param aspect height of a pixel in units of its width @source PS3.3 C.7.6.3.1.7 */
export const sizeIn = (box: Size, fit: Fit, { columns, rows }: Size, aspect: number): Size => {
  if (fit === 'stretch') return box;
  const [width, height] = aspect >= 1 ? [columns, rows * aspect] : [columns / aspect, rows];
  const factor = Math.min(box.columns / width, box.rows / height, fit === 'inside' ? 1 : Infinity);
  return { columns: Math.min(box.columns, Math.max(1, Math.round(width * factor))), rows: Math.min(box.rows, Math.max(1, Math.round(height * factor))) };
};

/** For each target cell the first source cell it covers, and how much of that one and of those after it. */
const coverage = (from: number, to: number): readonly { readonly first: number; readonly weights: Float64Array }[] =>
  Array.from({ length: to }, (_, cell) => {
    const [begin, end] = [(cell * from) / to, ((cell + 1) * from) / to];
    const first = Math.floor(begin);
    const last = Math.min(from, Math.max(first + 1, Math.ceil(end)));
    return { first, weights: Float64Array.from({ length: last - first }, (_unused, n) => (Math.min(end, first + n + 1) - Math.max(begin, first + n)) / (end - begin)) };
  });

/** One line of the source, as narrow as the target. */
const narrowed = ({ data, samples, columns }: Raster, row: number, across: ReturnType<typeof coverage>): Float64Array => {
  const line = new Float64Array(across.length * samples);
  let to = 0;
  for (const { first, weights } of across) {
    for (let sample = 0; sample < samples; sample += 1, to += 1) {
      let from = (row * columns + first) * samples + sample;
      let sum = 0;
      for (let n = 0; n < weights.length; n += 1, from += samples) sum += (weights[n] as number) * (data[from] as number);
      line[to] = sum;
    }
  }
  return line;
};

/** Brings a raster to another size. Beside source and target it holds a few lines. */
export const scaled = (source: Raster, { columns, rows }: Size): Raster => {
  const { samples } = source;
  if (columns === source.columns && rows === source.rows) return source;
  const across = coverage(source.columns, columns);
  const width = columns * samples;
  const data = new Uint8Array(rows * width);
  let held: { readonly row: number; readonly line: Float64Array } = { row: -1, line: new Float64Array(0) };
  for (const [row, { first, weights }] of coverage(source.rows, rows).entries()) {
    const sums = new Float64Array(width);
    for (const [n, weight] of weights.entries()) {
      // The line at the seam of two target rows belongs to both.
      if (held.row !== first + n) held = { row: first + n, line: narrowed(source, first + n, across) };
      for (let at = 0; at < width; at += 1) sums[at] = (sums[at] as number) + weight * (held.line[at] as number);
    }
    for (let at = 0; at < width; at += 1) data[row * width + at] = Math.round(sums[at] as number);
  }
  return { columns, rows, samples, data };
};

/** Puts a raster into the middle of a black one. */
export const centred = (source: Raster, { columns, rows }: Size): Raster => {
  const { samples, columns: width } = source;
  if (columns === width && rows === source.rows) return source;
  const data = new Uint8Array(columns * rows * samples);
  const left = (columns - width) >> 1;
  const top = (rows - source.rows) >> 1;
  for (let row = 0; row < source.rows; row += 1) data.set(source.data.subarray(row * width * samples, (row + 1) * width * samples), ((top + row) * columns + left) * samples);
  return { columns, rows, samples, data };
};
