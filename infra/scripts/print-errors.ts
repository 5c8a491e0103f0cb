/** Prints docs/ERRORS.md from the ERRORS table; `--check` compares it with the one on disk. */
import { ERRORS } from '../errors.ts';
import type { ErrorRow } from '../errors.ts';
import { printDocument } from './generated-doc.ts';

const WHO = { auto: 'the appliance', operator: 'a person, after looking', never: 'nobody: it would fail again' } as const;

const rows = Object.entries<ErrorRow>(ERRORS).map(([code, row]) =>
  `| ${code} | ${row.advice} | ${WHO[row.retry]} | ${row.effect === 'unknown' ? 'perhaps' : 'no'} | ${row.dimse === undefined ? '' : `${row.dimse.toString(16).toUpperCase().padStart(4, '0')}H`} | ${row.http} |`);

await printDocument('docs/ERRORS.md', `# Errors

Every error of the appliance has one of these codes, on the web page, in the REST interface (with the HTTP status) and in the log.

| code | what to do | who tries again | something irreversible happened | DIMSE status | HTTP |
|---|---|---|---|---|---|
${rows.join('\n')}
`, 'print-errors.ts');
