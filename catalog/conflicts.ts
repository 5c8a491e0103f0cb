/**
 * Several contents under one SOP Instance UID: keeping them side by side, deciding which counts, and what follows for discs and orders.
 * While a person is asked, the content held first keeps counting, both are contested, and orders of the study wait.
 */
import type { ArrivedInstance, InstanceIndex } from './books/instance-index.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { Database } from './database.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { instanceRow } from './instance-rows.ts';
import { appendOperations } from './operations.ts';
import type { Operation } from './operations.ts';
import type { ParentsCache } from './parents-cache.ts';

/** Counts the instances of series anew, after anything but a plain arrival. */
export const recountSeries = async (trx: InTransaction, seriesKeys: readonly number[]): Promise<void> => {
  for (const seriesKey of [...new Set(seriesKeys)].sort((a, b) => a - b)) {
    const sums = await trx.selectFrom('instance').where('series_key', '=', seriesKey).where('counts', '=', 1)
      .select((eb) => [eb.fn.countAll<number>().as('instances'), eb.fn.sum<number | null>('is_held').as('held'), eb.fn.sum<number | null>('bytes').as('bytes')]).executeTakeFirstOrThrow();
    await trx.updateTable('series').set({ instances: Number(sums.instances), held_instances: Number(sums.held ?? 0), bytes: Number(sums.bytes ?? 0) }).where('id', '=', seriesKey).execute();
  }
};

/** Puts a series to the arrival outbox again. */
const announce = async (trx: InTransaction, seriesKey: number): Promise<void> => {
  await trx.updateTable('series').set((eb) => ({ arrivals: eb('arrivals', '+', 1) })).where('id', '=', seriesKey).execute();
  const { arrivals } = await trx.selectFrom('series').select('arrivals').where('id', '=', seriesKey).executeTakeFirstOrThrow();
  const { numUpdatedRows } = await trx.updateTable('arrival_outbox').set({ version: arrivals, is_pushed: 1 }).where('series_key', '=', seriesKey).executeTakeFirst();
  if (numUpdatedRows === 0n) await trx.insertInto('arrival_outbox').values({ series_key: seriesKey, version: arrivals, is_pushed: 1, instances: 0, bytes: 0 }).execute();
};

const withdrawDiscs = async (trx: InTransaction, loserIds: readonly number[]): Promise<readonly string[]> => {
  if (loserIds.length === 0) return [];
  const discs = await trx.selectFrom('disc').innerJoin('volume_instance', 'volume_instance.volume_key', 'disc.volume_key').where('volume_instance.instance_key', 'in', [...loserIds])
    .where('volume_instance.is_left_off', '=', 0).where('disc.state', '=', 'READY').select(['disc.id', 'disc.serial']).distinct().execute();
  if (discs.length > 0) await trx.updateTable('disc').set({ state: 'WITHDRAWN' }).where('id', 'in', discs.map((d) => d.id)).execute();
  return discs.map((d) => d.serial);
};

const withdrawn = (serials: readonly string[], who: string): readonly Operation[] =>
  serials.map((serial) => ({ who, event: 'disc.state', subject: serial, subjectKind: 'disc', result: 'WITHDRAWN', details: { serial } }));

interface Content { readonly id: number; readonly study_key: number; readonly series_key: number; readonly is_pushed: number; readonly counts: number; readonly is_contested: number; readonly is_held: number; readonly stored_at: Date }

const contentsOf = (trx: InTransaction, uid: string): Promise<Content[]> =>
  trx.selectFrom('instance').select(['id', 'study_key', 'series_key', 'is_pushed', 'counts', 'is_contested', 'is_held', 'stored_at']).where('sop_instance_uid', '=', uid).orderBy('variant').execute();

/** Orders that are still waiting take the winner in place of a loser of the same study, and drop other losers. */
const exchangeInOpenOrders = async (trx: InTransaction, winner: Content, losers: readonly Content[]): Promise<void> => {
  if (losers.length === 0) return;
  const open = await trx.selectFrom('order_instance').innerJoin('disc_order', 'disc_order.id', 'order_instance.order_key').where('order_instance.instance_key', 'in', losers.map((l) => l.id))
    .where('disc_order.state', 'in', ['PENDING', 'CREATING']).where(({ not, exists, selectFrom }) => not(exists(selectFrom('volume').select('volume.id').whereRef('volume.order_key', '=', 'disc_order.id'))))
    .select(['order_instance.order_key', 'order_instance.instance_key', 'order_instance.rule_key']).execute();
  for (const row of open) {
    await trx.deleteFrom('order_instance').where('order_key', '=', row.order_key).where('instance_key', '=', row.instance_key).execute();
    if (losers.find((l) => l.id === row.instance_key)?.study_key !== winner.study_key) continue;
    const taken = await trx.selectFrom('order_instance').select('order_key').where('instance_key', '=', winner.id)
      .where((eb) => row.rule_key === null ? eb('order_key', '=', row.order_key) : eb.or([eb('order_key', '=', row.order_key), eb('rule_key', '=', row.rule_key)])).executeTakeFirst();
    if (!taken) await trx.insertInto('order_instance').values({ order_key: row.order_key, instance_key: winner.id, rule_key: row.rule_key }).execute();
  }
};

const decide = async (trx: InTransaction, winner: Content, all: readonly Content[]): Promise<readonly string[]> => {
  const losers = all.filter((c) => c.id !== winner.id);
  if (losers.length > 0) await trx.updateTable('instance').set({ counts: 0, is_contested: 0 }).where('id', 'in', losers.map((l) => l.id)).execute();
  await trx.updateTable('instance').set({ counts: 1, is_contested: 0 }).where('id', '=', winner.id).execute();
  await exchangeInOpenOrders(trx, winner, losers);
  await recountSeries(trx, all.map((c) => c.series_key));
  if (winner.counts === 0 && winner.is_pushed === 1) await announce(trx, winner.series_key);
  return withdrawDiscs(trx, losers.map((l) => l.id));
};

/** The part of the instance index that deals with conflicting contents. */
export const createConflicts = (database: Database, cache: ParentsCache): Pick<InstanceIndex, 'storeConflicting' | 'settleConflict'> => ({
  async storeConflicting(arrival: ArrivedInstance, decision) {
    const [parents] = await cache.of([arrival]);
    if (!parents) throw new TypeError('no parents for an arrival');
    return database.write(async (trx) => {
      const row = instanceRow(arrival, parents);
      await database.engine.lockRows(trx, 'study', [...new Set([parents.studyKey, ...(await contentsOf(trx, row.sop_instance_uid)).map((c) => c.study_key)])]);
      const before = await contentsOf(trx, row.sop_instance_uid);
      const same = await trx.selectFrom('instance').select(['id']).where('sop_instance_uid', '=', row.sop_instance_uid).where('data_set_sha256', '=', row.data_set_sha256).where('transfer_syntax_uid', '=', row.transfer_syntax_uid).executeTakeFirst();
      if (same) return { instanceId: same.id };
      const id = await database.engine.insertRow(trx, 'instance', { ...row, variant: before.length, counts: 0 });
      const newcomer: Content = { id, study_key: parents.studyKey, series_key: parents.seriesKey, is_pushed: row.is_pushed, counts: 0, is_contested: 0, is_held: 1, stored_at: arrival.storedAt };
      const counting = before.find((c) => c.counts === 1);
      let discs: readonly string[] = [];
      const winner = decision === 'newest' ? newcomer : counting ?? newcomer;
      if (decision === 'ask' && counting) await trx.updateTable('instance').set({ is_contested: 1 }).where('id', 'in', [id, counting.id]).execute();
      else discs = await decide(trx, winner, [...before, newcomer]);
      await trx.updateTable('study').set({ last_stored_at: arrival.storedAt }).where('id', '=', parents.studyKey).where('last_stored_at', '<', arrival.storedAt).execute();
      await appendOperations(database, trx, [
        { who: 'appliance', event: 'instance.conflict', subject: String(parents.studyKey), subjectKind: 'study', result: decision, details: { studyId: parents.studyKey, instanceId: id } },
        ...withdrawn(discs, 'appliance'),
      ]);
      return { instanceId: id };
    });
  },
  settleConflict: (winnerInstanceId, who) => database.write(async (trx) => {
    const uid = await trx.selectFrom('instance').select(['sop_instance_uid', 'study_key']).where('id', '=', winnerInstanceId).executeTakeFirst();
    if (!uid) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such instance', { details: { instanceId: winnerInstanceId } });
    await database.engine.lockRows(trx, 'study', [...new Set((await contentsOf(trx, uid.sop_instance_uid)).map((c) => c.study_key))]);
    const all = await contentsOf(trx, uid.sop_instance_uid);
    const winner = all.find((c) => c.id === winnerInstanceId);
    if (!winner) throw new TypeError('the winner vanished under a lock');
    if (winner.is_held === 0) throw new ApplianceError('ORDER_INSTANCE_NOT_HELD', 'the chosen content is no longer held', { details: { instanceId: winnerInstanceId } });
    const discs = await decide(trx, winner, all);
    await appendOperations(database, trx, [
      { who, event: 'instance.settled', subject: String(uid.study_key), subjectKind: 'study', result: 'settled', details: { studyId: uid.study_key, instanceId: winnerInstanceId } },
      ...withdrawn(discs, who),
    ]);
    return { studyId: uid.study_key, withdrawnDiscs: discs };
  }),
});
