/** Prints docs/BENCHMARKS.md from the lines in docs/benchmarks.jsonl; `--check` compares it with the one on disk. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DISCS, RECEPTION } from './benchmarks/table.ts';
import type { BenchLine, BenchRow } from './benchmarks/table.ts';
import { generatedBy, markdownTable, printDocument } from './generated-doc.ts';

const lines = readFileSync(join(import.meta.dirname, '../../docs/benchmarks.jsonl'), 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as BenchLine);

const isOf = (row: BenchRow, line: BenchLine): boolean => {
  const facts: Readonly<Record<string, unknown>> = { ...line.figures, peer: line.peer };
  return line.bench === row.bench && line.what === row.what && Object.entries(row.having ?? {}).every(([key, value]) => facts[key] === value)
    // Lines of special runs carry what is special about them.
    && ['durable', 'sockets', 'head'].every((key) => row.having?.[key] === facts[key]);
};

const cells = (row: BenchRow): readonly string[] => {
  const line = lines.findLast((candidate) => isOf(row, candidate));
  const value = line === undefined ? undefined : row.figure === undefined ? line.ratio : Number(line.figures[row.figure]);
  const shown = (limit: number | undefined): string => (limit === undefined ? '' : `${row.isLimit === true ? '≤' : '≥'} ${limit} ${row.unit}`);
  if (line === undefined || value === undefined) return [row.work, shown(row.must), shown(row.aim), 'not measured', '', '', `\`${row.command}\``];
  const { must } = row;
  const verdict = must === undefined ? '' : (row.isLimit === true ? value <= must : value >= must) ? 'met' : '**missed**';
  const beside = Object.entries(row.beside ?? {}).flatMap(([key, what]) => (line.figures[key] === undefined ? [] : `${String(line.figures[key])} ${what}`)).join(', ');
  return [row.work, shown(row.must), shown(row.aim), `${value} ${row.unit}`, verdict, beside, `\`${row.command}\``];
};

const HEAD = ['work', 'must', 'aim', 'seen', '', 'beside', 'npm run bench --'];
const growth = lines.filter((line) => line.bench === 'image-bd' && line.what === 'udf260 to null');
const last = lines.at(-1);

await printDocument('docs/BENCHMARKS.md', `${generatedBy('print-benchmarks.ts')}
# Benchmarks

What the benches in test/bench measured last, as they printed it ([benchmarks.jsonl](benchmarks.jsonl)): ${last === undefined ? '' : `${last.cores} cores, Node.js ${last.node.slice(1)}, ${last.date.slice(0, 10)}`}.
Ratios are to a peer in the same run on the same file system; a ratio says more than a rate. Where disk and memory are
shared with other virtual machines, rates of two runs differ by up to a third and CPU per gigabyte by up to a half.

## Receiving, queries, sending

Slices that are sent have the head of a CT scanner's image, 258 elements of which 179 are private, unless told.

${markdownTable(HEAD, RECEPTION.map(cells))}

## Discs

${markdownTable(HEAD, DISCS.map(cells))}

## Growth with the number of files

Plan and UDF 2.60 image, written to nowhere (\`image-bd --files N --bytes B\`).

${markdownTable(['files', 'gigabytes', 'plan, s', 'write, s', 'peak memory, MiB'], growth.map(({ figures }) => [figures['files'], Math.round(Number(figures['imageBytes']) / 1e8) / 10, figures['planSeconds'], figures['writeSeconds'], figures['peakRssMiB']].map(String)))}
`, 'print-benchmarks.ts');
