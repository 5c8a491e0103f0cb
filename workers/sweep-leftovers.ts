/** Removes what killed processes left: passphrases of orders that are closed or never were, parts of copies. */
import type { OrderBook } from '../catalog/books/order-book.ts';
import { isOrderClosed } from '../disc/order/lifecycle.ts';
import { sweepParts } from '../disc/targets/found-copy.ts';
import type { SecretFiles } from '../infra/secret-files.ts';

/** A passphrase is kept a moment before its order is placed. */
const PLACING_MS = 600_000;
/** No delivery writes nothing for so long. */
const DELIVERING_MS = 86_400_000;

export const sweepLeftovers = async ({ orders, secrets, copiesFolder, now }: { readonly orders: Pick<OrderBook, 'detail'>; readonly secrets: Pick<SecretFiles, 'kept' | 'dropPassphrase'>; readonly copiesFolder: string; readonly now: Date }): Promise<void> => {
  for (const orderId of await secrets.kept(new Date(now.getTime() - PLACING_MS))) {
    const detail = await orders.detail(orderId);
    if (!detail || isOrderClosed(detail.order.state)) await secrets.dropPassphrase(orderId);
  }
  if (copiesFolder !== '') await sweepParts(copiesFolder, new Date(now.getTime() - DELIVERING_MS));
};
