/**
 * What stands in the directory for a value that an instance should have and has not.
 * Deterministic, and for the record only: the instance keeps its bytes.
 */
import { createHash } from 'node:crypto';
import type { DataSet } from '../../dicom/data-set/data-set.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { MIME_OF_CLASS, NEXT_BEST_DATES, NO_DATE, NO_TIME } from '../tables/directory-records.ts';
import type { DirectoryKey } from '../tables/directory-records.ts';
import { asciiOf, DATE_FORM, itemsOf, TIME_FORM } from './head.ts';

export interface FillContext {
  readonly head: DataSet;
  readonly studyInstanceUid: string;
  readonly sopClassUid: string;
  /** Smallest number from 1 up that no sibling has; taken by the call. */
  readonly nextNumber: () => number;
}

const isDate = (text: string): boolean => DATE_FORM.test(text);
const isTime = (text: string): boolean => TIME_FORM.test(text);

const nextBest = (head: DataSet): { readonly date: string; readonly time: string } => {
  for (const tags of NEXT_BEST_DATES) {
    const date = asciiOf(head, tags.date);
    if (!isDate(date)) continue;
    const time = asciiOf(head, tags.time);
    return { date, time: isTime(time) ? time : NO_TIME };
  }
  return { date: NO_DATE, time: NO_TIME };
};

/** A stand-in for Patient ID or Study ID: the same study gets the same one on every disc. At most 16 characters. */
export const idFromUid = (uid: string): string => `SPINDLE-${createHash('sha256').update(uid).digest('hex').slice(0, 8).toUpperCase()}`;

/** The text to write for an empty value of this key; undefined when nothing may be invented. @source ours; PS3.11 note under Table D.3-2 */
export const fillFor = (key: DirectoryKey, context: FillContext): string | undefined => {
  switch (key.fill) {
    case 'none': return undefined;
    case 'number': return String(context.nextNumber());
    case 'from-uid': return idFromUid(context.studyInstanceUid);
    case 'date': return nextBest(context.head).date;
    case 'time': return nextBest(context.head).time;
    case 'mime': return MIME_OF_CLASS[context.sopClassUid];
    default: return key.fill.slice(1);
  }
};

/** Most recent of the verifications of a verified document, '' when it has none. @source PS3.3 F.5.25 */
export const latestVerification = (head: DataSet): string => {
  const observers = head.elements.get(TAG.VerifyingObserverSequence);
  return ((observers && itemsOf(observers)) ?? []).map((item) => asciiOf(item, TAG.VerificationDateTime)).reduce((latest, at) => (at > latest ? at : latest), '');
};
