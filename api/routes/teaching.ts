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
const holdingsOf = async ({ catalog, copies, looks }: ApiDeps, instances: readonly VolumeInstance[]): Promise<z.output<typeof schemas.Holdings>> => {
  const reasons = await copies.holdReasons(instances);
  const releases = await catalog.releases.among([...reasons.keys()], PURPOSE);
  const holdings = instances.flatMap((instance) => {
    const { instanceId, seriesKey, attributes } = instance;
    const why = reasons.get(instanceId) ?? [];
    const release = releases.get(instanceId);
    return why.length === 0 ? [] : [{
      instanceId, seriesId: seriesKey, seriesNumber: attributes.seriesNumber, seriesDescription: attributes.seriesDescription, instanceNumber: attributes.instanceNumber,
      sopInstanceUid: attributes.sopInstanceUid, modality: attributes.modality, look: looks.kindOf(instance), frames: Math.max(1, attributes.numberOfFrames ?? 1), reasons: [...why],
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
    method: 'get', path: '/instances/:instanceId/look', tag: 'teaching', summary: 'The instance as a person can look at it: image/jpeg, a report as text/html, a document as application/pdf or text/plain; not for diagnosis', status: 200, produces: 'image/jpeg', query: schemas.LookQuery,
    run: async ({ deps, params, query, response }) => {
      const instance = await deps.catalog.instances.instance(numberOf(params['instanceId']));
      const look = instance && await deps.looks.show(instance, query.frame);
      if (!look) throw new ApplianceError('API_NOT_FOUND', instance ? 'nothing of this instance can be shown' : 'no such instance');
      // Pages have their style inside, and nothing else; viewers of PDF in browsers bear no policy.
      if (look.type === 'application/pdf') response.removeHeader('content-security-policy');
      else response.set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'");
      response.set({ 'content-type': look.type, 'content-disposition': 'inline', 'cache-control': 'private, no-store' }).send(Buffer.from(look.bytes.buffer, look.bytes.byteOffset, look.bytes.byteLength));
      return undefined;
    },
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
