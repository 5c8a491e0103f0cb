/** Login tokens and sessions of the console; only digests are kept. */
import type { SessionBook } from './books/session-book.ts';
import type { Database } from './database.ts';
import { appendOperations } from './operations.ts';

/** The session book over one database. */
export const createSessionBook = (database: Database): SessionBook => ({
  addLoginToken: (tokenSha256, expiresAt) => database.write(async (trx) => {
    await trx.deleteFrom('login_token').where('expires_at', '<', database.now()).execute();
    await trx.insertInto('login_token').values({ token_sha256: tokenSha256, expires_at: expiresAt, is_used: 0 }).execute();
  }),
  useLoginToken: (tokenSha256, now) => database.write(async (trx) => {
    const { numUpdatedRows } = await trx.updateTable('login_token').set({ is_used: 1 }).where('token_sha256', '=', tokenSha256).where('is_used', '=', 0).where('expires_at', '>', now).executeTakeFirst();
    return numUpdatedRows > 0n;
  }),
  addSession: (sessionSha256, who, expiresAt) => database.write(async (trx) => {
    await trx.deleteFrom('web_session').where('expires_at', '<', database.now()).execute();
    await trx.insertInto('web_session').values({ session_sha256: sessionSha256, who, expires_at: expiresAt }).execute();
    await appendOperations(database, trx, [{ who, event: 'session.opened', subject: who, subjectKind: 'session', result: 'opened', details: {} }]);
  }),
  session: (sessionSha256, now) => database.read(async (db) => {
    const row = await db.selectFrom('web_session').select('who').where('session_sha256', '=', sessionSha256).where('expires_at', '>', now).executeTakeFirst();
    return row ? { who: row.who } : undefined;
  }),
  endSession: (sessionSha256) => database.write(async (trx) => {
    const row = await trx.selectFrom('web_session').select('who').where('session_sha256', '=', sessionSha256).executeTakeFirst();
    if (!row) return;
    await trx.deleteFrom('web_session').where('session_sha256', '=', sessionSha256).execute();
    await appendOperations(database, trx, [{ who: row.who, event: 'session.ended', subject: row.who, subjectKind: 'session', result: 'ended', details: {} }]);
  }),
});
