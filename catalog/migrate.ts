/**
 * Brings the schema of a database forward, one numbered migration after the other, never back.
 * A lock keeps two starters apart; a schema newer than this version is refused.
 */
import { sql } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import type { Engine, EngineName, Executor } from './dialects/dialect.ts';
import { openEngine } from './dialects/open-engine.ts';
import { statements as first } from './migrations/0001-first.ts';
import { statements as aeRegistry } from './migrations/0002-ae-registry.ts';
import { fill as fillQueryKeys, statements as queryKeys } from './migrations/0003-query-keys.ts';
import { statements as commitments } from './migrations/0004-commitments.ts';
import { statements as retrievals } from './migrations/0005-retrievals.ts';
import { statements as content } from './migrations/0006-content-options.ts';
import { statements as releases } from './migrations/0007-releases.ts';
import { statements as arrivalLog } from './migrations/0009-arrival-log.ts';
import { statements as oneArrival } from './migrations/0010-one-arrival.ts';
import { renderTable } from './migrations/sketch.ts';
import type { CatalogLogger } from './logger.ts';

interface Migration {
  readonly version: number;
  readonly statements: (engine: EngineName) => readonly string[];
  /** Fills what SQL alone cannot; runs after the statements. */
  readonly fill?: (db: Executor, engine: Engine) => Promise<void>;
}

const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: first },
  { version: 2, statements: aeRegistry },
  { version: 3, statements: queryKeys, fill: fillQueryKeys },
  { version: 4, statements: commitments },
  { version: 5, statements: retrievals },
  { version: 6, statements: content },
  { version: 7, statements: releases },
  // Made a function of PostgreSQL that version 9 makes anew: nothing is left for it to do.
  { version: 8, statements: () => [] },
  { version: 9, statements: arrivalLog },
  { version: 10, statements: oneArrival },
];

/** The schema version this code works with. */
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? 0;

const hasVersionTable = async (db: Executor, engine: EngineName): Promise<boolean> => {
  const schema = { postgres: sql`current_schema()`, mysql: sql`database()`, mssql: sql`schema_name()` }[engine];
  const { rows } = await sql<{ n: number }>`select count(*) as n from information_schema.tables where table_name = 'schema_version' and table_schema = ${schema}`.execute(db);
  return Number(rows[0]?.n ?? 0) > 0;
};

const versionOf = async (db: Executor, engine: EngineName): Promise<number> => {
  if (!await hasVersionTable(db, engine)) return 0;
  const row = await db.selectFrom('schema_version').select((eb) => eb.fn.max('version').as('version')).executeTakeFirst();
  return Number(row?.version ?? 0);
};

const refuseNewer = (version: number): void => {
  if (version > SCHEMA_VERSION) throw new ApplianceError('CATALOG_SCHEMA_TOO_NEW', 'the schema is newer than this version knows', { details: { found: version, known: SCHEMA_VERSION } });
};

/** Checks that the schema is the one this code works with. @throws CATALOG_SCHEMA_TOO_NEW; CATALOG_FAILED when it was never migrated */
export const assertSchema = async (database: Database): Promise<void> => {
  const version = await database.read((db) => versionOf(db, database.engine.name));
  refuseNewer(version);
  if (version < SCHEMA_VERSION) throw new ApplianceError('CATALOG_FAILED', 'the schema is older than this version: migrate first', { details: { found: version, known: SCHEMA_VERSION } });
};

/**
 * Applies the migrations the database lacks. The database itself must exist.
 * @throws CATALOG_SCHEMA_TOO_NEW, CATALOG_UNAVAILABLE
 */
export const migrateCatalog = async (databaseUrl: string, log?: CatalogLogger): Promise<void> => {
  const database = openDatabase(await openEngine(databaseUrl, 1, (code) => log?.warn({ event: 'catalog.pool-error', code })), () => new Date());
  const { engine } = database;
  try {
    await database.read((db) => engine.whileMigrating(db, async (locked) => {
      if (!await hasVersionTable(locked, engine.name)) {
        for (const statement of renderTable(engine.name, { name: 'schema_version', columns: ['version int', 'applied_at time'], primary: ['version'] })) await sql.raw(statement).execute(locked);
      }
      const found = await versionOf(locked, engine.name);
      refuseNewer(found);
      for (const migration of MIGRATIONS.filter((m) => m.version > found)) {
        for (const statement of migration.statements(engine.name)) {
          await sql.raw(statement).execute(locked).catch((error: unknown) => { if (!engine.wasApplied(error)) throw error; });
        }
        await migration.fill?.(locked, engine);
        await locked.insertInto('schema_version').values({ version: migration.version, applied_at: new Date() }).execute();
        log?.info({ event: 'catalog.migrated', version: migration.version });
      }
    }));
  } finally {
    await database.close();
  }
};
