/** The forms of names, dates and times by which a query compares: folded and normalised, kept beside what was received. Pure. */
import { fit, foldLetters } from './folding.ts';
import type { PatientTable, StudyTable } from './tables.ts';

/** One component group: letters folded, components trimmed, empty ones at the end cut. @source PS3.4 C.2.2.2.1 (case and accents of PN), PS3.5 6.2.1 */
const foldGroup = (group: string): string =>
  foldLetters(group).split('^').map((component) => component.replace(/\s+/g, ' ').trim()).join('^').replace(/[\^ ]+$/, '');

/** The three component groups of a name, folded; '' where there is none. @source PS3.5 6.2.1.2 */
export const nameGroups = (name: string): readonly [alphabetic: string, ideographic: string, phonetic: string] => {
  const [alphabetic = '', ideographic = '', phonetic = ''] = name.split('=').map((group) => fit(foldGroup(group), 400));
  return [alphabetic, ideographic, phonetic];
};

/** Stand for wildcards while a pattern is folded: private characters that folding leaves alone. */
const ANY = '\uE000';
const ONE = '\uE001';

/** Literals escaped, `*` and `?` turned into LIKE wildcards. @source PS3.4 C.2.2.2.4 */
export const likePattern = (value: string): string => value.replace(/[!%_[]/g, '!$&').replaceAll('*', '%').replaceAll('?', '_');

/**
 * One component group of a name key, folded with its wildcards kept. `Doe^*` means Doe with any given name or none, so it answers two patterns.
 * @source PS3.4 C.2.2.2.4
 */
export const namePatterns = (group: string): readonly string[] => {
  const folded = foldGroup(group.replaceAll('*', ANY).replaceAll('?', ONE)).replaceAll(ANY, '*').replaceAll(ONE, '?');
  return folded.endsWith('^*') ? [folded, folded.replace(/\^+\*$/, '')] : [folded];
};

/** Words of a name for fuzzy matching, without wildcards and delimiters. */
export const nameWords = (name: string): readonly string[] => foldGroup(name.replace(/[*?^=,]/g, ' ')).split(' ').filter((word) => word !== '');

/** A date as YYYYMMDD, also of the form YYYY.MM.DD; '' when it is none. @source PS3.5 Table 6.2-1 (DA) */
export const dateKey = (text: string): string => {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})/.exec(text) ?? [];
  return year === undefined || month === undefined || day === undefined ? '' : year + month + day;
};

/**
 * A time as hhmmssffffff, also of the form hh:mm:ss; what it leaves open is filled up to the first or last moment it can mean. '' when it is none.
 * @source PS3.5 Table 6.2-1 (TM)
 */
export const timeKey = (text: string, fill: 'first' | 'last' = 'first'): string => {
  const [, hours, minutes, seconds, fraction] = /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,6})\d*)?)?)?/.exec(text) ?? [];
  if (hours === undefined) return '';
  const open = fill === 'first' ? '00' : '59';
  return hours + (minutes ?? open) + (seconds ?? open) + (fraction ?? '').padEnd(6, fill === 'first' ? '0' : '9');
};

type PatientKeys = Pick<PatientTable, 'name_alphabetic' | 'name_ideographic' | 'name_phonetic' | 'birth_date_key'>;

/** The compared columns of a patient. */
export const patientKeys = (row: Pick<PatientTable, 'name' | 'birth_date'>): PatientKeys => {
  const [name_alphabetic, name_ideographic, name_phonetic] = nameGroups(row.name);
  return { name_alphabetic, name_ideographic, name_phonetic, birth_date_key: dateKey(row.birth_date) };
};

type StudyKeys = Pick<StudyTable, 'date_key' | 'time_key' | 'physician_alphabetic' | 'physician_ideographic' | 'physician_phonetic'>;

/** The compared columns of a study. */
export const studyKeys = (row: Pick<StudyTable, 'study_date' | 'study_time' | 'referring_physician_name'>): StudyKeys => {
  const [physician_alphabetic, physician_ideographic, physician_phonetic] = nameGroups(row.referring_physician_name);
  return { date_key: dateKey(row.study_date), time_key: timeKey(row.study_time), physician_alphabetic, physician_ideographic, physician_phonetic };
};
