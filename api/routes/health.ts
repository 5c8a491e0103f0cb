/** Health of the appliance and its parts, and the live events. */
import { z } from 'zod';
import { route } from '../route.ts';
import type { ApiDeps, Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { streamEvents } from '../events.ts';

const check = async (work: () => Promise<void>): Promise<'ok' | 'unreachable'> => {
  try {
    await work();
    return 'ok';
  } catch {
    // Which part is out of reach is the answer itself; its own process logs why.
    return 'unreachable';
  }
};

/** People need time to get a new certificate. */
const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

const tlsHealth = async (deps: ApiDeps): Promise<z.output<typeof schemas.Health>['tls']> => {
  const tls = await deps.tls();
  if (tls === null) return null;
  const daysLeft = tls.expiresAt === null ? null : Math.floor((tls.expiresAt.getTime() - deps.now().getTime()) / DAY_MS);
  return { port: tls.port, expiresAt: tls.expiresAt?.toISOString() ?? null, daysLeft, warning: daysLeft !== null && daysLeft < WARN_DAYS };
};

const health = async (deps: ApiDeps): Promise<z.output<typeof schemas.Health>> => {
  const [catalog, temporal, dicom, tls] = await Promise.all([check(() => deps.catalog.ping()), check(() => deps.workflows.ping()), check(deps.echo), tlsHealth(deps)]);
  const dicomTls = tls === null ? 'ok' : tls.expiresAt === null ? 'unreachable' : 'ok';
  const totals = catalog === 'ok' ? await deps.catalog.retention.totals() : { heldInstances: 0, heldBytes: 0, instances: 0, studies: 0, patients: 0, orders: 0, goodDiscs: 0 };
  const store = await deps.store();
  const { heldInstances, heldBytes, ...rest } = totals;
  return {
    status: catalog === 'ok' && temporal === 'ok' && dicom === 'ok' && dicomTls === 'ok' ? 'ok' : 'degraded', version: deps.appliance.version,
    aeTitle: deps.appliance.aeTitle, dicomHost: deps.appliance.dicomHost, dicomPort: deps.appliance.dicomPort,
    parts: { catalog, temporal, dicom, ...(tls === null ? {} : { dicomTls }) }, tls, store: { heldInstances, heldBytes, ...store }, totals: rest,
  };
};

export const healthRoutes: readonly Route[] = [
  route({ method: 'get', path: '/health', tag: 'health', summary: 'State of the appliance and its parts', status: 200, answer: schemas.Health, run: ({ deps }) => health(deps) }),
  route({ method: 'get', path: '/live', tag: 'health', summary: 'Answers as long as the process turns', status: 200, isPublic: true, answer: z.object({ status: z.literal('ok') }), run: () => Promise.resolve({ status: 'ok' }) }),
  route({
    method: 'get', path: '/events', tag: 'events', summary: 'Live events as text/event-stream; ids only, no names; replays after Last-Event-ID', status: 200, produces: 'text/event-stream',
    headers: [{ name: 'Last-Event-ID', text: 'number of the last event seen' }], run: streamEvents,
  }),
  route({
    method: 'get', path: '/operations', tag: 'events', summary: 'Operation log: who did what, when, with which result', status: 200,
    query: z.object({ subjectKind: z.enum(['association', 'study', 'order', 'volume', 'job', 'disc', 'rule', 'robot', 'instance', 'session', 'appliance', 'ae']).optional(), subject: schemas.text(100).optional(), before: z.coerce.number().int().positive().optional(), limit: schemas.limit }),
    answer: z.object({ operations: z.array(schemas.Operation) }),
    run: async ({ deps, query }) => ({
      operations: await deps.catalog.operations.list({
        limit: query.limit, ...(query.subjectKind ? { subjectKind: query.subjectKind } : {}), ...(query.subject ? { subject: query.subject } : {}), ...(query.before ? { before: query.before } : {}),
      }),
    }),
  }),
];
