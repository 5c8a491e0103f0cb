/** Opens the driver that a robot's definition names. */
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
export const openRobot = (definition: RobotDefinition): Promise<RobotDriver> => {
  switch (definition.driver) {
    case 'virtual': {
      const { driver: _, ...options } = definition;
      return createVirtualRobot(options);
    }
  }
};
