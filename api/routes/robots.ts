/** Robots: what they report and what a person does at them. */
import { z } from 'zod';
import { ApplianceError } from '../../infra/errors.ts';
import type { RobotAction } from '../../robots/robot.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import * as schemas from '../schemas.ts';
import { given } from './studies.ts';

export const robotRoutes: readonly Route[] = [
  route({ method: 'get', path: '/robots', tag: 'robots', summary: 'All robots with bins, supplies and conditions', status: 200, answer: z.object({ robots: z.array(schemas.Robot) }), run: async ({ deps }) => ({ robots: await deps.robots() }) }),
  route({
    method: 'post', path: '/robots/:robot/actions', tag: 'robots', summary: 'Tell a robot what a person did (refilled, emptied, changed ink) or ask it to resume', status: 204, body: schemas.RobotAction,
    run: async ({ deps, params, body }) => {
      const robot = (await deps.robots()).find(({ name }) => name === params['robot']);
      if (!robot) throw new ApplianceError('API_NOT_FOUND', 'no such robot');
      await deps.workflows.actOnRobot(robot.name, given(body) as RobotAction);
      return undefined;
    },
  }),
];
