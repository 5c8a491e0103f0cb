/** Callers that the AE registry does not know: one row per calling AE and host, the 200 seen last. */
import type { Selectable } from 'kysely';
import type { AeBook, UnknownCaller } from './books/ae-book.ts';
import type { Database } from './database.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { fit } from './folding.ts';
import type { UnknownCallerTable } from './tables.ts';

/** Whoever calls under ever new titles must not fill the database. */
const MOST_CALLERS = 200;

const unknownCaller = (row: Selectable<UnknownCallerTable>): UnknownCaller => ({
  callerId: row.id, callingAe: row.calling_ae, host: row.host, reason: row.reason, calls: row.calls, firstSeenAt: row.first_seen_at, lastSeenAt: row.last_seen_at,
});

/** Takes a title that is now registered off the list. */
export const forgetCaller = (trx: InTransaction, callingAe: string): Promise<unknown> => trx.deleteFrom('unknown_caller').where('calling_ae', '=', callingAe).execute();

/** What is said of callers that are in no registry. Such a call may be older than the entry that a person just made. */
const UNREGISTERED: readonly string[] = ['calling-ae', 'let-in'];

const note = async (trx: InTransaction, call: Parameters<AeBook['noteCallers']>[0][number]): Promise<void> => {
  const key = { calling_ae: fit(call.callingAe, 16), host: fit(call.host, 255) };
  const known = await trx.selectFrom('unknown_caller').select(['id', 'calls']).where('calling_ae', '=', key.calling_ae).where('host', '=', key.host).executeTakeFirst();
  const news = { reason: fit(call.reason, 64), last_seen_at: call.lastSeenAt };
  if (known) await trx.updateTable('unknown_caller').set({ ...news, calls: known.calls + call.calls }).where('id', '=', known.id).execute();
  else await trx.insertInto('unknown_caller').values({ ...key, ...news, calls: call.calls, first_seen_at: call.lastSeenAt }).execute();
};

const prune = async (database: Database, trx: InTransaction): Promise<void> => {
  const newest = await database.engine.first(trx.selectFrom('unknown_caller').select('id').orderBy('last_seen_at', 'desc').orderBy('id', 'desc'), MOST_CALLERS).execute();
  if (newest.length === MOST_CALLERS) await trx.deleteFrom('unknown_caller').where('id', 'not in', newest.map((row) => row.id)).execute();
};

/** The part of the AE book about unknown callers. */
export const createUnknownCallers = (database: Database): Pick<AeBook, 'noteCallers' | 'callers' | 'caller'> => ({
  noteCallers: (notes) => database.write(async (trx) => {
    await database.engine.advance(trx, 'ae', 1);
    const titles = new Set((await trx.selectFrom('remote_ae').select('ae_title').execute()).map((row) => row.ae_title));
    for (const call of notes) if (!titles.has(fit(call.callingAe, 16)) || !UNREGISTERED.includes(call.reason)) await note(trx, call);
    await prune(database, trx);
  }),
  callers: () => database.read(async (db) => (await db.selectFrom('unknown_caller').selectAll().orderBy('last_seen_at', 'desc').orderBy('id', 'desc').execute()).map(unknownCaller)),
  caller: (callerId) => database.read(async (db) => {
    const row = await db.selectFrom('unknown_caller').selectAll().where('id', '=', callerId).executeTakeFirst();
    return row && unknownCaller(row);
  }),
});
