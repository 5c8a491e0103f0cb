import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unbreakablePieces } from '../../../disc/label/break-text.ts';
import { cleanText } from '../../../disc/label/clean-text.ts';
import { createShaper, directionOf, hanStyleOf } from '../../../disc/label/shape-text.ts';
import { unpackWoff } from '../../../disc/label/sfnt.ts';

describe('cleanText', () => {
  it('leaves no control, direction or line character, whatever comes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      expect(cleanText(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029]|^\s|\s$/u);
    }));
  });

  it('cuts a tower of combining marks', () => {
    expect(cleanText(`x${'\u0336'.repeat(50)}y`)).toBe(`x${'\u0336'.repeat(4)}y`);
  });

  it('composes letters and keeps the joiners that Persian needs', () => {
    expect([cleanText('e\u0301'), cleanText('می\u200cخواهم')]).toEqual(['é', 'می\u200cخواهم']);
  });
});

describe('unbreakablePieces', () => {
  it('never loses a character', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      expect(unbreakablePieces(text).join('')).toBe(text);
    }));
  });

  it('keeps closing punctuation with its word', () => {
    expect(unbreakablePieces('CT (late), 胸部。')).toEqual(['CT ', '(late), ', '胸部。']);
  });
});

describe('shaping', () => {
  const shape = createShaper('zh-Hans');

  it('joins Arabic letters: the word is narrower than its letters apart', () => {
    const apart = [...'لنزار'].reduce((sum, letter) => sum + shape(letter, 400, 'rtl').advance, 0);
    expect(shape('لنزار', 400, 'rtl').advance).toBeLessThan(apart - 0.3);
  });

  it('sets right-to-left text from the right, digits inside it from the left', () => {
    expect([directionOf('שרון'), directionOf('Sharon'), directionOf('123'), directionOf('123 قباني')]).toEqual(['rtl', 'ltr', 'ltr', 'rtl']);
    const isFirstAtRight = (text: string, direction: 'ltr' | 'rtl'): boolean => {
      const alone = shape(text.slice(0, 1), 400, direction).glyphs[0];
      const found = shape(text, 400, direction).glyphs.find((glyph) => glyph.glyphId === alone?.glyphId && glyph.face === alone.face);
      return (found?.x ?? 0) > shape(text, 400, direction).advance / 2;
    };
    expect([isFirstAtRight('שדבק', 'rtl'), isFirstAtRight('Shar', 'ltr')]).toEqual([true, false]);
    const digits = shape('שדבק 17', 400, 'rtl').glyphs.slice(0, 2).map((glyph) => glyph.glyphId);
    expect(digits).toEqual(shape('17', 400, 'ltr').glyphs.map((glyph) => glyph.glyphId));
  });

  it('keeps bold letters bold beyond the basic alphabet', () => {
    expect(shape('Żółć', 700, 'ltr').glyphs.every((glyph) => glyph.face.id.endsWith('-700'))).toBe(true);
  });

  it('takes regional ideographs by the script beside them', () => {
    expect([hanStyleOf(['山田', 'やまだ']), hanStyleOf(['洪', '홍']), hanStyleOf(['王小东'])]).toEqual(['ja', 'ko', 'zh-Hans']);
    expect(createShaper('ja')('直', 400, 'ltr').glyphs[0]?.face.id).toContain('noto-sans-jp');
    expect(createShaper('zh-Hans')('直', 400, 'ltr').glyphs[0]?.face.id).toContain('noto-sans-sc');
  });
});

describe('unpackWoff', () => {
  it('refuses what is no whole WOFF file', () => {
    expect(() => unpackWoff(Buffer.from('OTTO'))).toThrow('DISC_LABEL_FAILED');
    const damaged = Buffer.alloc(64);
    damaged.write('wOFF', 'latin1');
    damaged.writeUInt16BE(1, 12);
    damaged.writeUInt32BE(40, 56);
    expect(() => unpackWoff(damaged)).toThrow('DISC_LABEL_FAILED');
  });
});
