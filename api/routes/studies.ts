/** Studies: search, one, its instances, and settling which of two contents counts. */
import { z } from 'zod';
import { ApplianceError } from '../../infra/errors.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from '../schemas.ts';

const numberOf = (text: string | undefined): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new ApplianceError('API_INVALID', 'the id in the path is no number');
  return value;
};

/** Drops keys that are undefined, as exact optional types want it. */
const given = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

export const studyRoutes: readonly Route[] = [
  route({
    method: 'get', path: '/studies', tag: 'studies', summary: 'Search studies, newest first', status: 200, query: schemas.StudySearchQuery, answer: schemas.StudyList,
    run: ({ deps, query }) => deps.catalog.studies.search(given(query)),
  }),
  route({
    method: 'get', path: '/studies/:studyId', tag: 'studies', summary: 'One study with its series and discs', status: 200, answer: schemas.StudyDetail,
    run: async ({ deps, params }) => {
      const study = await deps.catalog.studies.study(numberOf(params['studyId']));
      if (!study) throw new ApplianceError('API_NOT_FOUND', 'no such study');
      return study;
    },
  }),
  route({
    method: 'get', path: '/series/:seriesId/instances', tag: 'studies', summary: 'Instances of a series', status: 200, answer: z.object({ instances: z.array(schemas.Instance) }),
    run: async ({ deps, params }) => ({ instances: await deps.catalog.studies.instances(numberOf(params['seriesId'])) }),
  }),
  route({
    method: 'get', path: '/studies/:studyId/conflicts', tag: 'studies', summary: 'Instances held with two contents', status: 200, answer: z.object({ conflicts: z.array(schemas.Conflict) }),
    run: async ({ deps, params }) => ({ conflicts: await deps.catalog.instances.conflicts(numberOf(params['studyId'])) }),
  }),
  route({
    method: 'post', path: '/instances/:instanceId/settle', tag: 'studies', summary: 'Say that this content counts; discs with the other become WITHDRAWN', status: 200,
    answer: z.object({ studyId: z.number(), withdrawnDiscs: z.array(z.string()) }),
    run: ({ deps, params, who }) => deps.catalog.instances.settleConflict(numberOf(params['instanceId']), who),
  }),
];
export { numberOf, given };
