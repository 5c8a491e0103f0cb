/**
 * Left and right of the hub: which disc of how many, and what kind of content it has.
 */
import { cleanText } from './clean-text.ts';
import { shiftDown, type FittedText, type TextStyle } from './fit-text.ts';
import type { Span } from './geometry.ts';
import { dayText } from './label-content.ts';
import { fixedStyle, paragraph, textSpan, zoneOf, type Page, type Pill, type Zone } from './page.ts';

interface SideItem {
  readonly field: string;
  readonly text: string;
  readonly style: TextStyle;
  readonly gapMm: number;
  /** Keeps the text off both ends of the column. */
  readonly insetMm?: number;
  /** Colour of a filled pill behind the text. */
  readonly pill?: string;
}

const PILL_PADDING_MM = 1.1;

const sideSpans = (page: Page): { left: Span; right: Span } => {
  const { outerDiameterMm, hubDiameterMm, hubMarginMm, zones: { sides } } = page.template;
  const centre = outerDiameterMm / 2;
  const room = textSpan(page, sides.top, sides.bottom);
  const keepOut = hubDiameterMm / 2 + hubMarginMm;
  return { left: { left: room.left, right: centre - keepOut }, right: { left: centre + keepOut, right: room.right } };
};

const layColumn = (page: Page, span: Span, items: readonly SideItem[]): Zone => {
  const { sides } = page.template.zones;
  const texts: { text: FittedText; pill: string | undefined }[] = [];
  let top = 0;
  for (const item of items.filter(({ text }) => text !== '')) {
    const padding = item.pill === undefined ? 0 : PILL_PADDING_MM;
    const inset = 2 * padding + (item.insetMm ?? 0);
    const inner = { left: span.left + inset, right: span.right - inset };
    const text = paragraph(page, { ...item, span: inner, top: top + item.gapMm + padding, maxHeightMm: sides.bottom - sides.top - top });
    texts.push({ text, pill: item.pill });
    top = text.bottom + padding;
  }
  const shift = (sides.top + sides.bottom - top) / 2;
  const placed = texts.map(({ text, pill }) => ({ text: shiftDown(text, shift), pill }));
  const pills = placed.flatMap(({ text, pill }): Pill[] => {
    const [line] = text.lines;
    if (pill === undefined || line === undefined) return [];
    return [{ field: line.field, colour: pill, box: { left: line.box.left - 2 * PILL_PADDING_MM, right: line.box.right + 2 * PILL_PADDING_MM, top: line.box.top - PILL_PADDING_MM, bottom: line.box.bottom + PILL_PADDING_MM } }];
  });
  return zoneOf(placed.map(({ text }) => text), pills);
};

const discItems = (page: Page): SideItem[] => {
  const { content: { volume, copy, supplement }, template: { colours } } = page;
  return [
    { field: 'volume', text: 'DISC', style: fixedStyle(2.6, 700, colours.quiet), gapMm: 0 },
    { field: 'volume', text: `${volume.index} of ${volume.of}`, style: fixedStyle(supplement ? 6.4 : 8, 700, colours.accent), gapMm: 0.6 },
    { field: 'copy', text: copy === undefined ? '' : `Copy ${copy.index} of ${copy.of}`, style: fixedStyle(2.8, 400, colours.quiet), gapMm: 0.9 },
    ...(supplement ? [
      { field: 'supplement', text: 'SUPPLEMENT', style: fixedStyle(3.3, 700, '#ffffff'), gapMm: 1.1, pill: colours.supplement },
      { field: 'supplement', text: 'Only images that arrived after the first disc', style: { ...fixedStyle(2.4, 400, colours.text), maxLines: 2, minMm: 2.1 }, gapMm: 0.7, insetMm: 3.6 },
    ] : []),
  ];
};

const kindItems = (page: Page): SideItem[] => {
  const { content, template: { colours } } = page;
  return [
    { field: 'teaching', text: content.teaching === true ? 'TEACHING COPY' : '', style: fixedStyle(2.9, 700, '#ffffff'), gapMm: 0, pill: colours.accent },
    { field: 'contentKind', text: content.contentKind, style: fixedStyle(4.1, 700, colours.accent), gapMm: content.teaching === true ? 1.1 : 0 },
    { field: 'profile', text: cleanText(content.profile), style: fixedStyle(3, 400, colours.text), gapMm: 1.1 },
    { field: 'createdAt', text: `Created ${dayText(content.createdAt, page.timeZone)}`, style: fixedStyle(3, 400, colours.quiet), gapMm: 1.6 },
  ];
};

/** Lays the disc number on the left and the kind of content with profile and date on the right, centred on the hub's height. */
export const laySideZones = (page: Page): Zone[] => {
  const { left, right } = sideSpans(page);
  return [layColumn(page, left, discItems(page)), layColumn(page, right, kindItems(page))];
};
