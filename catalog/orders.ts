/** The order book: placing, moving by lifecycle.ts, and what people ask of an order. Volumes live in volumes.ts, reading in order-detail.ts. */
import type { Selectable } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import { isOrderClosed, ORDER_TRANSITIONS } from '../disc/order/lifecycle.ts';
import type { Media, OrderInfo, OrderState, Priority } from '../disc/order/order.ts';
import type { OrderBook, PlaceOrder } from './books/order-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { fit } from './folding.ts';
import { createOrderReading } from './order-detail.ts';
import { findOrder, orderRow } from './order-rows.ts';
import { appendOperations } from './operations.ts';
import { writeOrder } from './place-order.ts';
import type { OrderWriting } from './place-order.ts';
import { createRemoteOrders } from './remote-orders.ts';
import { contentOf, knownOrder } from './request-keys.ts';
import { selectInstances, selectionText } from './selection.ts';
import type { DiscOrderTable } from './tables.ts';
import { createVolumes } from './volumes.ts';

type Row = Selectable<DiscOrderTable>;

/** The order's row, locked until the transaction ends. @throws CATALOG_NOT_FOUND */
export const lockOrder = async (database: Database, trx: InTransaction, orderId: string): Promise<Row> => {
  const { id } = await findOrder(trx, orderId);
  await database.engine.lockRows(trx, 'disc_order', [id]);
  return findOrder(trx, orderId);
};

/** What an order that makes a volume again takes over from the one that made it first. */
const asBefore = async (trx: InTransaction, order: PlaceOrder): Promise<Pick<OrderWriting, 'options' | 'reburn'>> => {
  const { volume: volumeId } = order.selection;
  if (volumeId === undefined) return { options: order.options };
  const row = await trx.selectFrom('volume').innerJoin('disc_order', 'disc_order.id', 'volume.order_key').where('volume.id', '=', volumeId).selectAll('disc_order').select('volume.media as medium').executeTakeFirst();
  if (!row) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such volume', { details: { volumeId } });
  const { content, allowSeveralPatients, labelTemplate } = orderRow(row).options;
  return { options: { ...order.options, media: row.medium === 'USB' ? 'any' : row.medium as Media, content, allowSeveralPatients, labelTemplate }, reburn: { volumeId, isSupplement: row.is_supplement === 1 } };
};

const place = async (database: Database, order: PlaceOrder): Promise<{ orderId: string; existed: boolean }> => {
  const contentSha256 = contentOf(order, selectionText(order.selection));
  return database.write(async (trx) => {
    const known = await knownOrder(trx, order.requestKey, contentSha256);
    if (known) return known;
    const selected = await selectInstances(database, trx, order.selection);
    return { orderId: await writeOrder(database, trx, { ...order, ...await asBefore(trx, order), contentSha256 }, selected), existed: false };
  });
};

/** Changes an open order and logs it; `change` answers undefined when nothing is to be done. */
const amend = (database: Database, orderId: string, who: string, event: string, change: (row: Row) => Partial<Row> | undefined): Promise<void> => database.write(async (trx) => {
  const row = await lockOrder(database, trx, orderId);
  const changed = change(row);
  if (!changed) return;
  if (isOrderClosed(row.state as OrderState)) throw new ApplianceError('ORDER_STATE', 'the order is closed', { details: { orderId, state: row.state } });
  await trx.updateTable('disc_order').set({ ...changed, version: row.version + 1 }).where('id', '=', row.id).execute();
  await appendOperations(database, trx, [{ who, event, subject: orderId, subjectKind: 'order', result: row.state, details: { orderId, version: row.version + 1 } }]);
});

const setState = (database: Database, orderId: string, state: OrderState, info: OrderInfo, waitingFor: string): Promise<void> => database.write(async (trx) => {
  const row = await lockOrder(database, trx, orderId);
  const from = row.state as OrderState;
  const waiting = fit(waitingFor, 400);
  if (from === state && (isOrderClosed(state) || (row.info === info && row.waiting_for === waiting))) return;
  if (from !== state && !Object.values(ORDER_TRANSITIONS[from]).includes(state)) throw new ApplianceError('ORDER_STATE', 'the order cannot go there from its state', { details: { orderId, from, to: state } });
  await trx.updateTable('disc_order').set({
    state, info, waiting_for: waiting, version: row.version + 1,
    ...(state === 'CREATING' && row.started_at === null ? { started_at: database.now() } : {}), ...(isOrderClosed(state) ? { ended_at: database.now() } : {}),
  }).where('id', '=', row.id).execute();
  await appendOperations(database, trx, [{ who: 'appliance', event: 'order.state', subject: orderId, subjectKind: 'order', result: state, details: { orderId, state, info, from, version: row.version + 1 } }]);
});

/** The order book over one database. */
export const createOrderBook = (database: Database): OrderBook => ({
  ...createOrderReading(database),
  ...createVolumes(database),
  ...createRemoteOrders(database),
  place: (order) => place(database, order),
  patientsOf: (selection) => database.write(async (trx) => {
    const keys = [...new Set((await selectInstances(database, trx, selection)).map((one) => one.patient_key))];
    const found: { name: string; id: string; birthDate: string }[] = [];
    for (const part of chunked(keys, 1, database.engine.maxParameters)) {
      const rows = await trx.selectFrom('patient').where('id', 'in', [...part]).select(['name', 'patient_id', 'birth_date']).execute();
      found.push(...rows.map((row) => ({ name: row.name, id: row.patient_id, birthDate: row.birth_date })));
    }
    return found;
  }),
  confirmStarted: (orderId) => database.write(async (trx) => {
    const { id } = await findOrder(trx, orderId);
    await trx.updateTable('disc_order').set({ is_started: 1 }).where('id', '=', id).execute();
  }),
  setState: (orderId, state, info, waitingFor) => setState(database, orderId, state, info, waitingFor),
  setPriority: (orderId, priority: Priority, who) => amend(database, orderId, who, 'order.priority', (row) => row.priority === priority ? undefined : { priority }),
  setHeldBack: (orderId, isHeldBack, who) => amend(database, orderId, who, isHeldBack ? 'order.held-back' : 'order.let-go', (row) => (row.is_held_back === 1) === isHeldBack ? undefined : { is_held_back: isHeldBack ? 1 : 0 }),
  release: (orderId, who) => amend(database, orderId, who, 'order.released', (row) => row.is_released === 1 ? undefined : { is_released: 1 }),
  requestCancel: (orderId, who) => amend(database, orderId, who, 'order.cancel-requested', (row) => row.is_cancel_requested === 1 ? undefined : { is_cancel_requested: 1 }),
  report: (orderId, entries) => database.write(async (trx) => {
    if (entries.length === 0) return;
    const row = await lockOrder(database, trx, orderId);
    const known = JSON.parse(row.report) as unknown[];
    const texts = new Set(known.map((e) => JSON.stringify(e)));
    const added = entries.filter((e) => !texts.has(JSON.stringify(e)));
    if (added.length > 0) await trx.updateTable('disc_order').set({ report: JSON.stringify([...known, ...added]) }).where('id', '=', row.id).execute();
  }),
});
