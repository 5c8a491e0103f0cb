import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { farthestCorner, nearestEdge, overlaps, type Rect } from '../../../disc/label/geometry.ts';
import type { LabelContent } from '../../../disc/label/label-content.ts';
import { LABEL_TEMPLATES, type LabelTemplate } from '../../../disc/label/label-template.ts';
import { layOutLabel } from '../../../disc/label/lay-out-label.ts';
import { CONTENT, NAMES, withName } from './label-samples.ts';

const DOT_MM = 25.4 / 300;
const layOut = (content: LabelContent, template: LabelTemplate = LABEL_TEMPLATES['hub-23']) => layOutLabel(content, { template, dotMm: DOT_MM, timeZone: 'UTC' });

const ALPHABETS = [
  'ABCDEFGHIJabcdefghijklmnopqrstuvwxyzéüñß', 'ĄĆŁŻŐŰŞĞİđħőűžčřAaeiou', 'ΑΒΓΔαβγδεζηθλμνξοπρστυφχψωάέή', 'АБВГДабвгдежзийклмнопрстуфхцчшщыьэюя',
  'ابتثجحخدذرزسشصضطظعغفقكلمنهوي', 'אבגדהוזחטיכלמנסעפצקרשת', 'กขคงจชซดตถทนบปผพฟมยรลวสหอะาิีึืุู่้', '山田太郎東京大学医学部鈴木佐藤高橋渡辺やまだたろうヤマダ', '김이박최정강조윤장임한서길동홍',
];
const word = fc.constantFrom(...ALPHABETS).chain((alphabet) => fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 24 }).map((letters) => letters.join('')));
const words = (maxLength: number): fc.Arbitrary<string> => fc.array(word, { maxLength }).map((all) => all.join(' '));
const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((all) => all.join('^'));
const names = fc.oneof(name, fc.tuple(name, name).map((groups) => groups.join('=')));
const da = fc.constantFrom('', '20261120', '19570314', '1957.03.14');
const code = fc.string({ unit: fc.constantFrom(...'ABC0123456789-_/<&"'), maxLength: 40 });
const content: fc.Arbitrary<LabelContent> = fc.record({
  patients: fc.array(fc.record({ name: names, id: code, birthDate: da, sex: fc.constantFrom('', 'M', 'F', 'O') }), { minLength: 1, maxLength: 6 }),
  studies: fc.array(fc.record({ date: da, description: words(12), modalities: fc.array(fc.constantFrom('CT', 'MR', 'SR', 'PR', 'KO', 'DX'), { maxLength: 6 }), accession: code }), { maxLength: 9 }),
  institution: words(8), comment: words(14),
  volume: fc.record({ index: fc.integer({ min: 1, max: 99 }), of: fc.integer({ min: 1, max: 99 }) }),
  copy: fc.record({ index: fc.integer({ min: 1, max: 99 }), of: fc.integer({ min: 1, max: 99 }) }),
  supplement: fc.boolean(),
  createdAt: fc.constant(CONTENT.createdAt),
  contentKind: fc.constantFrom('DICOM ONLY', 'DICOM PLUS WEB'),
  profile: fc.constantFrom('', 'STD-GEN-CD', 'STD-GEN-DVD-JPEG', 'STD-GEN-BD-MPEG4-LV42'),
  certificate: fc.constantFrom('', '7K2QM-X9WT4', 'MMMMM-WWWWW'),
  serial: fc.string({ unit: fc.constantFrom(...'ABCDEF0123456789-'), minLength: 1, maxLength: 24 }),
});

const EPSILON = 1e-4;
const shrunk = ({ left, top, right, bottom }: Rect): Rect => ({ left: left + EPSILON, top: top + EPSILON, right: right - EPSILON, bottom: bottom - EPSILON });

const faultsOf = (layout: ReturnType<typeof layOut>, template: LabelTemplate): string[] => {
  const centre = template.outerDiameterMm / 2;
  const texts = layout.lines.filter((line) => line.shaped.glyphs.length > 0).map(({ field, box }) => ({ field, box }));
  const matrix = layout.matrix === undefined ? [] : [{ field: 'matrix', box: layout.matrix.box }];
  const all = [...texts, ...layout.pills, ...matrix];
  return [
    ...all.filter(({ box }) => farthestCorner(box, centre) > template.printableDiameterMm / 2 - 2.2).map(({ field }) => `${field} is outside of the ring`),
    ...all.filter(({ box }) => nearestEdge(box, centre) < template.hubDiameterMm / 2 + 0.5).map(({ field }) => `${field} is on the hub`),
    ...[...texts, ...matrix].flatMap((a, i, list) => list.slice(i + 1).filter((b) => overlaps(shrunk(a.box), shrunk(b.box))).map((b) => `${a.field} overlaps ${b.field}`)),
    ...layout.pills.flatMap((pill) => texts.filter(({ field, box }) => field !== pill.field && overlaps(pill.box, box)).map(({ field }) => `${field} lies on a pill`)),
  ];
};

describe('the layout of a label', () => {
  for (const templateName of ['hub-23', 'hub-36'] as const) {
    it(`keeps all ink apart, off the hub and inside the ring for any content in nine scripts (${templateName})`, () => {
      const template = LABEL_TEMPLATES[templateName];
      fc.assert(fc.property(content, (any) => {
        const layout = layOut(any, template);
        expect(faultsOf(layout, template)).toEqual([]);
        expect(layout.lines.reduce((sum, line) => sum + line.shaped.missingGlyphs, 0)).toBe(0);
      }), { numRuns: 60, seed: 20261124, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false });
    });
  }

  it.each(NAMES)('has a glyph for every character of %s', (sample) => {
    const layout = layOut(withName(sample));
    expect(layout.lines.map((line) => line.shaped.missingGlyphs).every((count) => count === 0)).toBe(true);
    expect(layout.truncated).toEqual([]);
  });

  it('makes the patient name the largest text', () => {
    const layout = layOut(CONTENT);
    const sizes = layout.lines.filter((line) => line.field !== 'patients.name').map((line) => line.sizeMm);
    expect(layout.lines.find((line) => line.field === 'patients.name')?.sizeMm).toBeGreaterThan(Math.max(...sizes));
  });

  it('lists four patients and only counts five', () => {
    const patients = (count: number) => Array.from({ length: count }, () => ({ name: 'DOE^Jane', id: '7', birthDate: '19570314', sex: 'F' }));
    const four = layOut({ ...CONTENT, patients: patients(4) });
    expect(four.lines.filter((line) => line.field === 'patients.id')).toHaveLength(4);
    expect(four.truncated).toEqual([]);
    const five = layOut({ ...CONTENT, patients: patients(5) });
    expect(five.lines.filter((line) => line.field === 'patients.id')).toHaveLength(0);
    expect(five.truncated).toEqual(['patients']);
  });

  it('names the fields it had to shorten', () => {
    const long = 'word '.repeat(79);
    const layout = layOut({ ...CONTENT, institution: long, comment: long, studies: [{ date: '', description: long, modalities: [], accession: '' }] });
    expect([...layout.truncated].sort()).toEqual(['comment', 'institution', 'studies.description']);
  });

  it('does not break a word that fits when set smaller', () => {
    const layout = layOut(withName('Wolfeschlegelsteinhausenbergerdorff^Hubert'));
    expect(layout.truncated).toEqual([]);
    expect(layout.lines.filter((line) => line.field === 'patients.name').length).toBeLessThanOrEqual(2);
  });

  it('shows a supplement as such, and a plain disc not', () => {
    expect(layOut({ ...CONTENT, supplement: true }).pills.map((pill) => pill.field)).toEqual(['supplement']);
    expect(layOut(CONTENT).pills).toEqual([]);
  });

  it('counts a character that no font holds', () => {
    const layout = layOut({ ...CONTENT, comment: '\u{1f600}' });
    expect(layout.lines.find((line) => line.field === 'comment')?.shaped.missingGlyphs).toBe(1);
  });

  it('writes the code of the certificate under the serial, and nothing without one', () => {
    const lines = (certificate: string): readonly string[] => layOut({ ...CONTENT, certificate }).lines.map(({ field }) => field);
    expect(lines('7K2QM-X9WT4')).toContain('certificate');
    expect(lines('')).not.toContain('certificate');
  });

  it('keeps modules of the Data Matrix at least 0.35 mm wide and refuses a serial too long for that', () => {
    expect(layOut(CONTENT).matrix?.moduleMm).toBeGreaterThanOrEqual(0.35);
    expect(() => layOut({ ...CONTENT, serial: 'x9-'.repeat(60) })).toThrow('DISC_LABEL_FAILED');
  });
});
