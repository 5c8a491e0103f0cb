/**
 * Makes any attribute value harmless to draw: no control characters, no direction overrides,
 * no towers of combining marks, one line. Never changes letters beyond canonical composition.
 */
const MAX_CHARACTERS = 400;
const MAX_MARKS = 4;

// ZWNJ and ZWJ carry meaning in Persian and Indic names; all other format characters do not.
const INVISIBLE = /(?![\u200c\u200d])[\p{Cf}\u034f\u115f\u1160\u3164\uffa0]/gu;
const SPACES = /[\p{Cc}\p{Z}]+/gu;
const MARKS = new RegExp(`(\\p{M}{${MAX_MARKS}})\\p{M}+`, 'gu');

/**
 * Returns the text as one trimmed line, composed (NFC), free of control and direction characters.
 * Cuts beyond 400 characters, far more than a label holds.
 */
export const cleanText = (text: string): string => {
  const clean = text.toWellFormed().normalize('NFC').replace(SPACES, ' ').replace(INVISIBLE, '').replace(MARKS, '$1').trim();
  return clean.length <= MAX_CHARACTERS ? clean : [...clean].slice(0, MAX_CHARACTERS).join('');
};
