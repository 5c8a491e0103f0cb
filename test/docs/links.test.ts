import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../infra/config.ts';
import { environmentName, SETTINGS } from '../../infra/settings.ts';
import { fileAes } from '../../workers/aes-from-config.ts';
import { fileRules } from '../../workers/rules-from-config.ts';
import { PEERS } from '../fixtures/peers.ts';

const root = join(import.meta.dirname, '../..');
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

describe('the documents', () => {
  it.each(pages)('%s links to pages that exist', (page) => {
    const links = [...read(page).matchAll(/(?<!!)\[[^\]]+\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it('name no environment variable that no code reads', () => {
    const known = new Set([...Object.keys(SETTINGS).map(environmentName), 'SPINDLE_TEST_REQUIRE']);
    const named = pages.flatMap((page) => [...read(page).matchAll(/\bSPINDLE_(?!\d|TEST\b)[A-Z]+(?:_[A-Z]+)*\b/g)].map((match) => match[0]));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('promise to require only peers that the tests know', () => {
    const wanted = /SPINDLE_TEST_REQUIRE=([\w,]+)/.exec(read('README.md'))?.[1] ?? '';
    expect(wanted.split(',').filter((name) => !(name in PEERS))).toEqual([]);
    expect(read('.ci/run')).toContain(`SPINDLE_TEST_REQUIRE-${wanted}}`);
  });

  it('show in the README a spindle.yaml that the appliance takes', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';
    const home = mkdtempSync(join(tmpdir(), 'readme-home-'));
    onTestFinished(() => { rmSync(home, { recursive: true, force: true }); });
    writeFileSync(join(home, 'spindle.yaml'), yaml);
    const config = loadConfig({ env: {}, home });
    expect(config).toMatchObject({ aeTitle: 'RADIOLOGY_DISC', unknownCallers: 'reject' });
    expect(fileRules(config)).toHaveLength(1);
    expect(fileAes(config)).toMatchObject([{ aeTitle: 'CT1', host: 'ct1.example', port: 104, services: ['store'], notes: 'ct1' }]);
  });

  it('describe scripts whose files are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const tasks = [...read('infra/scripts/bootstrap.mjs').matchAll(/^ {2}'?([\w-]+)'?: '([^']+)',$/gm)];
    expect(tasks.map(([, name]) => name).sort()).toEqual(Object.keys(scripts).sort());
    expect(tasks.filter(([, , file]) => !existsSync(join(root, file ?? ''))).map(([, name]) => name)).toEqual([]);
  });

  it('number the decisions without a gap', () => {
    const decisions = readdirSync(join(root, 'docs/decisions')).sort();
    expect(decisions.map((name) => Number(name.slice(0, 4)))).toEqual(decisions.map((_, n) => n + 1));
  });
});
