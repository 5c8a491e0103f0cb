/** Places an order with what an encrypted disc or a copy beside a disc needs before it can start. */
import type { PlaceOrder, PlaceRemoteOrder } from '../catalog/books/order-book.ts';
import { newOrderId } from '../catalog/place-order.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { ApiDeps } from './route.ts';

export interface Placed {
  readonly orderId: string;
  readonly existed: boolean;
  /** Told to whoever placed the order, once. */
  readonly passphrase?: string;
}

/** Of what we hold, or of what a remote AE holds. */
type Placing = PlaceOrder | PlaceRemoteOrder;
type Deps = Pick<ApiDeps, 'catalog' | 'copies'>;

const write = ({ catalog }: Deps, order: Placing): ReturnType<Deps['catalog']['orders']['place']> => ('remote' in order ? catalog.orders.placeRemote(order) : catalog.orders.place(order));

/** Parts of names, identifiers and birth dates, which whoever finds a disc may read on its label. */
const identitiesOf = async ({ catalog }: Deps, order: Placing): Promise<readonly string[]> => {
  if ('remote' in order) throw new ApplianceError('API_INVALID', 'whose studies a remote AE will send is not known yet, so that a chosen passphrase cannot be checked against it: leave it out, and one is made', { details: { fields: ['passphrase: not with remote'] } });
  return (await catalog.orders.patientsOf(order.selection)).flatMap(({ name, id, birthDate }) => [...name.split(/[\^=\s]+/), id, birthDate]);
};

/** The passphrase is kept before the order can start, under an id that nobody else uses. */
const placeWithPassphrase = async (deps: Deps, order: Placing, chosen: string | undefined): Promise<Placed> => {
  const passphrase = deps.copies.passphrase(chosen, chosen === undefined ? [] : await identitiesOf(deps, order));
  const orderId = newOrderId();
  await deps.copies.keepPassphrase(orderId, passphrase);
  let isPlaced = false;
  try {
    const placed = await write(deps, { ...order, orderId });
    isPlaced = !placed.existed;
    return placed.existed ? placed : { ...placed, passphrase };
  } finally {
    if (!isPlaced) await deps.copies.dropPassphrase(orderId);
  }
};

/**
 * Places the order. The same request key again answers the same order, but no passphrase: that is told once.
 * @throws {ApplianceError} API_INVALID for a copy where no folder is set, and for a passphrase without encryption or of a remote order;
 *   DISC_PASSPHRASE_WEAK; DISC_RECIPIENT_INVALID; and what the order book throws
 */
export const placeOrder = async (deps: Deps, order: Placing, chosen?: string): Promise<Placed> => {
  const { content } = order.options;
  if (content.target !== 'disc' && !deps.copies.takesCopies) {
    throw new ApplianceError('API_INVALID', 'this appliance delivers no copies beside discs: name a folder in the setting copiesFolder first', { details: { fields: ['content.target: no copiesFolder is set'] } });
  }
  if (content.encryption !== 'zip' && chosen !== undefined) throw new ApplianceError('API_INVALID', 'only the encryption zip takes a passphrase', { details: { fields: ['passphrase: content.encryption is not zip'] } });
  if (content.encryption === 'media-security') deps.copies.requireRecipients(content.recipientCertificates);
  return content.encryption === 'zip' ? placeWithPassphrase(deps, order, chosen) : write(deps, order);
};
