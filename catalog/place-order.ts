/**
 * Writes an order with its instances and its log row in the caller's transaction. One order per request key.
 * Refuses mixed patients and instances that are no longer held: a disc that lacks part of what was asked for is never made silently.
 */
import { ApplianceError } from '../infra/errors.ts';
import type { OrderInfo, OrderOptions, OrderSource } from '../disc/order/order.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { fit } from './folding.ts';
import { appendOperations } from './operations.ts';
import { randomBase32 } from './order-rows.ts';

/** One instance that is to go into an order. */
export interface Selected {
  readonly id: number;
  readonly series_key: number;
  readonly study_key: number;
  readonly patient_key: number;
  readonly bytes: number;
  readonly is_held: number;
}

/** A public id that no order has. */
export const newOrderId = (): string => `o${randomBase32(12)}`;

export interface OrderWriting {
  readonly orderId?: string;
  readonly requestKey: string;
  readonly contentSha256: string;
  readonly source: OrderSource;
  readonly placedBy: string;
  readonly options: OrderOptions;
  readonly isHeldBack?: boolean;
  /** The volume that is made again. */
  readonly reburn?: { readonly volumeId: number; readonly isSupplement: boolean };
  readonly rule?: { readonly ruleId: number; readonly groupId: number; readonly grouping: string; readonly isSupplement: boolean };
}

/** @throws ORDER_NOTHING_SELECTED, ORDER_INSTANCE_NOT_HELD, ORDER_SEVERAL_PATIENTS */
export const checkSelected = (selected: readonly Selected[], options: Pick<OrderOptions, 'allowSeveralPatients'>): void => {
  if (selected.length === 0) throw new ApplianceError('ORDER_NOTHING_SELECTED', 'the selection holds no instance');
  const missing = selected.filter((i) => i.is_held === 0).length;
  if (missing > 0) throw new ApplianceError('ORDER_INSTANCE_NOT_HELD', 'selected instances are no longer held', { details: { missing, selected: selected.length } });
  const patients = new Set(selected.map((i) => i.patient_key)).size;
  if (patients > 1 && !options.allowSeveralPatients) throw new ApplianceError('ORDER_SEVERAL_PATIENTS', 'the selection holds several patients', { details: { patients } });
};

/** Makes these instances those of the order, in its row as well. */
export const addInstances = async (database: Database, trx: InTransaction, order: { readonly id: number; readonly rule_key: number | null }, selected: readonly Selected[]): Promise<void> => {
  const rows = [...selected].sort((a, b) => a.id - b.id).map((i) => ({ order_key: order.id, instance_key: i.id, rule_key: order.rule_key }));
  for (const chunk of chunked(rows, 3, database.engine.maxParameters)) await trx.insertInto('order_instance').values([...chunk]).execute();
};

/** Inserts the row of an order and answers its keys; instances and log row are the caller's. */
export const insertOrder = async (database: Database, trx: InTransaction, order: OrderWriting, selected: readonly Selected[], info: OrderInfo, waitingFor: string): Promise<{ readonly id: number; readonly orderId: string; readonly bytes: number }> => {
  const { options, rule, reburn } = order;
  const orderId = order.orderId ?? newOrderId();
  const bytes = selected.reduce((sum, i) => sum + i.bytes, 0);
  const id = await database.engine.insertRow(trx, 'disc_order', {
    order_id: orderId, request_key: order.requestKey, content_sha256: order.contentSha256, source: order.source, rule_key: rule?.ruleId ?? null, group_key: rule?.groupId ?? null, group_level: rule?.grouping ?? 'none',
    state: 'PENDING', info, waiting_for: waitingFor, is_started: 0, is_held_back: order.isHeldBack === true ? 1 : 0, is_cancel_requested: 0, is_supplement: (rule?.isSupplement ?? reburn?.isSupplement) === true ? 1 : 0, is_released: 0,
    copies: options.copies, media: options.media, robot: options.robot, priority: options.priority, comment: fit(options.comment, 1000), label_template: fit(options.labelTemplate, 200),
    several_patients: options.allowSeveralPatients ? 1 : 0, retention: options.retention, placed_by: fit(order.placedBy, 200), placed_at: database.now(), started_at: null, ended_at: null,
    content: JSON.stringify(options.content), reburn_of: reburn?.volumeId ?? null, instances: selected.length, bytes, copies_good: 0, report: '[]', version: 1,
  });
  return { id, orderId, bytes };
};

/**
 * Writes the order and answers its id.
 * @throws ORDER_NOTHING_SELECTED, ORDER_INSTANCE_NOT_HELD, ORDER_SEVERAL_PATIENTS
 */
export const writeOrder = async (database: Database, trx: InTransaction, order: OrderWriting, selected: readonly Selected[]): Promise<string> => {
  checkSelected(selected, order.options);
  const { options, rule } = order;
  const { id, orderId, bytes } = await insertOrder(database, trx, order, selected, 'QUEUED', '');
  await addInstances(database, trx, { id, rule_key: rule?.ruleId ?? null }, selected);
  await appendOperations(database, trx, [{
    who: order.placedBy, event: 'order.placed', subject: orderId, subjectKind: 'order', result: 'PENDING',
    details: { orderId, source: order.source, instances: selected.length, bytes, copies: options.copies, media: options.media, priority: options.priority, ...(rule ? { ruleId: rule.ruleId, groupId: rule.groupId } : {}) },
  }]);
  return orderId;
};
