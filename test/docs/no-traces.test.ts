import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const SKIPPED = /^(node_modules|\.git|\.spindle|coverage|bench-results)$/;
const TEXT = /\.(ts|mjs|cjs|js|json|yaml|yml|md|html|css|sql|sh|svg)$|^(run|LICENSE|\.gitignore|\.npmrc)$/;

const textsBelow = (folder: string): readonly string[] => readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
  if (SKIPPED.test(entry.name)) return [];
  const path = join(folder, entry.name);
  if (entry.isDirectory()) return textsBelow(path);
  return entry.isFile() && TEXT.test(entry.name) && path !== 'test/docs/no-traces.test.ts' ? [path] : [];
});

const linesWith = (pattern: RegExp): readonly string[] => textsBelow('.').flatMap((path) =>
  readFileSync(join(root, path), 'utf8').split('\n').flatMap((line, n) => (pattern.test(line) ? [`${path}:${n + 1}`] : [])));

describe('the repository', () => {
  it('names no folder of a particular machine', () => {
    expect(textsBelow('.').length).toBeGreaterThan(200);
    expect(linesWith(/(?<![\w.$}~])\/(root|Users|work)\/[a-z]/)).toEqual([]);
  });

  it('names no package registry, so that each installation takes its own', () => {
    expect(linesWith(/"resolved": "https?:|^\s*registry\s*=|GOPROXY\s*[=:]\s*['"]?http|--index-url/)).toEqual([]);
  });
});
