/**
 * The last look: identities that an instance states (names, identifiers, birth date, UIDs) are searched in every text that the
 * profile lets stay. A text that still tells one is not kept as it is.
 */
import { ApplianceError } from '../../infra/errors.ts';
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
const MIN_IDENTIFIER = 4;
const MIN_DATE = 8;
/** No instance names so many people; searching for more would take for ever. */
const MAX_WORDS = 2000;
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

/** What stays by an option is no identity to look for. */
export interface NetOptions {
  readonly keepsUids: boolean;
  readonly keepsInstitution: boolean;
}

const collect = (dataSet: DataSet, around: TextDecode, options: NetOptions, words: Set<string>): void => {
  const decode = decoderOf(dataSet, around);
  const add = (value: string, atLeast: number): void => { if (value.length >= atLeast) words.add(fold(value)); };
  const read = (element: Element, vr: string): string => trimPadding(decode(element.value, vr));
  for (const element of dataSet.elements.values()) {
    const { tag, vr, items } = element;
    if (items !== undefined) for (const item of items) collect(item, decode, options, words);
    else if (vr === 'PN') wordsOfName(read(element, 'PN')).forEach((word) => { add(word, 1); });
    else if (IDENTIFIER_TAGS.has(tag)) read(element, 'LO').split('\\').forEach((id) => { add(trimPadding(id), MIN_IDENTIFIER); });
    else if (tag === TAG.PatientBirthDate || (!options.keepsUids && INSTANCE_UIDS.has(tag))) add(read(element, 'LO'), MIN_DATE);
    else if (tag === TAG.InstitutionName && !options.keepsInstitution) add(read(element, 'LO'), MIN_INNER_WORD);
  }
};

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
/** Dates, telephone and other long numbers, addresses of mail: nothing that describes an image. */
const TELLING = String.raw`[\w.+-]+@[\w-]+\.[\w.]+|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d[\d -]{3,}\d`;

/**
 * Makes the net of one instance from its own elements, nested ones included.
 * @throws {ApplianceError} DISC_DEIDENTIFY_FAILED when it names more than MAX_WORDS
 * @source ours: PS3.15 E.1 wants no identity left wherever it stands
 */
export const identityNet = (dataSet: DataSet, options: NetOptions): IdentityNet => {
  const words = new Set<string>();
  collect(dataSet, decoderFor([]), options, words);
  if (words.size > MAX_WORDS) throw new ApplianceError('DISC_DEIDENTIFY_FAILED', 'The instance names more people than can be looked for');
  const parts = [...words].filter((word) => word !== '').sort((a, b) => b.length - a.length).map((word) =>
    (word.length >= MIN_INNER_WORD || isDense(word) ? escaped(word) : `(?<![\\p{L}\\p{N}])${escaped(word)}(?![\\p{L}\\p{N}])`));
  const known = parts.length === 0 ? undefined : new RegExp(parts.join('|'), 'u');
  const telling = new RegExp([...parts, TELLING].join('|'), 'giu');
  return {
    catches: (text) => known?.test(fold(text)) === true,
    clean: (text) => text.normalize('NFKC').replace(telling, ' ').replace(/ {2,}/g, ' ').trim(),
  };
};
