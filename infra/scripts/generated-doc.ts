/**
 * Documents that are printed from tables: written by their script, compared by `--check`.
 * Refuses nothing else: what stands in a document is the business of its script.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** First line of a generated document. */
export const generatedBy = (script: string): string => `<!-- Printed by infra/scripts/${script}; change the tables, not this page. -->`;

/** A Markdown table; bars and line breaks within cells are escaped. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
};

/**
 * Writes a document, or with `--check` among the arguments compares it with the one on disk and
 * ends with exit code 1 when they differ.
 * @param path relative to the root of the repository
 */
export const printDocument = async (path: string, text: string, script: string): Promise<void> => {
  const file = join(ROOT, path);
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
    process.stdout.write(`${path} written\n`);
    return;
  }
  const onDisk = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (onDisk === text) return;
  process.stderr.write(`${path} ${onDisk === undefined ? 'is missing' : 'is out of date'}: run node infra/scripts/${script}\n`);
  process.exitCode = 1;
};

/** A status as the Standard writes it. */
export const hex = (code: number): string => `\`${code.toString(16).toUpperCase().padStart(4, '0')}\``;
