/**
 * How texts are cut, folded for search and compared as identities. Pure.
 * Search folding is generous (case, accents, widths); identity comparison only forgives case and padding.
 */
import { createHash } from 'node:crypto';

/** SHA-256, hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Trims spaces and drops NUL characters, which no engine keeps; cuts what is longer than the column. */
export const fit = (text: string, length: number): string => {
  const clean = text.replaceAll('\0', '').trim();
  if (clean.length <= length) return clean;
  return clean.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
};

/** Like `fit`, but two different texts stay different: the cut part is replaced by a digest. */
export const fitKey = (text: string, length: number): string => {
  const clean = fit(text, Number.MAX_SAFE_INTEGER);
  return clean.length <= length ? clean : `${fit(clean, length - 65)}#${sha256(clean)}`;
};

/** Letters that Unicode does not decompose but people type without their stroke. */
const WITHOUT_STROKE: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ø: 'o', đ: 'd', æ: 'ae', œ: 'oe', þ: 'th', ı: 'i', ħ: 'h' };

/** Marks that people leave out when they type: of Latin, Greek, Cyrillic, Hebrew and Arabic. Those of Kana, Thai and others tell words apart. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670]/g;

/** Case-, accent- and width-folded. */
export const foldLetters = (text: string): string =>
  text.replaceAll('\0', '').normalize('NFKD').replace(ACCENTS, '').toLowerCase().replace(/[ßłøđæœþıħ]/g, (letter) => WITHOUT_STROKE[letter] ?? letter).normalize('NFC');

/** As foldLetters; `^` and `=` of person names become spaces. */
export const foldForSearch = (text: string): string => foldLetters(text).replace(/[\^=\s]+/g, ' ').trim();

/** Part of a text as a LIKE pattern; wildcards are escaped with `!`, which needs no doubling in any engine's literals. */
export const likePart = (word: string): string => `%${word.replace(/[!%_[]/g, '!$&')}%`;

/** What one instance says about who the patient is. */
export interface Identity {
  readonly name: string;
  readonly birthDate: string;
  readonly sex: string;
}

const comparedName = (name: string): readonly string[] =>
  name.split('=').map((group) => group.split('^').map((c) => c.trim().replace(/\s+/g, ' ')).join('^').replace(/[\^\s]+$/, '').normalize('NFC').toUpperCase());

/** The form in which identities are compared and remembered. */
export const comparedIdentity = (identity: Identity): Identity => ({
  name: fit(comparedName(identity.name).join('=').replace(/=+$/, ''), 400),
  birthDate: fit(identity.birthDate, 16),
  sex: fit(identity.sex, 16).toUpperCase(),
});

const differ = (a: string, b: string): boolean => a !== '' && b !== '' && a !== b;

/** True when two compared identities disagree; an empty value, or an empty name group, never disagrees. */
export const disagree = (a: Identity, b: Identity): boolean => {
  const groups = b.name.split('=');
  return differ(a.birthDate, b.birthDate) || differ(a.sex, b.sex) || a.name.split('=').some((group, i) => differ(group, groups[i] ?? ''));
};
