/**
 * README.TXT of a disc: who made it, what is on it, how to import it. Names no patient, but the pseudonyms of a teaching copy. CR LF, so that every editor shows it.
 * In English plain ASCII; in another language UTF-8 with a mark, that language first, English behind it for whoever imports elsewhere.
 */
import type { ReportEntry } from '../../catalog/books/order-book.ts';
import type { ExtraLink } from '../disc-extra.ts';
import type { Language } from '../order/content.ts';
import { count, showMoment, showName, toAscii } from './text.ts';
import { totals } from './disc-facts.ts';
import type { DiscFacts } from './disc-facts.ts';
import { filled, wordsOf } from './words/words-of.ts';
import type { Words } from './words/words.ts';
import { textWidth, wrapText } from './wrap-text.ts';

/** A README is read by people: beyond this many lines a list only tells how many follow. */
const LISTED = 200;
const NAMES = 26;

const MARK = '\ufeff';

interface Writer {
  readonly words: Words;
  /** What the language's letters allow: ASCII for English. */
  readonly plain: (text: string) => string;
}

const width = textWidth;
const wrap = (text: string, { words }: Writer, indent = ''): string[] => wrapText(text, { language: words.language, indent });

const heading = (text: string): string[] => ['', text, '-'.repeat(width(text))];
const padded = (text: string, to: number): string => text + ' '.repeat(Math.max(1, to - width(text)));
const fact = (writer: Writer, name: string, value: string): string[] =>
  (value ? wrap(value, writer, ' '.repeat(NAMES)).map((line, at) => (at ? line : `${padded(`${name}:`, NAMES)}${line.slice(NAMES)}`)) : []);

const WHERE = { viewer: 'whereViewers', picture: 'whereWeb', report: 'whereReports', attachment: 'whereAttachments' } as const satisfies Record<ExtraLink['kind'], keyof Words>;

/** One row for each folder or file of the root that holds something extra; viewers with their names, which are no patient's. */
const extraRows = (links: readonly ExtraLink[], { words, plain }: Writer): readonly (readonly [string, string])[] =>
  [...Map.groupBy(links, ({ href }) => href.split('/')[0] ?? '')].flatMap(([name, found]) => [...new Set(found.map(({ kind }) => kind))].map((kind) => (
    kind === 'viewer' ? [name, `${words.whereViewers}: ${plain(found.map(({ title }) => title).join(', '))}`] as const : [name.toUpperCase(), words[WHERE[kind]]] as const)));

const structure = ({ links }: DiscFacts, writer: Writer): string[] => {
  const { words } = writer;
  const rows: readonly (readonly [string, string])[] = [
    ['DICOMDIR', words.whereDicomdir], ['DICOM', words.whereDicom], ...extraRows(links, writer), ['INDEX.HTM', words.whereIndex], ['README.TXT', words.whereReadme], ['SHA256.TXT', words.whereManifest],
  ];
  return rows.flatMap(([name, what]) => wrap(what, writer, ' '.repeat(14)).map((line, at) => (at ? line : `${padded(name, 14)}${line.slice(14)}`)));
};

/** Entries of one kind with their reasons, which are English: a limited number of lines, then how many follow. */
const listed = (report: readonly ReportEntry[], kind: ReportEntry['kind'], title: string, writer: Writer): string[] => {
  const entries = report.filter((entry) => entry.kind === kind);
  if (!entries.length) return [];
  const lines = heading(title);
  let room = LISTED;
  for (const [reason, group] of Map.groupBy(entries, (entry) => entry.reason)) {
    const named = group.filter((entry) => entry.sopInstanceUid !== undefined);
    lines.push(...wrap(named.length ? `${count(group.length, 'object')}: ${toAscii(reason)}` : toAscii(reason), writer, '  '));
    const shown = named.slice(0, room);
    room -= shown.length;
    lines.push(...shown.map((entry) => `    ${toAscii(entry.sopInstanceUid ?? '')}`));
    if (shown.length < named.length) lines.push(`    and ${named.length - shown.length} more`);
  }
  return lines;
};

const set = (facts: DiscFacts, writer: Writer): string[] => {
  if (facts.of < 2) return [];
  const { words, plain } = writer;
  return [
    '', ...wrap(`${filled(words.discOf, { n: facts.index, of: facts.of })}. ${words.completeInItself}`, writer),
    ...facts.otherVolumes.flatMap((other) => [
      ...wrap(`${words.otherDiscs}: ${filled(words.discOf, { n: other.index, of: facts.of })} (${other.fileSetId})`, writer),
      ...other.series.slice(0, LISTED).flatMap((one) => wrap(plain(`${one.studyDate} ${one.modality} ${one.number} ${one.description}: ${one.instances}`.replace(/ +/g, ' ').trim()), writer, '    ')),
    ]),
  ];
};

const teaching = ({ isTeaching, patients }: DiscFacts, writer: Writer): string[] => {
  if (isTeaching !== true) return [];
  const { words, plain } = writer;
  return ['', ...wrap(`${words.teachingCopy}: ${plain(patients.map(({ name }) => showName(name)).join('; '))}`, writer), ...wrap(words.teachingNotice, writer)];
};

const text = (facts: DiscFacts, writer: Writer): string[] => {
  const { words, plain } = writer;
  const all = totals(facts);
  const outside = facts.report.filter((entry) => entry.kind === 'outside-profile').length;
  const title = `${words.disc} ${facts.fileSetId}`;
  return [
    title, '='.repeat(width(title)), '',
    ...fact(writer, words.institution, plain(facts.institution)),
    ...fact(writer, words.contact, plain(facts.contact)),
    ...fact(writer, words.madeOn, showMoment(facts.createdAt)),
    ...fact(writer, words.madeWith, plain(facts.product)),
    ...fact(writer, words.patients, String(facts.patients.length)),
    ...fact(writer, words.studies, String(all.studies)),
    ...fact(writer, words.series, String(all.series)),
    ...fact(writer, words.files, String(all.instances)),
    ...fact(writer, words.fileSetId, facts.fileSetId),
    ...fact(writer, words.fileSetUid, facts.fileSetUid),
    ...fact(writer, words.profile, facts.profile || (outside ? `${words.noProfile} (${outside})` : words.noProfile)),
    ...set(facts, writer),
    ...teaching(facts, writer),
    ...(facts.isSupplement ? ['', ...wrap(words.supplement, writer)] : []),
    ...heading(words.whatIsWhere), ...structure(facts, writer),
    ...heading(words.howToOpen), ...words.importSteps.flatMap((step, at) => wrap(`${at + 1}. ${step}`, writer)),
    ...listed(facts.report, 'left-off', words.notOnDisc, writer),
    ...listed(facts.report, 'converted', words.converted, writer),
    ...listed(facts.report, 'outside-profile', words.keptOutside, writer),
    ...heading(words.notice), ...wrap(`${filled(words.confidential, { what: plain(facts.institution) || words.onTheLabel })} ${words.notForDiagnosis}`, writer),
    '',
  ];
};

const ENGLISH: Writer = { words: wordsOf('en'), plain: toAscii };

/** Renders README.TXT. @source IHE PDI RAD TF-3 4.47 (contact, product and version, structure, disclaimer) */
export const renderReadme = (facts: DiscFacts, language: Language = 'en'): Buffer => {
  const english = text(facts, ENGLISH);
  if (language === 'en') return Buffer.from(english.join('\r\n'), 'latin1');
  const local = text(facts, { words: wordsOf(language), plain: (value) => value.replace(/[\p{Cc}\p{Cf}]/gu, ' ') });
  return Buffer.from(`${MARK}${[...local, '', ...english].join('\r\n')}`, 'utf8');
};
