/**
 * SQL Server 2017 and later through the `mssql` package. No MERGE: rows are looked for with (updlock, serializable), then inserted.
 * Texts are declared as they are stored (varchar for plain ASCII up to 255 characters), times as datetime2, so indexes are used and nothing is rounded.
 */
import { MssqlAdapter, MssqlIntrospector, MssqlQueryCompiler, sql } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Driver, Insertable, QueryResult } from 'kysely';
import mssql from 'mssql';
import type { Tables } from '../tables.ts';
import { chunked, codeOf, isNetworkError } from './dialect.ts';
import type { Engine, Fault } from './dialect.ts';

const RETRY = ['1205', '1222', '3960'];
const DUPLICATE = ['2601', '2627'];
const UNAVAILABLE = /ECONNCLOSED|ENOTOPEN|ESOCKET|ETIMEOUT|ELOGIN|EINSTLOOKUP|ENOCONN|ECONNRESET|(^|\/)(233|4060|6005|18456|40613)($|\/)/;

const fault = (error: unknown): Fault => {
  const codes = codeOf(error).split('/');
  if (RETRY.some((c) => codes.includes(c))) return 'retry';
  if (DUPLICATE.some((c) => codes.includes(c))) return 'duplicate';
  return UNAVAILABLE.test(codeOf(error)) || isNetworkError(error) ? 'unavailable' : 'other';
};

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

const bind = (request: mssql.Request, name: string, value: unknown): void => {
  if (value instanceof Date) request.input(name, mssql.DateTime2(3), value);
  else if (typeof value === 'string') request.input(name, value.length <= 64 && isAscii(value) ? mssql.VarChar(64) : value.length <= 4000 ? mssql.NVarChar(4000) : mssql.NVarChar(mssql.MAX), value);
  else if (typeof value === 'number') request.input(name, mssql.BigInt, value);
  else if (value === null || value === undefined) request.input(name, mssql.NVarChar(4000), null);
  else throw new TypeError(`a parameter of type ${typeof value} is not bound`);
};

/** bigint and decimal arrive as text; ids and byte sums stay below 2^53. */
const readable = (recordset: mssql.IRecordSet<Record<string, unknown>> | undefined): Record<string, unknown>[] => {
  if (!recordset) return [];
  const numeric = Object.values(recordset.columns).filter((c) => c.type === mssql.BigInt || c.type === mssql.Decimal || c.type === mssql.Numeric).map((c) => c.name);
  return recordset.map((row) => {
    const read = { ...row };
    for (const name of numeric) if (typeof read[name] === 'string') read[name] = Number(read[name]);
    return read;
  });
};

interface Connection extends DatabaseConnection { transaction: mssql.Transaction | undefined }

const connectionOn = (pool: mssql.ConnectionPool): Connection => ({
  transaction: undefined,
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const request = this.transaction ? new mssql.Request(this.transaction) : new mssql.Request(pool);
    query.parameters.forEach((value, i) => bind(request, String(i + 1), value));
    const result = await request.query<Record<string, unknown>>(query.sql);
    return { rows: readable(result.recordset) as R[], numAffectedRows: BigInt(result.rowsAffected.reduce((sum, n) => sum + n, 0)) };
  },
  // eslint-disable-next-line require-yield -- the catalog never streams
  async *streamQuery() { throw new TypeError('streaming is not offered on SQL Server'); },
});

const driverOn = (open: () => Promise<mssql.ConnectionPool>, close: () => Promise<void>): Driver => ({
  init: () => Promise.resolve(),
  acquireConnection: async () => connectionOn(await open()),
  async beginTransaction(connection) {
    const transaction = new mssql.Transaction(await open());
    await transaction.begin(mssql.ISOLATION_LEVEL.READ_COMMITTED);
    (connection as Connection).transaction = transaction;
  },
  async commitTransaction(connection) {
    await (connection as Connection).transaction?.commit();
  },
  async rollbackTransaction(connection) {
    try {
      await (connection as Connection).transaction?.rollback();
    } catch (error) {
      // The server has rolled back by itself (deadlock victim, lost connection): the first error is the one that counts.
      if (!['EABORT', 'ENOTBEGUN', 'ECONNCLOSED'].includes(codeOf(error).split('/')[0] ?? '')) throw error;
    }
  },
  releaseConnection: (connection) => {
    (connection as Connection).transaction = undefined;
    return Promise.resolve();
  },
  destroy: close,
});

const configOf = (url: string, poolSize: number): mssql.config => {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  return {
    server: hostname, port: Number(port || 1433), user: decodeURIComponent(username), password: decodeURIComponent(password), database: decodeURIComponent(pathname.slice(1)),
    options: { encrypt: searchParams.get('encrypt') !== 'false', trustServerCertificate: searchParams.get('trustServerCertificate') === 'true', useUTC: true, appName: 'spindle', enableArithAbort: true },
    pool: { max: poolSize, min: 0 }, connectionTimeout: 5_000, requestTimeout: 120_000,
  };
};

const lockHint = sql.raw('with (updlock, rowlock)');

/** Opens a pool on a SQL Server database; connecting happens with the first statement. */
export const openMssql = (url: string, poolSize: number, onPoolError: (code: string) => void): Engine => {
  let opening: Promise<mssql.ConnectionPool> | undefined;
  const open = async (): Promise<mssql.ConnectionPool> => {
    opening ??= (() => {
      const pool = new mssql.ConnectionPool(configOf(url, poolSize));
      pool.on('error', (error: unknown) => onPoolError(codeOf(error)));
      return pool.connect();
    })();
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };
  const close = async (): Promise<void> => { if (opening) await (await opening).close(); };
  const maxParameters = 2_000;
  const insertRow: Engine['insertRow'] = async (trx, table, row) => {
    const { id } = await trx.insertInto(table as 'patient').values(row as Insertable<Tables['patient']>).output('inserted.id').executeTakeFirstOrThrow();
    return id;
  };
  return {
    name: 'mssql',
    kysely: { createAdapter: () => new MssqlAdapter(), createDriver: () => driverOn(open, close), createIntrospector: (db) => new MssqlIntrospector(db), createQueryCompiler: () => new MssqlQueryCompiler() },
    maxParameters,
    faultCode: codeOf,
    wasApplied: () => false,
    fault,
    first: (query, count) => query.top(count),
    async lockRows(trx, table, ids) {
      for (const chunk of chunked([...ids].sort((a, b) => a - b), 1, maxParameters)) await sql`select id from ${sql.table(table)} ${lockHint} where id in (${sql.join(chunk)}) order by id`.execute(trx);
    },
    async advance(trx, counter, by) {
      const { rows } = await sql<{ value: number }>`update counter set value = value + ${by} output inserted.value where name = ${counter}`.execute(trx);
      const [row] = rows;
      if (!row) throw new TypeError(`no counter ${counter}`);
      return row.value;
    },
    async insertInstances(trx, rows) {
      const made = new Map<string, number>();
      for (const chunk of chunked(rows, 22, maxParameters)) {
        const uids = chunk.map((row) => row.sop_instance_uid);
        const { rows: found } = await sql<{ sop_instance_uid: string }>`select sop_instance_uid from instance with (updlock, serializable) where sop_instance_uid in (${sql.join(uids)}) and variant = 0`.execute(trx);
        const known = new Set(found.map((row) => row.sop_instance_uid));
        const fresh = chunk.filter((row) => !known.has(row.sop_instance_uid));
        if (fresh.length === 0) continue;
        for (const row of await trx.insertInto('instance').values([...fresh]).output(['inserted.id', 'inserted.sop_instance_uid']).execute()) made.set(row.sop_instance_uid, row.id);
      }
      return made;
    },
    async recordArrivals(trx, arrivals) {
      let found = 0;
      for (const a of arrivals) {
        await sql`update study set last_stored_at = ${a.lastStoredAt} where id = ${a.studyKey} and last_stored_at < ${a.lastStoredAt}`.execute(trx);
        const { rows } = await sql<{ arrivals: number }>`update series set instances = instances + ${a.instances}, held_instances = held_instances + ${a.instances}, bytes = bytes + ${a.bytes}, arrivals = arrivals + 1, last_stored_at = case when last_stored_at < ${a.lastStoredAt} then ${a.lastStoredAt} else last_stored_at end output inserted.arrivals where id = ${a.seriesKey}`.execute(trx);
        const [series] = rows;
        if (!series) continue;
        found++;
        const isPushed = a.isPushed ? 1 : 0;
        const { numAffectedRows } = await sql`update arrival_outbox with (updlock, serializable) set version = ${series.arrivals}, is_pushed = case when is_pushed < ${isPushed} then ${isPushed} else is_pushed end, instances = instances + ${a.instances}, bytes = bytes + ${a.bytes} where series_key = ${a.seriesKey}`.execute(trx);
        if (numAffectedRows === 0n) await trx.insertInto('arrival_outbox').values({ series_key: a.seriesKey, version: series.arrivals, is_pushed: isPushed, instances: a.instances, bytes: a.bytes }).execute();
      }
      return found;
    },
    insertRow,
    whileMigrating: (db, work) => db.transaction().execute(async (trx) => {
      await sql`exec sp_getapplock @Resource = 'spindle.migrate', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 120000`.execute(trx);
      await work(trx);
    }),
  };
};
