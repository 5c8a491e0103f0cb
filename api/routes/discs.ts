/** The disc log: which disc holds which data, label pictures, burning again. */
import { access } from 'node:fs/promises';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { placeOrder } from '../place-order.ts';
import { requestKeyOf } from '../request-key.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { given } from './studies.ts';

const SERIAL = /^[A-Z0-9-]{1,40}$/;
const serialOf = (params: Readonly<Record<string, string>>): string => {
  const serial = params['serial'] ?? '';
  if (!SERIAL.test(serial)) throw new ApplianceError('API_NOT_FOUND', 'no such disc');
  return serial;
};

const hasFile = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

export const discRoutes: readonly Route[] = [
  route({
    method: 'get', path: '/discs', tag: 'discs', summary: 'The disc log, newest first', status: 200, query: schemas.DiscListQuery, answer: schemas.DiscList,
    run: ({ deps, query }) => deps.catalog.discs.list({ ...given(query), limit: query.limit }),
  }),
  route({
    method: 'get', path: '/discs/:serial', tag: 'discs', summary: 'One disc with every instance on it', status: 200, answer: schemas.DiscDetail,
    run: async ({ deps, params }) => {
      const found = await deps.catalog.discs.disc(serialOf(params));
      if (!found) throw new ApplianceError('API_NOT_FOUND', 'no such disc');
      const [hasLabel, { volume }] = await Promise.all([hasFile(deps.labelFile(found.disc.serial)), deps.catalog.orders.volume(found.disc.volumeId)]);
      return { disc: found.disc, instances: found.instances, hasLabel, certificateCode: volume.certificateCode };
    },
  }),
  route({
    method: 'get', path: '/discs/:serial/certificate', tag: 'discs', summary: 'What was checked on the image of this disc, and how it came out', status: 200, answer: schemas.Certificate,
    run: async ({ deps, params }) => {
      const certificate = schemas.Certificate.safeParse(await deps.catalog.discs.certificate(serialOf(params)));
      if (!certificate.success) throw new ApplianceError('API_NOT_FOUND', 'no certificate of this disc');
      return certificate.data;
    },
  }),
  route({
    method: 'get', path: '/discs/:serial/label.png', tag: 'discs', summary: 'Picture of the label', status: 200, produces: 'image/png',
    run: async ({ deps, params, response }) => {
      const file = deps.labelFile(serialOf(params));
      if (!await hasFile(file)) throw new ApplianceError('API_NOT_FOUND', 'no label picture of this disc');
      await new Promise<void>((resolve, reject) => { response.set('cache-control', 'private, no-store').sendFile(file, { dotfiles: 'allow' }, (error) => (error ? reject(error) : resolve())); });
      return undefined;
    },
  }),
  route({
    method: 'post', path: '/discs/:serial/reburn', tag: 'discs', summary: 'Make this disc again: the same image to the byte, or the report of the order says why not', status: 201, repeatStatus: 200, body: schemas.Reburn, answer: schemas.Placed,
    headers: [{ name: 'Idempotency-Key', text: 'the same key again answers the same order' }],
    run: async (call) => {
      const { deps, params, body, who, response } = call;
      const found = await deps.catalog.discs.disc(serialOf(params));
      if (!found) throw new ApplianceError('API_NOT_FOUND', 'no such disc');
      const gone = found.instances.filter((instance) => !instance.isHeld);
      if (gone.length > 0) throw new ApplianceError('ORDER_INSTANCE_NOT_HELD', `${gone.length} instances of this disc are no longer held`, { details: { notHeld: gone.length } });
      const first = await deps.catalog.orders.detail(found.disc.orderId);
      const placed = await placeOrder(deps, {
        requestKey: requestKeyOf(call, `reburn-${found.disc.serial}`), source: who === 'page' ? 'page' : 'api', placedBy: who,
        selection: { volume: found.disc.volumeId },
        options: {
          copies: body.copies, media: found.disc.media === 'USB' ? 'any' : found.disc.media, robot: body.robot, priority: 2, comment: body.comment, labelTemplate: 'default',
          allowSeveralPatients: found.disc.patients.length > 1, retention: 'default', content: first?.order.options.content ?? DEFAULT_CONTENT,
        },
      }, body.passphrase);
      response.location(`/api/v1/orders/${placed.orderId}`);
      if (placed.existed) response.status(200).json(placed);
      return placed;
    },
  }),
];
