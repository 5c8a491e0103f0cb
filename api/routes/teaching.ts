/** What would be held back of a teaching copy and why, and what people have looked at and released. */
import type { z } from 'zod';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { route } from '../route.ts';
import type { ApiDeps, Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { numberOf } from './studies.ts';

const PURPOSE = 'teaching';

/** Instances that need a look, each with the reasons and who had it. */
const holdingsOf = async ({ catalog, copies }: ApiDeps, instances: readonly VolumeInstance[]): Promise<z.output<typeof schemas.Holdings>> => {
  const reasons = await copies.holdReasons(instances);
  const releases = await catalog.releases.among([...reasons.keys()], PURPOSE);
  const holdings = instances.flatMap(({ instanceId, seriesKey, attributes }) => {
    const why = reasons.get(instanceId) ?? [];
    const release = releases.get(instanceId);
    return why.length === 0 ? [] : [{
      instanceId, seriesId: seriesKey, sopInstanceUid: attributes.sopInstanceUid, modality: attributes.modality, reasons: [...why],
      release: release === undefined ? null : { by: release.by, at: release.at.toISOString(), reason: release.reason },
    }];
  });
  return { instances: instances.length, heldBack: holdings.filter(({ release }) => release === null).length, holdings };
};

const known = <T>(instances: readonly T[], what: string): readonly T[] => {
  if (instances.length === 0) throw new ApplianceError('API_NOT_FOUND', what);
  return instances;
};

export const teachingRoutes: readonly Route[] = [
  route({
    method: 'get', path: '/studies/:studyId/teaching', tag: 'teaching', summary: 'What a teaching copy of this study would hold back, and why', status: 200, answer: schemas.Holdings,
    run: async ({ deps, params }) => holdingsOf(deps, known(await deps.catalog.instances.instancesOfStudy(numberOf(params['studyId'])), 'no such study')),
  }),
  route({
    method: 'post', path: '/instances/:instanceId/release', tag: 'teaching', summary: 'Say that this instance was looked at and may leave on teaching copies', status: 200, body: schemas.Release, answer: schemas.Released,
    run: async ({ deps, params, body, who }) => ({ released: await deps.catalog.releases.release([numberOf(params['instanceId'])], { purpose: PURPOSE, who, reason: body.reason }) }),
  }),
  route({
    method: 'post', path: '/series/:seriesId/release', tag: 'teaching', summary: 'Say the same of every instance of a series, one by one in the log', status: 200, body: schemas.Release, answer: schemas.Released,
    run: async ({ deps, params, body, who }) => {
      const instances = known(await deps.catalog.instances.instancesOfSeries(numberOf(params['seriesId'])), 'no such series');
      const reasons = await deps.copies.holdReasons(instances);
      return { released: await deps.catalog.releases.release([...reasons].filter(([, why]) => why.length > 0).map(([instanceId]) => instanceId), { purpose: PURPOSE, who, reason: body.reason }) };
    },
  }),
  route({
    method: 'post', path: '/instances/:instanceId/revoke', tag: 'teaching', summary: 'Take the release back; discs that were made stay as they are', status: 204,
    run: async ({ deps, params, who }) => { await deps.catalog.releases.revoke(numberOf(params['instanceId']), { purpose: PURPOSE, who }); },
  }),
];
