/**
 * What every zone of a label works with, and what it hands back: placed text, shapes and shortened fields.
 */
import type { DataMatrix } from './data-matrix.ts';
import { chordSpan, type Rect, type Span } from './geometry.ts';
import { fitText, type Align, type FittedText, type TextLine, type TextStyle } from './fit-text.ts';
import type { LabelContent } from './label-content.ts';
import type { LabelTemplate, SizeRange } from './label-template.ts';
import type { Shaper } from './shape-text.ts';
import { directionOf } from './shape-text.ts';

export interface Page {
  readonly content: LabelContent;
  readonly template: LabelTemplate;
  readonly shaper: Shaper;
  /** Side of one printer dot in mm. */
  readonly dotMm: number;
  readonly timeZone: string | undefined;
}

/** A filled rectangle with round corners behind text. */
export interface Pill {
  readonly field: string;
  readonly box: Rect;
  readonly colour: string;
}

export interface Zone {
  readonly lines: readonly TextLine[];
  readonly pills: readonly Pill[];
  readonly matrix?: DataMatrix;
  /** Names of the fields that had to be shortened. */
  readonly truncated: readonly string[];
}

/** The span for text across the disc over a height, without regard to the hub. */
export const textSpan = (page: Page, top: number, bottom: number): Span =>
  chordSpan({ centre: page.template.outerDiameterMm / 2, radius: page.template.textDiameterMm / 2 }, top, bottom);

export const styled = (sizes: SizeRange, weight: TextStyle['weight'], colour: string): TextStyle => ({ ...sizes, weight, colour });

/** One size, one line: for the label's own words, whose length is known. */
export const fixedStyle = (sizeMm: number, weight: TextStyle['weight'], colour: string): TextStyle =>
  ({ maxMm: sizeMm, minMm: sizeMm * 0.6, maxLines: 1, weight, colour });

export interface ParagraphOptions {
  readonly field: string;
  readonly text: string;
  readonly style: TextStyle;
  readonly top: number;
  readonly maxHeightMm: number;
  /** Fixed span; without it the width of the disc. */
  readonly span?: Span;
  readonly align?: Align;
}

/** Fits a paragraph into the width of the disc, or into a given span; 'left' starts right-to-left text at the right. */
export const paragraph = (page: Page, options: ParagraphOptions): FittedText => {
  const { field, text, style, top, maxHeightMm, span, align = 'centre' } = options;
  return fitText({
    shaper: page.shaper, field, text, style, top, maxHeightMm, align: align === 'left' && directionOf(text) === 'rtl' ? 'right' : align,
    spanAt: (lineTop, lineBottom) => span ?? textSpan(page, lineTop, lineBottom),
  });
};

/** Joins zones into one. */
export const joinZones = (zones: readonly Zone[]): Zone => {
  const matrix = zones.find((zone) => zone.matrix !== undefined)?.matrix;
  return {
    lines: zones.flatMap((zone) => zone.lines),
    pills: zones.flatMap((zone) => zone.pills),
    truncated: [...new Set(zones.flatMap((zone) => zone.truncated))],
    ...(matrix === undefined ? {} : { matrix }),
  };
};

/** Makes a zone of fitted texts, naming the shortened ones. */
export const zoneOf = (texts: readonly FittedText[], pills: readonly Pill[] = [], truncated: readonly string[] = []): Zone => ({
  lines: texts.flatMap((text) => text.lines),
  pills,
  truncated: [...truncated, ...texts.filter((text) => text.isTruncated).map((text) => text.lines[0]?.field ?? '')],
});
