/** Reading orders: lists, one order with all that hangs on it, and the brief that publishing decides by. */
import type { Grouping, OrderInfo, OrderSource, OrderState, Priority } from '../disc/order/order.ts';
import type { FirstMaking, OrderBook, OrderBrief, OrderDetail, ReportEntry } from './books/order-book.ts';
import type { Database } from './database.ts';
import type { Executor } from './dialects/dialect.ts';
import { retrievalsOf } from './retrievals.ts';
import { discQuery, discRow, findOrder, firstOrderOf, jobRow, orderRow, volumeRow } from './order-rows.ts';

const concernsOf = async (db: Executor, orderKey: number): Promise<readonly OrderInfo[]> => {
  const ofOrder = db.selectFrom('order_instance').innerJoin('instance', 'instance.id', 'order_instance.instance_key').where('order_instance.order_key', '=', orderKey).select('instance.study_key');
  const differing = await db.selectFrom('study').select('id').where('id', 'in', ofOrder).where('patient_differs', '=', 1).execute();
  const contested = await db.selectFrom('instance').select('study_key').where('study_key', 'in', ofOrder).where('is_contested', '=', 1).distinct().execute();
  return [...(differing.length > 0 ? ['PATIENT_DIFFERS' as const] : []), ...(contested.length > 0 ? ['STUDY_CONFLICT' as const] : [])];
};

const briefOf = async (db: Executor, orderId: string): Promise<OrderBrief> => {
  const row = await findOrder(db, orderId);
  const { comment: _comment, ...options } = orderRow(row).options;
  const series = await db.selectFrom('order_instance').innerJoin('instance', 'instance.id', 'order_instance.instance_key').where('order_instance.order_key', '=', row.id).where('instance.counts', '=', 1)
    .groupBy(['instance.study_key', 'instance.series_key']).orderBy('instance.study_key').orderBy('instance.series_key')
    .select((eb) => ['instance.study_key', 'instance.series_key', eb.fn.countAll<number>().as('instances'), eb.fn.sum<number>('instance.bytes').as('bytes')]).execute();
  const retrievals = await db.selectFrom('retrieval').select('id').where('order_key', '=', row.id).where('is_selected', '=', 0).orderBy('id').execute();
  return {
    orderId, state: row.state as OrderState, isHeldBack: row.is_held_back === 1, isCancelRequested: row.is_cancel_requested === 1, options, trigger: row.source as OrderSource, grouping: row.group_level as Grouping | 'none',
    series: series.map((s) => ({ seriesId: s.series_key, studyId: s.study_key, instances: Number(s.instances), bytes: Number(s.bytes) })),
    retrievals: retrievals.map(({ id }) => id),
    concerns: row.is_released === 1 ? [] : await concernsOf(db, row.id),
  };
};

const detailOf = async (database: Database, db: Executor, orderId: string): Promise<OrderDetail | undefined> => {
  const row = await db.selectFrom('disc_order').selectAll().where('order_id', '=', orderId).executeTakeFirst();
  if (!row) return undefined;
  const volumes = await db.selectFrom('volume').selectAll().where('order_key', '=', row.id).orderBy('volume_index').execute();
  const jobs = await db.selectFrom('job').innerJoin('volume', 'volume.id', 'job.volume_key').where('volume.order_key', '=', row.id).selectAll('job').orderBy('job.id').execute();
  const discs = await discQuery(db).where('disc.order_key', '=', row.id).orderBy('disc.id').execute();
  const studyKeys = db.selectFrom('order_instance').innerJoin('instance', 'instance.id', 'order_instance.instance_key').where('order_instance.order_key', '=', row.id).select('instance.study_key');
  const studies = await db.selectFrom('study').innerJoin('patient', 'patient.id', 'study.patient_key').where('study.id', 'in', studyKeys).orderBy('study.id')
    .select(['study.id', 'study.study_date', 'study.description', 'study.patient_key', 'patient.name', 'patient.patient_id']).execute();
  const log = await database.engine.first(db.selectFrom('operation_log').selectAll().where('subject_kind', '=', 'order').where('subject', '=', orderId).orderBy('id', 'desc'), 500).execute();
  const patients = new Map(studies.map((s) => [s.patient_key, { name: s.name, id: s.patient_id }]));
  return {
    order: orderRow(row), volumes: volumes.map((v) => volumeRow(v, orderId)), jobs: jobs.map(jobRow), discs: discs.map(discRow), report: JSON.parse(row.report) as readonly ReportEntry[],
    retrievals: await retrievalsOf(db, row.id), patients: [...patients.values()], studies: studies.map((s) => ({ studyId: s.id, date: s.study_date, description: s.description })),
    log: log.reverse().map((o) => ({ id: o.id, at: o.logged_at, who: o.who, event: o.event, subject: o.subject, subjectKind: 'order', result: o.result, details: JSON.parse(o.details) as OrderDetail['log'][number]['details'] })),
  };
};

const firstMakingOf = async (db: Executor, orderId: string): Promise<FirstMaking> => {
  const order = await findOrder(db, orderId);
  if (order.reburn_of === null) return { orderId, certificate: null, leftOff: new Set() };
  const { certificate } = await db.selectFrom('volume').where('id', '=', order.reburn_of).select('certificate').executeTakeFirstOrThrow();
  const leftOff = await db.selectFrom('volume_instance').where('volume_key', '=', order.reburn_of).where('is_left_off', '=', 1).select('instance_key').execute();
  return { orderId: await firstOrderOf(db, order), certificate: JSON.parse(certificate) as unknown, leftOff: new Set(leftOff.map((row) => row.instance_key)) };
};

/** The reading half of the order book. */
export const createOrderReading = (database: Database): Pick<OrderBook, 'list' | 'detail' | 'openOrders' | 'brief' | 'firstMaking'> => ({
  list: (filter) => database.read(async (db) => {
    let query = db.selectFrom('disc_order').selectAll().orderBy('id', 'desc');
    if (filter.states !== undefined && filter.states.length > 0) query = query.where('state', 'in', [...filter.states]);
    if (filter.after !== undefined) query = query.where('id', '<', Number(filter.after));
    const rows = await database.engine.first(query, filter.limit + 1).execute();
    const page = rows.slice(0, filter.limit);
    return { orders: page.map(orderRow), next: rows.length > filter.limit ? String(page.at(-1)?.id ?? '') : null };
  }),
  detail: (orderId) => database.read((db) => detailOf(database, db, orderId)),
  openOrders: (filter) => database.read(async (db) => {
    let query = db.selectFrom('disc_order').select(['order_id', 'priority']).where('state', 'in', ['PENDING', 'CREATING']).orderBy('priority').orderBy('id');
    if (filter.isStarted !== undefined) query = query.where('is_started', '=', filter.isStarted ? 1 : 0);
    return (await query.execute()).map((row) => ({ orderId: row.order_id, priority: row.priority as Priority }));
  }),
  brief: (orderId) => database.read((db) => briefOf(db, orderId)),
  firstMaking: (orderId) => database.read((db) => firstMakingOf(db, orderId)),
});
