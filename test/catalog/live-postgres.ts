/** A private PostgreSQL for one test file, with a fresh database per call. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '../../infra/embedded/postgres.ts';
import { openHome } from '../../infra/home.ts';
import { silentLog } from '../../infra/log.ts';

export interface LiveServer {
  makeDatabaseUrl(): Promise<string>;
  stop(): Promise<void>;
}

export const startLivePostgres = async (): Promise<LiveServer> => {
  const scratch = mkdtempSync(join(tmpdir(), 'catalog-postgres-'));
  chmodSync(scratch, 0o755);
  const home = await openHome(join(scratch, 'home'));
  const server = await startPostgres({ home, log: silentLog, onStep: () => undefined, elsewhere: join(scratch, 'elsewhere') });
  let count = 0;
  return {
    async makeDatabaseUrl() {
      const name = `catalog_${++count}`;
      const client = new Client({ connectionString: server.url });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      await server.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
};
