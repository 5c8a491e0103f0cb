/** Disc orders: place, list, one, and what a person may say to them. */
import { z } from 'zod';
import type { OrderDetail } from '../../catalog/books/order-book.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { placeOrder } from '../place-order.ts';
import type { Placed } from '../place-order.ts';
import { requestKeyOf } from '../request-key.ts';
import { route } from '../route.ts';
import type { ApiDeps, Call, Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { remoteAe } from './remote.ts';
import { given } from './studies.ts';

export const orderIdOf = (params: Readonly<Record<string, string>>): string => {
  const orderId = params['orderId'] ?? '';
  if (!/^[a-zA-Z0-9-]{1,32}$/.test(orderId)) throw new ApplianceError('API_NOT_FOUND', 'no such order');
  return orderId;
};

export const detailOf = async ({ deps, params }: Pick<Call, 'deps' | 'params'>): Promise<OrderDetail> => {
  const detail = await deps.catalog.orders.detail(orderIdOf(params));
  if (!detail) throw new ApplianceError('API_NOT_FOUND', 'no such order');
  return detail;
};

/** Viewers that an order names must be there to be put on a disc; those of the setting are told of in the report. */
const checkViewers = async ({ viewers }: ApiDeps, ids: readonly string[] | null): Promise<void> => {
  if (ids === null || ids.length === 0) return;
  const { notes } = await viewers.choose({ ids });
  if (notes.length > 0) throw new ApplianceError('API_INVALID', notes.join('; '), { details: { fields: ['content.viewers'] } });
};

const place = async (call: Call<z.output<typeof schemas.PlaceOrder>>): Promise<Placed> => {
  const { deps, body, who } = call;
  const { selection, remote, hold, passphrase, ...options } = body;
  await checkViewers(deps, options.content.viewers);
  const source = who === 'page' ? 'page' : call.request.headers['x-spindle-source'] === 'demo' ? 'demo' : 'api';
  const order = { requestKey: requestKeyOf(call, 'api'), source, placedBy: who, options, isHeldBack: hold } as const;
  if (remote !== undefined) await remoteAe(deps.remote, remote.aeTitle);
  const placed = await placeOrder(deps, remote === undefined ? { ...order, selection: given(selection ?? {}) } : { ...order, remote }, passphrase);
  call.response.location(`/api/v1/orders/${placed.orderId}`);
  if (placed.existed) call.response.status(200).json(placed);
  return placed;
};

/** The wish stands in the catalog first; the workflow is only woken, and looks by itself when that fails. */
const wake = async (deps: ApiDeps, orderId: string, change: 'hold' | 'release' | 'cancel' | 'priority', who: string): Promise<void> => {
  await deps.workflows.orderChanged(orderId, change, who).catch((error: unknown) => deps.log.warn('order.wake-failed', { orderId, change, error }));
};

const say = (path: string, summary: string, work: (call: Call, orderId: string) => Promise<void>): Route => route({
  method: 'post', path: `/orders/:orderId/${path}`, tag: 'orders', summary, status: 200, answer: schemas.Order,
  run: async (call) => {
    const orderId = orderIdOf(call.params);
    await work(call, orderId);
    return (await detailOf(call)).order;
  },
});

export const orderRoutes: readonly Route[] = [
  route({
    method: 'post', path: '/orders', tag: 'orders', summary: 'Place an order', status: 201, repeatStatus: 200, body: schemas.PlaceOrder, answer: schemas.Placed,
    headers: [{ name: 'Idempotency-Key', text: 'the same key again answers the same order, never a second one' }], run: place,
  }),
  route({
    method: 'get', path: '/orders', tag: 'orders', summary: 'Orders, newest first', status: 200, query: schemas.OrderListQuery, answer: schemas.OrderList,
    run: ({ deps, query }) => {
      const { state, ...rest } = query;
      return deps.catalog.orders.list({ ...given(rest), limit: rest.limit, ...(state === undefined ? {} : { states: Array.isArray(state) ? state : [state] }) });
    },
  }),
  route({
    method: 'get', path: '/orders/:orderId', tag: 'orders', summary: 'One order with volumes, jobs, discs, report and log', status: 200, answer: schemas.OrderDetail,
    run: detailOf,
  }),
  say('cancel', 'Cancel; a disc already being made is finished or rejected as the robot says', async ({ deps, who }, orderId) => {
    await deps.catalog.orders.requestCancel(orderId, who);
    await wake(deps, orderId, 'cancel', who);
  }),
  say('hold', 'Hold back; nothing new is started until released', async ({ deps, who }, orderId) => {
    await deps.catalog.orders.setHeldBack(orderId, true, who);
    await wake(deps, orderId, 'hold', who);
  }),
  say('flush', 'Start now: no longer held back, first priority', async ({ deps, who }, orderId) => {
    await deps.catalog.orders.setPriority(orderId, 1, who);
    await deps.catalog.orders.setHeldBack(orderId, false, who);
    await wake(deps, orderId, 'release', who);
  }),
  say('release', 'Release: no longer held back, and its concerns (other identity, conflict) are accepted by this person', async ({ deps, who }, orderId) => {
    await deps.catalog.orders.setHeldBack(orderId, false, who);
    await deps.catalog.orders.release(orderId, who);
    await wake(deps, orderId, 'release', who);
  }),
  route({
    method: 'post', path: '/orders/:orderId/priority', tag: 'orders', summary: 'Change the priority', status: 200, body: schemas.ChangePriority, answer: z.object({ priority: z.number() }),
    run: async ({ deps, params, body, who }) => {
      await deps.catalog.orders.setPriority(orderIdOf(params), body.priority, who);
      await wake(deps, orderIdOf(params), 'priority', who);
      return { priority: body.priority };
    },
  }),
  route({
    method: 'post', path: '/orders/:orderId/resume', tag: 'orders', summary: 'Tell a blocked volume how to go on after service', status: 204, body: schemas.Resume,
    run: async ({ deps, params, body, who }) => {
      const { order, volumes } = await detailOf({ deps, params });
      if (!volumes.some((volume) => volume.index === body.volume)) throw new ApplianceError('API_NOT_FOUND', 'the order has no such volume');
      await deps.workflows.resumeVolume(order.orderId, body.volume, body.verdict, body.copy, who);
    },
  }),
];
