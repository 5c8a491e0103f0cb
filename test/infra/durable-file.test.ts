import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJsonFile, writeDurably, writeJsonFile } from '../../infra/durable-file.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'durable-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('durable file', () => {
  it('replaces the content with the wanted rights and leaves nothing beside', async () => {
    const path = join(folder, 'a.json');
    await writeJsonFile(path, { n: 1 }, { mode: 0o600 });
    await writeJsonFile(path, { n: 2 }, { mode: 0o600 });
    expect(await readJsonFile(path)).toEqual({ n: 2 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  it('answers undefined for an absent file and refuses a broken one', async () => {
    expect(await readJsonFile(join(folder, 'none'))).toBeUndefined();
    await writeDurably(join(folder, 'broken'), '{');
    await expect(readJsonFile(join(folder, 'broken'))).rejects.toBeInstanceOf(SyntaxError);
  });

  it('leaves nothing behind when the target cannot be replaced', async () => {
    await writeDurably(join(folder, 'file'), 'x');
    await expect(writeDurably(join(folder, 'file', 'below'), 'x')).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(readdirSync(folder)).toEqual(['file']);
  });
});
