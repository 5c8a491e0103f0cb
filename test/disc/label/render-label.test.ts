import { describe, expect, it } from 'vitest';
import { layOutLabel } from '../../../disc/label/lay-out-label.ts';
import { DEFAULT_LABEL_TEMPLATE, LABEL_TEMPLATES, renderLabel } from '../../../disc/label/render-label.ts';
import { CONTENT, withName } from './label-samples.ts';
import { decodePng } from './png-pixels.ts';
import { readDataMatrix } from './read-data-matrix.ts';

const UTC = { timeZone: 'UTC' } as const;

describe('renderLabel', () => {
  it.each([[600, 2835], [300, 1417], [100, 472]])('draws 120 mm at %i dpi as %i pixels and says so in the PNG', async (dpi, widthPx) => {
    const label = await renderLabel(CONTENT, { dpi, ...UTC });
    expect([label.widthPx, label.heightPx, label.missingGlyphs, label.truncated]).toEqual([widthPx, widthPx, 0, []]);
    const picture = decodePng(label.png);
    expect([picture.width, picture.height, picture.dotsPerMetre]).toEqual([widthPx, widthPx, Math.round(dpi / 0.0254)]);
  });

  it('gives the same bytes for the same content, and others for another name', async () => {
    const [first, second, other] = await Promise.all([CONTENT, { ...CONTENT }, withName('ROE^Jane')].map((content) => renderLabel(content, { dpi: 100, ...UTC })));
    expect(first?.png.equals(second?.png ?? Buffer.alloc(0))).toBe(true);
    expect(first?.png.equals(other?.png ?? Buffer.alloc(0))).toBe(false);
  });

  it.each(Object.keys(LABEL_TEMPLATES))('leaves hub and rim of template %s without ink', async (template) => {
    const { hubDiameterMm, printableDiameterMm, outerDiameterMm } = Object.entries(LABEL_TEMPLATES).find(([name]) => name === template)?.[1] ?? DEFAULT_LABEL_TEMPLATE;
    const studies = Array.from({ length: 7 }, (_, i) => ({ date: `2026110${i}`, description: 'CT Thorax', modalities: ['CT'], accession: `${i}` }));
    const label = await renderLabel({ ...CONTENT, studies, supplement: true, copy: { index: 1, of: 2 }, comment: 'Second opinion requested' }, { dpi: 150, template, ...UTC });
    const picture = decodePng(label.png);
    let [inHub, inRing, onRim] = [0, 0, 0];
    for (let y = 0; y < picture.height; y += 1) {
      for (let x = 0; x < picture.width; x += 1) {
        if (!picture.isInked(x, y)) continue;
        const radiusMm = (Math.hypot(x + 0.5 - picture.width / 2, y + 0.5 - picture.height / 2) * outerDiameterMm) / picture.width;
        if (radiusMm < hubDiameterMm / 2) inHub += 1;
        else if (radiusMm > printableDiameterMm / 2) onRim += 1;
        else inRing += 1;
      }
    }
    expect([inHub, onRim]).toEqual([0, 0]);
    expect(inRing).toBeGreaterThan(5000);
  });

  it.each([[100, 'SP-2026-000123'], [300, 'SP-2026-000123'], [600, 'A7'], [600, 'DISC-000000000042-03']])('prints a Data Matrix at %i dpi that reads as %s, with its quiet zone', async (dpi, serial) => {
    const label = await renderLabel({ ...CONTENT, serial }, { dpi, ...UTC });
    const picture = decodePng(label.png);
    const scale = label.widthPx / DEFAULT_LABEL_TEMPLATE.outerDiameterMm;
    const { matrix } = layOutLabel({ ...CONTENT, serial }, { template: DEFAULT_LABEL_TEMPLATE, dotMm: 1 / scale, timeZone: 'UTC' });
    const pixelAt = (mm: number): number => Math.floor(mm * scale);
    const { box, moduleMm, modules } = matrix ?? { box: { left: 0, top: 0 }, moduleMm: 0, modules: 0 };
    const isDark = (row: number, column: number): boolean => picture.isDark(pixelAt(box.left + (column + 0.5) * moduleMm), pixelAt(box.top + (row + 0.5) * moduleMm));
    expect(readDataMatrix(isDark, modules)).toBe(serial);
    const around = Array.from({ length: modules + 4 }, (_, i) => [isDark(-2, i - 2), isDark(-1, i - 2), isDark(modules, i - 2), isDark(i - 2, -1), isDark(i - 2, modules)]);
    expect(around.flat()).not.toContain(true);
  });

  it('takes markup and control characters as plain letters', async () => {
    const label = await renderLabel({ ...withName('A<B&"C"\u0007\u202e^\r\nCopies\u0000</svg>'), comment: '<script>&amp;]]>' }, { dpi: 100, ...UTC });
    expect(label.missingGlyphs).toBe(0);
    expect(label.svg).not.toMatch(/script|Copies|amp;/);
    expect(label.svg.match(/<\/svg>/g)).toHaveLength(1);
    const clean = await renderLabel({ ...withName('A<B&"C"^Copies </svg>'), comment: '<script>&amp;]]>' }, { dpi: 100, ...UTC });
    expect(label.png.equals(clean.png)).toBe(true);
  });

  it('writes the creation date of the wanted time zone', async () => {
    const late = { ...CONTENT, createdAt: new Date('2026-11-24T23:30:00Z') };
    const [utc, berlin, nextDay] = await Promise.all([
      renderLabel(late, { dpi: 100, ...UTC }), renderLabel(late, { dpi: 100, timeZone: 'Europe/Berlin' }),
      renderLabel({ ...CONTENT, createdAt: new Date('2026-11-25T10:00:00Z') }, { dpi: 100, ...UTC }),
    ]);
    expect(berlin?.png.equals(nextDay?.png ?? Buffer.alloc(0))).toBe(true);
    expect(utc?.png.equals(berlin?.png ?? Buffer.alloc(0))).toBe(false);
  });

  it('draws a label of which nothing is recorded', async () => {
    const label = await renderLabel({ ...withName(''), studies: [], institution: '', profile: '', serial: '' }, { dpi: 100, ...UTC });
    expect([label.missingGlyphs, label.truncated]).toEqual([0, []]);
  });

  it('refuses an unknown template and an impossible resolution', async () => {
    await expect(renderLabel(CONTENT, { dpi: 100, template: 'square' })).rejects.toMatchObject({ code: 'DISC_LABEL_FAILED' });
    await expect(renderLabel(CONTENT, { dpi: 0 })).rejects.toThrow(RangeError);
  });
});
