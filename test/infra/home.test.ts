import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeLayout, lockHome, openHome } from '../../infra/home.ts';
import { identify } from '../../infra/process-identity.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'home-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('home folder', () => {
  it('is made with rights for nobody else, and keeps its token', async () => {
    const home = await openHome(join(folder, 'new'));
    expect([home.folder, home.run, home.database, home.apiToken, home.secrets, home.teachingKey].map(mode)).toEqual(['700', '700', '700', '600', '700', '600']);
    const token = readFileSync(home.apiToken, 'utf8');
    expect(token.trim()).toMatch(/^[\w-]{43}$/);
    const key = readFileSync(home.teachingKey, 'utf8');
    expect(key.trim()).toMatch(/^[0-9a-f]{64}$/);
    await openHome(home.folder);
    expect([readFileSync(home.apiToken, 'utf8'), readFileSync(home.teachingKey, 'utf8')]).toEqual([token, key]);
  });

  it('refuses a second appliance while the first runs, and takes one after it', async () => {
    const home = await openHome(folder);
    const lock = await lockHome(home);
    await expect(lockHome(home)).rejects.toMatchObject({ code: 'CONFIG_HOME_IN_USE', details: { pid: process.pid } });
    await lock.release();
    await (await lockHome(home)).release();
  });

  it('takes over the lock of a process that is gone, also when its number was given to another', async () => {
    const home = await openHome(folder);
    const lockFile = join(homeLayout(folder).run, 'appliance.lock');
    for (const stale of [JSON.stringify({ pid: process.pid, startedAt: 'before:1' }), JSON.stringify({ pid: 4_194_303, startedAt: identify(process.pid)?.startedAt }), '{ broken', '']) {
      writeFileSync(lockFile, stale);
      await (await lockHome(home)).release();
    }
  });

  it('lets exactly one of many win a stale lock', async () => {
    const home = await openHome(folder);
    writeFileSync(join(home.run, 'appliance.lock'), '{"pid":1,"startedAt":"before:1"}');
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockHome(home)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });
});
