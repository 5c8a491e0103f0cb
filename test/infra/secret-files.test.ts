import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHome } from '../../infra/home.ts';
import type { Home } from '../../infra/home.ts';
import { openSecretFiles } from '../../infra/secret-files.ts';
import { sweepLeftovers } from '../../workers/sweep-leftovers.ts';

let folder: string;
let home: Home;
beforeEach(async () => { folder = mkdtempSync(join(tmpdir(), 'secrets-')); home = await openHome(join(folder, 'home')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

describe('secrets of orders', () => {
  it('give each order a key of its own, the same each time', async () => {
    const secrets = openSecretFiles(home);
    const [one, again, other] = [await secrets.teachingKey('oa'), await openSecretFiles(home).teachingKey('oa'), await secrets.teachingKey('ob')];
    expect([one.length, one.equals(again), one.equals(other)]).toEqual([32, true, false]);
  });

  it('keep a passphrase for this user alone until it is dropped', async () => {
    const secrets = openSecretFiles(home);
    await secrets.keepPassphrase('oabc', 'three blind mice, 42');
    expect((statSync(join(home.secrets, 'passphrase-oabc')).mode & 0o777).toString(8)).toBe('600');
    expect(await secrets.passphrase('oabc')).toBe('three blind mice, 42');
    await secrets.dropPassphrase('oabc');
    await secrets.dropPassphrase('oabc');
    await expect(secrets.passphrase('oabc')).rejects.toMatchObject({ code: 'ORDER_PASSPHRASE_GONE', details: { orderId: 'oabc' } });
    await expect(async () => secrets.passphrase('../api-token')).rejects.toThrow(TypeError);
  });

  it('are swept once their order is closed or never was, and so are old parts of copies', async () => {
    const secrets = openSecretFiles(home);
    const copiesFolder = join(folder, 'copies');
    await openHome(copiesFolder);
    for (const orderId of ['oopen', 'odone', 'onever']) await secrets.keepPassphrase(orderId, 'x');
    const parts = ['.SP00000001_1_SP-000000017.zip.0badcafe.part', '.SP00000001_1_SP-000000025.0badcafe.part', 'notes.part', 'SP00000001_1_SP-000000033.zip'];
    for (const name of parts) writeFileSync(join(copiesFolder, name), '');
    const now = new Date();
    const sweep = (at: Date): Promise<void> => sweepLeftovers({ secrets, copiesFolder, now: at, orders: { detail: (orderId) => Promise.resolve(orderId === 'onever' ? undefined : { order: { state: orderId === 'odone' ? 'DONE' : 'CREATING' } } as never) } });
    await sweep(now);
    expect(readdirSync(home.secrets).length).toBe(4);
    utimesSync(join(copiesFolder, parts[1] as string), new Date(now.getTime() + 90_000_000), new Date(now.getTime() + 90_000_000));
    await sweep(new Date(now.getTime() + 90_000_000));
    expect(readdirSync(home.secrets).sort()).toEqual(['passphrase-oopen', 'teaching-key']);
    expect(parts.filter((name) => readdirSync(copiesFolder).includes(name))).toEqual(parts.slice(1));
  });
});
