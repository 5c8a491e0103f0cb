/** The instance index: what is held, under which content, and what a volume needs of it. Writing lives in store-batch.ts and conflicts.ts. */
import type { InstanceIndex } from './catalog.ts';
import { createConflicts } from './conflicts.ts';
import type { Database } from './database.ts';
import { FILE_COLUMNS, heldInstance, restoredAttributes, storedFile } from './instance-rows.ts';
import type { ParentsCache } from './parents-cache.ts';
import { storeBatch } from './store-batch.ts';

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
  instancesOfVolume: (volumeId) => database.read(async (db) => {
    const rows = await db.selectFrom('volume_instance').innerJoin('instance', 'instance.id', 'volume_instance.instance_key')
      .innerJoin('series', 'series.id', 'instance.series_key').innerJoin('study', 'study.id', 'instance.study_key')
      .where('volume_instance.volume_key', '=', volumeId).where('instance.counts', '=', 1)
      .orderBy('study.patient_key').orderBy('study.id').orderBy('series.id').orderBy('instance.sort_number').orderBy('instance.id')
      .select(['instance.id', 'instance.attributes', 'series.attributes as base', 'study.patient_key', 'instance.study_key', 'instance.series_key', 'instance.path', 'instance.bytes', 'instance.data_set_offset', 'instance.data_set_sha256', 'instance.transfer_syntax_uid']).execute();
    return rows.map((row) => ({
      instanceId: row.id, attributes: restoredAttributes(row.base, row.attributes), file: storedFile(row),
      patientKey: row.patient_key, studyKey: row.study_key, seriesKey: row.series_key,
    }));
  }),
});
