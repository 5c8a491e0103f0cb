/** The rule book: burn rules with their history. Groups and arrivals live in groups.ts. */
import type { Selectable } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import type { BurnRule } from '../disc/order/burn-rule.ts';
import type { RuleBook, RuleDraft } from './books/rule-book.ts';
import type { Database } from './database.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { fit } from './folding.ts';
import { createArrivals } from './arrivals.ts';
import { createGroups } from './groups.ts';
import { appendOperations } from './operations.ts';
import type { Operation } from './operations.ts';
import { burnRule } from './rule-rows.ts';
import type { BurnRuleTable } from './tables.ts';

type Row = Selectable<BurnRuleTable>;

const columns = (database: Database, draft: RuleDraft, who: string): Omit<Row, 'id' | 'is_removed' | 'source' | 'version'> => ({
  name: fit(draft.name, 200), sort_order: draft.position, is_enabled: draft.isEnabled ? 1 : 0, draft: JSON.stringify(draft), changed_by: fit(who, 200), changed_at: database.now(),
});

const operation = (who: string, id: number, result: string, version: number): Operation => ({ who, event: 'rule.changed', subject: String(id), subjectKind: 'rule', result, details: { ruleId: id, version } });

const keepVersion = (trx: InTransaction, id: number, row: Omit<Row, 'id'>): Promise<unknown> =>
  trx.insertInto('burn_rule_version').values({ rule_key: id, version: row.version, draft: row.draft, changed_by: row.changed_by, changed_at: row.changed_at }).execute();

const addRule = async (database: Database, trx: InTransaction, draft: RuleDraft, who: string, source: BurnRule['source']): Promise<Row> => {
  const row = { ...columns(database, draft, who), is_removed: 0, source, version: 1 };
  const id = await database.engine.insertRow(trx, 'burn_rule', row);
  await keepVersion(trx, id, row);
  return { id, ...row };
};

const replaceRule = async (database: Database, trx: InTransaction, known: Row, draft: RuleDraft, who: string, isRemoved = false): Promise<Row> => {
  const row: Row = { ...known, ...columns(database, draft, who), version: known.version + 1, is_removed: isRemoved ? 1 : 0 };
  const { id, ...changed } = row;
  await trx.updateTable('burn_rule').set(changed).where('id', '=', id).execute();
  await keepVersion(trx, id, row);
  return row;
};

/** The rule, locked, in the version the caller saw. */
const lockRule = async (database: Database, trx: InTransaction, id: number, version: number): Promise<Row> => {
  await database.engine.lockRows(trx, 'burn_rule', [id]);
  const row = await trx.selectFrom('burn_rule').selectAll().where('id', '=', id).where('is_removed', '=', 0).executeTakeFirst();
  if (!row) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such rule', { details: { ruleId: id } });
  if (row.source === 'file') throw new ApplianceError('API_FORBIDDEN', 'rules of the rule file are changed in the file', { details: { ruleId: id } });
  if (row.version !== version) throw new ApplianceError('CATALOG_CONFLICT', 'the rule was changed meanwhile', { details: { ruleId: id, version: row.version } });
  return row;
};

const importFileRules = (database: Database, drafts: readonly RuleDraft[]): Promise<void> => database.write(async (trx) => {
  await database.engine.advance(trx, 'rule', 1);
  const known = await trx.selectFrom('burn_rule').selectAll().where('source', '=', 'file').where('is_removed', '=', 0).execute();
  const operations: Operation[] = [];
  for (const draft of drafts) {
    const row = known.find((r) => r.name === fit(draft.name, 200));
    if (row && row.draft === JSON.stringify(draft)) continue;
    const made = row ? await replaceRule(database, trx, row, draft, 'rule file') : await addRule(database, trx, draft, 'rule file', 'file');
    operations.push(operation('rule file', made.id, row ? 'changed' : 'created', made.version));
  }
  for (const row of known.filter((r) => r.is_enabled === 1 && !drafts.some((d) => fit(d.name, 200) === r.name))) {
    const made = await replaceRule(database, trx, row, { ...JSON.parse(row.draft) as RuleDraft, isEnabled: false }, 'rule file');
    operations.push(operation('rule file', made.id, 'disabled', made.version));
  }
  await appendOperations(database, trx, operations);
});

/** The rule book over one database. */
export const createRuleBook = (database: Database): RuleBook => ({
  ...createArrivals(database),
  ...createGroups(database),
  rules: () => database.read(async (db) => (await db.selectFrom('burn_rule').selectAll().where('is_removed', '=', 0).orderBy('sort_order').orderBy('id').execute()).map(burnRule)),
  rule: (id) => database.read(async (db) => {
    const row = await db.selectFrom('burn_rule').selectAll().where('id', '=', id).where('is_removed', '=', 0).executeTakeFirst();
    return row ? { ...burnRule(row), changedBy: row.changed_by, changedAt: row.changed_at } : undefined;
  }),
  create: (draft, who, source) => database.write(async (trx) => {
    const row = await addRule(database, trx, draft, who, source);
    await appendOperations(database, trx, [operation(who, row.id, 'created', 1)]);
    return burnRule(row);
  }),
  change: (id, version, draft, who) => database.write(async (trx) => {
    const row = await replaceRule(database, trx, await lockRule(database, trx, id, version), draft, who);
    await appendOperations(database, trx, [operation(who, id, 'changed', row.version)]);
    return burnRule(row);
  }),
  remove: (id, version, who) => database.write(async (trx) => {
    const known = await lockRule(database, trx, id, version);
    const row = await replaceRule(database, trx, known, JSON.parse(known.draft) as RuleDraft, who, true);
    await appendOperations(database, trx, [operation(who, id, 'removed', row.version)]);
  }),
  importFileRules: (drafts) => importFileRules(database, drafts),
  ensureDefaultRule: (draft) => database.write(async (trx) => {
    await database.engine.advance(trx, 'rule', 1);
    const any = await database.engine.first(trx.selectFrom('burn_rule').select('id').orderBy('id'), 1).executeTakeFirst();
    if (any) return;
    const row = await addRule(database, trx, draft, 'appliance', 'default');
    await appendOperations(database, trx, [operation('appliance', row.id, 'created', 1)]);
  }),
});
