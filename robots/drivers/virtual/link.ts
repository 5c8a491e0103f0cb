/** The link to the robot, which the fault script can break: every call fails until enough health checks have gone by. */
import { ApplianceError } from '../../../infra/errors.ts';
import type { RobotHealth } from '../../robot.ts';
import type { Machine } from './machine.ts';
import { robotError } from './robot-errors.ts';
import type { Fault, RobotState } from './robot-state.ts';

const broken = (machine: Machine, state: RobotState): Fault | undefined =>
  state.faults.find((fault) => fault.do === 'link-down' && fault.fired < fault.times && (fault.on.step === undefined || machine.isLinkDown));

/** @throws {ApplianceError} ROBOT_LINK_LOST while the link is down */
export const needLink = (machine: Machine): void => {
  if (broken(machine, machine.file.state())) throw new ApplianceError('ROBOT_LINK_LOST', 'no sign of life from the robot');
};

/** One health check over a broken link; undefined when the link holds. */
export const healthOverBrokenLink = async (machine: Machine): Promise<RobotHealth | undefined> => {
  const count = (state: RobotState): void => {
    const fault = broken(machine, state);
    if (fault) fault.fired += 1;
  };
  if (!broken(machine, machine.file.state())) return undefined;
  machine.file.apply(count);
  await machine.file.flush();
  if (!broken(machine, machine.file.state())) machine.isLinkDown = false;
  return { up: false, heartbeatAgeSeconds: 60, conditions: [robotError('ROBOT_LINK_LOST', 'robot', 'no sign of life')], bins: [], ink: [], drives: [] };
};
