import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { readDocument } from '../../../disc/documents/read-document.ts';
import { renderReport } from '../../../disc/documents/report-page.ts';
import { sniff } from '../../../disc/documents/sniff.ts';
import type { Language } from '../../../disc/order/content.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { InstanceOverrides, MadeElement } from '../../fixtures/make-instance.ts';
import { sharedData } from '../../fixtures/shared-data.ts';
import { storedInstances } from '../stored-instances.ts';

const folder = mkdtempSync(join(tmpdir(), 'documents-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const stored = (overrides: InstanceOverrides): ReturnType<typeof storedInstances>[number] => {
  writeFileSync(join(folder, 'one.dcm'), makeInstance(overrides).bytes);
  const [one] = storedInstances(folder, ['one.dcm']);
  if (!one) throw new TypeError('not stored');
  return one;
};
const page = async (overrides: InstanceOverrides, language: Language = 'en'): Promise<string> => {
  const one = stored({ kind: 'sr', ...overrides });
  return (await renderReport({ file: join(folder, 'one.dcm'), ...one.file }, one.attributes, language))?.html.toString('utf8') ?? '';
};

const text = (tag: number, vr: string, value: string | Buffer): MadeElement => ({ tag, vr, value });
const coded = (tag: number, value: string, meaning: string | Buffer): MadeElement => ({ tag, vr: 'SQ', value: [[text(TAG.CodeValue, 'SH', value), text(TAG.CodingSchemeDesignator, 'SH', 'DCM'), text(TAG.CodeMeaning, 'LO', meaning)]] });
const item = (type: string, name: string, ...rest: readonly MadeElement[]): readonly MadeElement[] => [text(TAG.RelationshipType, 'CS', 'CONTAINS'), text(TAG.ValueType, 'CS', type), coded(TAG.ConceptNameCodeSequence, '1', name), ...rest];
const tree = (...items: readonly (readonly MadeElement[])[]): MadeElement => ({ tag: TAG.ContentSequence, vr: 'SQ', value: items });

describe('the page of a report', () => {
  it('shows headings, codes by their meaning, numbers with units, names, dates and references', async () => {
    const html = await page({ elements: [tree(
      item('CONTAINER', 'Findings', tree(
        item('NUM', 'Diameter', { tag: TAG.MeasuredValueSequence, vr: 'SQ', value: [[text(TAG.NumericValue, 'DS', '12.5'), coded(TAG.MeasurementUnitsCodeSequence, 'mm', 'millimeter')]] }),
        item('CODE', 'Side', coded(TAG.ConceptCodeSequence, 'G-A101', 'Left')),
        item('PNAME', 'Observer', text(TAG.PersonName, 'PN', 'Doe^Jane')), item('DATE', 'Day', text(TAG.Date, 'DA', '20260102')), item('DATETIME', 'Moment', text(TAG.DateTime, 'DT', '20260102030405.123+0100')),
        item('IMAGE', 'Source', { tag: TAG.ReferencedSOPSequence, vr: 'SQ', value: [[text(TAG.ReferencedSOPClassUID, 'UI', '1.2.840.10008.5.1.4.1.1.2'), text(TAG.ReferencedSOPInstanceUID, 'UI', '1.2.3.4')]] }),
      )),
      item('TEXT', 'Remark', text(TAG.TextValue, 'UT', 'first\r\nsecond')),
    )] });
    for (const part of ['<h2><bdi>Findings</bdi></h2>', '12.5 mm', '<bdi>Left</bdi>', 'Doe, Jane', '2026-01-02', '2026-01-02 03:04:05 +0100', 'CT Image 1.2.3.4', 'first<br>second', 'Not verified']) expect(html).toContain(part);
  });

  it('runs nothing, loads nothing and escapes everything', async () => {
    const evil = '<script>alert(1)</script><img src=x onerror="alert(2)">&amp;';
    const html = await page({ patientName: '<b>^x', elements: [coded(TAG.ConceptNameCodeSequence, '1', '"><svg onload=alert(1)>'), tree(item('TEXT', '<i>', text(TAG.TextValue, 'UT', evil)))] });
    expect(html).not.toMatch(/<(script|img|svg|iframe|object|link|i>)|https?:|url\(/i);
    expect(html).toContain('&#60;script&#62;alert(1)');
  });

  it('reads the character set of the report, and says fixed words in the language of the disc', async () => {
    const html = await page({ characterSet: '\\ISO 2022 IR 87', elements: [tree(item('TEXT', 'Finding', text(TAG.TextValue, 'UT', Buffer.concat([Buffer.from('\x1b$B;3ED\x1b(B')]))))] }, 'ja');
    expect(html).toContain('山田');
    expect(html).toContain('未承認');
    const arabic = await page({ characterSet: 'ISO_IR 192', elements: [tree(item('TEXT', 'Finding', text(TAG.TextValue, 'UT', Buffer.from('سليم'))))] }, 'ar');
    expect(arabic).toMatch(/dir="rtl"[^]*سليم/);
    // A date without isolation would be shown backwards behind Arabic words.
    expect(arabic).toContain('<bdi>1970-01-01</bdi>');
  });

  it('is not made of a report without content', async () => {
    expect(await page({ elements: [tree()] })).toBe('');
  });
});

describe('an encapsulated document', () => {
  const read = (elements: readonly MadeElement[], kind: 'pdf' = 'pdf'): ReturnType<typeof readDocument> => {
    const one = stored({ kind, elements });
    return readDocument({ file: join(folder, 'one.dcm'), ...one.file });
  };
  const mime = (type: string): MadeElement => text(TAG.MIMETypeOfEncapsulatedDocument, 'LO', type);
  const holding = (content: string): MadeElement => text(TAG.EncapsulatedDocument, 'OB', Buffer.from(content));

  it('comes out byte for byte, without the padding', async () => {
    expect(await read([])).toMatchObject({ kind: 'pdf', title: 'Phantom report', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') });
    expect((await read([holding('%PDF-1.4\n12'), { tag: TAG.EncapsulatedDocumentLength, vr: 'UL', value: 11 }]))?.bytes.toString()).toBe('%PDF-1.4\n12');
    expect((await read([mime('text/XML'), holding('<?xml version="1.0"?><ClinicalDocument/>')]))?.kind).toBe('xml');
  });

  it('is left out where its content is not what it says, or acts by itself', async () => {
    expect(await read([mime('application/pdf'), holding('MZ program')])).toBeUndefined();
    expect(await read([mime('model/stl')])).toBeUndefined();
    for (const content of ['<x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>1</h:script></x>', '<?xml-stylesheet href="a.xsl"?><x/>', '<!DOCTYPE x [<!ENTITY a "b">]><x/>']) expect(await read([mime('text/xml'), holding(content)])).toBeUndefined();
  });
});

describe('the type of a file', () => {
  it('follows from its content alone', () => {
    const types = ['%PDF-1.7', '\x89PNG\r\n\x1a\n', 'plain\ntext', '<?xml version="1.0"?><a/>'].map((content) => sniff(Buffer.from(content, 'latin1')));
    expect(types).toEqual(['pdf', 'png', 'txt', 'xml']);
    expect(sniff(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0]))).toBe('jpg');
  });

  it('is none for programs, pages, scripts and what is no text', () => {
    for (const content of ['MZ\x90\0', '\x7fELF', '#!/bin/sh\n', '<html><script>1</script></html>', '<!DOCTYPE html>', '<svg onload="x()"/>', 'PK\x03\x04', '\xff\xfe', '']) expect(sniff(Buffer.from(content, 'latin1')), content).toBeUndefined();
  });
});

const data = sharedData();
describe.skipIf(data === undefined)('real reports and documents', () => {
  const root = data ?? '';
  const paths = data === undefined ? [] : readFileSync(join(root, 'CATALOG.csv'), 'utf8').split('\n').map((line) => line.split(',')[0] ?? '').filter((path) => /^(sr|doc)\//.test(path));

  it('become pages that hold every text of the tree, or the document itself', async () => {
    let pages = 0;
    for (const one of storedInstances(root, paths)) {
      const file = join(root, one.file.path);
      if (one.attributes.sopClassUid.startsWith('1.2.840.10008.5.1.4.1.1.104')) {
        expect((await readDocument({ file, ...one.file }))?.bytes.toString('latin1')).toMatch(/^%PDF-[^]*%%EOF\s*$/);
        continue;
      }
      const made = await renderReport({ file, ...one.file }, one.attributes, 'de');
      const values = [...readElements(readFileSync(file).subarray(one.file.dataSetOffset), one.file.transferSyntaxUid).elements.values()];
      const numbers = new Set<string>();
      const walk = (elements: Iterable<typeof values[number]>): void => {
        for (const element of elements) {
          if (element.tag === TAG.NumericValue && element.value.length > 0) numbers.add(element.value.toString('latin1').replace(/[ \0]+$/, '').trim().split('\\')[0] ?? '');
          for (const item_ of element.items ?? []) walk(item_.elements.values());
        }
      };
      walk(values.filter(({ tag }) => tag === TAG.ContentSequence));
      const html = made?.html.toString('utf8') ?? '';
      for (const value of numbers) expect(html, `${one.file.path} ${value}`).toContain(value);
      expect(html).not.toMatch(/<script/i);
      if (made) pages += 1;
    }
    expect(pages).toBeGreaterThan(15);
  }, 60_000);
});
