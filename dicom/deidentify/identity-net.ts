/**
 * The last look: identities that an instance states (names, identifiers, birth date, UIDs) are searched in every text that the
 * profile lets stay. A text that still tells one is not kept as it is.
 */
import type { DataSet, Element } from '../data-set/data-set.ts';
import { strings, trimPadding } from '../data-set/data-set.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import type { TextDecode } from '../data-set/text-decoder.ts';
import { IDENTIFIER_TAGS } from '../tables/identities.ts';
import { TAG } from '../tables/tags.ts';

export interface IdentityNet {
  /** True when the text tells an identity. */
  catches(text: string): boolean;
  /** The text without identities, dates and long numbers. */
  clean(text: string): string;
}

const INSTANCE_UIDS: ReadonlySet<number> = new Set([TAG.StudyInstanceUID, TAG.SeriesInstanceUID, TAG.SOPInstanceUID]);
/** Shorter words are in too many texts. */
const MIN_WORD = 3;
/** From here on a word counts inside of other words too. */
const MIN_INNER_WORD = 5;
const WORD_PARTS = /[\s^=\\,;.-]+/u;
/** Letters of scripts that write without spaces say more a piece. */
const isDense = (word: string): boolean => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(word);

/** The decoder of a data set; its own character set counts before the one around it. */
export const decoderOf = (dataSet: DataSet, around: TextDecode): TextDecode => {
  const own = dataSet.elements.has(TAG.SpecificCharacterSet) ? strings(dataSet, TAG.SpecificCharacterSet, around) : undefined;
  return own === undefined ? around : decoderFor(own);
};

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

const wordsOfName = (name: string): readonly string[] =>
  name.split(WORD_PARTS).filter((word) => word.length >= MIN_WORD || (word.length >= 2 && isDense(word)));

const collect = (dataSet: DataSet, { around, keepsUids }: { readonly around: TextDecode; readonly keepsUids: boolean }, words: Set<string>): void => {
  const decode = decoderOf(dataSet, around);
  const read = (element: Element, vr: string): string => trimPadding(decode(element.value, vr));
  for (const element of dataSet.elements.values()) {
    const { tag, vr, items } = element;
    if (items !== undefined) for (const item of items) collect(item, { around: decode, keepsUids }, words);
    else if (vr === 'PN') wordsOfName(read(element, 'PN')).forEach((word) => words.add(fold(word)));
    else if (IDENTIFIER_TAGS.has(tag)) read(element, 'LO').split('\\').map(trimPadding).filter((id) => id.length >= 4).forEach((id) => words.add(fold(id)));
    else if (tag === TAG.PatientBirthDate || (!keepsUids && INSTANCE_UIDS.has(tag))) { const value = read(element, 'LO'); if (value.length >= 8) words.add(fold(value)); }
  }
};

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
/** Dates, telephone and other long numbers, addresses of mail: nothing that describes an image. */
const TELLING = String.raw`[\w.+-]+@[\w-]+\.[\w.]+|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d[\d -]{3,}\d`;

/** Makes the net of one instance from its own elements, nested ones included. @source ours: PS3.15 E.1 wants no identity left wherever it stands */
export const identityNet = (dataSet: DataSet, keepsUids: boolean): IdentityNet => {
  const words = new Set<string>();
  collect(dataSet, { around: decoderFor([]), keepsUids }, words);
  const parts = [...words].filter((word) => word !== '').sort((a, b) => b.length - a.length).map((word) =>
    (word.length >= MIN_INNER_WORD || isDense(word) ? escaped(word) : `(?<![\\p{L}\\p{N}])${escaped(word)}(?![\\p{L}\\p{N}])`));
  const known = parts.length === 0 ? undefined : new RegExp(parts.join('|'), 'u');
  const telling = new RegExp([...parts, TELLING].join('|'), 'giu');
  return {
    catches: (text) => known?.test(fold(text)) === true,
    clean: (text) => text.normalize('NFKC').replace(telling, ' ').replace(/ {2,}/g, ' ').trim(),
  };
};
