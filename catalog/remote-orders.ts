/** Orders of studies that a remote AE holds: placed without instances, which become theirs once they have arrived. */
import { ApplianceError } from '../infra/errors.ts';
import type { OrderBook, PlaceRemoteOrder } from './books/order-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import { findOrder } from './order-rows.ts';
import { appendOperations } from './operations.ts';
import { addInstances, checkSelected, insertOrder } from './place-order.ts';
import { contentOf, knownOrder } from './request-keys.ts';
import { openRetrievals } from './retrievals.ts';
import { selectInstances } from './selection.ts';

const placeRemote = async (database: Database, order: PlaceRemoteOrder): Promise<{ orderId: string; existed: boolean }> => {
  const { aeTitle } = order.remote;
  const studyInstanceUids = [...new Set(order.remote.studyInstanceUids)].sort();
  if (studyInstanceUids.length === 0) throw new ApplianceError('ORDER_NOTHING_SELECTED', 'the order names no study');
  const contentSha256 = contentOf(order, JSON.stringify(['remote', aeTitle, studyInstanceUids]));
  return database.write(async (trx) => {
    const known = await knownOrder(trx, order.requestKey, contentSha256);
    if (known) return known;
    const { id, orderId } = await insertOrder(database, trx, { ...order, contentSha256 }, [], 'RETRIEVING', `${aeTitle} to send the studies`);
    await openRetrievals(database, trx, id, { aeTitle, studyInstanceUids });
    const { copies, media, priority } = order.options;
    await appendOperations(database, trx, [{
      who: order.placedBy, event: 'order.placed', subject: orderId, subjectKind: 'order', result: 'PENDING', details: { orderId, source: order.source, remoteAe: aeTitle, studies: studyInstanceUids.length, copies, media, priority },
    }]);
    return { orderId, existed: false };
  });
};

const selectRetrieved = (database: Database, orderId: string): Promise<void> => database.write(async (trx) => {
  const { id } = await findOrder(trx, orderId);
  await database.engine.lockRows(trx, 'disc_order', [id]);
  const row = await findOrder(trx, orderId);
  const open = await trx.selectFrom('retrieval').select('study_instance_uid').where('order_key', '=', id).where('is_selected', '=', 0).execute();
  if (open.length === 0) return;
  const uids = open.map((retrieval) => retrieval.study_instance_uid);
  const studies: number[] = [];
  for (const part of chunked(uids, 1, database.engine.maxParameters)) studies.push(...(await trx.selectFrom('study').select('id').where('study_instance_uid', 'in', [...part]).execute()).map((study) => study.id));
  // What was deleted before and not sent again is not part of the study any more, as far as the remote AE is concerned.
  const selected = studies.length === 0 ? [] : (await selectInstances(database, trx, { studies })).filter((instance) => instance.is_held === 1);
  checkSelected(selected, { allowSeveralPatients: row.several_patients === 1 });
  await addInstances(database, trx, row, selected);
  await trx.updateTable('retrieval').set({ is_selected: 1 }).where('order_key', '=', id).execute();
  const bytes = selected.reduce((sum, instance) => sum + instance.bytes, 0);
  await trx.updateTable('disc_order').set({ instances: selected.length, bytes, version: row.version + 1 }).where('id', '=', id).execute();
  await appendOperations(database, trx, [{ who: 'appliance', event: 'order.selected', subject: orderId, subjectKind: 'order', result: row.state, details: { orderId, instances: selected.length, bytes, version: row.version + 1 } }]);
});

/** The half of the order book that fetches. */
export const createRemoteOrders = (database: Database): Pick<OrderBook, 'placeRemote' | 'selectRetrieved'> => ({
  placeRemote: (order) => placeRemote(database, order),
  selectRetrieved: (orderId) => selectRetrieved(database, orderId),
});
