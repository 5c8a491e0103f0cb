/** The value of one key in a request → what must hold of its attribute. Refuses values that their VR does not allow. */
import type { QueryCondition } from '../../catalog/books/query-book.ts';
import { trimPadding } from '../data-set/data-set.ts';
import type { QueryAttribute } from '../tables/query-attributes.ts';

export interface MatchingOptions {
  readonly isFuzzy: boolean;
  /** An entity without a value matches required keys. @source PS3.4 C.2.2.1.2 */
  readonly matchEmpty: boolean;
}

const DATE = '\\d{4}\\.?\\d{2}\\.?\\d{2}';
const TIME = '\\d{2}(?::?\\d{2}(?::?\\d{2}(?:\\.\\d{1,6})?)?)?';

/** One value, or a range whose ends may be open. @source PS3.4 C.2.2.2.5 */
const rangeOf = (form: string, text: string): { readonly from: string; readonly to: string } | undefined => {
  const match = new RegExp(`^(${form})?\\s*(-)?\\s*(${form})?$`).exec(text);
  const [, from, dash, to] = match ?? [];
  if (from === undefined && to === undefined) return undefined;
  if (dash === undefined) return to === undefined && from !== undefined ? { from, to: from } : undefined;
  return { from: from ?? '', to: to ?? '' };
};

/** Longer values than any VR of a key allows; what is longer matches nothing and only costs. @source PS3.5 Table 6.2-1 (PN: three groups of 64) */
const MAX_CHARACTERS = 1_024;
/** Values of one key, but for UIDs. */
const MAX_LIST = 64;
const isTooLong = (value: string): boolean => value.length > MAX_CHARACTERS;

const partsOf = (text: string): readonly string[] => text.split('\\').map(trimPadding).filter((part) => part !== '');

const integersOf = (text: string): readonly string[] | undefined => {
  const parts = partsOf(text);
  if (!parts.every((part) => /^[+-]?\d{1,12}$/.test(part))) return undefined;
  return [...new Set(parts.flatMap((part) => [part, String(Number.parseInt(part, 10))]))];
};

/** 'universal' = matches everything; 'invalid' = no value of its VR. */
export type Matched = QueryCondition | 'universal' | 'invalid';

/**
 * Says what a key matches.
 * @param text the decoded value, padding cut
 * @source PS3.4 C.2.2.2
 */
export const matchingOf = (attribute: QueryAttribute, text: string, options: MatchingOptions): Matched => {
  const { field, matching } = attribute;
  if (text === '' || /^\*+$/.test(text) || matching === 'none') return 'universal';
  const matchesEmpty = attribute.type === 'R' && options.matchEmpty;
  switch (matching) {
    case 'date': case 'time': {
      const range = rangeOf(matching === 'date' ? DATE : TIME, text);
      return range === undefined ? 'invalid' : { kind: 'range', field, matchesEmpty, ...range };
    }
    case 'uid': {
      const values = partsOf(text);
      return values.length > 0 && values.every((value) => /^[0-9.]{1,64}$/.test(value)) ? { kind: 'exact', field, matchesEmpty, values: [...new Set(values)] } : 'invalid';
    }
    case 'integer': {
      const values = integersOf(text);
      return values === undefined || values.length === 0 || values.length > MAX_LIST ? 'invalid' : { kind: 'exact', field, matchesEmpty, values };
    }
    case 'name': return isTooLong(text) ? 'invalid' : { kind: 'name', field, matchesEmpty, key: text, isFuzzy: options.isFuzzy };
    case 'text': {
      const values = partsOf(text);
      if (values.some(isTooLong) || values.length > MAX_LIST) return 'invalid';
      return values.length === 0 || values.some((value) => /^\*+$/.test(value)) ? 'universal' : { kind: 'pattern', field, matchesEmpty, values };
    }
    default: return matching satisfies never;
  }
};

/** Ranges of study date and time as one, where that was negotiated. @source PS3.4 C.2.2.2.5.4 */
export const combined = (conditions: readonly QueryCondition[]): readonly QueryCondition[] => {
  const [date, time] = ['studyDate', 'studyTime'].map((field) => conditions.find((condition) => condition.kind === 'range' && condition.field === field));
  if (date?.kind !== 'range' || time?.kind !== 'range') return conditions;
  return [
    ...conditions.filter((condition) => condition !== date && condition !== time),
    { kind: 'moment', matchesEmpty: date.matchesEmpty, from: { date: date.from, time: time.from }, to: { date: date.to, time: time.to } },
  ];
};
