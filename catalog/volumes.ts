/** Volumes of an order: the plan, written once, and what composing found. */
import { randomUUID } from 'node:crypto';
import { ApplianceError } from '../infra/errors.ts';
import type { SeriesPart } from '../disc/order/order.ts';
import type { OrderBook, VolumeToCompose } from './books/order-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { Executor, InTransaction } from './dialects/dialect.ts';
import { appendOperations } from './operations.ts';
import { findOrder, firstOrderOf, orderRow, volumeRow } from './order-rows.ts';
import type { DiscOrderTable, VolumeTable } from './tables.ts';
import type { Selectable } from 'kysely';

type PlannedVolume = { readonly volumeId: number; readonly index: number; readonly of: number };

/** A UID made from a random UUID. @source PS3.5 B.2 */
const randomUid = (): string => `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;

const findVolume = async (db: Executor, volumeId: number): Promise<Selectable<VolumeTable>> => {
  const row = await db.selectFrom('volume').selectAll().where('id', '=', volumeId).executeTakeFirst();
  if (!row) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such volume', { details: { volumeId } });
  return row;
};

const lockVolume = async (database: Database, trx: InTransaction, volumeId: number): Promise<Selectable<VolumeTable>> => {
  await database.engine.lockRows(trx, 'volume', [volumeId]);
  return findVolume(trx, volumeId);
};

/** Who a volume is: the same again when it makes another one again, else new. */
const identities = async (database: Database, trx: InTransaction, order: Selectable<DiscOrderTable>, volumes: number): Promise<readonly Identity[]> => {
  if (order.reburn_of === null) {
    return Array.from({ length: volumes }, (_, i) => ({ volume_index: i + 1, volume_count: volumes, file_set_id: `SP${String(order.id).padStart(8, '0')}_${i + 1}`, file_set_uid: randomUid(), created_at: database.now() }));
  }
  const { volume_index, volume_count, file_set_id, file_set_uid, created_at } = await findVolume(trx, order.reburn_of);
  return [{ volume_index, volume_count, file_set_id, file_set_uid, created_at }];
};

type Identity = Pick<Selectable<VolumeTable>, 'volume_index' | 'volume_count' | 'file_set_id' | 'file_set_uid' | 'created_at'>;

interface Row { readonly id: number; readonly series_key: number; readonly study_key: number }

/** The instances of the parts of one volume; a stretch counts within its series. */
const contentOf = (parts: readonly SeriesPart[], bySeries: ReadonlyMap<number, readonly Row[]>): readonly Row[] =>
  parts.flatMap(({ seriesId, from = 0, instances }) => (bySeries.get(seriesId) ?? []).slice(from, instances === undefined ? undefined : from + instances));

const recordVolumes = (database: Database, orderId: string, media: string, plan: readonly { readonly parts: readonly SeriesPart[] }[]): Promise<readonly PlannedVolume[]> => database.write(async (trx) => {
  const order = await findOrder(trx, orderId);
  const orderKey = order.id;
  await database.engine.lockRows(trx, 'disc_order', [orderKey]);
  const known = await trx.selectFrom('volume').select(['id', 'volume_index', 'volume_count']).where('order_key', '=', orderKey).orderBy('volume_index').execute();
  if (known.length > 0) return known.map((v) => ({ volumeId: v.id, index: v.volume_index, of: v.volume_count }));
  const inOrder = await trx.selectFrom('order_instance').innerJoin('instance', 'instance.id', 'order_instance.instance_key').where('order_instance.order_key', '=', orderKey).where('instance.counts', '=', 1)
    .select(['instance.id', 'instance.series_key', 'instance.study_key']).orderBy('instance.sort_number').orderBy('instance.id').execute();
  const bySeries = Map.groupBy(inOrder, (row) => row.series_key);
  const made: PlannedVolume[] = [];
  // A disc that is made again is one volume, however it would be planned today.
  for (const [i, identity] of (await identities(database, trx, order, plan.length)).entries()) {
    const content = order.reburn_of === null ? contentOf(plan[i]?.parts ?? [], bySeries) : inOrder;
    const volumeId = await database.engine.insertRow(trx, 'volume', {
      ...identity, order_key: orderKey, media, state: 'PLANNED',
      instances: content.length, spool_name: `${orderId}-v${identity.volume_index}`, image_bytes: null, image_sha256: null, certificate: 'null',
    });
    const rows = content.map((row) => ({ volume_key: volumeId, instance_key: row.id, file_id: '', sha256: '', is_left_off: 0 }));
    for (const chunk of chunked(rows, 5, database.engine.maxParameters)) await trx.insertInto('volume_instance').values([...chunk]).execute();
    const studies = [...new Set(content.map((row) => row.study_key))].map((study_key) => ({ volume_key: volumeId, study_key }));
    for (const chunk of chunked(studies, 2, database.engine.maxParameters)) await trx.insertInto('volume_study').values([...chunk]).execute();
    made.push({ volumeId, index: identity.volume_index, of: identity.volume_count });
  }
  await appendOperations(database, trx, made.map((v) => ({ who: 'appliance', event: 'volume.planned', subject: String(v.volumeId), subjectKind: 'volume', result: 'PLANNED', details: { orderId, volumeId: v.volumeId, index: v.index, of: v.of } })));
  return made;
});

const recordComposed: (database: Database, ...args: Parameters<OrderBook['recordComposed']>) => Promise<void> = (database, volumeId, composed) => database.write(async (trx) => {
  const row = await lockVolume(database, trx, volumeId);
  if (row.state === 'DROPPED') throw new ApplianceError('ORDER_STATE', 'the volume was dropped', { details: { volumeId } });
  if (row.state === 'COMPOSED' && row.image_sha256 === composed.imageSha256) return;
  const rows = [
    ...composed.instances.map((i) => ({ volume_key: volumeId, instance_key: i.instanceId, file_id: i.fileId, sha256: i.sha256, is_left_off: 0 })),
    ...composed.leftOff.map((id) => ({ volume_key: volumeId, instance_key: id, file_id: '', sha256: '', is_left_off: 1 })),
  ];
  await trx.deleteFrom('volume_instance').where('volume_key', '=', volumeId).execute();
  for (const chunk of chunked(rows, 5, database.engine.maxParameters)) await trx.insertInto('volume_instance').values([...chunk]).execute();
  await trx.updateTable('volume').set({ state: 'COMPOSED', image_bytes: composed.imageBytes, image_sha256: composed.imageSha256, certificate: JSON.stringify(composed.certificate ?? null), instances: composed.instances.length }).where('id', '=', volumeId).execute();
  await appendOperations(database, trx, [{ who: 'appliance', event: 'volume.composed', subject: String(volumeId), subjectKind: 'volume', result: 'COMPOSED', details: { volumeId, instances: composed.instances.length, leftOff: composed.leftOff.length, imageBytes: composed.imageBytes } }]);
});

/** The other volumes of a set and what lies on them, series by series. */
const othersOf = async (db: Executor, { id, order_key }: Pick<Selectable<VolumeTable>, 'id' | 'order_key'>): Promise<VolumeToCompose['others']> => {
  const volumes = await db.selectFrom('volume').where('order_key', '=', order_key).where('id', '!=', id).orderBy('volume_index').select(['id', 'volume_index', 'file_set_id']).execute();
  if (volumes.length === 0) return [];
  const rows = await db.selectFrom('volume_instance').innerJoin('instance', 'instance.id', 'volume_instance.instance_key').innerJoin('series', 'series.id', 'instance.series_key').innerJoin('study', 'study.id', 'instance.study_key')
    .where('volume_instance.volume_key', 'in', volumes.map((v) => v.id)).groupBy(['volume_instance.volume_key', 'study.id', 'study.study_date', 'study.description', 'series.id', 'series.modality', 'series.series_number', 'series.description'])
    .orderBy('study.id').orderBy('series.id')
    .select((eb) => ['volume_instance.volume_key', 'study.study_date', 'study.description as study_description', 'series.modality', 'series.series_number', 'series.description', eb.fn.countAll<number>().as('instances')]).execute();
  return volumes.map((v) => ({
    index: v.volume_index, fileSetId: v.file_set_id,
    series: rows.filter((row) => row.volume_key === v.id).map((row) => ({ studyDate: row.study_date, studyDescription: row.study_description, modality: row.modality, number: row.series_number, description: row.description, instances: Number(row.instances) })),
  }));
};

/** The half of the order book that keeps volumes. */
export const createVolumes = (database: Database): Pick<OrderBook, 'recordVolumes' | 'volume' | 'recordComposed' | 'setVolumeState'> => ({
  recordVolumes: (orderId, media, plan) => recordVolumes(database, orderId, media, plan),
  volume: (volumeId) => database.read(async (db) => {
    const row = await findVolume(db, volumeId);
    const order = await db.selectFrom('disc_order').selectAll().where('id', '=', row.order_key).executeTakeFirstOrThrow();
    const original = order.reburn_of === null ? undefined : await findVolume(db, order.reburn_of);
    return {
      volume: volumeRow(row, order.order_id), order: orderRow(order), others: await othersOf(db, original ?? row),
      original: original && { orderId: await firstOrderOf(db, order), imageSha256: original.image_sha256, certificate: JSON.parse(original.certificate) as unknown },
    };
  }),
  recordComposed: (volumeId, composed) => recordComposed(database, volumeId, composed),
  setVolumeState: (volumeId, state) => database.write(async (trx) => {
    const row = await lockVolume(database, trx, volumeId);
    if (row.state === state) return;
    await trx.updateTable('volume').set({ state }).where('id', '=', volumeId).execute();
    await appendOperations(database, trx, [{ who: 'appliance', event: 'volume.state', subject: String(volumeId), subjectKind: 'volume', result: state, details: { volumeId, from: row.state } }]);
  }),
});
