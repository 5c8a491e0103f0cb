/** The AE registry: whom we know, whether they answer, and who called without being known. */
import { z } from 'zod';
import { ApplianceError } from '../../infra/errors.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { numberOf } from './studies.ts';

const titleOf = (params: Readonly<Record<string, string>>): string => params['aeTitle'] ?? '';
const notFound = (): ApplianceError => new ApplianceError('API_NOT_FOUND', 'no such AE');

export const aeRoutes: readonly Route[] = [
  route({ method: 'get', path: '/aes', tag: 'aes', summary: 'All AEs we know, by title', status: 200, answer: z.object({ aes: z.array(schemas.Ae) }), run: async ({ deps }) => ({ aes: await deps.catalog.aes.aes() }) }),
  route({
    method: 'get', path: '/aes/:aeTitle', tag: 'aes', summary: 'One AE, with who changed it last', status: 200, answer: schemas.Ae,
    run: async ({ deps, params }) => {
      const ae = await deps.catalog.aes.ae(titleOf(params));
      if (!ae) throw notFound();
      return ae;
    },
  }),
  route({ method: 'post', path: '/aes', tag: 'aes', summary: 'Register an AE', status: 201, body: schemas.AeDraft, answer: schemas.Ae, run: ({ deps, body, who }) => deps.catalog.aes.create(body, who) }),
  route({
    method: 'put', path: '/aes/:aeTitle', tag: 'aes', summary: 'Change an AE; the version must be the current one, the title stays', status: 200, body: schemas.ChangeAe, answer: schemas.Ae,
    run: ({ deps, params, body, who }) => {
      const { version, ...draft } = body;
      return deps.catalog.aes.change(titleOf(params), version, { ...draft, aeTitle: titleOf(params) }, who);
    },
  }),
  route({
    method: 'delete', path: '/aes/:aeTitle', tag: 'aes', summary: 'Remove an AE', status: 204, query: z.object({ version: z.coerce.number().int().positive() }),
    run: ({ deps, params, query, who }) => deps.catalog.aes.remove(titleOf(params), query.version, who),
  }),
  route({
    method: 'post', path: '/aes/:aeTitle/echo', tag: 'aes', summary: 'Ask an AE whether it answers (C-ECHO); what it does is the answer, never an error', status: 200, answer: schemas.EchoAnswer,
    run: async ({ deps, params }) => {
      const ae = await deps.catalog.aes.ae(titleOf(params));
      if (!ae) throw notFound();
      return deps.echoAe(ae);
    },
  }),
  route({ method: 'get', path: '/callers', tag: 'aes', summary: 'Callers that are not in the registry, or not as they call; seen last first', status: 200, answer: z.object({ callers: z.array(schemas.Caller) }), run: async ({ deps }) => ({ callers: await deps.catalog.aes.callers() }) }),
  route({
    method: 'post', path: '/callers/:callerId/register', tag: 'aes', summary: 'Register a caller under its title and the address it called from', status: 201, body: schemas.RegisterCaller, answer: schemas.Ae,
    run: async ({ deps, params, body, who }) => {
      const caller = await deps.catalog.aes.caller(numberOf(params['callerId']));
      if (!caller) throw new ApplianceError('API_NOT_FOUND', 'no such caller');
      return deps.catalog.aes.create(schemas.AeDraft.parse({ ...body, aeTitle: caller.callingAe, host: caller.host }), who);
    },
  }),
];
