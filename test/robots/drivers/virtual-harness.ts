/** A virtual robot in a temporary folder, for the tests of it. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualRobot } from '../../../robots/drivers/virtual.ts';
import type { VirtualRobotOptions } from '../../../robots/drivers/virtual.ts';
import { DEFAULT_DEFINITION } from '../../../robots/drivers/virtual/robot-state.ts';
import type { VirtualDefinition } from '../../../robots/drivers/virtual/robot-state.ts';
import type { RobotDriver } from '../../../robots/robot.ts';
import type { RobotHarness } from '../../contracts/robot-driver.ts';

export interface VirtualHarness extends RobotHarness {
  readonly directory: string;
}

export const makeVirtualHarness = async (definition: Partial<VirtualDefinition> = {}, onStep?: VirtualRobotOptions['onStep']): Promise<VirtualHarness> => {
  const folder = await mkdtemp(join(tmpdir(), 'virtual-robot-'));
  const directory = join(folder, 'robot');
  const workFolder = join(folder, 'work');
  await mkdir(workFolder);
  const open = (): Promise<RobotDriver> => createVirtualRobot({ directory, name: 'test', definition: { ...DEFAULT_DEFINITION, ...definition }, ...(onStep ? { onStep } : {}) });
  let driver = await open();
  return {
    directory,
    workFolder,
    driver: () => driver,
    async reopen() {
      await driver.close();
      driver = await open();
    },
    takeBlanks: () => driver.act?.({ kind: 'empty', bin: 'cd' }) ?? Promise.resolve(),
    putBlanks: () => driver.act?.({ kind: 'refill', bin: 'cd', discs: 100 }) ?? Promise.resolve(),
    digestAt: async (place) => createHash('sha256').update(await readFile(join(directory, place, 'disc.iso'))).digest('hex'),
    async dispose() {
      await driver.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
