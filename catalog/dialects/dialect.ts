/**
 * What the catalog needs to know about a database engine. Everything engine-specific lives behind this interface,
 * in postgres.ts, mysql.ts and mssql.ts; no other module writes SQL that only one engine takes.
 */
import type { Dialect as KyselyDialect, Insertable, Kysely, SelectQueryBuilder, Transaction } from 'kysely';
import type { InstanceTable, Tables } from '../tables.ts';

export type EngineName = 'postgres' | 'mysql' | 'mssql';
export type Executor = Kysely<Tables>;
export type InTransaction = Transaction<Tables>;

/** What one stored batch adds to one series. */
export interface SeriesArrival {
  readonly seriesKey: number;
  readonly studyKey: number;
  readonly instances: number;
  readonly bytes: number;
  readonly lastStoredAt: Date;
  /** True when burn rules are to see it. */
  readonly isPushed: boolean;
}

/** What went wrong, in the words the catalog acts on. */
export type Fault = 'unavailable' | 'retry' | 'duplicate' | 'other';

export interface Engine {
  readonly name: EngineName;
  readonly kysely: KyselyDialect;
  /** Most parameters one statement may carry. */
  readonly maxParameters: number;
  /** Engine's own error code for the log; never its message, which may quote values. */
  faultCode(error: unknown): string;
  fault(error: unknown): Fault;
  /** True when a statement of a migration fails only because an interrupted run of it got so far; engines that roll schema changes back never say so. */
  wasApplied(error: unknown): boolean;
  /** First `count` rows of an ordered query. */
  first<DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>, count: number): SelectQueryBuilder<DB, TB, O>;
  /** Locks rows by id in ascending order until the transaction ends. */
  lockRows(trx: InTransaction, table: 'study' | 'collect_group' | 'disc_order' | 'job' | 'burn_rule' | 'volume', ids: readonly number[]): Promise<void>;
  /** Adds to a counter, whose row stays locked until the transaction ends, and answers the new value. */
  advance(trx: InTransaction, counter: string, by: number): Promise<number>;
  /** Inserts rows whose UID is new, in the order given; answers the id of each UID that was inserted. */
  insertInstances(trx: InTransaction, rows: readonly Insertable<InstanceTable>[]): Promise<ReadonlyMap<string, number>>;
  /** Adds what a batch stored to series, study and arrival outbox; answers how many of the series exist. */
  recordArrivals(trx: InTransaction, arrivals: readonly SeriesArrival[]): Promise<number>;
  /**
   * Where one statement can do it: inserts rows whose UID is new and counts them in series, study and arrival outbox, all in
   * a transaction of its own; answers the id of each UID that was inserted. Studies that are to be locked first are named, ascending.
   * @throws StaleIds when a series does not exist
   */
  storeNew?(rows: readonly Insertable<InstanceTable>[], studies: readonly number[]): Promise<ReadonlyMap<string, number>>;
  /** Inserts one row and answers its id. */
  insertRow<T extends keyof Tables & string>(trx: InTransaction, table: T, row: Insertable<Tables[T]>): Promise<number>;
  /** Runs `work` while no other process migrates this database. */
  whileMigrating(db: Executor, work: (db: Executor) => Promise<void>): Promise<void>;
}

/** Splits rows so that one statement carries no more than `maxParameters` parameters, nor more than 1,000 rows. */
export const chunked = <T>(rows: readonly T[], columns: number, maxParameters: number): readonly (readonly T[])[] => {
  const size = Math.max(1, Math.min(1000, Math.floor(maxParameters / Math.max(1, columns))));
  const chunks: T[][] = [];
  for (let i = 0; i < rows.length; i += size) chunks.push(rows.slice(i, i + size));
  return chunks;
};

/** `code` or `errno` of a driver error, or ''. */
export const codeOf = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return '';
  const { code, errno, number } = error as { code?: unknown; errno?: unknown; number?: unknown };
  return [code, errno, number].filter((c) => typeof c === 'string' || typeof c === 'number').join('/');
};

const NETWORK_CODES = ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'];

/** True for errors of the network below the driver. */
export const isNetworkError = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.some(isNetworkError);
  return codeOf(error).split('/').some((c) => NETWORK_CODES.includes(c));
};
