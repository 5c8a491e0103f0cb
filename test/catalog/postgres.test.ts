import { afterAll, beforeAll } from 'vitest';
import { describeCatalog } from '../contracts/catalog-dialect.ts';
import { startLivePostgres } from './live-postgres.ts';
import type { LiveServer } from './live-postgres.ts';

let server: LiveServer | undefined;
beforeAll(async () => { server = await startLivePostgres(); });
afterAll(async () => { await server?.stop(); });

describeCatalog('PostgreSQL', () => {
  if (!server) throw new TypeError('PostgreSQL was not started');
  return server.makeDatabaseUrl();
});
