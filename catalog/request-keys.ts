/** One order per request key: the same key with the same content answers the order it made, with other content it is refused. */
import { contentOptions } from '../disc/order/content.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { PlaceOrder } from './books/order-book.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { sha256 } from './folding.ts';

/** Digest of what an order asks for; `selected` is the canonical text of its selection. */
export const contentOf = (order: Pick<PlaceOrder, 'source' | 'options'>, selected: string): string => {
  const { copies, media, robot, priority, comment, labelTemplate, allowSeveralPatients, retention, content } = order.options;
  return sha256(JSON.stringify([order.source, selected, copies, media, robot, priority, comment, labelTemplate, allowSeveralPatients, retention, contentOptions(content)]));
};

/** The order that this key made. @throws ORDER_KEY_REUSED when it was for something else */
export const knownOrder = async (trx: InTransaction, requestKey: string, contentSha256: string): Promise<{ readonly orderId: string; readonly existed: true } | undefined> => {
  const known = await trx.selectFrom('disc_order').select(['order_id', 'content_sha256']).where('request_key', '=', requestKey).executeTakeFirst();
  if (known && known.content_sha256 !== contentSha256) throw new ApplianceError('ORDER_KEY_REUSED', 'this request key was used for another order', { details: { orderId: known.order_id } });
  return known && { orderId: known.order_id, existed: true };
};
