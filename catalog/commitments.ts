/**
 * Storage commitments: which instances we promised to keep, to whom, and which answers are still to be delivered.
 * A promise is given in the transaction that finds the instance held, with its study locked against deletion.
 */
import type { Selectable } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import type { Commitment, CommitmentBook, CommitmentCandidate, CommitmentItem, CommitmentRequest } from './books/commitment-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { Executor, InTransaction } from './dialects/dialect.ts';
import { fit } from './folding.ts';
import { appendOperations } from './operations.ts';
import type { CommitmentTable } from './tables.ts';

const commitment = (row: Selectable<CommitmentTable>): Commitment => ({
  commitmentId: row.id, transactionUid: row.transaction_uid, callingAe: row.calling_ae, calledAe: row.called_ae, state: row.state as Commitment['state'], committed: row.committed, refused: row.refused, attempts: row.attempts,
  requestedAt: row.requested_at, nextTryAt: row.next_try_at, endedAt: row.ended_at, revokedAt: row.revoked_at, revokedBy: row.revoked_by,
});

const findCommitment = async (db: Executor, commitmentId: number): Promise<Selectable<CommitmentTable>> => {
  const row = await db.selectFrom('commitment').selectAll().where('id', '=', commitmentId).executeTakeFirst();
  if (!row) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such commitment', { details: { commitmentId } });
  return row;
};

/** Held rows of the UIDs, those that count first. */
const heldRows = async (database: Database, db: Executor, uids: readonly string[]): Promise<readonly (CommitmentCandidate & { readonly studyKey: number })[]> => {
  const rows: (CommitmentCandidate & { studyKey: number })[] = [];
  for (const part of chunked(uids, 1, database.engine.maxParameters)) {
    const found = await db.selectFrom('instance').where('sop_instance_uid', 'in', [...part]).where('is_held', '=', 1).orderBy('counts', 'desc').orderBy('variant').select(['id', 'sop_instance_uid', 'sop_class_uid', 'path', 'bytes', 'study_key']).execute();
    rows.push(...found.map((row) => ({ instanceId: row.id, sopInstanceUid: row.sop_instance_uid, sopClassUid: row.sop_class_uid, path: row.path, bytes: row.bytes, studyKey: row.study_key })));
  }
  return rows;
};

const record = async (database: Database, trx: InTransaction, request: CommitmentRequest): Promise<{ commitmentId: number; items: readonly CommitmentItem[] }> => {
  const wanted = request.items.filter((item) => item.instanceId !== null).map((item) => item.sopInstanceUid);
  await database.engine.lockRows(trx, 'study', [...new Set((await heldRows(database, trx, wanted)).map(({ studyKey }) => studyKey))]);
  const stillHeld = new Set((await heldRows(database, trx, wanted)).map(({ instanceId }) => instanceId));
  const items = request.items.map((item) => (item.instanceId !== null && !stillHeld.has(item.instanceId) ? { ...item, instanceId: null, failureReason: request.notHeldReason } : item));
  const committed = items.filter(({ failureReason }) => failureReason === 0).length;
  const commitmentId = await database.engine.insertRow(trx, 'commitment', {
    transaction_uid: request.transactionUid, calling_ae: fit(request.callingAe, 32), called_ae: fit(request.calledAe, 32), state: 'PENDING', committed, refused: items.length - committed, attempts: 0,
    requested_at: database.now(), next_try_at: request.nextTryAt, ended_at: null, revoked_at: null, revoked_by: '',
  });
  const rows = items.map((item) => ({ commitment_key: commitmentId, sop_instance_uid: item.sopInstanceUid, sop_class_uid: item.sopClassUid, instance_key: item.instanceId, failure_reason: item.failureReason, is_revoked: 0 }));
  for (const chunk of chunked(rows, 6, database.engine.maxParameters)) await trx.insertInto('commitment_instance').values([...chunk]).execute();
  await appendOperations(database, trx, [{
    who: request.callingAe, event: 'commitment.requested', subject: String(commitmentId), subjectKind: 'commitment', result: committed === items.length ? 'committed' : committed === 0 ? 'refused' : 'partly', details: { commitmentId, committed, refused: items.length - committed },
  }]);
  return { commitmentId, items };
};

const end = (database: Database, commitmentId: number, state: 'DELIVERED' | 'GIVEN-UP'): Promise<void> => database.write(async (trx) => {
  const row = await findCommitment(trx, commitmentId);
  if (row.state !== 'PENDING') return;
  await trx.updateTable('commitment').set({ state, ended_at: database.now() }).where('id', '=', commitmentId).execute();
  await appendOperations(database, trx, [{ who: 'appliance', event: 'commitment.answer', subject: String(commitmentId), subjectKind: 'commitment', result: state, details: { commitmentId, callingAe: row.calling_ae, attempts: row.attempts } }]);
});

/** The commitment book over one database. */
export const createCommitmentBook = (database: Database): CommitmentBook => ({
  candidates: (uids) => database.read((db) => heldRows(database, db, uids)),
  find: (callingAe, transactionUid) => database.read(async (db) => {
    const query = db.selectFrom('commitment').selectAll().where('transaction_uid', '=', transactionUid).where('calling_ae', '=', fit(callingAe, 32)).orderBy('id');
    const row = await database.engine.first(query, 1).executeTakeFirst();
    return row && commitment(row);
  }),
  record: (request) => database.write((trx) => record(database, trx, request)),
  due: (now, limit) => database.read(async (db) => (await database.engine.first(db.selectFrom('commitment').selectAll().where('state', '=', 'PENDING').where('next_try_at', '<=', now).orderBy('next_try_at').orderBy('id'), limit).execute()).map(commitment)),
  items: (commitmentId) => database.read(async (db) => {
    const rows = await db.selectFrom('commitment_instance').where('commitment_key', '=', commitmentId).orderBy('sop_instance_uid').selectAll().execute();
    return rows.map((row) => ({ sopInstanceUid: row.sop_instance_uid, sopClassUid: row.sop_class_uid, instanceId: row.instance_key, failureReason: row.failure_reason }));
  }),
  tried: (commitmentId, nextTryAt) => database.write(async (trx) => {
    await trx.updateTable('commitment').set((eb) => ({ attempts: eb('attempts', '+', 1), next_try_at: nextTryAt })).where('id', '=', commitmentId).execute();
  }),
  end: (commitmentId, state) => end(database, commitmentId, state),
  list: ({ limit, after }) => database.read(async (db) => {
    let query = db.selectFrom('commitment').selectAll().orderBy('id', 'desc');
    if (after !== undefined) query = query.where('id', '<', Number(after));
    const rows = await database.engine.first(query, limit + 1).execute();
    const page = rows.slice(0, limit);
    return { commitments: page.map(commitment), next: rows.length > limit ? String(page.at(-1)?.id ?? '') : null };
  }),
  commitment: (commitmentId) => database.read(async (db) => commitment(await findCommitment(db, commitmentId))),
  revoke: (commitmentId, who) => database.write(async (trx) => {
    const row = await findCommitment(trx, commitmentId);
    if (row.revoked_at !== null) return;
    await trx.updateTable('commitment').set({ revoked_at: database.now(), revoked_by: fit(who, 200) }).where('id', '=', commitmentId).execute();
    await trx.updateTable('commitment_instance').set({ is_revoked: 1 }).where('commitment_key', '=', commitmentId).execute();
    await appendOperations(database, trx, [{ who, event: 'commitment.revoked', subject: String(commitmentId), subjectKind: 'commitment', result: 'revoked', details: { commitmentId, committed: row.committed } }]);
  }),
});
