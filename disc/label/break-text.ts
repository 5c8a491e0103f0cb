/**
 * Where a line of text may be broken. A small part of UAX #14, enough for names, descriptions and comments.
 */
const words = new Intl.Segmenter('en', { granularity: 'word' });
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const ENDS_OPEN = /[\p{Ps}\p{Pi}]$/u;
const STARTS_CLOSED = /^[\p{Pe}\p{Pf}\p{Po}\p{Pd}\p{M}\u30fc\u3005]/u;
const BREAK_AFTER = /[\s\-/,;:_+\u2010\u2013\u2014]$/u;

const mayBreakBetween = (before: string, after: string): boolean => {
  if (/\s$/u.test(before)) return true;
  if (ENDS_OPEN.test(before) || STARTS_CLOSED.test(after) || /^\s/u.test(after)) return false;
  if (BREAK_AFTER.test(before)) return true;
  return WITHOUT_SPACES.test(before) && WITHOUT_SPACES.test(after);
};

/** Splits text into pieces that must stay together; joined they are the text again. Spaces stay at the end of their piece. */
export const unbreakablePieces = (text: string): string[] => {
  const pieces: string[] = [];
  for (const { segment } of words.segment(text)) {
    const last = pieces.at(-1);
    if (last === undefined || mayBreakBetween(last, segment)) pieces.push(segment);
    else pieces[pieces.length - 1] = last + segment;
  }
  return pieces;
};

/** Splits text into user-perceived characters, the last resort for one word wider than its line. */
export const characters = (text: string): string[] => [...graphemes.segment(text)].map(({ segment }) => segment);
