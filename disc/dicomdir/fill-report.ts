/** Gathers what was filled in or left off while a directory was built, one entry per cause. */
import type { ReportEntry } from '../../catalog/books/order-book.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { NO_DATE } from '../tables/directory-records.ts';

export interface FillReport {
  /** Notes a stand-in; `where` names the entity by its UID, e.g. 'series 1.2.3'. */
  readonly filled: (where: string, tag: number, text: string) => void;
  readonly leftOff: (sopInstanceUid: string, reason: string) => void;
  readonly note: (reason: string) => void;
  readonly entries: () => readonly ReportEntry[];
}

const KEYWORDS: ReadonlyMap<number, string> = new Map(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));

/** Keyword of a tag of the tables, in words: 'Study Date'. */
export const tagWords = (tag: number): string => (KEYWORDS.get(tag) ?? tag.toString(16).padStart(8, '0')).replace(/([a-z])([A-Z])/g, '$1 $2');

/** Starts an empty report. Entries carry UIDs and words, never values of the patient. */
export const createFillReport = (): FillReport => {
  const fills = new Map<string, number>();
  const others: ReportEntry[] = [];
  return {
    filled(where, tag, text) {
      const reason = `${tagWords(tag)} is empty in ${where}: the directory holds ${text === NO_DATE ? `${NO_DATE}, because there is no date at all` : 'a stand-in'}`;
      fills.set(reason, (fills.get(reason) ?? 0) + 1);
    },
    leftOff(sopInstanceUid, reason) { others.push({ kind: 'left-off', sopInstanceUid, reason }); },
    note(reason) { others.push({ kind: 'note', reason }); },
    entries: () => [...others, ...[...fills].map(([reason, times]): ReportEntry => ({ kind: 'filled', reason: times > 1 ? `${reason} (${times} instances)` : reason }))],
  };
};
