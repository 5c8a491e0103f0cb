/**
 * One row of small captions with their values, side by side: "ID 0012  Born 1957-03-14  M".
 * All share one size; when the smallest is still too wide, the longest value ends with an ellipsis.
 */
import { fitText, sizesOf, widthMm, type FittedText, type TextStyle } from './fit-text.ts';
import type { Span } from './geometry.ts';
import type { Page } from './page.ts';
import type { SizeRange } from './label-template.ts';

export interface RowItem {
  readonly field: string;
  readonly caption: string;
  readonly value: string;
}

export interface RowOptions {
  readonly items: readonly RowItem[];
  readonly sizes: SizeRange;
  readonly top: number;
  readonly spanAt: (top: number, bottom: number) => Span;
}

const CAPTION_SHARE = 0.82;
const CAPTION_GAP = 0.32;
const ITEM_GAP = 1.1;
const LINE_HEIGHT = 1.1;

/** Sets the row centred below `top`; items without a value are left out. */
export const layIdentityRow = (page: Page, options: RowOptions): FittedText[] => {
  const { shaper, template: { colours } } = page;
  const items = options.items.filter((item) => item.value !== '');
  const widths = (size: number): { captions: number[]; values: number[]; total: number } => {
    const captions = items.map((item) => (item.caption === '' ? 0 : widthMm(shaper, item.caption, 400, size * CAPTION_SHARE) + CAPTION_GAP * size));
    const values = items.map((item) => widthMm(shaper, item.value, 700, size));
    const total = [...captions, ...values].reduce((sum, width) => sum + width, 0) + Math.max(0, items.length - 1) * ITEM_GAP * size;
    return { captions, values, total };
  };
  const roomAt = (size: number): Span => options.spanAt(options.top, options.top + LINE_HEIGHT * size);
  const fits = (size: number): boolean => widths(size).total <= roomAt(size).right - roomAt(size).left;
  const size = sizesOf(options.sizes).find(fits) ?? options.sizes.minMm;
  const room = roomAt(size);
  const { captions, values, total } = widths(size);
  const excess = Math.max(0, total - (room.right - room.left));
  const longest = values.indexOf(Math.max(0, ...values));
  const texts: FittedText[] = [];
  let x = (room.left + room.right - (total - excess)) / 2;
  const put = (field: string, text: string, style: TextStyle, width: number, baselineShift: number): void => {
    const slackless = { left: x, right: x + width + 1e-6 };
    texts.push(fitText({ shaper, field, text, style, align: 'left', top: options.top + baselineShift, maxHeightMm: 2 * size, spanAt: () => slackless }));
  };
  items.forEach((item, i) => {
    const [captionWidth = 0, valueWidth = 0] = [captions[i], values[i]];
    if (item.caption !== '') {
      const captionSize = size * CAPTION_SHARE;
      put('caption', item.caption, { weight: 400, maxMm: captionSize, minMm: captionSize, maxLines: 1, colour: colours.quiet }, captionWidth, 0);
    }
    x += captionWidth;
    const width = i === longest ? Math.max(size * 2, valueWidth - excess) : valueWidth;
    put(item.field, item.value, { weight: 700, maxMm: size, minMm: size, maxLines: 1, colour: colours.text }, width, 0);
    x += width + ITEM_GAP * size;
  });
  return onOneBaseline(texts);
};

const onOneBaseline = (texts: readonly FittedText[]): FittedText[] => {
  const baseline = Math.max(0, ...texts.flatMap((text) => text.lines.map((line) => line.baseline)));
  return texts.map((text) => {
    const lines = text.lines.map((line) => {
      const mm = baseline - line.baseline;
      return { ...line, baseline, box: { ...line.box, top: line.box.top + mm, bottom: line.box.bottom + mm } };
    });
    return { ...text, lines, bottom: Math.max(text.bottom, ...lines.map((line) => line.box.bottom)) };
  });
};
