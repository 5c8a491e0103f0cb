/** The disc log: which physical disc was made, good or bad, and what is on it. Jobs live in jobs.ts. */
import { ApplianceError } from '../infra/errors.ts';
import type { DiscLog } from './books/disc-log.ts';
import type { Database } from './database.ts';
import { foldForSearch, likePart } from './folding.ts';
import { createJobs } from './jobs.ts';
import { discQuery, discRow, jobRow, orderRow, volumeRow } from './order-rows.ts';
import { like } from './like.ts';

const listDiscs: (database: Database, filter: Parameters<DiscLog['list']>[0]) => ReturnType<DiscLog['list']> = (database, filter) => database.read(async (db) => {
  let query = discQuery(db).orderBy('disc.id', 'desc');
  if (filter.orderId !== undefined) query = query.where('disc_order.order_id', '=', filter.orderId);
  if (filter.studyId !== undefined) query = query.where('disc.volume_key', 'in', db.selectFrom('volume_study').select('volume_key').where('study_key', '=', filter.studyId));
  for (const word of foldForSearch(filter.text ?? '').split(' ').filter((w) => w !== '')) query = query.where(like('disc.search_text', likePart(word)));
  if (filter.after !== undefined) query = query.where('disc.id', '<', Number(filter.after));
  const rows = await database.engine.first(query, filter.limit + 1).execute();
  const page = rows.slice(0, filter.limit);
  return { discs: page.map(discRow), next: rows.length > filter.limit ? String(page.at(-1)?.id ?? '') : null };
});

/** The disc log over one database. */
export const createDiscLog = (database: Database): DiscLog => ({
  ...createJobs(database),
  list: (filter) => listDiscs(database, filter),
  disc: (serial) => database.read(async (db) => {
    const row = await discQuery(db).where('disc.serial', '=', serial).executeTakeFirst();
    if (!row) return undefined;
    const instances = await db.selectFrom('volume_instance').innerJoin('instance', 'instance.id', 'volume_instance.instance_key').where('volume_instance.volume_key', '=', row.volume_key).where('volume_instance.is_left_off', '=', 0)
      .orderBy('volume_instance.file_id').orderBy('instance.id').select(['instance.id', 'instance.sop_instance_uid', 'volume_instance.file_id', 'volume_instance.sha256', 'instance.is_held', 'instance.counts']).execute();
    return {
      disc: discRow(row), labelPath: null,
      instances: instances.map((i) => ({ instanceId: i.id, sopInstanceUid: i.sop_instance_uid, fileId: i.file_id, sha256: i.sha256, isHeld: i.is_held === 1, counts: i.counts === 1 })),
    };
  }),
  certificate: (serial) => database.read(async (db) => {
    const row = await db.selectFrom('disc').innerJoin('volume', 'volume.id', 'disc.volume_key').where('disc.serial', '=', serial).select('volume.certificate').executeTakeFirst();
    return row && (JSON.parse(row.certificate) as unknown);
  }),
  labelFacts: (jobKey) => database.read(async (db) => {
    const job = await db.selectFrom('job').selectAll().where('job_key', '=', jobKey).executeTakeFirst();
    if (!job) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such job', { details: { jobKey } });
    const volume = await db.selectFrom('volume').selectAll().where('id', '=', job.volume_key).executeTakeFirstOrThrow();
    const order = await db.selectFrom('disc_order').selectAll().where('id', '=', volume.order_key).executeTakeFirstOrThrow();
    return { order: orderRow(order), volume: volumeRow(volume, order.order_id), job: jobRow(job) };
  }),
});
