import { describe, expect, it } from 'vitest';
import type { DiscFacts } from '../../../disc/pages/disc-facts.ts';
import { renderIndexPage } from '../../../disc/pages/index-page.ts';
import { renderReadme } from '../../../disc/pages/readme.ts';
import { LANGUAGES } from '../../../disc/order/content.ts';
import { wordsOf } from '../../../disc/pages/words/words-of.ts';
import { showDate, showName, toAscii } from '../../../disc/pages/text.ts';

const facts = (over: Partial<DiscFacts> = {}): DiscFacts => ({
  institution: 'Klinik Köln', contact: 'Radiology', product: 'Spindle 0.1.0', createdAt: new Date('2026-11-24T14:30:00Z'), fileSetId: 'DISC_1', fileSetUid: '2.25.1',
  index: 1, of: 2, isSupplement: false, profile: 'STD-GEN-CD', links: [], otherVolumes: [{ index: 2, fileSetId: 'DISC_2', series: [{ studyDate: '20260103', studyDescription: 'CT Head elsewhere', modality: 'CT', number: '4', description: 'Bone', instances: 80 }] }], report: [],
  patients: [{ name: 'Yamada^Tarou=山田^太郎', id: '<42>', birthDate: '19580304', sex: 'M', studies: [{ date: '20260102', description: '<script>alert(1)</script>', accessionNumber: 'A"1', series: [{ number: '1', modality: 'CT', description: 'Thorax', instances: 3 }] }] }],
  ...over,
});

describe('INDEX.HTM', () => {
  it('escapes what instances say and runs no script', () => {
    const page = renderIndexPage(facts()).toString('utf8');
    expect(page).not.toMatch(/<script/i);
    expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(page).toContain('Patient ID <b><bdi>&#60;42&#62;</bdi></b>');
  });

  it('names the patient in every script, the disc, the other disc and the README', () => {
    const page = renderIndexPage(facts()).toString('utf8');
    for (const part of ['Yamada, Tarou (山田, 太郎)', 'Disc 1 of 2', 'Disc 2 of 2', 'DISC_2', 'CT Head elsewhere', 'href="README.TXT"', '2026-01-02', 'charset="utf-8"']) expect(page).toContain(part);
  });

  it('asks the network for nothing', () => {
    expect(renderIndexPage(facts()).toString('utf8')).not.toMatch(/https?:|src=|@import|url\(/);
  });
});

describe('README.TXT', () => {
  it('is printable ASCII with CR LF and lines of at most 80 characters', () => {
    const lines = renderReadme(facts()).toString('latin1').split('\r\n');
    expect(lines.filter((line) => !/^[\x20-\x7e]{0,80}$/.test(line))).toEqual([]);
    expect(lines.at(-1)).toBe('');
  });

  it('names no patient', () => {
    expect(renderReadme(facts()).toString('latin1')).not.toMatch(/Yamada|42/);
  });

  it('tells what was left off, why, and cuts very long lists with a count', () => {
    const report = Array.from({ length: 250 }, (_, at) => ({ kind: 'left-off' as const, sopInstanceUid: `1.2.${at}`, reason: 'its SOP class is private' }));
    const text = renderReadme(facts({ report })).toString('latin1');
    expect(text).toContain('  250 objects: its SOP class is private');
    expect(text).toContain('1.2.199\r\n    and 50 more');
  });
});

describe.each(LANGUAGES)('the pages in %s', (language) => {
  const words = wordsOf(language);
  const readme = renderReadme(facts({ isSupplement: true, report: [{ kind: 'converted', reason: '3 instances of series 1.2 converted' }] }), language);
  const page = renderIndexPage(facts(), language).toString('utf8');

  it('say everything that other languages say, with the same places for values', () => {
    for (const [key, english] of Object.entries(wordsOf('en'))) {
      const own = words[key as keyof typeof words];
      if (Array.isArray(english)) { expect(own).toHaveLength(english.length); continue; }
      expect([key, own]).not.toEqual([key, '']);
      expect([key, String(own).match(/\{\w+\}/g)?.sort()]).toEqual([key, String(english).match(/\{\w+\}/g)?.sort()]);
    }
  });

  it('name language and direction and keep the file names of the disc', () => {
    expect(page).toContain(`<html lang="${words.language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`);
    for (const name of ['README.TXT', 'DICOMDIR']) expect(page).toContain(name);
    expect(page).not.toMatch(/\{\w+\}(?![^<]*<\/style>)/);
  });

  it('tell in README.TXT, within 80 columns, in the language and in English', () => {
    const text = readme.toString('utf8');
    expect(text.startsWith('\ufeff')).toBe(language !== 'en');
    for (const part of ['DICOM disc DISC_1', 'SHA256.TXT', 'DISC_2', words.importSteps[0].slice(0, 8), words.notice, '3 instances of series 1.2 converted']) expect(text).toContain(part);
    const columns = (line: string): number => [...line].reduce((sum, char) => sum + (/[\u1100-\uffef]/u.test(char) ? 2 : 1), 0);
    expect(text.replace('\ufeff', '').split('\r\n').filter((line) => columns(line) > 80)).toEqual([]);
    expect(text).not.toMatch(/Yamada|42/);
  });
});

describe('text on pages', () => {
  it('shows names as people write them', () => {
    expect(['Doe^John^Q^Dr^Jr', 'Doe', '', '^John'].map(showName)).toEqual(['Doe, Dr John Q, Jr', 'Doe', '', 'John']);
  });

  it('shows dates in both old and new form, and leaves others alone', () => {
    expect(['20260102', '2026.01.02', 'May'].map(showDate)).toEqual(['2026-01-02', '2026-01-02', 'May']);
  });

  it('spells letters that ASCII lacks', () => {
    expect(toAscii('Straße Łódź – 山')).toBe('Strasse Lodz - ?');
  });
});
