/**
 * The band at the bottom: serial as text and Data Matrix, and the product line.
 */
import { cleanText } from './clean-text.ts';
import { layDataMatrix } from './data-matrix.ts';
import { shiftDown, widthMm } from './fit-text.ts';
import { fixedStyle, paragraph, textSpan, zoneOf, type Page, type Zone } from './page.ts';

const PRODUCT_LINE = 'Made with Spindle';
const GAP_MM = 1.6;
const SERIAL_MM = 3.1;

/** Lays the Data Matrix and, beside it, the serial and the product line; the pair is centred. No serial, no matrix. */
export const layImprintZone = (page: Page): Zone => {
  const { zones: { imprint: zone }, colours, matrix } = page.template;
  const serial = cleanText(page.content.serial);
  const room = textSpan(page, zone.top, zone.bottom);
  const areaMm = serial === '' ? 0 : matrix.areaMm + GAP_MM;
  const textMm = Math.min(room.right - room.left - areaMm, Math.max(widthMm(page.shaper, serial, 700, SERIAL_MM), widthMm(page.shaper, PRODUCT_LINE, 400, 2.1)));
  const left = (room.left + room.right - areaMm - textMm) / 2;
  const span = { left: left + areaMm, right: left + areaMm + textMm + 1e-6 };
  const serialStyle = { ...fixedStyle(SERIAL_MM, 700, colours.text), minMm: 2, maxLines: 2 };
  const number = paragraph(page, { field: 'serial', text: serial, style: serialStyle, top: 0, maxHeightMm: 7, span, align: 'left' });
  const product = paragraph(page, { field: 'product', text: PRODUCT_LINE, style: fixedStyle(2.1, 400, colours.quiet), top: number.bottom + 1.2, maxHeightMm: 4, span, align: 'left' });
  const shift = (zone.top + zone.bottom - product.bottom) / 2;
  const texts = zoneOf([shiftDown(number, shift), shiftDown(product, shift)]);
  if (serial === '') return texts;
  const area = { left, right: left + matrix.areaMm, top: (zone.top + zone.bottom - matrix.areaMm) / 2, bottom: (zone.top + zone.bottom + matrix.areaMm) / 2 };
  return { ...texts, matrix: layDataMatrix(serial, { area, moduleMm: matrix.moduleMm, minModuleMm: matrix.minModuleMm, dotMm: page.dotMm }) };
};
