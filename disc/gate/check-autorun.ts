/** What the gate asks of AUTORUN.INF: only where a viewer of the order put it, in the form Windows reads, naming files of the disc. @source Microsoft, Autorun.inf Entries */
import type { DiscEntry } from '../reader/disc-content.ts';
import { AUTORUN_KEYS, AUTORUN_SECTION } from '../tables/autorun-keys.ts';
import type { AutorunKeyRow } from '../tables/autorun-keys.ts';
import { foldedPath } from './inspection.ts';
import type { Inspection } from './inspection.ts';
import { reading } from './read-tolerantly.ts';

const AUTORUN = 'AUTORUN.INF';
const MAX_BYTES = 4096;
const ROWS: ReadonlyMap<string, AutorunKeyRow> = new Map(AUTORUN_KEYS.map((row) => [row.key, row]));

/** The path a value begins with; an icon may have an index, a program arguments. */
const fileIn = (value: string, row: AutorunKeyRow): string => (row.value === 'icon' ? value.replace(/,-?\d+$/, '') : value.split(' ')[0] ?? '').replaceAll('\\', '/');

const faultsOf = (text: string, files: Inspection['files']): readonly string[] => {
  const lines = text.split('\r\n');
  const faults: string[] = [];
  if (!/^[\x20-\x7e\r\n]*$/.test(text) || /[^\r]\n|\r(?!\n)/.test(text)) faults.push('is not ASCII in lines with CR LF');
  if (lines.shift() !== AUTORUN_SECTION) faults.push(`does not begin with ${AUTORUN_SECTION}`);
  if (lines.pop() !== '') faults.push('its last line is cut');
  const seen = new Set<string>();
  for (const [n, line] of lines.entries()) {
    const [, key = '', value = ''] = /^([a-z]+)=(.+)$/.exec(line) ?? [];
    const row = ROWS.get(key);
    if (!row || seen.has(key)) { faults.push(`line ${n + 2} is no entry, or one of before`); continue; }
    seen.add(key);
    if (row.value !== 'text' && !files.has(fileIn(value, row))) faults.push(`${key} names no file of the disc`);
  }
  if (seen.has('open') === seen.has('shellexecute')) faults.push('has not exactly one of open and shellexecute');
  return faults;
};

/** Reports an AUTORUN.INF that nobody asked for, and what is wrong with one that a viewer asked for. */
export const checkAutorun = ({ content, files, plan, report }: Inspection): void => {
  const found: DiscEntry | undefined = content.entries.find(({ path }) => foldedPath(path) === AUTORUN);
  if (!found) return;
  if (plan?.extras?.includes(AUTORUN) !== true || found.path !== AUTORUN) { report('autorun', AUTORUN, 'asks to start a program'); return; }
  if (found.bytes > MAX_BYTES) { report('autorun', AUTORUN, 'is too large'); return; }
  const bytes = reading(report, 'image-readable', found, () => content.read(found, 0, found.bytes));
  for (const fault of bytes ? faultsOf(bytes.toString('latin1'), files) : []) report('autorun', AUTORUN, fault);
};
