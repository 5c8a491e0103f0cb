/** Sending held instances to a registered AE, by our own Storage SCU. */
import { ApplianceError } from '../../infra/errors.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from '../schemas.ts';

const SEND_ID = /^send-[0-9a-f]{16}$/;

export const sendRoutes: readonly Route[] = [
  route({
    method: 'post', path: '/sends', tag: 'sends', summary: 'Send patients, studies, series or instances to a registered AE', status: 202, body: schemas.PlaceSend, answer: schemas.SendPlaced,
    run: async ({ deps, body, who }) => {
      if (!await deps.catalog.aes.find(body.aeTitle)) throw new ApplianceError('RETRIEVE_DESTINATION_UNKNOWN', 'no AE of this title is registered');
      const { patients, studies, series, instances } = body.selection;
      const sendId = await deps.workflows.send(body.aeTitle, {
        ...(patients ? { patientKeys: patients } : {}), ...(studies ? { studyKeys: studies } : {}), ...(series ? { seriesKeys: series } : {}), ...(instances ? { instanceIds: instances } : {}),
      });
      await deps.catalog.operations.write({ who, event: 'send.placed', subject: body.aeTitle, subjectKind: 'association', result: 'accepted', details: { sendId } });
      return { sendId };
    },
  }),
  route({
    method: 'get', path: '/sends/:sendId', tag: 'sends', summary: 'How far a sending is, or what became of it', status: 200, answer: schemas.SendState,
    run: async ({ deps, params }) => {
      const sendId = params['sendId'] ?? '';
      const state = SEND_ID.test(sendId) ? await deps.workflows.sendState(sendId) : undefined;
      if (!state) throw new ApplianceError('API_NOT_FOUND', 'no such sending');
      return state;
    },
  }),
];
