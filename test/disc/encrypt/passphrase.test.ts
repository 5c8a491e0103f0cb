import { describe, expect, it } from 'vitest';
import { makePassphrase, MIN_PASSPHRASE_BITS, passphraseFaults, requirePassphrase } from '../../../disc/encrypt/passphrase.ts';
import { renderOpeningPage, renderOpeningText } from '../../../disc/encrypt/opening-pages.ts';
import { openingTexts } from '../../../disc/encrypt/opening-texts.ts';
import { isApplianceError } from '../../../infra/errors.ts';

describe('passphrases', () => {
  it('that we make have 16 characters nobody mixes up, 80 bits, and differ', () => {
    const made = Array.from({ length: 200 }, makePassphrase);
    expect(made.filter((passphrase) => !/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/.test(passphrase))).toEqual([]);
    expect(new Set(made).size).toBe(200);
    expect(16 * Math.log2(32)).toBe(MIN_PASSPHRASE_BITS);
    const used = new Set(made.join('').replaceAll('-', ''));
    expect(used.size).toBe(32);
  });

  it('that people choose are refused when short, uniform, untypeable, or telling who the patient is', () => {
    expect(passphraseFaults('correct horse battery staple')).toEqual([]);
    expect(passphraseFaults('k7#Lq9!vTz2$')).toContain('too-short');
    expect(passphraseFaults('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')).toEqual(['too-short', 'too-uniform']);
    expect(passphraseFaults('abcdefghijklmnopqrstuvwxyz')).toEqual(['too-short']);
    expect(passphraseFaults('Schlüssel zum großen Schrank')).toContain('characters');
    expect(passphraseFaults(' correct horse battery staple')).toContain('characters');
    expect(passphraseFaults('the disc of Plantagenet and co', ['PLANTAGENET', '19610324'])).toEqual(['tells-identity']);
  });

  it('are never in the error that refuses them', () => {
    const refused = (): unknown => { try { requirePassphrase('secret123'); return undefined; } catch (error) { return error; } };
    const error = refused();
    expect(isApplianceError(error, 'DISC_PASSPHRASE_WEAK') && error.details).toEqual({ faults: ['too-short'] });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret123');
  });
});

describe('the pages of an encrypted disc', () => {
  const facts = { fileSetId: 'SPINDLE_0007', institution: 'St. <Anna> & Co', language: 'en', file: 'IMAGES.ZIP' } as const;

  it('tell how to open it, in ASCII lines that every editor shows', () => {
    const page = renderOpeningText({ ...facts, method: 'zip' }).toString('latin1');
    expect(page).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(page.split('\r\n').filter((line) => line.length > 76)).toEqual([]);
    for (const part of ['SPINDLE_0007', 'IMAGES.ZIP', '7-Zip', 'St. <Anna> & Co', 'AES-256']) expect(page).toContain(part);
    expect(page).not.toMatch(/[{}]/);
  });

  it('say so as a page without script or anything to fetch, and without markup from names', () => {
    for (const method of ['zip', 'cms'] as const) {
      const page = renderOpeningPage({ ...facts, method }).toString('utf8');
      expect(page).toContain('St. &#60;Anna&#62; &#38; Co');
      expect(page).not.toMatch(/<script|https?:|src=|[{]file|[{]institution/);
      expect(page.includes(openingTexts('en').passphraseHeading)).toBe(method === 'zip');
    }
  });

  it('name the institution of the label where none is set', () => {
    expect(renderOpeningText({ ...facts, institution: '', method: 'cms' }).toString('latin1').replace(/\s+/g, ' ')).toContain('return it to the institution named on its label');
  });
});
