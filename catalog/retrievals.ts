/**
 * Studies being fetched from remote AEs: what was expected, what is held by now, how it ended.
 * Progress is always counted from the instances that are held; nothing counts arrivals.
 */
import type { Selectable } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import type { Retrieval, RetrievalBook, RetrievalProgress } from './books/retrieval-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { Executor, InTransaction } from './dialects/dialect.ts';
import { appendOperations } from './operations.ts';
import type { RetrievalTable } from './tables.ts';

/** How long after its end a retrieval still explains instances that name us as move originator. */
const LATE_MS = 24 * 3_600_000;

const rowOf = async (db: Executor, retrievalId: number): Promise<Selectable<RetrievalTable> & { order_id: string }> => {
  const row = await db.selectFrom('retrieval').innerJoin('disc_order', 'disc_order.id', 'retrieval.order_key').where('retrieval.id', '=', retrievalId).selectAll('retrieval').select('disc_order.order_id').executeTakeFirst();
  if (!row) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such retrieval', { details: { retrievalId } });
  return row;
};

/** Held instances of a study by Series Instance UID; two contents of one instance count once. */
const heldBySeries = async (db: Executor, studyInstanceUid: string): Promise<ReadonlyMap<string, number>> => {
  const rows = await db.selectFrom('instance').innerJoin('series', 'series.id', 'instance.series_key').innerJoin('study', 'study.id', 'instance.study_key')
    .where('study.study_instance_uid', '=', studyInstanceUid).where('instance.is_held', '=', 1).groupBy('series.series_instance_uid')
    .select((eb) => ['series.series_instance_uid', eb.fn.count<number>('instance.sop_instance_uid').distinct().as('held')]).execute();
  return new Map(rows.map((row) => [row.series_instance_uid, Number(row.held)]));
};

/** The retrievals of an order with their progress, oldest first. */
export const retrievalsOf = async (db: Executor, orderKey: number): Promise<readonly Retrieval[]> => {
  const rows = await db.selectFrom('retrieval').innerJoin('disc_order', 'disc_order.id', 'retrieval.order_key').where('retrieval.order_key', '=', orderKey).orderBy('retrieval.id').selectAll('retrieval').select('disc_order.order_id').execute();
  return rows.map(retrievalRow);
};

const retrievalRow = (row: Selectable<RetrievalTable> & { order_id: string }): Retrieval => ({
  retrievalId: row.id, orderId: row.order_id, remoteAe: row.remote_ae, studyInstanceUid: row.study_instance_uid, state: row.state as Retrieval['state'], reason: row.reason, openedAt: row.opened_at, endedAt: row.ended_at,
});

const progressOf = async (db: Executor, retrievalId: number): Promise<readonly RetrievalProgress[]> => {
  const { study_instance_uid } = await rowOf(db, retrievalId);
  const held = await heldBySeries(db, study_instance_uid);
  const expected = await db.selectFrom('retrieval_series').selectAll().where('retrieval_key', '=', retrievalId).orderBy('id').execute();
  return expected.map((row) => ({ retrievalSeriesId: row.id, seriesInstanceUid: row.series_instance_uid, expected: row.expected_instances, held: held.get(row.series_instance_uid) ?? 0 }));
};

/** Opens the retrievals of an order that is being placed. */
export const openRetrievals = async (database: Database, trx: InTransaction, orderKey: number, remote: { readonly aeTitle: string; readonly studyInstanceUids: readonly string[] }): Promise<void> => {
  for (const study of [...new Set(remote.studyInstanceUids)]) {
    await database.engine.insertRow(trx, 'retrieval', { order_key: orderKey, remote_ae: remote.aeTitle, study_instance_uid: study, state: 'OPEN', reason: '', is_selected: 0, opened_at: database.now(), ended_at: null });
  }
};

/** The retrieval book over one database. */
export const createRetrievalBook = (database: Database): RetrievalBook => ({
  retrieval: (retrievalId) => database.read(async (db) => retrievalRow(await rowOf(db, retrievalId))),
  expect: (retrievalId, series) => database.write(async (trx) => {
    await rowOf(trx, retrievalId);
    const sorted = [...series].sort((a, b) => (a.seriesInstanceUid < b.seriesInstanceUid ? -1 : 1));
    const known = new Map((await trx.selectFrom('retrieval_series').selectAll().where('retrieval_key', '=', retrievalId).execute()).map((row) => [row.series_instance_uid, row]));
    const gone = [...known.values()].filter((row) => !sorted.some((one) => one.seriesInstanceUid === row.series_instance_uid)).map((row) => row.id);
    for (const part of chunked(gone, 1, database.engine.maxParameters)) await trx.deleteFrom('retrieval_series').where('id', 'in', [...part]).execute();
    for (const one of sorted) {
      const row = known.get(one.seriesInstanceUid);
      if (!row) await database.engine.insertRow(trx, 'retrieval_series', { retrieval_key: retrievalId, series_instance_uid: one.seriesInstanceUid, expected_instances: one.instances });
      else if (row.expected_instances !== one.instances) await trx.updateTable('retrieval_series').set({ expected_instances: one.instances }).where('id', '=', row.id).execute();
    }
  }),
  progress: (retrievalId) => database.read((db) => progressOf(db, retrievalId)),
  end: (retrievalId, state, reason) => database.write(async (trx) => {
    const row = await rowOf(trx, retrievalId);
    if (row.state === state && row.reason === reason) return;
    const progress = await progressOf(trx, retrievalId);
    await trx.updateTable('retrieval').set({ state, reason, ended_at: database.now() }).where('id', '=', retrievalId).execute();
    const sum = (of: (p: RetrievalProgress) => number): number => progress.reduce((total, p) => total + of(p), 0);
    await appendOperations(database, trx, [{
      who: 'appliance', event: 'retrieval.ended', subject: row.order_id, subjectKind: 'order', result: state,
      details: { orderId: row.order_id, retrievalId, remoteAe: row.remote_ae, reason, series: progress.length, expected: sum((p) => p.expected), held: sum((p) => Math.min(p.held, p.expected)) },
    }]);
  }),
  openAes: () => database.read(async (db) => {
    const rows = await db.selectFrom('retrieval').innerJoin('disc_order', 'disc_order.id', 'retrieval.order_key').select('retrieval.remote_ae').where('retrieval.state', '=', 'OPEN').where('disc_order.state', 'in', ['PENDING', 'CREATING']).distinct().execute();
    return new Set(rows.map((row) => row.remote_ae));
  }),
  expecting: (studyInstanceUid) => database.read(async (db) => {
    const since = new Date(database.now().getTime() - LATE_MS);
    const rows = await db.selectFrom('retrieval').innerJoin('disc_order', 'disc_order.id', 'retrieval.order_key').select(['retrieval.remote_ae', 'retrieval.state', 'retrieval.ended_at', 'disc_order.state as order_state', 'disc_order.ended_at as order_ended_at'])
      .where('retrieval.study_instance_uid', '=', studyInstanceUid).execute();
    return rows.flatMap((row) => {
      const isOpen = row.state === 'OPEN' && ['PENDING', 'CREATING'].includes(row.order_state);
      const endedAt = row.ended_at ?? row.order_ended_at;
      return isOpen || (endedAt !== null && endedAt > since) ? [{ remoteAe: row.remote_ae, isOpen }] : [];
    });
  }),
});
