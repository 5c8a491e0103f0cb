/** Carries one action of a person to a robot (refilled, emptied, resume) and answers when the robot took it. */
import * as wf from '@temporalio/workflow';
import type { RobotActivities } from '../activities/robot.ts';
import { robotQueue } from './names.ts';

export interface ActOnRobotInput {
  readonly robot: string;
  readonly action: Parameters<RobotActivities['actOnRobot']>[0];
}

export async function actOnRobot(input: ActOnRobotInput): Promise<void> {
  const robot = wf.proxyActivities<RobotActivities>({
    taskQueue: robotQueue(input.robot),
    startToCloseTimeout: '20s',
    scheduleToCloseTimeout: '30s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { maximumAttempts: 2 },
  });
  await robot.actOnRobot(input.action);
}
