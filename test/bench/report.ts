/** Where figures go: one JSON line each on stdout, and the same line in bench-results/. Tells nothing of the host but its size. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Figures carry their unit in their name, as `wallSeconds` or `megabytesPerSecond`. */
export interface Measurement {
  readonly bench: string;
  readonly what: string;
  readonly figures: Readonly<Record<string, number | string | readonly number[]>>;
  /** What it is compared with. */
  readonly peer?: string;
  /** Ours divided by the peer's. */
  readonly ratio?: number;
}

const FOLDER = join(import.meta.dirname, '../../bench-results');

export const report = (measurement: Measurement): void => {
  const line = `${JSON.stringify({ ...measurement, cores: cpus().length, node: process.version, date: new Date().toISOString() })}\n`;
  process.stdout.write(line);
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(join(FOLDER, `${measurement.bench}.jsonl`), line);
};

/** Progress, which is no figure. */
export const say = (text: string): void => { process.stderr.write(`${text}\n`); };

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] ?? Number.NaN : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

/** Three significant digits are more than these measurements hold. */
export const round = (value: number): number => Number(value.toPrecision(3));
