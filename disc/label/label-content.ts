/**
 * What a label says, and how attribute values are written on it. Pure; knows nothing of fonts or places.
 */
import { cleanText } from './clean-text.ts';

/** One patient as the catalog has it. */
export interface LabelPatient {
  /** Value of VR PN, its groups joined by '='. */
  readonly name: string;
  readonly id: string;
  /** Value of VR DA, or empty. */
  readonly birthDate: string;
  readonly sex: string;
}

/** One study on the volume. */
export interface LabelStudy {
  /** Value of VR DA, or empty. */
  readonly date: string;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly accession: string;
}

/** Everything a label says about one disc. */
export interface LabelContent {
  /** Normally one; up to four are listed, more are only counted. */
  readonly patients: readonly LabelPatient[];
  readonly studies: readonly LabelStudy[];
  readonly institution: string;
  readonly comment: string;
  readonly volume: { readonly index: number; readonly of: number };
  readonly copy?: { readonly index: number; readonly of: number };
  /** True when the disc holds only images that arrived after the first disc. */
  readonly supplement: boolean;
  readonly createdAt: Date;
  readonly contentKind: 'DICOM ONLY' | 'DICOM PLUS WEB' | 'ENCRYPTED';
  /** De-identified; the patients are pseudonyms. */
  readonly teaching?: boolean;
  /** Application profile, e.g. "STD-GEN-CD", or empty. */
  readonly profile: string;
  /** Short code of the certificate as a person reads it, or empty. */
  readonly certificate?: string;
  /** Serial of the disc, written as text and as Data Matrix. */
  readonly serial: string;
}

export interface PersonNameText {
  readonly main: string;
  /** The ideographic group, when the main line is another one; else empty. */
  readonly ideographic: string;
}

const components = (group: string): string[] => group.split('^').map(cleanText);

const joined = (group: string): string => {
  const [family = '', given = '', middle = '', , suffix = ''] = components(group);
  const comma = /\p{Script=Arabic}/u.test(family) ? '، ' : ', ';
  return [family, [given, middle].filter((part) => part !== '').join(' '), suffix].filter((part) => part !== '').join(comma);
};

const ideographicText = (group: string): string => components(group).slice(0, 3).filter((part) => part !== '').join(' ');

/**
 * Writes a person name as "FAMILY, Given Middle", letters as recorded, with the ideographic group beside it.
 * The prefix is left out; a suffix (Jr., III) is kept. A name without any letters gives two empty texts.
 * @source PS3.5 6.2.1.1
 */
export const personNameText = (name: string): PersonNameText => {
  const [alphabetic = '', ideographic = '', phonetic = ''] = name.split('=');
  const [first, second, third] = [joined(alphabetic), ideographicText(ideographic), ideographicText(phonetic)];
  if (first !== '') return { main: first, ideographic: second === first ? '' : second };
  return { main: second === '' ? third : second, ideographic: '' };
};

/**
 * Writes a date as YYYY-MM-DD; what is no whole date is shown as recorded.
 * @source PS3.5 6.2 (DA, also its retired form with full stops)
 */
export const dateText = (date: string): string => {
  const [, year, month, day] = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(date.trim()) ?? [];
  return year === undefined ? cleanText(date) : `${year}-${month ?? ''}-${day ?? ''}`;
};

/** Writes the calendar day of a moment as YYYY-MM-DD. */
export const dayText = (moment: Date, timeZone: string | undefined): string => {
  const parts = new Intl.DateTimeFormat('en', { year: 'numeric', month: '2-digit', day: '2-digit', ...(timeZone === undefined ? {} : { timeZone }) }).formatToParts(moment);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
};

/** All texts of the content, for choosing the regional form of ideographs. */
export const allTexts = (content: LabelContent): string[] => [
  ...content.patients.map((patient) => patient.name),
  ...content.studies.map((study) => study.description),
  content.institution,
  content.comment,
];
