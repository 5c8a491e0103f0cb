/** Opens the driver that a robot's definition names. */
import { ApplianceError } from '../infra/errors.ts';
import { createVirtualRobot } from './drivers/virtual.ts';
import type { VirtualDefinition } from './drivers/virtual/robot-state.ts';
import type { RobotDriver } from './robot.ts';

export interface VirtualRobotDefinition {
  readonly name: string;
  readonly driver: 'virtual';
  /** The robot's own folder, made when absent. */
  readonly directory: string;
  /** First content of robot.json. */
  readonly definition?: VirtualDefinition;
}

export type RobotDefinition = VirtualRobotDefinition;

/**
 * Opens a robot; close() gives it back.
 * @throws {ApplianceError} CONFIG_INVALID for a driver this version does not have, and what the driver throws
 */
export const openRobot = async (definition: RobotDefinition): Promise<RobotDriver> => {
  const { name, driver, directory, definition: first } = definition;
  switch (driver) {
    case 'virtual': return createVirtualRobot({ name, directory, ...(first === undefined ? {} : { definition: first }) });
    default: {
      // Settings are read from outside, so a driver nobody knows does reach this.
      const unknown: never = driver;
      throw new ApplianceError('CONFIG_INVALID', 'this version has no such robot driver', { details: { robot: name, driver: String(unknown) } });
    }
  }
};
