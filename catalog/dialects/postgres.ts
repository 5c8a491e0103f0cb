/**
 * PostgreSQL: a function for arrivals that are new, `unnest` for the rest, `on conflict do nothing returning`, one data-changing CTE for the counters.
 * bigint and numeric come back as numbers: ids and byte sums stay below 2^53.
 */
import { PostgresDialect, sql } from 'kysely';
import type { Insertable } from 'kysely';
import pg from 'pg';
import { StaleIds } from '../database.ts';
import { STALE_SERIES } from '../migrations/0009-arrival-log.ts';
import type { InstanceTable, Tables } from '../tables.ts';
import { codeOf, isNetworkError } from './dialect.ts';
import type { Engine, Fault } from './dialect.ts';

const NUMERIC_TYPES = [20, 1700];

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    NUMERIC_TYPES.includes(oid) ? Number : pg.types.getTypeParser(oid, format as 'text') as unknown) as typeof pg.types.getTypeParser,
};

const INSTANCE_COLUMNS: readonly (readonly [keyof Insertable<InstanceTable> & string, string])[] = [
  ['sop_instance_uid', 'text'], ['variant', 'int'], ['series_key', 'bigint'], ['study_key', 'bigint'], ['sop_class_uid', 'text'], ['instance_number', 'text'], ['sort_number', 'int'],
  ['transfer_syntax_uid', 'text'], ['data_set_sha256', 'text'], ['data_set_offset', 'bigint'], ['bytes', 'bigint'], ['path', 'text'], ['calling_ae', 'text'], ['called_ae', 'text'], ['host', 'text'],
  ['is_pushed', 'int'], ['is_held', 'int'], ['counts', 'int'], ['is_contested', 'int'], ['stored_at', 'timestamptz'], ['attributes', 'text'],
];

/** By the names of the parameters: the order of columns here is none of the function's. */
const STORE_ARRIVAL = `select store_arrival(${INSTANCE_COLUMNS.map(([name], i) => `new_${name} => $${i + 1}`).join(', ')}) as made`;

const fault = (error: unknown): Fault => {
  const code = codeOf(error);
  if (code === '40001' || code === '40P01' || code === '55P03') return 'retry';
  if (code === '23505') return 'duplicate';
  if (/^(08|57P|53)/.test(code) || code === '3D000' || code === '28P01' || isNetworkError(error)) return 'unavailable';
  if (error instanceof Error && /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Cannot use a pool after/.test(error.message)) return 'unavailable';
  return 'other';
};

/** Opens a pool on a PostgreSQL database. */
export const openPostgres = (url: string, poolSize: number, onPoolError: (code: string) => void): Engine => {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, types, connectionTimeoutMillis: 5_000, keepAlive: true, application_name: 'spindle' });
  // The pool listens to idle clients only: a client that breaks while checked out would otherwise end the process.
  pool.on('connect', (client) => { client.on('error', (error) => onPoolError(codeOf(error))); });
  pool.on('error', () => undefined);
  /** By name: each connection reads the statement once. Not through the query builder, which would build it anew for every group. */
  const stored = async <Row extends pg.QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> => {
    const { rows } = await pool.query<Row>({ name, text, values: [...values] }).catch((error: unknown) => {
      throw codeOf(error) === STALE_SERIES ? new StaleIds('a remembered series is not in the catalog') : error;
    });
    return rows;
  };
  return {
    name: 'postgres',
    kysely: new PostgresDialect({ pool }),
    maxParameters: 60_000,
    faultCode: codeOf,
    wasApplied: () => false,
    fault,
    first: (query, count) => query.limit(count),
    async lockRows(trx, table, ids) {
      if (ids.length > 0) await sql`select id from ${sql.table(table)} where id = any(${[...ids]}::bigint[]) order by id for update`.execute(trx);
    },
    async advance(trx, counter, by) {
      const { value } = await trx.updateTable('counter').set((eb) => ({ value: eb('value', '+', by) })).where('name', '=', counter).returning('value').executeTakeFirstOrThrow();
      return value;
    },
    async insertInstances(trx, rows) {
      const names = sql.join(INSTANCE_COLUMNS.map(([name]) => sql.ref(name)));
      const arrays = sql.join(INSTANCE_COLUMNS.map(([name, type]) => sql`${rows.map((row) => row[name])}::${sql.raw(type)}[]`));
      const { rows: made } = await sql<{ id: number; sop_instance_uid: string }>`insert into instance (${names}) select * from unnest(${arrays}) on conflict (sop_instance_uid, variant) do nothing returning id, sop_instance_uid`.execute(trx);
      return new Map(made.map((row) => [row.sop_instance_uid, row.id]));
    },
    async recordArrivals(trx, arrivals) {
      const of = <T>(pick: (a: (typeof arrivals)[number]) => T): T[] => arrivals.map(pick);
      const { rows } = await sql<{ found: number }>`with arrived as (
          select * from unnest(${of((a) => a.seriesKey)}::bigint[], ${of((a) => a.studyKey)}::bigint[], ${of((a) => a.instances)}::bigint[], ${of((a) => a.bytes)}::bigint[], ${of((a) => a.lastStoredAt)}::timestamptz[], ${of((a) => (a.isPushed ? 1 : 0))}::int[])
            as t (series_key, study_key, instances, bytes, stored_at, is_pushed)),
        in_study as (
          update study set last_stored_at = greatest(study.last_stored_at, a.stored_at)
          from (select study_key, max(stored_at) as stored_at from arrived group by study_key) a where study.id = a.study_key),
        in_series as (
          update series set instances = series.instances + a.instances, held_instances = held_instances + a.instances, bytes = series.bytes + a.bytes, arrivals = arrivals + 1, last_stored_at = greatest(last_stored_at, a.stored_at)
          from arrived a where series.id = a.series_key returning series.id, series.arrivals, a.is_pushed, a.instances as gained, a.bytes as gained_bytes),
        in_outbox as (
          insert into arrival_outbox (series_key, version, is_pushed, instances, bytes) select id, arrivals, is_pushed, gained, gained_bytes from in_series
          on conflict (series_key) do update set version = excluded.version, is_pushed = greatest(arrival_outbox.is_pushed, excluded.is_pushed), instances = arrival_outbox.instances + excluded.instances, bytes = arrival_outbox.bytes + excluded.bytes)
        select count(*) as found from in_series`.execute(trx);
      return rows[0]?.found ?? 0;
    },
    async storeNew(rows, studies) {
      const [first] = rows;
      if (first !== undefined && rows.length === 1) {
        const [row] = await stored<{ made: number | null }>('store_arrival', STORE_ARRIVAL, INSTANCE_COLUMNS.map(([name]) => first[name]));
        return new Map(row === undefined || row.made === null ? [] : [[first.sop_instance_uid, row.made]]);
      }
      const made = await stored<{ uid: string; made: number }>('store_arrivals', 'select uid, made from store_arrivals($1, $2)', [JSON.stringify(rows), studies]);
      return new Map(made.map((row) => [row.uid, row.made]));
    },
    async insertRow(trx, table, row) {
      const { id } = await trx.insertInto(table as 'patient').values(row as Insertable<Tables['patient']>).returning('id').executeTakeFirstOrThrow();
      return id;
    },
    whileMigrating: (db, work) => db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('spindle.migrate'))`.execute(trx);
      await work(trx);
    }),
  };
};
