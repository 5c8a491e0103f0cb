/**
 * What may be deleted, and the totals. Refuses to let go of anything that no READY disc holds, that an order or an open group
 * still wants, that was promised by storage commitment, or whose content is contested.
 */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { RetentionBook } from './books/retention-book.ts';
import { recountSeries } from './conflicts.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { Tables } from './tables.ts';

type Builder = ExpressionBuilder<Tables, 'instance'>;

/** On a good disc, and not waiting for a rule: neither in the outbox nor in an open group. */
const isSafeOnDisc = (eb: Builder): Expression<SqlBool> => eb.and([
  eb.exists(eb.selectFrom('volume_instance').innerJoin('disc', 'disc.volume_key', 'volume_instance.volume_key').whereRef('volume_instance.instance_key', '=', 'instance.id')
    .where('volume_instance.is_left_off', '=', 0).where('disc.state', '=', 'READY').select('disc.id')),
  eb.not(eb.exists(eb.selectFrom('arrival_outbox').whereRef('arrival_outbox.series_key', '=', 'instance.series_key').where('arrival_outbox.is_pushed', '=', 1).select('arrival_outbox.series_key'))),
  eb.not(eb.exists(eb.selectFrom('collect_group_series').innerJoin('collect_group', 'collect_group.id', 'collect_group_series.group_key').whereRef('collect_group_series.series_key', '=', 'instance.series_key').where('collect_group.is_open', '=', 1).select('collect_group.id'))),
]);

/** Promised to an AE by storage commitment, and not revoked. */
const isPromised = (eb: Builder): Expression<SqlBool> =>
  eb.exists(eb.selectFrom('commitment_instance').whereRef('commitment_instance.instance_key', '=', 'instance.id').where('commitment_instance.failure_reason', '=', 0).where('commitment_instance.is_revoked', '=', 0).select('commitment_instance.instance_key'));

/** An open order has the study fetched, and counts what is held as arrived. */
const isBeingRetrieved = (eb: Builder): Expression<SqlBool> =>
  eb.exists(eb.selectFrom('retrieval').innerJoin('study', 'study.study_instance_uid', 'retrieval.study_instance_uid').innerJoin('disc_order', 'disc_order.id', 'retrieval.order_key')
    .whereRef('study.id', '=', 'instance.study_key').where('retrieval.is_selected', '=', 0).where('disc_order.state', 'in', ['PENDING', 'CREATING']).select('retrieval.id'));

/** Orders that still stand against deletion: open, failed, kept forever by retention, or ended within the grace time. */
const isWanted = (eb: Builder, keeping: readonly string[], endedBefore: Date): Expression<SqlBool> =>
  eb.exists(eb.selectFrom('order_instance').innerJoin('disc_order', 'disc_order.id', 'order_instance.order_key').whereRef('order_instance.instance_key', '=', 'instance.id')
    .where('disc_order.state', '!=', 'CANCELLED')
    .where((o) => o.or([o('disc_order.state', '!=', 'DONE'), o('disc_order.retention', 'in', [...keeping]), o('disc_order.ended_at', '>', endedBefore), o('disc_order.copies_good', '<', o.ref('disc_order.copies'))]))
    .select('disc_order.id'));

const wantedByDone = (eb: Builder): Expression<SqlBool> =>
  eb.exists(eb.selectFrom('order_instance').innerJoin('disc_order', 'disc_order.id', 'order_instance.order_key').whereRef('order_instance.instance_key', '=', 'instance.id').where('disc_order.state', '=', 'DONE').select('disc_order.id'));

const totals = (database: Database): ReturnType<RetentionBook['totals']> => database.read(async (db) => {
  const count = async (table: 'study' | 'patient' | 'disc_order'): Promise<number> => Number((await db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n);
  const sums = await db.selectFrom('series').select((eb) => [eb.fn.sum<number | null>('instances').as('instances'), eb.fn.sum<number | null>('held_instances').as('held')]).executeTakeFirstOrThrow();
  const held = await db.selectFrom('instance').where('is_held', '=', 1).select((eb) => eb.fn.sum<number | null>('bytes').as('bytes')).executeTakeFirstOrThrow();
  const discs = await db.selectFrom('disc').where('state', '=', 'READY').select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  return {
    heldInstances: Number(sums.held ?? 0), heldBytes: Number(held.bytes ?? 0), instances: Number(sums.instances ?? 0), studies: await count('study'), patients: await count('patient'),
    orders: await count('disc_order'), goodDiscs: Number(discs.n),
  };
});

/** The retention book over one database. */
export const createRetentionBook = (database: Database): RetentionBook => ({
  deletable: ({ now, graceHours, defaultRetention, limit }) => database.read(async (db) => {
    const keeping = defaultRetention === 'archive' ? ['archive', 'default'] : ['archive'];
    const query = db.selectFrom('instance').where('is_held', '=', 1).where('is_contested', '=', 0)
      .where((eb) => eb.and([wantedByDone(eb), isSafeOnDisc(eb), eb.not(isBeingRetrieved(eb)), eb.not(isPromised(eb)), eb.not(isWanted(eb, keeping, new Date(now.getTime() - graceHours * 3_600_000)))])).orderBy('id').select(['id', 'path']);
    return (await database.engine.first(query, limit).execute()).map((row) => ({ instanceId: row.id, path: row.path }));
  }),
  markDeleted: (instanceIds) => database.write(async (trx) => {
    const marked: number[] = [];
    for (const chunk of chunked([...instanceIds], 1, database.engine.maxParameters)) {
      const studies = await trx.selectFrom('instance').select('study_key').where('id', 'in', [...chunk]).distinct().execute();
      await database.engine.lockRows(trx, 'study', studies.map((s) => s.study_key));
      const free = await trx.selectFrom('instance').select(['id', 'series_key']).where('id', 'in', [...chunk]).where('is_held', '=', 1).where('is_contested', '=', 0).where((eb) => eb.not(eb.or([isBeingRetrieved(eb), isPromised(eb)])))
        .where((eb) => eb.not(eb.exists(eb.selectFrom('order_instance').innerJoin('disc_order', 'disc_order.id', 'order_instance.order_key').whereRef('order_instance.instance_key', '=', 'instance.id').where('disc_order.state', 'in', ['PENDING', 'CREATING']).select('disc_order.id')))).execute();
      if (free.length === 0) continue;
      await trx.updateTable('instance').set({ is_held: 0 }).where('id', 'in', free.map((i) => i.id)).execute();
      await recountSeries(trx, free.map((i) => i.series_key));
      marked.push(...free.map((i) => i.id));
    }
    return marked;
  }),
  droppableSpool: () => database.read(async (db) => {
    const rows = await db.selectFrom('volume').innerJoin('disc_order', 'disc_order.id', 'volume.order_key').where('disc_order.state', 'in', ['DONE', 'FAILURE', 'CANCELLED']).where('volume.state', '!=', 'DROPPED').orderBy('volume.id').select(['volume.id', 'volume.spool_name']).execute();
    return rows.map((row) => ({ volumeId: row.id, spoolName: row.spool_name }));
  }),
  totals: () => totals(database),
});
