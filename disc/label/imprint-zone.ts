/**
 * The band at the bottom: serial as text and Data Matrix, the code of the certificate, and the product line.
 */
import { cleanText } from './clean-text.ts';
import { layDataMatrix, QUIET_MODULES, type DataMatrix } from './data-matrix.ts';
import { shiftDown, widthMm } from './fit-text.ts';
import { fixedStyle, paragraph, textSpan, zoneOf, type Page, type Zone } from './page.ts';

const PRODUCT_LINE = 'Made with Spindle';
const GAP_MM = 0.8;
const SERIAL_MM = 3.1;
const CERTIFICATE_MM = 2.4;
const PRODUCT_MM = 2.1;

/** Lays the Data Matrix and, beside it, the serial and the product line; the pair is centred. No serial, no matrix. */
export const layImprintZone = (page: Page): Zone => {
  const { zones: { imprint: zone }, colours, matrix: look } = page.template;
  const serial = cleanText(page.content.serial);
  const room = textSpan(page, zone.top, zone.bottom);
  const top = (zone.top + zone.bottom - look.areaMm) / 2;
  const matrixAt = (left: number): DataMatrix =>
    layDataMatrix(serial, { area: { left, right: left + look.areaMm, top, bottom: top + look.areaMm }, moduleMm: look.moduleMm, minModuleMm: look.minModuleMm, dotMm: page.dotMm });
  const code = cleanText(page.content.certificate ?? '');
  const certificateLine = code === '' ? '' : `Certificate ${code}`;
  const measured = serial === '' ? undefined : matrixAt(0);
  const matrixMm = measured === undefined ? 0 : (measured.modules + 2 * QUIET_MODULES) * measured.moduleMm + GAP_MM;
  const textMm = Math.min(room.right - room.left - matrixMm, Math.max(widthMm(page.shaper, serial, 700, SERIAL_MM), widthMm(page.shaper, certificateLine, 400, CERTIFICATE_MM), widthMm(page.shaper, PRODUCT_LINE, 400, PRODUCT_MM)));
  const left = (room.left + room.right - matrixMm - textMm) / 2;
  const span = { left: left + matrixMm, right: left + matrixMm + textMm };
  const serialStyle = { ...fixedStyle(SERIAL_MM, 700, colours.text), minMm: 2, maxLines: 2 };
  const number = paragraph(page, { field: 'serial', text: serial, style: serialStyle, top: 0, maxHeightMm: 7, span, align: 'left' });
  const certificate = paragraph(page, { field: 'certificate', text: certificateLine, style: { ...fixedStyle(CERTIFICATE_MM, 400, colours.text), minMm: 1.8 }, top: number.bottom + 0.8, maxHeightMm: 4, span, align: 'left' });
  const above = certificateLine === '' ? number.bottom : certificate.bottom;
  const product = paragraph(page, { field: 'product', text: PRODUCT_LINE, style: fixedStyle(PRODUCT_MM, 400, colours.quiet), top: above + 0.9, maxHeightMm: 4, span, align: 'left' });
  const shift = (zone.top + zone.bottom - product.bottom) / 2;
  const texts = zoneOf([number, ...(certificateLine === '' ? [] : [certificate]), product].map((text) => shiftDown(text, shift)));
  return measured === undefined ? texts : { ...texts, matrix: matrixAt(left) };
};
