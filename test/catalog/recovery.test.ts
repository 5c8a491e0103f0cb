import { createConnection, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { openCatalog } from '../../catalog/open.ts';
import { startLivePostgres } from './live-postgres.ts';
import type { LiveServer } from './live-postgres.ts';
import { makeArrival, makeSeries } from './make-arrival.ts';

let live: LiveServer;
beforeAll(async () => { live = await startLivePostgres(); });
afterAll(async () => { await live?.stop(); });

const run = async (url: string, sql: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
};

/** A door before the database that can be shut and opened again. */
const openDoor = async (url: string): Promise<{ url: string; shut: () => Promise<void>; open: () => Promise<void>; }> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const open = async (): Promise<void> => {
    server = createServer((socket) => {
      const to = createConnection(Number(target.port), target.hostname);
      for (const s of [socket, to]) { sockets.add(s); s.on('error', () => s.destroy()); s.on('close', () => { sockets.delete(s); socket.destroy(); to.destroy(); }); }
      socket.pipe(to).pipe(socket);
    });
    await new Promise<void>((resolve) => { server?.listen(port, '127.0.0.1', resolve); });
    port = (server.address() as AddressInfo).port;
  };
  const shut = (): Promise<void> => new Promise((resolve) => {
    server?.close(() => { resolve(); });
    for (const s of sockets) s.destroy();
  });
  await open();
  target.port = String(port);
  const through = target.href;
  target.port = new URL(url).port;
  return { url: through, shut, open };
};

describe('the catalog when its database is not what it should be', () => {
  it('refuses a schema that is newer than this version', async () => {
    const url = await live.makeDatabaseUrl();
    await migrateCatalog(url);
    await run(url, 'insert into schema_version (version, applied_at) values (999, now())');
    await expect(openCatalog({ databaseUrl: url })).rejects.toMatchObject({ code: 'CATALOG_SCHEMA_TOO_NEW' });
    await expect(migrateCatalog(url)).rejects.toMatchObject({ code: 'CATALOG_SCHEMA_TOO_NEW' });
  });

  it('refuses a database that was never migrated, and an address of another kind', async () => {
    await expect(openCatalog({ databaseUrl: await live.makeDatabaseUrl() })).rejects.toMatchObject({ code: 'CATALOG_FAILED' });
    await expect(openCatalog({ databaseUrl: 'oracle://x' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('says CATALOG_UNAVAILABLE while the database is out of reach and goes on by itself afterwards', async () => {
    const url = await live.makeDatabaseUrl();
    await migrateCatalog(url);
    const door = await openDoor(url);
    const catalog = await openCatalog({ databaseUrl: door.url });
    await catalog.instances.store(makeSeries(3));
    await door.shut();
    await expect(catalog.ping()).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    await expect(catalog.instances.store(makeSeries(4))).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    await door.open();
    expect((await catalog.instances.store(makeSeries(4))).map((o) => o.outcome)).toEqual(['already-held', 'already-held', 'already-held', 'added']);
    await catalog.close();
    await door.shut();
  });

  it('forgets remembered series when the database was restored to an earlier state', async () => {
    const url = await live.makeDatabaseUrl();
    await migrateCatalog(url);
    const catalog = await openCatalog({ databaseUrl: url });
    await catalog.instances.store([makeArrival()]);
    await run(url, 'truncate patient, study, study_identity, series, instance, arrival_outbox');
    expect((await catalog.instances.store([makeArrival({ instance: 2 })]))[0]?.outcome).toBe('added');
    expect((await catalog.studies.search({ limit: 10 })).studies).toMatchObject([{ instances: 1 }]);
    await catalog.close();
  });

  it('tells nothing the database said, which may quote patient data', async () => {
    const url = await live.makeDatabaseUrl();
    await migrateCatalog(url);
    const catalog = await openCatalog({ databaseUrl: url });
    await run(url, 'alter table patient add constraint odd check (name <> \'Secret^Name\')');
    const error: unknown = await catalog.instances.store([makeArrival({ patientName: 'Secret^Name' })]).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'CATALOG_FAILED', details: { engine: 'postgres', fault: '23514' } });
    expect(JSON.stringify([String(error), (error as { cause?: unknown }).cause ?? null])).not.toMatch(/Secret/);
    await catalog.close();
  });
});
