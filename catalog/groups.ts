/**
 * The groups that burn rules collect. A group holds the series its rule took; what no order of
 * the rule took yet is open. The times of a group are read from its series, so a late arrival is never overlooked.
 */
import type { Selectable } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import type { BurnRule } from '../disc/order/burn-rule.ts';
import type { CollectedStudy, CollectGroup, RuleBook } from './books/rule-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { Executor, InTransaction } from './dialects/dialect.ts';
import { sha256 } from './folding.ts';
import { writeOrder } from './place-order.ts';
import type { Selected } from './place-order.ts';
import { burnRule } from './rule-rows.ts';
import type { CollectGroupTable } from './tables.ts';
import { watchAll } from './watch-groups.ts';

type Group = Selectable<CollectGroupTable>;

const LEVEL_COLUMNS = { series: 'series.id', study: 'series.study_key', patient: 'study.patient_key' } as const;

const findGroup = (db: Executor, groupId: number): Promise<Group | undefined> => db.selectFrom('collect_group').selectAll().where('id', '=', groupId).executeTakeFirst();

const openOf = (db: Executor, group: Group) =>
  db.selectFrom('collect_group_series').innerJoin('instance', 'instance.series_key', 'collect_group_series.series_key').innerJoin('study', 'study.id', 'instance.study_key')
    .where('collect_group_series.group_key', '=', group.id).where('instance.counts', '=', 1).where('instance.is_held', '=', 1).where('instance.is_pushed', '=', 1)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom('order_instance').select('order_instance.order_key').whereRef('order_instance.instance_key', '=', 'instance.id').where('order_instance.rule_key', '=', group.rule_key))));

const openInstances = (db: Executor, group: Group): Promise<Selected[]> =>
  openOf(db, group).select(['instance.id', 'instance.series_key', 'instance.study_key', 'study.patient_key', 'instance.bytes', 'instance.is_held']).orderBy('instance.id').execute();

const countOpen = async (db: Executor, group: Group): Promise<number> => Number((await openOf(db, group).select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirst())?.n ?? 0);

/** Newest arrival of the group, counting series of the same target whose arrival no rule has seen yet. */
const lastStoredAt = async (db: Executor, group: Group): Promise<Date> => {
  const own = await db.selectFrom('collect_group_series').innerJoin('series', 'series.id', 'collect_group_series.series_key').where('collect_group_series.group_key', '=', group.id)
    .select((eb) => eb.fn.max('series.last_stored_at').as('at')).executeTakeFirst();
  const unseen = await db.selectFrom('arrival_outbox').innerJoin('series', 'series.id', 'arrival_outbox.series_key').innerJoin('study', 'study.id', 'series.study_key')
    .where('arrival_outbox.is_pushed', '=', 1).where(LEVEL_COLUMNS[group.group_level as keyof typeof LEVEL_COLUMNS], '=', group.target_key).select((eb) => eb.fn.max('series.last_stored_at').as('at')).executeTakeFirst();
  return new Date(Math.max(...[own?.at, unseen?.at, group.first_stored_at].map((at) => at?.getTime() ?? 0)));
};

const ruleOf = (db: Executor, group: Group): Promise<BurnRule | undefined> =>
  db.selectFrom('burn_rule').selectAll().where('id', '=', group.rule_key).where('is_removed', '=', 0).executeTakeFirst().then((row) => row && burnRule(row));

const placeGroup = async (database: Database, trx: InTransaction, group: Group, rule: BurnRule, selected: readonly Selected[]): Promise<string> => {
  const generation = group.generation + 1;
  const orderId = await writeOrder(database, trx, {
    requestKey: `rule-${rule.id}-g${group.id}-n${generation}`, contentSha256: sha256(JSON.stringify(selected.map((i) => i.id))), source: 'rule', placedBy: `rule ${rule.name}`,
    options: { copies: rule.copies, media: rule.media, robot: rule.robot, priority: rule.priority, comment: '', labelTemplate: rule.labelTemplate, allowSeveralPatients: false, retention: rule.retention, content: rule.content },
    rule: { ruleId: rule.id, groupId: group.id, grouping: group.group_level, isSupplement: group.generation > 0 },
  }, selected);
  return orderId;
};

const orderGroup = (database: Database, groupId: number, cutOff: Date): ReturnType<RuleBook['orderGroup']> => database.write(async (trx) => {
  await database.engine.lockRows(trx, 'collect_group', [groupId]);
  const group = await findGroup(trx, groupId);
  if (!group) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such group', { details: { groupId } });
  const rule = await ruleOf(trx, group);
  if (!rule?.isEnabled) return { result: 'empty' };
  const last = await lastStoredAt(trx, group);
  if (last > cutOff) return { result: 'newer', lastStoredAt: last };
  await database.engine.lockRows(trx, 'study', [...new Set((await openInstances(trx, group)).map((i) => i.study_key))]);
  const selected = await openInstances(trx, group);
  await trx.updateTable('collect_group').set({ is_open: 0, generation: selected.length === 0 ? group.generation : group.generation + 1 }).where('id', '=', groupId).execute();
  return selected.length === 0 ? { result: 'empty' } : { result: 'ordered', orderId: await placeGroup(database, trx, group, rule, selected) };
});

/** The half of the rule book that collects groups. */
export const createGroups = (database: Database): Pick<RuleBook, 'watch' | 'group' | 'openGroups' | 'studiesOfGroups' | 'orderGroup'> => ({
  watch: (watched) => watchAll(database, watched),
  group: (groupId) => database.read(async (db): Promise<CollectGroup | undefined> => {
    const group = await findGroup(db, groupId);
    const rule = group && await ruleOf(db, group);
    if (!group || !rule) return undefined;
    return { groupId, ruleId: group.rule_key, firstStoredAt: group.first_stored_at, lastStoredAt: await lastStoredAt(db, group), openInstances: await countOpen(db, group), rule };
  }),
  openGroups: () => database.read(async (db) => {
    const rows = await db.selectFrom('collect_group').innerJoin('burn_rule', 'burn_rule.id', 'collect_group.rule_key').where('collect_group.is_open', '=', 1).where('burn_rule.is_removed', '=', 0).where('burn_rule.is_enabled', '=', 1).orderBy('collect_group.id').select('collect_group.id').execute();
    return rows.map((row) => row.id);
  }),
  studiesOfGroups: (groupIds) => database.read(async (db) => {
    const found = new Map<number, CollectedStudy[]>();
    for (const part of chunked(groupIds, 1, database.engine.maxParameters)) {
      const rows = await db.selectFrom('collect_group_series').innerJoin('series', 'series.id', 'collect_group_series.series_key').innerJoin('study', 'study.id', 'series.study_key').innerJoin('patient', 'patient.id', 'study.patient_key')
        .where('collect_group_series.group_key', 'in', [...part]).distinct().orderBy('collect_group_series.group_key').orderBy('study.id')
        .select(['collect_group_series.group_key', 'study.id', 'patient.name', 'patient.patient_id', 'study.description']).execute();
      for (const row of rows) found.set(row.group_key, [...found.get(row.group_key) ?? [], { patientName: row.name, patientId: row.patient_id, description: row.description }]);
    }
    return found;
  }),
  orderGroup: (groupId, cutOff) => orderGroup(database, groupId, cutOff),
});
