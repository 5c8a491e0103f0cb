/** The instance index: what is held, under which content, and what a volume needs of it. Writing lives in store-batch.ts and conflicts.ts. */
import type { InstanceIndex, VolumeInstance } from './books/instance-index.ts';
import { createConflicts } from './conflicts.ts';
import type { Database } from './database.ts';
import type { Executor } from './dialects/dialect.ts';
import { FILE_COLUMNS, heldInstance, restoredAttributes, storedFile } from './instance-rows.ts';
import type { ParentsCache } from './parents-cache.ts';
import { storeBatch } from './store-batch.ts';

/** Counting instances with all that composing needs, patient by patient; the caller says of what. */
const composable = (db: Executor) =>
  db.selectFrom('instance').innerJoin('series', 'series.id', 'instance.series_key').innerJoin('study', 'study.id', 'instance.study_key').where('instance.counts', '=', 1)
    .orderBy('study.patient_key').orderBy('study.id').orderBy('series.id').orderBy('instance.sort_number').orderBy('instance.id')
    .select(['instance.id', 'instance.attributes', 'series.attributes as base', 'study.patient_key', 'instance.study_key', 'instance.series_key', 'instance.path', 'instance.bytes', 'instance.data_set_offset', 'instance.data_set_sha256', 'instance.transfer_syntax_uid']);

const volumeInstance = (row: Awaited<ReturnType<ReturnType<typeof composable>['executeTakeFirstOrThrow']>>): VolumeInstance => ({
  instanceId: row.id, attributes: restoredAttributes(row.base, row.attributes), file: storedFile(row),
  patientKey: row.patient_key, studyKey: row.study_key, seriesKey: row.series_key,
});

/** The instance index over one database. */
export const createInstanceIndex = (database: Database, cache: ParentsCache): InstanceIndex => ({
  ...createConflicts(database, cache),
  store: (arrivals) => storeBatch(database, cache, arrivals),
  held: (sopInstanceUid) => database.read(async (db) => {
    const rows = await db.selectFrom('instance').select(['id', 'is_held', ...FILE_COLUMNS]).where('sop_instance_uid', '=', sopInstanceUid).orderBy('variant').execute();
    return rows.map(heldInstance);
  }),
  conflicts: (studyId) => database.read(async (db) => {
    const contested = db.selectFrom('instance').select('sop_instance_uid').where('study_key', '=', studyId).where('is_contested', '=', 1);
    const rows = await db.selectFrom('instance').innerJoin('series', 'series.id', 'instance.series_key')
      .where('instance.sop_instance_uid', 'in', contested).where('instance.is_contested', '=', 1).orderBy('instance.sop_instance_uid').orderBy('instance.variant')
      .select(['instance.id', 'instance.sop_instance_uid', 'instance.stored_at', 'instance.calling_ae', 'instance.bytes', 'instance.attributes', 'series.attributes as base']).execute();
    return [...new Set(rows.map((r) => r.sop_instance_uid))].map((uid) => ({
      sopInstanceUid: uid,
      candidates: rows.filter((r) => r.sop_instance_uid === uid).map((r) => {
        const { patientName, patientId } = restoredAttributes(r.base, r.attributes);
        return { instanceId: r.id, storedAt: r.stored_at, callingAe: r.calling_ae, bytes: r.bytes, patientName, patientId };
      }),
    }));
  }),
  instancesOfVolume: (volumeId) => database.read(async (db) => (await composable(db).innerJoin('volume_instance', 'volume_instance.instance_key', 'instance.id').where('volume_instance.volume_key', '=', volumeId).execute()).map(volumeInstance)),
  instancesOfStudy: (studyId) => database.read(async (db) => (await composable(db).where('instance.study_key', '=', studyId).execute()).map(volumeInstance)),
  instancesOfSeries: (seriesId) => database.read(async (db) => (await composable(db).where('instance.series_key', '=', seriesId).execute()).map(volumeInstance)),
  instance: (instanceId) => database.read(async (db) => {
    const row = await composable(db).where('instance.id', '=', instanceId).executeTakeFirst();
    return row && volumeInstance(row);
  }),
  instancesOfOrder: (orderId) => database.read(async (db) => {
    const rows = await composable(db).innerJoin('order_instance', 'order_instance.instance_key', 'instance.id').innerJoin('disc_order', 'disc_order.id', 'order_instance.order_key').where('disc_order.order_id', '=', orderId).execute();
    return rows.map(volumeInstance);
  }),
});
