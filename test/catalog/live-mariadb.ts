/** A private MariaDB from the system package for one test file. */
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { waitUntil } from '../../infra/wait-until.ts';
import type { LiveServer } from './live-postgres.ts';

const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0); });
  });
});

const MARIADBD = '/usr/sbin/mariadbd';
const INSTALL = '/usr/bin/mariadb-install-db';

export const startLiveMariadb = async (): Promise<LiveServer> => {
  const scratch = mkdtempSync(join(tmpdir(), 'catalog-mariadb-'));
  const isRoot = userInfo().uid === 0;
  if (isRoot) chownSync(scratch, Number(execFileSync('id', ['-u', 'mysql'], { encoding: 'utf8' })), Number(execFileSync('id', ['-g', 'mysql'], { encoding: 'utf8' })));
  const data = join(scratch, 'data');
  const asUser = isRoot ? ['--user=mysql'] : [];
  execFileSync(INSTALL, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...asUser], { stdio: 'ignore', timeout: 60_000 });
  const port = await freePort();
  const child = spawn(MARIADBD, ['--no-defaults', `--datadir=${data}`, `--socket=${join(scratch, 's')}`, `--port=${port}`, '--bind-address=127.0.0.1', `--pid-file=${join(scratch, 'pid')}`, '--skip-name-resolve', ...asUser], { stdio: 'ignore' });
  const connect = (): Promise<mysql.Connection> => mysql.createConnection({ host: '127.0.0.1', port, user: 'root' });
  const isUp = await waitUntil(async () => {
    try {
      await (await connect()).end();
      return true;
    } catch {
      return false;
    }
  }, { timeoutMs: 60_000, everyMs: 100 });
  if (!isUp) throw new TypeError('MariaDB does not answer');
  let count = 0;
  return {
    async makeDatabaseUrl() {
      const name = `catalog_${++count}`;
      const connection = await connect();
      await connection.query(`create database ${name}`);
      await connection.end();
      return `mariadb://root@127.0.0.1:${port}/${name}`;
    },
    async stop() {
      const ended = new Promise((resolve) => { child.once('exit', resolve); });
      child.kill('SIGTERM');
      await ended;
      rmSync(scratch, { recursive: true, force: true });
    },
  };
};
