import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFileIdComponent, isLevel1FileName, isoNames } from '../../../disc/image/iso-names.ts';

const files = (...names: string[]): readonly string[] => isoNames(names.map((name) => ({ name, isDirectory: false })));
const directories = (...names: string[]): readonly string[] => isoNames(names.map((name) => ({ name, isDirectory: true })));

describe('a File ID component', () => {
  it.each(['A', 'IM000001', '_', '12345678'])('is %s', (name) => { expect(isFileIdComponent(name)).toBe(true); });
  it.each(['', 'im000001', 'IM0000001', 'IM 1', 'IM.1', 'IM-1', 'ÄM', 'IM1\n'])('is not %j', (name) => { expect(isFileIdComponent(name)).toBe(false); });
});

describe('names of the primary tree', () => {
  it('leave legal names as they are', () => {
    expect(files('DICOMDIR', 'README.TXT', 'A.B')).toEqual(['DICOMDIR', 'README.TXT', 'A.B']);
  });

  it('are upper case, cut to 8.3, with underscores for foreign characters', () => {
    expect(files('index.html', 'a longer name.jpeg', 'größe.txt', 'app.min.js', '.hidden', 'README')).toEqual(
      ['INDEX.HTM', 'A_LONGER.JPE', 'GR_SSE.TXT', 'APP_MIN.JS', '_HIDDEN', 'README']);
  });

  it('give directories no extension', () => {
    expect(directories('assets.v2', 'src')).toEqual(['ASSETS_V', 'SRC']);
  });

  it('are numbered where they collide, and never take a legal name away', () => {
    expect(files('index.htm', 'INDEX.HTM', 'index.html')).toEqual(['INDEX1.HTM', 'INDEX.HTM', 'INDEX2.HTM']);
    expect(files(...Array.from({ length: 12 }, (_, n) => `abcdefghij${String.fromCharCode(97 + n)}`))).toEqual(
      ['ABCDEFGH', 'ABCDEFG1', 'ABCDEFG2', 'ABCDEFG3', 'ABCDEFG4', 'ABCDEFG5', 'ABCDEFG6', 'ABCDEFG7', 'ABCDEFG8', 'ABCDEFG9', 'ABCDEF10', 'ABCDEF11']);
  });

  it('number the names in their own order, whatever the order given', () => {
    expect(files('page.html5', 'page.html4', 'page.html3')).toEqual(['PAGE2.HTM', 'PAGE1.HTM', 'PAGE.HTM']);
    expect(files('page.html3', 'page.html5', 'page.html4')).toEqual(['PAGE.HTM', 'PAGE2.HTM', 'PAGE1.HTM']);
  });

  it('are legal, unique and independent of the order for any set of names', () => {
    const names = fc.uniqueArray(fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.stringMatching(/^[aA1]{1,10}(\.[aA]{1,4})?$/)), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(names, (given) => {
      const derived = files(...given);
      expect(derived.every(isLevel1FileName)).toBe(true);
      expect(new Set(derived).size).toBe(given.length);
      expect(files(...given.toReversed())).toEqual(derived.toReversed());
    }));
  });
});
