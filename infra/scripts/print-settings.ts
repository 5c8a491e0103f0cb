/** Prints docs/SETTINGS.md from the SETTINGS table; `--check` compares it with the one on disk. */
import { SETTINGS, environmentName } from '../settings.ts';
import type { Setting } from '../settings.ts';
import { printDocument } from './generated-doc.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const defaultOf = (row: Setting<unknown>): string => {
  if (row.defaultText !== undefined) return row.defaultText;
  if (row.default === '') return 'empty';
  return `\`${typeof row.default === 'object' ? JSON.stringify(row.default) : String(row.default)}\``;
};

const valuesOf = (row: Setting<unknown>): string => {
  const kinds = { text: row.form ?? 'text', whole: `${row.min ?? ''} to ${row.max ?? ''} ${row.unit ?? ''}`.trim(), flag: 'true, false', choice: row.choices?.join(', ') ?? '', choices: `any of ${row.choices?.join(', ') ?? ''}`, list: 'list of entries with a name', names: `list of ${row.form ?? 'names'}`, map: `AE title: ${row.choices?.join(', ') ?? ''}` };
  return kinds[row.kind] + (row.secret === true ? ' (secret: never shown or logged)' : '');
};

const rows = Object.entries<Setting<unknown>>(SETTINGS).map(([key, row]) =>
  `| ${row.environmentOnly === true ? '-' : `\`${key}\``} | \`${environmentName(key)}\` | ${cell(valuesOf(row))} | ${cell(defaultOf(row))} | ${cell(row.about)} |`);

await printDocument('docs/SETTINGS.md', `# Settings

Nothing needs to be set. Settings stand in \`spindle.yaml\` in the home folder, or in the environment, which wins; lists and maps are JSON there, words of which several may stand also parted by commas.
All mistakes are told at once at the start, and nothing starts with a mistake.

| spindle.yaml | environment | values | default | meaning |
|---|---|---|---|---|
${rows.join('\n')}
`, 'print-settings.ts');
