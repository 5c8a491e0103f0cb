/** The report of a checked disc for a person: by level, by check, with what to do. */
import type { DiscReport } from '../../disc/check-disc.ts';
import { DISC_CHECKS } from '../../disc/tables/disc-checks.ts';
import type { CheckLevel } from '../../disc/tables/disc-checks.ts';

/** Of one check; --json names more. */
const MOST_SHOWN = 5;
const HEADINGS: readonly (readonly [CheckLevel, string])[] = [['error', 'Errors'], ['warning', 'Warnings'], ['note', 'Notes']];

/** Names come from the disc: nothing in them may steer the terminal. */
// eslint-disable-next-line no-control-regex -- control characters are exactly what is taken out
const harmless = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

const checkLines = (report: DiscReport, id: string, title: string, advice: string): readonly string[] => {
  const findings = report.findings.filter(({ check }) => check === id);
  const total = report.checks.find((check) => check.id === id)?.findings ?? 0;
  return [
    `  ${title} [${id}]`,
    ...findings.slice(0, MOST_SHOWN).map(({ where, text }) => `    ${harmless(where === '' ? text : `${where}: ${text}`)}`),
    ...(total > MOST_SHOWN ? [`    and ${total - MOST_SHOWN} more`] : []),
    `    -> ${advice}`,
  ];
};

/** Renders the whole report. */
export const renderText = (path: string, report: DiscReport): string => {
  const failed = (level: CheckLevel): readonly string[] =>
    DISC_CHECKS.filter((row) => row.level === level && report.checks.some(({ id, outcome }) => id === row.id && outcome === 'fail')).flatMap(({ id, title, advice }) => checkLines(report, id, title, advice));
  const outcomes = (outcome: string): number => report.checks.filter((check) => check.outcome === outcome).length;
  const { files, instances, records } = report.counts;
  return [
    `${harmless(path)}: ${report.kind}${report.fileSystems.length > 0 ? ` with ${report.fileSystems.join(', ')}` : ''}${report.fileSetId === '' ? '' : `, File-set ID ${harmless(report.fileSetId)}`}`,
    `${count(files, 'file')}, ${count(records, 'directory record')}, ${count(instances, 'instance')} read`,
    '',
    ...HEADINGS.flatMap(([level, heading]) => { const lines = failed(level); return lines.length === 0 ? [] : [heading, ...lines, '']; }),
    `${count(report.totals.error, 'error')}, ${count(report.totals.warning, 'warning')}, ${count(report.totals.note, 'note')}. ${count(outcomes('pass'), 'check')} passed, ${outcomes('not-applicable')} did not apply.`,
  ].join('\n');
};
