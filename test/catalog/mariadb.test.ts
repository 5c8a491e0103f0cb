import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeCatalog } from '../contracts/catalog-dialect.ts';
import { needs } from '../fixtures/peers.ts';
import { startLiveMariadb } from './live-mariadb.ts';
import type { LiveServer } from './live-postgres.ts';

if (needs('mariadb')) {
  let server: LiveServer | undefined;
  beforeAll(async () => { server = await startLiveMariadb(); });
  afterAll(async () => { await server?.stop(); });
  describeCatalog('MariaDB', () => {
    if (!server) throw new TypeError('MariaDB was not started');
    return server.makeDatabaseUrl();
  });
} else {
  describe.skip('catalog on MariaDB', () => { it('needs mariadbd', () => undefined); });
}
