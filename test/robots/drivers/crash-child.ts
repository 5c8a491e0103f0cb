/**
 * Runs a virtual robot on the jobs of a file and stands still at one point of a disc, so that the test can kill it there.
 * Arguments: robot folder, file with jobs, point, key; prints the point when it stands there, 'idle' when all jobs have ended.
 */
import { readFileSync, writeSync } from 'node:fs';
import { createVirtualRobot } from '../../../robots/drivers/virtual.ts';
import type { DiscJob } from '../../../robots/robot.ts';

const [directory = '', jobsFile = '', point = '', key = ''] = process.argv.slice(2);
const jobs = JSON.parse(readFileSync(jobsFile, 'utf8')) as DiscJob[];

const standStill = (): void => {
  writeSync(1, `${point}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

const robot = await createVirtualRobot({ directory, name: 'crash', onStep: (reached, of) => { if (reached === point && of === key) standStill(); } });
for (const job of jobs) await robot.submit(job);
const isOpen = async (): Promise<boolean> => {
  for (const job of jobs) if (!['done', 'failed', 'cancelled', 'lost'].includes((await robot.status(job.key)).phase)) return true;
  return false;
};
while (await isOpen()) await new Promise((resolve) => { setTimeout(resolve, 10); });
writeSync(1, 'idle\n');
await robot.close();
