/** The AE registry with its history, and the callers it does not know. What a draft may hold is checked before it comes here. */
import type { Selectable } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import type { AeBook, AeDraft, RegisteredAe } from './books/ae-book.ts';
import type { Database } from './database.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { fit } from './folding.ts';
import { appendOperations } from './operations.ts';
import type { Operation } from './operations.ts';
import type { RemoteAeTable } from './tables.ts';
import { createUnknownCallers, forgetCaller } from './unknown-callers.ts';

type Row = Selectable<RemoteAeTable>;
type Result = 'created' | 'changed' | 'removed';

const FILE = 'configuration file';

const registeredAe = (row: Row): RegisteredAe => ({
  ...JSON.parse(row.draft) as AeDraft, aeTitle: row.ae_title, source: row.source as RegisteredAe['source'], version: row.version, changedBy: row.changed_by, changedAt: row.changed_at,
});

const operation = (who: string, row: Row, result: Result): Operation => ({ who, event: 'ae.changed', subject: row.ae_title, subjectKind: 'ae', result, details: { version: row.version } });

const keepVersion = (trx: InTransaction, row: Row, result: Result): Promise<unknown> =>
  trx.insertInto('remote_ae_version').values({ ae_title: row.ae_title, version: row.version, result, draft: row.draft, changed_by: row.changed_by, changed_at: row.changed_at }).execute();

const byTitle = (trx: InTransaction, aeTitle: string): Promise<Row | undefined> => trx.selectFrom('remote_ae').selectAll().where('ae_title', '=', aeTitle).executeTakeFirst();

const addAe = async (database: Database, trx: InTransaction, draft: AeDraft, who: string, source: RegisteredAe['source']): Promise<Row> => {
  const row = { ae_title: draft.aeTitle, source, version: 1, draft: JSON.stringify(draft), changed_by: fit(who, 200), changed_at: database.now() };
  const made = { id: await database.engine.insertRow(trx, 'remote_ae', row), ...row };
  await keepVersion(trx, made, 'created');
  await forgetCaller(trx, draft.aeTitle);
  return made;
};

const replaceAe = async (database: Database, trx: InTransaction, known: Row, draft: AeDraft, who: string, source = known.source): Promise<Row> => {
  const row: Row = { ...known, source, version: known.version + 1, draft: JSON.stringify({ ...draft, aeTitle: known.ae_title }), changed_by: fit(who, 200), changed_at: database.now() };
  const { id, ...changed } = row;
  await trx.updateTable('remote_ae').set(changed).where('id', '=', id).execute();
  await keepVersion(trx, row, 'changed');
  return row;
};

const dropAe = async (database: Database, trx: InTransaction, known: Row, who: string): Promise<Row> => {
  await trx.deleteFrom('remote_ae').where('id', '=', known.id).execute();
  const last = { ...known, version: known.version + 1, changed_by: fit(who, 200), changed_at: database.now() };
  await keepVersion(trx, last, 'removed');
  return last;
};

/** The AE in the version the caller saw. Changes of the registry are rare: one lock for all keeps them apart. */
const lockAe = async (database: Database, trx: InTransaction, aeTitle: string, version: number): Promise<Row> => {
  await database.engine.advance(trx, 'ae', 1);
  const row = await byTitle(trx, aeTitle);
  if (!row) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such AE', { details: { aeTitle } });
  if (row.source === 'file') throw new ApplianceError('API_FORBIDDEN', 'AEs of the configuration file are changed in the file', { details: { aeTitle } });
  if (row.version !== version) throw new ApplianceError('CATALOG_CONFLICT', 'the AE was changed meanwhile', { details: { aeTitle, version: row.version } });
  return row;
};

const importFileAes = (database: Database, drafts: readonly AeDraft[]): Promise<void> => database.write(async (trx) => {
  await database.engine.advance(trx, 'ae', 1);
  const known = new Map((await trx.selectFrom('remote_ae').selectAll().execute()).map((row): [string, Row] => [row.ae_title, row]));
  const operations: Operation[] = [];
  for (const draft of drafts) {
    const row = known.get(draft.aeTitle);
    if (row?.source === 'file' && row.draft === JSON.stringify(draft)) continue;
    const made = row ? await replaceAe(database, trx, row, draft, FILE, 'file') : await addAe(database, trx, draft, FILE, 'file');
    operations.push(operation(FILE, made, row ? 'changed' : 'created'));
  }
  const titles = new Set(drafts.map((draft) => draft.aeTitle));
  for (const row of known.values()) {
    if (row.source === 'file' && !titles.has(row.ae_title)) operations.push(operation(FILE, await dropAe(database, trx, row, FILE), 'removed'));
  }
  await appendOperations(database, trx, operations);
});

/** The AE registry over one database. */
export const createAeBook = (database: Database): AeBook => {
  const ae = (aeTitle: string): Promise<RegisteredAe | undefined> => database.read(async (db) => {
    const row = await db.selectFrom('remote_ae').selectAll().where('ae_title', '=', aeTitle).executeTakeFirst();
    return row && registeredAe(row);
  });
  return {
    ...createUnknownCallers(database),
    ae,
    find: ae,
    aes: () => database.read(async (db) => (await db.selectFrom('remote_ae').selectAll().orderBy('ae_title').execute()).map(registeredAe)),
    create: (draft, who) => database.write(async (trx) => {
      await database.engine.advance(trx, 'ae', 1);
      if (await byTitle(trx, draft.aeTitle)) throw new ApplianceError('CATALOG_CONFLICT', 'this AE title is registered already', { details: { aeTitle: draft.aeTitle } });
      const row = await addAe(database, trx, draft, who, 'api');
      await appendOperations(database, trx, [operation(who, row, 'created')]);
      return registeredAe(row);
    }),
    change: (aeTitle, version, draft, who) => database.write(async (trx) => {
      const row = await replaceAe(database, trx, await lockAe(database, trx, aeTitle, version), draft, who);
      await appendOperations(database, trx, [operation(who, row, 'changed')]);
      return registeredAe(row);
    }),
    remove: (aeTitle, version, who) => database.write(async (trx) => {
      const row = await dropAe(database, trx, await lockAe(database, trx, aeTitle, version), who);
      await appendOperations(database, trx, [operation(who, row, 'removed')]);
    }),
    importFileAes: (drafts) => importFileAes(database, drafts),
  };
};
