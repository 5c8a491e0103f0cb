/** Opens the catalog on a database whose schema is up to date (see migrate.ts). */
import { createAeBook } from './aes.ts';
import { createReleaseBook } from './releases.ts';
import type { Catalog } from './catalog.ts';
import { createCommitmentBook } from './commitments.ts';
import { openDatabase } from './database.ts';
import { createDiscLog } from './discs.ts';
import { openEngine } from './dialects/open-engine.ts';
import { createInstanceIndex } from './instances.ts';
import { assertSchema } from './migrate.ts';
import type { CatalogLogger } from './logger.ts';
import { createOperationLog } from './operations.ts';
import { createOrderBook } from './orders.ts';
import { createParentsCache } from './parents-cache.ts';
import { createQueryBook } from './query.ts';
import { createRetentionBook } from './retention.ts';
import { createRetrievalBook } from './retrievals.ts';
import { createRetrieveBook } from './retrieve.ts';
import { createRobotBook } from './robots.ts';
import { createRuleBook } from './rules.ts';
import { createSessionBook } from './sessions.ts';
import { createStudyDirectory, ping } from './studies.ts';

export interface OpenCatalog {
  /** postgres://, mysql://, mariadb:// or mssql://user:password@host:port/database?encrypt=false */
  readonly databaseUrl: string;
  readonly log?: CatalogLogger;
  /** 1–200 connections; 10 unless told. */
  readonly poolSize?: number;
  readonly now?: () => Date;
}

/**
 * Opens the catalog; the pool heals by itself when the database comes back.
 * @throws CATALOG_UNAVAILABLE, CATALOG_SCHEMA_TOO_NEW, CONFIG_INVALID
 */
export const openCatalog = async ({ databaseUrl, log, poolSize = 10, now = () => new Date() }: OpenCatalog): Promise<Catalog> => {
  const database = openDatabase(await openEngine(databaseUrl, poolSize, (code) => log?.warn({ event: 'catalog.pool-error', code })), now);
  try {
    await assertSchema(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  const cache = createParentsCache(database);
  return {
    instances: createInstanceIndex(database, cache),
    studies: createStudyDirectory(database),
    queries: createQueryBook(database),
    rules: createRuleBook(database),
    orders: createOrderBook(database),
    discs: createDiscLog(database),
    retrieve: createRetrieveBook(database),
    retention: createRetentionBook(database),
    retrievals: createRetrievalBook(database),
    commitments: createCommitmentBook(database),
    operations: createOperationLog(database),
    sessions: createSessionBook(database),
    robots: createRobotBook(database),
    aes: createAeBook(database),
    releases: createReleaseBook(database),
    ping: () => ping(database),
    close: () => database.close(),
  };
};
