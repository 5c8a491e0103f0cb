import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../../infra/embedded/postgres.ts';
import type { EmbeddedPostgres } from '../../../infra/embedded/postgres.ts';
import { spawnChild } from '../../../infra/exec.ts';
import { openHome } from '../../../infra/home.ts';
import type { Home } from '../../../infra/home.ts';
import { silentLog } from '../../../infra/log.ts';
import { identify, signalProcess } from '../../../infra/process-identity.ts';
import { waitUntil } from '../../../infra/wait-until.ts';

const scratch = mkdtempSync(join(tmpdir(), 'embedded-'));
chmodSync(scratch, 0o755);
const elsewhere = join(scratch, 'elsewhere');
let home: Home;
let running: EmbeddedPostgres | undefined;
const steps: string[] = [];
const start = async (port?: number): Promise<EmbeddedPostgres> =>
  (running = await startPostgres({ home, log: silentLog, onStep: (text) => { steps.push(text); }, elsewhere, ...(port === undefined ? {} : { port }) }));
const query = async (url: string, sql: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

beforeAll(async () => { home = await openHome(join(scratch, 'home')); });
afterAll(async () => {
  await running?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

describe('embedded PostgreSQL', { timeout: 60_000 }, () => {
  it('is made with the right encoding, fsync on, and a password', async () => {
    const { url } = await start();
    expect(await query(url, 'select current_database() as db, current_setting(\'fsync\') as fsync, current_setting(\'server_encoding\') as encoding, current_setting(\'listen_addresses\') as listen'))
      .toEqual([{ db: 'spindle', fsync: 'on', encoding: 'UTF8', listen: '127.0.0.1' }]);
    await expect(query(url.replace(/:[^:@/]+@/, ':wrong@'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(home.database, 'password')).mode & 0o777).toBe(0o600);
  });

  it('keeps its port and its rows over a stop and a start', async () => {
    const before = running?.url ?? '';
    await query(before, 'create table kept (n int)');
    await query(before, 'insert into kept values (7)');
    const pid = running?.pid ?? 0;
    await running?.stop();
    expect(identify(pid)).toBeUndefined();
    const { url } = await start();
    expect(url).toBe(before);
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('is started again when it is killed', async () => {
    const pid = running?.pid ?? 0;
    const server = identify(pid);
    expect(server !== undefined && signalProcess(server, 'SIGKILL')).toBe(true);
    const answers = async (): Promise<boolean> => {
      try {
        return running?.pid !== pid && (await query(running?.url ?? '', 'select n from kept')).length === 1;
      } catch {
        return false;
      }
    };
    expect(await waitUntil(answers, { timeoutMs: 30_000 })).toBe(true);
  });

  it('goes on when its supervisor is killed, and is adopted by the next', async () => {
    await running?.stop();
    running = undefined;
    let line = '';
    const other = await spawnChild([process.execPath, join(import.meta.dirname, 'start-postgres.ts'), home.folder, elsewhere], { onLine: (text) => { line = text; }, errorFd: 2 });
    expect(await waitUntil(() => line !== '', { timeoutMs: 30_000 })).toBe(true);
    const first = JSON.parse(line) as { url: string; pid: number };
    other.kill('SIGKILL');
    await other.ended;
    expect(await query(first.url, 'select n from kept')).toEqual([{ n: 7 }]);
    const { url, pid } = await start();
    expect({ url, pid }).toEqual({ url: first.url, pid: first.pid });
    expect(steps.at(-1)).toBe(`Database goes on in process ${pid}`);
  });

  it('replaces an orphan that does not answer', async () => {
    await running?.stop();
    running = undefined;
    let line = '';
    const other = await spawnChild([process.execPath, join(import.meta.dirname, 'start-postgres.ts'), home.folder, elsewhere], { onLine: (text) => { line = text; } });
    expect(await waitUntil(() => line !== '', { timeoutMs: 30_000 })).toBe(true);
    const first = JSON.parse(line) as { url: string; pid: number };
    other.kill('SIGKILL');
    const orphan = identify(first.pid);
    expect(orphan !== undefined && signalProcess(orphan, 'SIGSTOP')).toBe(true);
    const { url, pid } = await start();
    expect(url).toBe(first.url);
    expect(pid).not.toBe(first.pid);
    expect(await query(url, 'select n from kept')).toEqual([{ n: 7 }]);
  });

  it('takes no notice of a stale file that names another process', async () => {
    await running?.stop();
    const file = join(home.folder, 'database/place.json');
    const { folder } = JSON.parse(readFileSync(file, 'utf8')) as { folder: string };
    writeFileSync(join(folder, 'data/postmaster.pid'), `${process.pid}\n${folder}/data\n1\n1\n\n127.0.0.1\n\nready\n`);
    expect(await query((await start()).url, 'select n from kept')).toEqual([{ n: 7 }]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('embedded PostgreSQL started by root', { timeout: 60_000 }, () => {
  it('runs as a user of its own, with its data where that user gets, also below a folder it cannot enter', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'closed-'));
    const below = await openHome(join(closed, 'home'));
    const server = await startPostgres({ home: below, log: silentLog, onStep: (text) => { steps.push(text); }, elsewhere });
    try {
      expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
      expect(readFileSync(join(below.database, 'place.json'), 'utf8')).toContain(elsewhere);
      expect(statSync(below.folder).mode & 0o777).toBe(0o700);
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await server.stop();
      rmSync(closed, { recursive: true, force: true });
    }
  });
});
