/** Puts series under the groups of the rules that watch them, many at once: statements grow with the groups that are made or opened, not with the series. */
import { ApplianceError } from '../infra/errors.ts';
import type { BurnRule } from '../disc/order/burn-rule.ts';
import type { Watched, WatchedGroup } from './books/rule-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { InTransaction } from './dialects/dialect.ts';

interface Wish { readonly rule: BurnRule; readonly seriesId: number; readonly target: number; readonly storedAt: Date }

/** Series of rules in one transaction at most. */
const MAX_WATCHED = 400;

const keyOf = (ruleId: number, level: string, target: number): string => `${ruleId} ${level} ${target}`;

const wishesOf = async (trx: InTransaction, watched: readonly Watched[]): Promise<readonly Wish[]> => {
  const rows = await trx.selectFrom('series').innerJoin('study', 'study.id', 'series.study_key').where('series.id', 'in', [...new Set(watched.map((one) => one.seriesId))])
    .select(['series.id', 'series.study_key', 'study.patient_key', 'series.last_stored_at']).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return watched.map(({ rule, seriesId }): Wish => {
    const row = byId.get(seriesId);
    if (row === undefined) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such series', { details: { seriesId } });
    return { rule, seriesId, target: { series: row.id, study: row.study_key, patient: row.patient_key }[rule.grouping], storedAt: row.last_stored_at };
  });
};

/** Makes the groups that are not there, each from the time of its first wish; answers the ids of all, and which are new. */
const groupsOf = async (database: Database, trx: InTransaction, wishes: readonly Wish[]): Promise<{ readonly ids: ReadonlyMap<string, number>; readonly made: ReadonlySet<number> }> => {
  const rows = await trx.selectFrom('collect_group').where('rule_key', 'in', [...new Set(wishes.map(({ rule }) => rule.id))]).where('target_key', 'in', [...new Set(wishes.map(({ target }) => target))])
    .select(['id', 'rule_key', 'group_level', 'target_key']).execute();
  const ids = new Map(rows.map((row) => [keyOf(row.rule_key, row.group_level, row.target_key), row.id]));
  const made = new Set<number>();
  for (const { rule, target, storedAt } of wishes) {
    const key = keyOf(rule.id, rule.grouping, target);
    if (ids.has(key)) continue;
    const id = await database.engine.insertRow(trx, 'collect_group', { rule_key: rule.id, group_level: rule.grouping, target_key: target, generation: 0, is_open: 1, first_stored_at: storedAt });
    ids.set(key, id);
    made.add(id);
  }
  return { ids, made };
};

/** Opens what was closed by an order. The lock waits for an order that is being placed: it took what it saw, and what it did not see opens the group anew. */
const reopen = async (database: Database, trx: InTransaction, groups: ReadonlyMap<number, Date>): Promise<ReadonlySet<number>> => {
  const ids = [...groups.keys()].sort((a, b) => a - b);
  await database.engine.lockRows(trx, 'collect_group', ids);
  const closed = (await trx.selectFrom('collect_group').select('id').where('id', 'in', ids).where('is_open', '=', 0).orderBy('id').execute()).map(({ id }) => id);
  for (const id of closed) await trx.updateTable('collect_group').set({ is_open: 1, first_stored_at: groups.get(id) as Date }).where('id', '=', id).execute();
  return new Set(closed);
};

const join = async (trx: InTransaction, members: readonly { readonly group_key: number; readonly series_key: number }[]): Promise<void> => {
  const rows = await trx.selectFrom('collect_group_series').select(['group_key', 'series_key']).where('group_key', 'in', [...new Set(members.map((one) => one.group_key))]).where('series_key', 'in', [...new Set(members.map((one) => one.series_key))]).execute();
  const known = new Set(rows.map((row) => `${row.group_key} ${row.series_key}`));
  const missing = members.filter((one) => !known.has(`${one.group_key} ${one.series_key}`));
  if (missing.length > 0) await trx.insertInto('collect_group_series').values([...missing]).execute();
};

const watchSome = (database: Database, watched: readonly Watched[]): Promise<readonly WatchedGroup[]> => database.write(async (trx) => {
  const wishes = await wishesOf(trx, watched);
  const oldestFirst = [...wishes].sort((a, b) => a.storedAt.getTime() - b.storedAt.getTime());
  const { ids, made } = await groupsOf(database, trx, oldestFirst);
  const groupOf = ({ rule, target }: Wish): number => ids.get(keyOf(rule.id, rule.grouping, target)) as number;
  const firstStoredAt = new Map(oldestFirst.toReversed().map((wish) => [groupOf(wish), wish.storedAt]));
  const reopened = await reopen(database, trx, firstStoredAt);
  await join(trx, [...new Map(wishes.map((wish) => [`${groupOf(wish)} ${wish.seriesId}`, { group_key: groupOf(wish), series_key: wish.seriesId }])).values()]);
  return wishes.map(groupOf).map((groupId) => ({ groupId, isOpened: made.has(groupId) || reopened.has(groupId) }));
});

/** See RuleBook.watch. */
export const watchAll = async (database: Database, watched: readonly Watched[]): Promise<readonly WatchedGroup[]> => {
  const groups: WatchedGroup[] = [];
  for (const chunk of chunked(watched, 1, MAX_WATCHED)) groups.push(...await watchSome(database, chunk));
  return groups;
};
