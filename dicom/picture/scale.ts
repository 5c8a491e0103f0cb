/** Pictures in another size: every new pixel is the mean of the area it covers. Pure and the same on every machine. */
import type { Raster } from './render.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The size in which pixels are square and neither side is longer than `longest`; never larger than the source asks for. */
export const sizeWithin = ({ columns, rows }: Size, aspect: number, longest: number): Size => {
  const height = rows * aspect;
  const factor = Math.min(1, longest / Math.max(columns, height));
  return { columns: Math.max(1, Math.round(columns * factor)), rows: Math.max(1, Math.round(height * factor)) };
};

/** For each target cell the source cells it covers, and how much of each. */
const coverage = (from: number, to: number): readonly (readonly { readonly at: number; readonly part: number }[])[] =>
  Array.from({ length: to }, (_, cell) => {
    const [begin, end] = [(cell * from) / to, ((cell + 1) * from) / to];
    const last = Math.min(from - 1, Math.ceil(end) - 1);
    const first = Math.min(last, Math.floor(begin));
    return Array.from({ length: last - first + 1 }, (_unused, step) => {
      const at = first + step;
      return { at, part: (Math.min(end, at + 1) - Math.max(begin, at)) / (end - begin) };
    });
  });

/** Brings a raster to another size. */
export const scaled = (source: Raster, { columns, rows }: Size): Raster => {
  const { samples } = source;
  if (columns === source.columns && rows === source.rows) return source;
  const across = coverage(source.columns, columns);
  const narrow = new Float32Array(source.rows * columns * samples);
  for (let row = 0, to = 0; row < source.rows; row += 1) {
    const start = row * source.columns;
    for (const cells of across) {
      for (let sample = 0; sample < samples; sample += 1, to += 1) {
        let sum = 0;
        for (const { at, part } of cells) sum += part * (source.data[(start + at) * samples + sample] as number);
        narrow[to] = sum;
      }
    }
  }
  const width = columns * samples;
  const data = new Uint8Array(rows * width);
  for (const [row, cells] of coverage(source.rows, rows).entries()) {
    for (let at = 0; at < width; at += 1) {
      let sum = 0;
      for (const cell of cells) sum += cell.part * (narrow[cell.at * width + at] as number);
      data[row * width + at] = Math.round(sum);
    }
  }
  return { columns, rows, samples, data };
};
