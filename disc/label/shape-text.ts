/**
 * Turns one line of text in any script into placed glyphs: direction levels, fonts, shaping, visual order.
 * All lengths are in em of the font size, y upwards, origin at the left end of the baseline.
 */
import bidiFactory, { type Bidi } from 'bidi-js';
import { fallbackFace, findFace, type FontWeight, type HanStyle } from './font-library.ts';
import type { FontFace } from './font-face.ts';

export type TextDirection = 'ltr' | 'rtl';

export interface PlacedGlyph {
  readonly face: FontFace;
  readonly glyphId: number;
  readonly x: number;
  readonly y: number;
}

export interface ShapedText {
  readonly glyphs: readonly PlacedGlyph[];
  readonly advance: number;
  /** Extent of the ink in em; bottom is negative below the baseline. */
  readonly ink: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  /** Characters that no installed font holds. */
  readonly missingGlyphs: number;
}

/** Shapes lines and remembers them; one for each label. */
export type Shaper = (text: string, weight: FontWeight, direction: TextDirection) => ShapedText;

interface Run {
  readonly face: FontFace;
  readonly level: number;
  readonly start: number;
  end: number;
}

// The package exports the factory itself, which its own types do not say.
const bidi = (bidiFactory as unknown as () => Bidi)();
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const LETTER_OR_DIGIT = /[\p{L}\p{N}\p{M}]/u;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;

/** Returns the direction of the first strongly directed letter; left to right when there is none. */
export const directionOf = (text: string): TextDirection =>
  (bidi.getEmbeddingLevels(text, 'auto').paragraphs[0]?.level ?? 0) % 2 === 1 ? 'rtl' : 'ltr';

/** Tells which regional ideographs suit the texts: kana mean Japanese, hangul Korean, else Chinese. */
export const hanStyleOf = (texts: readonly string[]): HanStyle => {
  const all = texts.join(' ');
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(all)) return 'ja';
  return /\p{Script=Hangul}/u.test(all) ? 'ko' : 'zh-Hans';
};

const itemise = (text: string, options: { levels: Uint8Array; weight: FontWeight; han: HanStyle }): Run[] => {
  const runs: Run[] = [];
  const append = (face: FontFace, start: number, end: number): void => {
    const level = options.levels[start] ?? 0;
    const last = runs.at(-1);
    if (last !== undefined && last.face === face && last.level === level) last.end = end;
    else runs.push({ face, level, start, end });
  };
  for (const { segment, index } of graphemes.segment(text)) {
    const visible = [...segment].filter((character) => !IGNORABLE.test(character)).map((character) => character.codePointAt(0) ?? 0);
    const previous = runs.at(-1)?.face;
    const staysInFace = previous !== undefined && !LETTER_OR_DIGIT.test(segment) && visible.every((codePoint) => previous.has(codePoint));
    const whole = staysInFace ? previous : findFace(visible, options.weight, options.han);
    if (whole !== undefined) {
      append(whole, index, index + segment.length);
      continue;
    }
    let start = index;
    for (const character of segment) {
      append(findFace([character.codePointAt(0) ?? 0], options.weight, options.han) ?? fallbackFace(options.weight), start, start + character.length);
      start += character.length;
    }
  }
  return runs;
};

// UAX #9 rule L2, applied to runs instead of characters.
const inVisualOrder = (runs: readonly Run[]): Run[] => {
  const ordered = [...runs];
  const highest = Math.max(0, ...ordered.map((run) => run.level));
  for (let level = highest; level >= 1; level -= 1) {
    for (let i = 0; i < ordered.length; i += 1) {
      let j = i;
      while (j < ordered.length && (ordered[j]?.level ?? 0) >= level) j += 1;
      if (j > i) ordered.splice(i, j - i, ...ordered.slice(i, j).reverse());
      i = Math.max(i, j);
    }
  }
  return ordered;
};

const shapeLine = (text: string, options: { weight: FontWeight; direction: TextDirection; han: HanStyle }): ShapedText => {
  const { levels } = bidi.getEmbeddingLevels(text, options.direction);
  const glyphs: PlacedGlyph[] = [];
  let [advance, missingGlyphs] = [0, 0];
  let [left, right, top, bottom] = [0, 0, 0, 0];
  for (const run of inVisualOrder(itemise(text, { ...options, levels }))) {
    const shaped = run.face.shapeRun({ text, start: run.start, length: run.end - run.start, isRightToLeft: run.level % 2 === 1 });
    for (const glyph of shaped) {
      const { ink } = run.face.outline(glyph.glyphId);
      const [x, y] = [advance + glyph.xOffset, glyph.yOffset];
      if (glyph.glyphId === 0) missingGlyphs += 1;
      if (ink.right > ink.left) {
        glyphs.push({ face: run.face, glyphId: glyph.glyphId, x, y });
        left = Math.min(left, x + ink.left);
        right = Math.max(right, x + ink.right);
        top = Math.max(top, y + ink.top);
        bottom = Math.min(bottom, y + ink.bottom);
      }
      advance += glyph.advance;
    }
  }
  return { glyphs, advance, ink: { left, right, top, bottom }, missingGlyphs };
};

/** Makes a shaper that remembers each line it shaped, because fitting asks for the same lines at many sizes. */
export const createShaper = (han: HanStyle): Shaper => {
  const known = new Map<string, ShapedText>();
  return (text, weight, direction) => {
    const key = `${weight}${direction}${text}`;
    const shaped = known.get(key) ?? shapeLine(text, { weight, direction, han });
    known.set(key, shaped);
    return shaped;
  };
};
