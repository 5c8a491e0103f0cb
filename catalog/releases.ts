/** What people have looked at and let leave de-identified, instance by instance; each step stands in the operation log. */
import { ApplianceError } from '../infra/errors.ts';
import type { InstanceRelease, ReleaseBook } from './books/release-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { fit } from './folding.ts';
import { appendOperations } from './operations.ts';
import type { Operation } from './operations.ts';

const operation = (event: string, instanceId: number, who: string, purpose: string): Operation =>
  ({ who, event, subject: String(instanceId), subjectKind: 'instance', result: purpose, details: { instanceId, purpose } });

const requireKnown = async (trx: InTransaction, instanceIds: readonly number[], maxParameters: number): Promise<void> => {
  for (const part of chunked(instanceIds, 1, maxParameters)) {
    const known = await trx.selectFrom('instance').select((eb) => eb.fn.countAll<number>().as('known')).where('id', 'in', [...part]).executeTakeFirstOrThrow();
    if (Number(known.known) !== part.length) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such instance');
  }
};

const release = (database: Database, instanceIds: readonly number[], { purpose, who, reason }: Parameters<ReleaseBook['release']>[1]): Promise<number> => database.write(async (trx) => {
  const ids = [...new Set(instanceIds)].sort((a, b) => a - b);
  await requireKnown(trx, ids, database.engine.maxParameters);
  const open: number[] = [];
  for (const part of chunked(ids, 1, database.engine.maxParameters - 1)) {
    const known = new Set((await trx.selectFrom('instance_release').select('instance_key').where('purpose', '=', purpose).where('instance_key', 'in', [...part]).execute()).map((row) => row.instance_key));
    open.push(...part.filter((id) => !known.has(id)));
  }
  const rows = open.map((instance_key) => ({ instance_key, purpose, released_by: fit(who, 200), released_at: database.now(), reason: fit(reason, 400) }));
  for (const chunk of chunked(rows, 5, database.engine.maxParameters)) await trx.insertInto('instance_release').values([...chunk]).execute();
  await appendOperations(database, trx, open.map((id) => operation('instance.released', id, who, purpose)));
  return open.length;
});

const revoke = (database: Database, instanceId: number, { purpose, who }: Parameters<ReleaseBook['revoke']>[1]): Promise<void> => database.write(async (trx) => {
  await requireKnown(trx, [instanceId], database.engine.maxParameters);
  const known = await trx.selectFrom('instance_release').select('id').where('instance_key', '=', instanceId).where('purpose', '=', purpose).executeTakeFirst();
  if (!known) return;
  await trx.deleteFrom('instance_release').where('id', '=', known.id).execute();
  await appendOperations(database, trx, [operation('instance.release-revoked', instanceId, who, purpose)]);
});

/** The book of releases over one database. */
export const createReleaseBook = (database: Database): ReleaseBook => ({
  release: (instanceIds, how) => release(database, instanceIds, how),
  revoke: (instanceId, how) => revoke(database, instanceId, how),
  among: (instanceIds, purpose) => database.read(async (db) => {
    const found = new Map<number, InstanceRelease>();
    for (const part of chunked(instanceIds, 1, database.engine.maxParameters - 1)) {
      const rows = await db.selectFrom('instance_release').selectAll().where('purpose', '=', purpose).where('instance_key', 'in', [...part]).execute();
      for (const row of rows) found.set(row.instance_key, { by: row.released_by, at: row.released_at, reason: row.reason });
    }
    return found;
  }),
});
