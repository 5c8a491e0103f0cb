/** Rows of orders, volumes, jobs and discs in the words of the interfaces. */
import { randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import { contentOptions } from '../disc/order/content.ts';
import type { ContentOptions } from '../disc/order/content.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { DiscRow } from './books/disc-row.ts';
import type { JobRow, OrderRow, VolumeRow } from './books/order-book.ts';
import type { Executor } from './dialects/dialect.ts';
import type { DiscOrderTable, JobTable, VolumeTable } from './tables.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Random base32 characters, lower case; 256 is a multiple of 32, so none is likelier. */
export const randomBase32 = (length: number): string => [...randomBytes(length)].map((b) => BASE32[b % 32]).join('');

/** An order row as others see it. */
export const orderRow = (row: Selectable<DiscOrderTable>): OrderRow => ({
  orderId: row.order_id, requestKey: row.request_key, source: row.source as OrderRow['source'], ruleId: row.rule_key, state: row.state as OrderRow['state'], info: row.info as OrderRow['info'],
  waitingFor: row.waiting_for, isHeldBack: row.is_held_back === 1, isCancelRequested: row.is_cancel_requested === 1, isSupplement: row.is_supplement === 1,
  options: {
    copies: row.copies, media: row.media as OrderRow['options']['media'], robot: row.robot, priority: row.priority as OrderRow['options']['priority'], comment: row.comment,
    labelTemplate: row.label_template, allowSeveralPatients: row.several_patients === 1, retention: row.retention as OrderRow['options']['retention'],
    content: contentOptions(row.content === null ? undefined : JSON.parse(row.content) as Partial<ContentOptions>),
  },
  placedBy: row.placed_by, placedAt: row.placed_at, startedAt: row.started_at, endedAt: row.ended_at, instances: row.instances, bytes: row.bytes, copiesGood: row.copies_good, version: row.version,
});

/** The short code inside of a stored certificate; '' where there is none. */
const codeIn = (certificate: string): string => {
  const stored = JSON.parse(certificate) as { readonly shortCode?: unknown } | null;
  return typeof stored?.shortCode === 'string' ? stored.shortCode : '';
};

/** A volume row as others see it. */
export const volumeRow = (row: Selectable<VolumeTable>, orderId: string): VolumeRow => ({
  volumeId: row.id, orderId, index: row.volume_index, of: row.volume_count, fileSetId: row.file_set_id, fileSetUid: row.file_set_uid, media: row.media as VolumeRow['media'],
  state: row.state as VolumeRow['state'], instances: row.instances, spoolName: row.spool_name, imageBytes: row.image_bytes, imageSha256: row.image_sha256, certificateCode: codeIn(row.certificate), createdAt: row.created_at,
});

/** A job row as others see it. */
export const jobRow = (row: Selectable<JobTable>): JobRow => ({
  jobKey: row.job_key, volumeId: row.volume_key, copy: row.copy, attempt: row.attempt, serial: row.serial, robot: row.robot, ref: row.ref, state: row.state as JobRow['state'],
  phase: row.phase, activity: row.activity, percent: row.percent_done, error: row.error, createdAt: row.created_at, endedAt: row.ended_at,
});

/** Discs with what they show of their order, volume and job; the caller adds conditions and order. */
export const discQuery = (db: Executor) => db.selectFrom('disc') // eslint-disable-line @typescript-eslint/explicit-module-boundary-types -- the type is the query builder's own
  .innerJoin('job', 'job.id', 'disc.job_id').innerJoin('volume', 'volume.id', 'disc.volume_key').innerJoin('disc_order', 'disc_order.id', 'disc.order_key')
  .select(['disc.id', 'disc.serial', 'job.job_key', 'disc_order.order_id', 'disc.volume_key', 'volume.volume_index', 'volume.volume_count', 'disc.copy', 'disc.result', 'disc.state', 'disc.robot', 'disc.place',
    'volume.media', 'volume.file_set_id', 'volume.file_set_uid', 'volume.image_sha256', 'disc.error', 'disc.made_at', 'disc.patients', 'disc_order.is_supplement']);

type DiscQueryRow = Awaited<ReturnType<ReturnType<typeof discQuery>['executeTakeFirstOrThrow']>>;

/** A disc row as others see it. */
export const discRow = (row: DiscQueryRow): DiscRow => ({
  serial: row.serial, jobKey: row.job_key, orderId: row.order_id, volumeId: row.volume_key, index: row.volume_index, of: row.volume_count, copy: row.copy, result: row.result as DiscRow['result'],
  state: row.state as DiscRow['state'], robot: row.robot, place: row.place, media: row.media as DiscRow['media'], fileSetId: row.file_set_id, fileSetUid: row.file_set_uid,
  imageSha256: row.image_sha256 ?? '', error: row.error, madeAt: row.made_at, patients: JSON.parse(row.patients) as DiscRow['patients'], isSupplement: row.is_supplement === 1,
});

/** The order's row by its public id. @throws CATALOG_NOT_FOUND */
export const findOrder = async (db: Executor, orderId: string): Promise<Selectable<DiscOrderTable>> => {
  const row = await db.selectFrom('disc_order').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  if (!row) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such order', { details: { orderId } });
  return row;
};

/** The id of the order that an order goes back to: itself, unless it makes a disc again, and that may be one that was made again. */
export const firstOrderOf = async (db: Executor, order: Pick<Selectable<DiscOrderTable>, 'order_id' | 'reburn_of'>): Promise<string> => (order.reburn_of === null ? order.order_id : firstOrderOf(db, await db
  .selectFrom('disc_order').innerJoin('volume', 'volume.order_key', 'disc_order.id').where('volume.id', '=', order.reburn_of).select(['disc_order.order_id', 'disc_order.reburn_of']).executeTakeFirstOrThrow()));
