/**
 * MySQL 8 and MariaDB 10.6+: READ COMMITTED, UTC, strict mode. New UIDs are found by asking first; a race lost to another
 * batch is a duplicate-key error and the transaction runs again.
 */
import { CompiledQuery, MysqlDialect, sql } from 'kysely';
import type { Insertable } from 'kysely';
import mysql from 'mysql2';
import type { Tables } from '../tables.ts';
import { chunked, codeOf, isNetworkError } from './dialect.ts';
import type { Engine, Fault } from './dialect.ts';

const UNAVAILABLE = /PROTOCOL_CONNECTION_LOST|ER_SERVER_SHUTDOWN|ER_CON_COUNT_ERROR|ER_ACCESS_DENIED|ER_BAD_DB_ERROR|ER_DBACCESS_DENIED|PROTOCOL_SEQUENCE_TIMEOUT|ER_CONNECTION_KILLED|ER_NORMAL_SHUTDOWN/;

const fault = (error: unknown): Fault => {
  const code = codeOf(error);
  if (/ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_CHECKREAD/.test(code)) return 'retry';
  if (/ER_DUP_ENTRY/.test(code)) return 'duplicate';
  if (UNAVAILABLE.test(code) || isNetworkError(error)) return 'unavailable';
  if (error instanceof Error && /closed state|Pool is closed|Connection lost/.test(error.message)) return 'unavailable';
  return 'other';
};

/** Opens a pool on a MySQL or MariaDB database. */
export const openMysql = (url: string, poolSize: number): Engine => {
  const pool = mysql.createPool({ uri: url.replace(/^mariadb:/, 'mysql:'), connectionLimit: poolSize, timezone: 'Z', charset: 'utf8mb4_bin', supportBigNumbers: true, decimalNumbers: true, connectTimeout: 5_000, enableKeepAlive: true });
  return {
    name: 'mysql',
    kysely: new MysqlDialect({
      pool,
      onCreateConnection: async (connection) => {
        await connection.executeQuery(CompiledQuery.raw('set session transaction isolation level read committed'));
        await connection.executeQuery(CompiledQuery.raw("set time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO'"));
      },
    }),
    maxParameters: 20_000,
    faultCode: codeOf,
    // Duplicate column, duplicate key name.
    wasApplied: (error) => /\b(1060|1061)\b/.test(codeOf(error)),
    fault,
    first: (query, count) => query.limit(count),
    async lockRows(trx, table, ids) {
      if (ids.length > 0) await sql`select id from ${sql.table(table)} where id in (${sql.join(ids)}) order by id for update`.execute(trx);
    },
    async advance(trx, counter, by) {
      await trx.updateTable('counter').set((eb) => ({ value: eb('value', '+', by) })).where('name', '=', counter).execute();
      return (await trx.selectFrom('counter').select('value').where('name', '=', counter).executeTakeFirstOrThrow()).value;
    },
    async insertInstances(trx, rows) {
      const made = new Map<string, number>();
      for (const chunk of chunked(rows, 22, 20_000)) {
        const uids = chunk.map((row) => row.sop_instance_uid);
        const known = new Set((await trx.selectFrom('instance').select('sop_instance_uid').where('sop_instance_uid', 'in', uids).where('variant', '=', 0).execute()).map((row) => row.sop_instance_uid));
        const fresh = chunk.filter((row) => !known.has(row.sop_instance_uid));
        if (fresh.length === 0) continue;
        await trx.insertInto('instance').values([...fresh]).execute();
        const ids = await trx.selectFrom('instance').select(['id', 'sop_instance_uid']).where('sop_instance_uid', 'in', fresh.map((row) => row.sop_instance_uid)).where('variant', '=', 0).execute();
        for (const row of ids) made.set(row.sop_instance_uid, row.id);
      }
      return made;
    },
    async recordArrivals(trx, arrivals) {
      const studies = new Map<number, Date>();
      for (const a of arrivals) studies.set(a.studyKey, new Date(Math.max(a.lastStoredAt.getTime(), studies.get(a.studyKey)?.getTime() ?? 0)));
      for (const [id, at] of studies) await trx.updateTable('study').set((eb) => ({ last_stored_at: eb.fn<Date>('greatest', ['last_stored_at', eb.val(at)]) })).where('id', '=', id).execute();
      let found = 0;
      for (const a of arrivals) {
        const { numUpdatedRows } = await trx.updateTable('series').set((eb) => ({
          instances: eb('instances', '+', a.instances), held_instances: eb('held_instances', '+', a.instances), bytes: eb('bytes', '+', a.bytes), arrivals: eb('arrivals', '+', 1),
          last_stored_at: eb.fn<Date>('greatest', ['last_stored_at', eb.val(a.lastStoredAt)]),
        })).where('id', '=', a.seriesKey).executeTakeFirst();
        found += Number(numUpdatedRows);
      }
      for (const a of arrivals) {
        await sql`insert into arrival_outbox (series_key, version, is_pushed, instances, bytes) select id, series.arrivals, ${a.isPushed ? 1 : 0}, ${a.instances}, ${a.bytes} from series where id = ${a.seriesKey}
          on duplicate key update version = values(version), is_pushed = greatest(arrival_outbox.is_pushed, values(is_pushed)), instances = arrival_outbox.instances + values(instances), bytes = arrival_outbox.bytes + values(bytes)`.execute(trx);
      }
      return found;
    },
    async insertRow(trx, table, row) {
      const { insertId } = await trx.insertInto(table as 'patient').values(row as Insertable<Tables['patient']>).executeTakeFirstOrThrow();
      return Number(insertId);
    },
    whileMigrating: (db, work) => db.connection().execute(async (connection) => {
      const { rows } = await sql<{ locked: number | null }>`select get_lock('spindle.migrate', 120) as locked`.execute(connection);
      if (rows[0]?.locked !== 1) throw Object.assign(new TypeError('the migration lock was not given'), { code: 'ER_LOCK_WAIT_TIMEOUT' });
      try {
        await work(connection);
      } finally {
        await sql`select release_lock('spindle.migrate')`.execute(connection);
      }
    }),
  };
};
