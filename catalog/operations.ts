/**
 * The operation log, which doubles as the event stream.
 * Ids come from one counter row that stays locked until commit, so ids ascend in commit order and `since` never skips a row.
 * Rows are written last in their transaction: the lock is short, and every transaction takes it last.
 */
import type { OperationLog, OperationRow } from './books/operation-log.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { InTransaction } from './dialects/dialect.ts';
import type { OperationLogTable } from './tables.ts';

/** One row to write. Details hold ids, codes and numbers, never names or patient ids. */
export type Operation = Omit<OperationRow, 'id' | 'at'>;

/** Appends rows within the caller's transaction; must be its last statement. */
export const appendOperations = async (database: Database, trx: InTransaction, operations: readonly Operation[]): Promise<void> => {
  if (operations.length === 0) return;
  const last = await database.engine.advance(trx, 'operation', operations.length);
  const at = database.now();
  const rows = operations.map((o, i): OperationLogTable => ({
    id: last - operations.length + 1 + i, logged_at: at, who: o.who.slice(0, 200), event: o.event, subject: o.subject, subject_kind: o.subjectKind, result: o.result, details: JSON.stringify(o.details),
  }));
  for (const chunk of chunked(rows, 8, database.engine.maxParameters)) await trx.insertInto('operation_log').values([...chunk]).execute();
};

const operationRow = (row: OperationLogTable): OperationRow => ({
  id: row.id, at: row.logged_at, who: row.who, event: row.event, subject: row.subject, subjectKind: row.subject_kind as OperationRow['subjectKind'], result: row.result,
  details: JSON.parse(row.details) as OperationRow['details'],
});

/** The operation log over one database. */
export const createOperationLog = (database: Database): OperationLog => ({
  write: (row) => database.write((trx) => appendOperations(database, trx, [row])),
  since: (afterId, limit) => database.read(async (db) => {
    const rows = await database.engine.first(db.selectFrom('operation_log').selectAll().where('id', '>', afterId).orderBy('id'), limit).execute();
    return rows.map(operationRow);
  }),
  lastId: () => database.read(async (db) => {
    const row = await db.selectFrom('operation_log').select((eb) => eb.fn.max('id').as('id')).executeTakeFirst();
    return Number(row?.id ?? 0);
  }),
  list: (filter) => database.read(async (db) => {
    let query = db.selectFrom('operation_log').selectAll().orderBy('id', 'desc');
    if (filter.subjectKind !== undefined) query = query.where('subject_kind', '=', filter.subjectKind);
    if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
    if (filter.before !== undefined) query = query.where('id', '<', filter.before);
    return (await database.engine.first(query, filter.limit).execute()).map(operationRow);
  }),
});
