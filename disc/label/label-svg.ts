/**
 * Draws placed boxes as SVG paths in mm. Text becomes outlines, so nothing in a field can become markup
 * and no font is needed to draw it.
 */
import type { DataMatrix } from './data-matrix.ts';
import type { TextLine } from './fit-text.ts';
import type { Rect } from './geometry.ts';
import type { LabelTemplate } from './label-template.ts';
import type { Pill, Zone } from './page.ts';

const ARC_DEGREES = 128;
const ARC_WIDTH_MM = 1.8;
const FOOT_DEGREES = 34;
const FOOT_WIDTH_MM = 0.7;

const number = (mm: number): string => String(Math.round(mm * 1000) / 1000);

const linePath = (line: TextLine): string => {
  const parts: string[] = [];
  for (const glyph of line.shaped.glyphs) {
    for (const { letter, values } of glyph.face.outline(glyph.glyphId).commands) {
      parts.push(letter + values.map((value, i) => number(i % 2 === 0
        ? line.x + (glyph.x + value) * line.sizeMm
        : line.baseline - (glyph.y + value) * line.sizeMm)).join(' '));
    }
  }
  return `<path fill="${line.colour}" d="${parts.join('')}"/>`;
};

const pillPath = ({ box, colour }: Pill): string =>
  `<rect x="${number(box.left)}" y="${number(box.top)}" width="${number(box.right - box.left)}" height="${number(box.bottom - box.top)}" rx="1.2" fill="${colour}"/>`;

const barPath = (bar: Rect): string => {
  const [left, top, right, bottom] = [bar.left, bar.top, bar.right, bar.bottom].map((mm) => String(Math.round(mm * 1e5) / 1e5));
  return `M${left ?? ''} ${top ?? ''}H${right ?? ''}V${bottom ?? ''}H${left ?? ''}Z`;
};

const matrixPath = (matrix: DataMatrix): string =>
  `<path fill="#000000" shape-rendering="crispEdges" d="${matrix.bars.map(barPath).join('')}"/>`;

const arc = (options: { centre: number; radius: number; middleDegrees: number; degrees: number; widthMm: number; colour: string }): string => {
  const { centre, radius, middleDegrees, degrees } = options;
  const point = (angle: number): string => {
    const radians = (angle * Math.PI) / 180;
    return `${number(centre + radius * Math.cos(radians))} ${number(centre + radius * Math.sin(radians))}`;
  };
  const from = point(middleDegrees - degrees / 2);
  const to = point(middleDegrees + degrees / 2);
  return `<path fill="none" stroke="${options.colour}" stroke-width="${options.widthMm}" stroke-linecap="round" d="M${from}A${radius} ${radius} 0 0 1 ${to}"/>`;
};

/** Returns the SVG of a label: white ground, a coloured arc at the top edge, a thin one at the foot, and the placed boxes. */
export const labelSvg = (layout: Zone, template: LabelTemplate, options: { widthPx: number; isSupplement: boolean }): string => {
  const side = template.outerDiameterMm;
  const colour = options.isSupplement ? template.colours.supplement : template.colours.accent;
  const radius = template.printableDiameterMm / 2 - 0.3 - ARC_WIDTH_MM / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${options.widthPx}" height="${options.widthPx}" viewBox="0 0 ${side} ${side}">`,
    `<rect width="${side}" height="${side}" fill="#ffffff"/>`,
    arc({ centre: side / 2, radius, middleDegrees: -90, degrees: ARC_DEGREES, widthMm: ARC_WIDTH_MM, colour }),
    arc({ centre: side / 2, radius, middleDegrees: 90, degrees: FOOT_DEGREES, widthMm: FOOT_WIDTH_MM, colour }),
    ...layout.pills.map(pillPath),
    ...layout.lines.map(linePath),
    ...(layout.matrix === undefined ? [] : [matrixPath(layout.matrix)]),
    '</svg>',
  ].join('');
};
