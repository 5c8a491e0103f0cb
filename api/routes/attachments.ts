/** Files that a person attaches to an order, as long as none of its discs is begun. */
import type { Request } from 'express';
import { z } from 'zod';
import { ApplianceError } from '../../infra/errors.ts';
import { route } from '../route.ts';
import type { Call, Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { detailOf, orderIdOf } from './orders.ts';

/** Reads the raw body; stops at the limit whatever the header says. */
const bodyOf = async (request: Request, mostBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new ApplianceError('ORDER_ATTACHMENT_REFUSED', `the file has more than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** The order, when its discs are not begun. @throws API_NOT_FOUND, ORDER_STATE */
const openOrderOf = async (call: Pick<Call, 'deps' | 'params'>): Promise<string> => {
  const { order } = await detailOf(call);
  if (order.state !== 'PENDING') throw new ApplianceError('ORDER_STATE', 'discs of this order are being made or made', { details: { state: order.state } });
  return order.orderId;
};

const shown = ({ attachmentId, title, type, bytes }: z.output<typeof schemas.Attachment>): z.output<typeof schemas.Attachment> => ({ attachmentId, title, type, bytes });

export const attachmentRoutes: readonly Route[] = [
  route({
    method: 'post', path: '/orders/:orderId/attachments', tag: 'orders', summary: 'Attach a file, given as the raw body, to go on the first disc: PDF, JPEG, PNG, plain text or XML by its content. Place the order held back, attach, release.',
    status: 201, query: schemas.AttachmentQuery, answer: schemas.Attachment,
    run: async (call) => {
      const { deps, query, request } = call;
      const orderId = await openOrderOf(call);
      const content = await bodyOf(request, deps.attachments.longestBytes);
      return shown(await deps.attachments.add(orderId, query.title, content));
    },
  }),
  route({
    method: 'get', path: '/orders/:orderId/attachments', tag: 'orders', summary: 'Files attached to an order', status: 200, answer: z.object({ attachments: z.array(schemas.Attachment) }),
    run: async (call) => {
      const { order } = await detailOf(call);
      return { attachments: (await call.deps.attachments.list(order.orderId)).map(shown) };
    },
  }),
  route({
    method: 'delete', path: '/orders/:orderId/attachments/:attachmentId', tag: 'orders', summary: 'Take a file off an order', status: 204,
    run: async (call) => {
      await openOrderOf(call);
      if (!await call.deps.attachments.remove(orderIdOf(call.params), call.params['attachmentId'] ?? '')) throw new ApplianceError('API_NOT_FOUND', 'no such attachment');
    },
  }),
];
