/** Storage commitments: what was promised to whom, and taking a promise back. */
import { z } from 'zod';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { given, numberOf } from './studies.ts';

export const commitmentRoutes: readonly Route[] = [
  route({
    method: 'get', path: '/commitments', tag: 'commitments', summary: 'Storage commitments, newest first', status: 200, query: schemas.PageQuery, answer: z.object({ commitments: z.array(schemas.Commitment), next: z.string().nullable() }),
    run: ({ deps, query }) => deps.catalog.commitments.list({ ...given(query), limit: query.limit }),
  }),
  route({
    method: 'get', path: '/commitments/:commitmentId', tag: 'commitments', summary: 'One storage commitment with what was answered for each instance', status: 200, answer: z.object({ commitment: schemas.Commitment, items: z.array(schemas.CommitmentItem) }),
    run: async ({ deps, params }) => {
      const commitmentId = numberOf(params['commitmentId']);
      return { commitment: await deps.catalog.commitments.commitment(commitmentId), items: await deps.catalog.commitments.items(commitmentId) };
    },
  }),
  route({
    method: 'post', path: '/commitments/:commitmentId/revoke', tag: 'commitments', summary: 'Take a promise back: its instances follow the ordinary retention again', status: 200, answer: schemas.Commitment,
    run: async ({ deps, params, who }) => {
      const commitmentId = numberOf(params['commitmentId']);
      await deps.catalog.commitments.revoke(commitmentId, who);
      return deps.catalog.commitments.commitment(commitmentId);
    },
  }),
];
