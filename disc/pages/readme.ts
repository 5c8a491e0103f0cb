/**
 * README.TXT of a disc: who made it, what is on it, how to import it. Names no patient.
 * Plain ASCII with CR LF, so that every editor of every system shows it.
 */
import type { ReportEntry } from '../../catalog/catalog.ts';
import { count, showMoment, toAscii } from './text.ts';
import { totals, whichDisc } from './disc-facts.ts';
import type { DiscFacts } from './disc-facts.ts';

/** A README is read by people: beyond this many lines a list only tells how many follow. */
const LISTED = 200;
const WIDTH = 76;

const wrap = (text: string, indent = ''): string[] => {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line.length > indent.length && line.length + 1 + word.length > WIDTH) { lines.push(line); line = indent; }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  return line.length > indent.length ? [...lines, line] : lines;
};

const heading = (text: string): string[] => ['', text, '-'.repeat(text.length)];
const fact = (name: string, value: string): string[] => (value ? wrap(value, ' '.repeat(20)).map((line, at) => (at ? line : `${`${name}:`.padEnd(20)}${line.slice(20)}`)) : []);

const structure = [
  'DICOMDIR            index of all DICOM files on this disc',
  'DICOM               the DICOM files, one folder per patient, study and series',
  'INDEX.HTM           the same contents as a page for any web browser',
  'README.TXT          this file',
  'SHA256.TXT          SHA-256 checksum of every other file on this disc;',
  '                    on Linux: sha256sum -c SHA256.TXT',
];

const importing = [
  '1. Start your DICOM viewer or PACS import.',
  '2. Choose "import from CD", "open DICOMDIR" or a similar command.',
  '3. Choose the drive of this disc, or the file DICOMDIR on it.',
];

const disclaimer = (institution: string): string =>
  `The files of this disc are confidential medical records, meant for the patient and those who treat the patient. Whoever finds this disc is asked to return it to ${institution || 'the institution named on its label'}. ` +
  'The images come as they were received from the imaging devices. No program on this disc is meant for diagnosis, and none starts by itself; for diagnosis use a certified workstation.';

const leftOff = (report: readonly ReportEntry[]): string[] => {
  const entries = report.filter((entry) => entry.kind === 'left-off');
  if (!entries.length) return [];
  const byReason = Map.groupBy(entries, (entry) => entry.reason);
  const lines = [...heading('NOT ON THIS DISC'), ...wrap(`${count(entries.length, 'object')} of the order could not be put on this disc:`)];
  let room = LISTED;
  for (const [reason, group] of byReason) {
    lines.push(...wrap(`${count(group.length, 'object')}: ${toAscii(reason)}`, '  '));
    const shown = group.slice(0, room);
    room -= shown.length;
    lines.push(...shown.flatMap((entry) => (entry.sopInstanceUid ? [`    ${toAscii(entry.sopInstanceUid)}`] : [])));
    if (shown.length < group.length) lines.push(`    and ${group.length - shown.length} more`);
  }
  return lines;
};

const series = (facts: DiscFacts): string[] => {
  const disc = whichDisc(facts);
  if (!disc) return [];
  const others = facts.otherVolumes.map((other) => `disc ${other.index} (${other.fileSetId})`).join(', ');
  return wrap(`This is ${disc.toLowerCase()}. Each disc is complete in itself and is imported on its own.${others ? ` The others: ${others}.` : ''}`);
};

/** Renders README.TXT. @source IHE PDI RAD TF-3 4.47 (contact, product and version, structure, disclaimer) */
export const renderReadme = (facts: DiscFacts): Buffer => {
  const all = totals(facts);
  const outside = facts.report.filter((entry) => entry.kind === 'outside-profile').length;
  const lines = [
    `DICOM DISC ${facts.fileSetId}`, '='.repeat(11 + facts.fileSetId.length), '',
    ...fact('Institution', toAscii(facts.institution)),
    ...fact('Contact', toAscii(facts.contact)),
    ...fact('Made on', showMoment(facts.createdAt)),
    ...fact('Made with', toAscii(facts.product)),
    ...fact('Contents', `DICOM only: ${count(facts.patients.length, 'patient')}, ${count(all.studies, 'study', 'studies')}, ${count(all.series, 'series', 'series')}, ${count(all.instances, 'DICOM file')}`),
    ...fact('Disc', whichDisc(facts)),
    ...fact('File-set ID', facts.fileSetId),
    ...fact('File-set UID', facts.fileSetUid),
    ...fact('Profile', facts.profile || (outside ? `none: ${count(outside, 'file')} kept as received` : 'none')),
    ...(facts.of > 1 || facts.isSupplement ? [''] : []),
    ...series(facts),
    ...(facts.isSupplement ? wrap('This disc is a supplement: it holds what came in after an earlier disc of the same examination was made.') : []),
    ...heading('WHAT IS WHERE'), ...structure,
    ...heading('HOW TO IMPORT'), ...importing,
    ...leftOff(facts.report),
    ...heading('NOTICE'), ...wrap(disclaimer(toAscii(facts.institution))),
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
};
