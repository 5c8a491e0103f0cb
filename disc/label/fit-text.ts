/**
 * Fits text into the width and height there is: shrink, then wrap, then break words, then an ellipsis.
 * Owns line boxes (mm); knows nothing of what the text means.
 */
import { characters, unbreakablePieces } from './break-text.ts';
import type { FontWeight } from './font-library.ts';
import type { Rect, Span } from './geometry.ts';
import { directionOf, type ShapedText, type Shaper, type TextDirection } from './shape-text.ts';

export interface TextStyle {
  readonly weight: FontWeight;
  readonly maxMm: number;
  readonly minMm: number;
  readonly maxLines: number;
  /** Text wraps rather than shrink below this size; only when no number of lines helps does it shrink to the least. */
  readonly wrapMm?: number;
  readonly colour: string;
}

export type Align = 'left' | 'centre' | 'right';

export interface TextLine {
  readonly field: string;
  readonly shaped: ShapedText;
  readonly x: number;
  readonly baseline: number;
  readonly sizeMm: number;
  readonly colour: string;
  /** Extent of the ink. */
  readonly box: Rect;
}

export interface FittedText {
  readonly lines: readonly TextLine[];
  readonly top: number;
  readonly bottom: number;
  readonly isTruncated: boolean;
  /** True when a line ends inside of a word. */
  readonly hasBrokenWord: boolean;
}

export interface FitOptions {
  readonly shaper: Shaper;
  readonly field: string;
  readonly text: string;
  readonly style: TextStyle;
  readonly align: Align;
  readonly top: number;
  readonly maxHeightMm: number;
  readonly spanAt: (top: number, bottom: number) => Span;
}

/** Height above and below the baseline that every line keeps, so that lines of capitals and of small letters stand alike. */
const ASCENT = 0.74;
const DESCENT = 0.22;
const GAP = 0.16;
const SHRINK_STEP = 0.94;
/** Columns are made exactly as wide as their widest text: a sum of floats must not decide. In em. */
const ROUNDING = 1e-6;

const widthOf = (shaped: ShapedText): number => Math.max(shaped.advance, shaped.ink.right) - shaped.ink.left;

/** Sizes from max down to min in steps that the eye hardly sees. */
export const sizesOf = (style: { readonly maxMm: number; readonly minMm: number }): number[] => {
  const sizes: number[] = [];
  for (let size = style.maxMm; size > style.minMm * 1.001; size *= SHRINK_STEP) sizes.push(size);
  return [...sizes, style.minMm];
};

interface Metrics {
  readonly ascent: number;
  readonly descent: number;
}

const metricsOf = (shaped: ShapedText): Metrics => ({ ascent: Math.max(ASCENT, shaped.ink.top), descent: Math.max(DESCENT, -shaped.ink.bottom) });

const taller = (a: Metrics, b: Metrics): Metrics => ({ ascent: Math.max(a.ascent, b.ascent), descent: Math.max(a.descent, b.descent) });

const heightOf = (metrics: Metrics, lines: number, size: number): number =>
  (lines * (metrics.ascent + metrics.descent) + (lines - 1) * GAP) * size;

const lineTop = (metrics: Metrics, line: number, size: number): number => line * (metrics.ascent + metrics.descent + GAP) * size;

interface Plan {
  readonly direction: TextDirection;
  readonly metrics: Metrics;
}

interface Attempt {
  readonly size: number;
  readonly lineCount: number;
  readonly mayBreakWords: boolean;
}

const wrap = (options: FitOptions, plan: Plan, attempt: Attempt): { lines: string[]; rest: string } => {
  const { shaper, text, style, top } = options;
  const { size } = attempt;
  let queue = unbreakablePieces(text);
  const lines: string[] = [];
  for (let line = 0; line < attempt.lineCount && queue.length > 0; line += 1) {
    const lineStart = top + lineTop(plan.metrics, line, size);
    const span = options.spanAt(lineStart, lineStart + (plan.metrics.ascent + plan.metrics.descent) * size);
    const room = (span.right - span.left) / size;
    const fits = (candidate: string): boolean => widthOf(shaper(candidate.trimEnd(), style.weight, plan.direction)) <= room + ROUNDING;
    let taken = '';
    while (queue[0] !== undefined && fits(taken + queue[0])) taken += queue.shift() ?? '';
    if (taken === '' && attempt.mayBreakWords) {
      const [piece = '', ...others] = queue;
      const parts = characters(piece);
      while (parts[0] !== undefined && fits(taken + parts[0])) taken += parts.shift() ?? '';
      queue = parts.length > 0 ? [parts.join(''), ...others] : others;
    }
    if (taken === '') break;
    lines.push(taken.trim());
  }
  return { lines, rest: queue.join('').trim() };
};

const withEllipsis = (text: string, fits: (candidate: string) => boolean): string => {
  const kept = characters(text);
  while (kept.length > 0 && !fits(`${kept.join('').trimEnd()}…`)) kept.pop();
  return `${kept.join('').trimEnd()}…`;
};

const attemptsOf = function* (style: TextStyle): Generator<Attempt> {
  const sizes = sizesOf(style);
  const isComfortable = (size: number): boolean => size >= (style.wrapMm ?? style.minMm);
  for (const some of [sizes.filter(isComfortable), sizes.filter((size) => !isComfortable(size))]) {
    for (let lineCount = 1; lineCount <= style.maxLines; lineCount += 1) {
      for (const size of some) yield { size, lineCount, mayBreakWords: false };
    }
  }
  if (style.maxLines > 1) for (const size of sizes) yield { size, lineCount: style.maxLines, mayBreakWords: true };
};

const set = (options: FitOptions, { direction, metrics: planned }: Plan, result: { size: number; texts: readonly string[]; isTruncated?: boolean; hasBrokenWord?: boolean }): FittedText => {
  const { size, texts, isTruncated = false, hasBrokenWord = false } = result;
  const { shaper, style, align, field, top } = options;
  // A joining letter at the end of a broken line takes its final form, which may be taller or deeper than planned.
  const metrics = texts.map((text) => metricsOf(shaper(text, style.weight, direction))).reduce(taller, planned);
  const lines = texts.map((text, i): TextLine => {
    const shaped = shaper(text, style.weight, direction);
    const lineStart = top + lineTop(metrics, i, size);
    const span = options.spanAt(lineStart, lineStart + (metrics.ascent + metrics.descent) * size);
    const slack = span.right - span.left - widthOf(shaped) * size;
    const share = { left: 0, centre: 0.5, right: 1 }[align];
    const x = span.left + slack * share - shaped.ink.left * size;
    const baseline = lineStart + metrics.ascent * size;
    const box = {
      left: x + shaped.ink.left * size, right: x + shaped.ink.right * size,
      top: baseline - shaped.ink.top * size, bottom: baseline - shaped.ink.bottom * size,
    };
    return { field, shaped, x, baseline, sizeMm: size, colour: style.colour, box };
  });
  return { lines, top, bottom: top + (lines.length === 0 ? 0 : heightOf(metrics, lines.length, size)), isTruncated, hasBrokenWord };
};

/**
 * Fits the text below `top` and returns its lines; empty text gives no line.
 * When nothing else helps, the last line that fits ends with an ellipsis and `isTruncated` is true.
 */
export const fitText = (options: FitOptions): FittedText => {
  const { shaper, text, style, maxHeightMm } = options;
  const direction = directionOf(text);
  const metrics = metricsOf(shaper(text, style.weight, direction));
  const plan = { direction, metrics };
  if (text === '') return set(options, plan, { size: style.maxMm, texts: [] });
  for (const attempt of attemptsOf(style)) {
    if (heightOf(metrics, attempt.lineCount, attempt.size) > maxHeightMm) continue;
    const { lines, rest } = wrap(options, plan, attempt);
    if (rest === '') return set(options, plan, { size: attempt.size, texts: lines, hasBrokenWord: attempt.mayBreakWords });
  }
  const size = Math.min(style.minMm, maxHeightMm / heightOf(metrics, 1, 1));
  let lineCount = style.maxLines;
  while (lineCount > 1 && heightOf(metrics, lineCount, size) > maxHeightMm) lineCount -= 1;
  const { lines, rest } = wrap(options, plan, { size, lineCount, mayBreakWords: true });
  const last = Math.max(0, lines.length - 1);
  const start = options.top + lineTop(metrics, last, size);
  const span = options.spanAt(start, start + (metrics.ascent + metrics.descent) * size);
  const shortened = withEllipsis(`${lines[last] ?? ''}${rest === '' ? '' : ` ${rest}`}`.trim(), (candidate) => widthOf(shaper(candidate, style.weight, direction)) * size <= span.right - span.left);
  return set(options, plan, { size, texts: rest === '' ? lines : [...lines.slice(0, last), shortened], isTruncated: rest !== '', hasBrokenWord: true });
};

/** Width in mm of a text set on one line. */
export const widthMm = (shaper: Shaper, text: string, weight: FontWeight, sizeMm: number): number =>
  widthOf(shaper(text, weight, directionOf(text))) * sizeMm;

/** Moves fitted text down (or up, when negative). The caller sees to it that the lines still have their width there. */
export const shiftDown = (fitted: FittedText, mm: number): FittedText => ({
  ...fitted,
  top: fitted.top + mm,
  bottom: fitted.bottom + mm,
  lines: fitted.lines.map((line) => ({ ...line, baseline: line.baseline + mm, box: { ...line.box, top: line.box.top + mm, bottom: line.box.bottom + mm } })),
});
