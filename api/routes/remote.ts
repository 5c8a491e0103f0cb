/** What remote AEs hold: searched through a port, for orders of studies that are not here. */
import { z } from 'zod';
import type { RemoteAe } from '../../dicom/remote-ae.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { route } from '../route.ts';
import type { RemotePort, Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { given } from './studies.ts';

/** The AE of a title. @throws REMOTE_UNKNOWN_AE */
export const remoteAe = async ({ findAe }: Pick<RemotePort, 'findAe'>, aeTitle: string): Promise<RemoteAe> => {
  const ae = await findAe(aeTitle);
  if (!ae) throw new ApplianceError('REMOTE_UNKNOWN_AE', 'no AE of this title is known with host and port');
  return ae;
};

const uidOf = (text: string | undefined): string => {
  if (text === undefined || !/^[0-9.]{1,64}$/.test(text)) throw new ApplianceError('API_INVALID', 'the path holds no UID');
  return text;
};

export const remoteRoutes: readonly Route[] = [
  route({
    method: 'get', path: '/remote/:aeTitle/studies', tag: 'remote', summary: 'Search the studies of a remote AE', status: 200, query: schemas.RemoteSearchQuery, answer: z.object({ studies: z.array(schemas.RemoteStudy), isComplete: z.boolean() }),
    run: async ({ deps, params, query }) => {
      const { found, isComplete } = await deps.remote.findStudies(await remoteAe(deps.remote, params['aeTitle'] ?? ''), given(query));
      return { studies: found, isComplete };
    },
  }),
  route({
    method: 'get', path: '/remote/:aeTitle/studies/:studyInstanceUid/series', tag: 'remote', summary: 'Series of a study that a remote AE holds', status: 200, answer: z.object({ series: z.array(schemas.RemoteSeries), isComplete: z.boolean() }),
    run: async ({ deps, params }) => {
      const { found, isComplete } = await deps.remote.findSeries(await remoteAe(deps.remote, params['aeTitle'] ?? ''), uidOf(params['studyInstanceUid']));
      return { series: found, isComplete };
    },
  }),
];
