import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVirtualRobot } from '../../../robots/drivers/virtual.ts';
import type { DiscPoint } from '../../../robots/drivers/virtual/machine.ts';
import type { DiscJob, JobStatus } from '../../../robots/robot.ts';
import { ended, makeJob } from '../../contracts/robot-driver.ts';

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url));

let folder = '';
let robotFolder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crash-robot-'));
  robotFolder = join(folder, 'robot');
  await mkdir(join(folder, 'work'));
});
afterEach(async () => { await rm(folder, { recursive: true, force: true }); });

/** Runs the child until it says a word, then kills it without warning; answers the last word. */
const killAt = async (jobs: readonly DiscJob[], point: string, key: string): Promise<string> => {
  const file = join(folder, 'jobs.json');
  await writeFile(file, JSON.stringify(jobs));
  const child = spawn(process.execPath, [CHILD, robotFolder, file, point, key], { stdio: ['ignore', 'pipe', 'inherit'], timeout: 20_000, killSignal: 'SIGKILL' });
  const gone = new Promise((resolve) => { child.once('exit', resolve); });
  let said = '';
  for await (const chunk of child.stdout) {
    said = String(chunk).trim();
    child.kill('SIGKILL');
  }
  await gone;
  return said;
};

/** Opens the robot again and lets the jobs end. */
const reopenAndEnd = async (jobs: readonly DiscJob[]): Promise<JobStatus[]> => {
  const robot = await createVirtualRobot({ directory: robotFolder, name: 'crash' });
  try {
    const ends = [];
    for (const job of jobs) {
      expect(await robot.submit(job)).toEqual({ ref: job.key, existed: true });
      ends.push(await ended(robot, job.key));
    }
    return ends;
  } finally {
    await robot.close();
  }
};

/** Notes of all discs in the bins of one kind. */
const discsIn = async (kind: 'out' | 'reject' | 'drives'): Promise<{ key: string; number: number; result: string; place: string }[]> => {
  const found = [];
  for (const bin of await readdir(join(robotFolder, kind))) {
    for (const name of await readdir(join(robotFolder, kind, bin))) {
      const note = JSON.parse(await readFile(join(robotFolder, kind, bin, name, 'disc.json'), 'utf8')) as { key: string; number: number; result: string };
      found.push({ ...note, place: `${kind}/${bin}/${name}` });
    }
  }
  return found;
};

const blanks = async (): Promise<number> => (JSON.parse(await readFile(join(robotFolder, 'robot.json'), 'utf8')) as { bins: { id: string; discs: number }[] }).bins.find(({ id }) => id === 'cd')?.discs ?? -1;

const SPOILED = ['intended', 'loaded', 'half-recorded', 'recorded', 'verified', 'printed'] as const satisfies readonly DiscPoint[];
const KEPT = ['complete', 'committed', 'unloaded'] as const satisfies readonly DiscPoint[];

describe('virtual robot killed between two durable steps', () => {
  it.each([...SPOILED, ...KEPT])('after %s: ends with exactly one good disc and every blank accounted for', async (point) => {
    const job = await makeJob(join(folder, 'work'), { key: 'Crash-1' }, 3 * 1024 * 1024);
    expect(await killAt([job], point, job.key)).toBe(point);
    const [status] = await reopenAndEnd([job]);
    const bad = SPOILED.some((each) => each === point) ? 1 : 0;
    expect(status).toMatchObject({ phase: 'done', good: 1, bad });
    const good = await discsIn('out');
    expect(good).toMatchObject([{ key: job.key, result: 'good', place: status?.discs.at(-1)?.place }]);
    expect(createHash('sha256').update(await readFile(join(robotFolder, good[0]?.place ?? '', 'disc.iso'))).digest('hex')).toBe(job.image.sha256);
    expect(await discsIn('reject')).toHaveLength(bad);
    expect(await discsIn('drives')).toEqual([]);
    expect(await blanks()).toBe(100 - 1 - bad);
    expect(await reopenAndEnd([job])).toMatchObject([{ phase: 'done', good: 1, bad }]);
    expect(await discsIn('out')).toHaveLength(1);
  });

  it('is killed again and again, in both drives, and still makes one good disc of each job', async () => {
    const jobs = await Promise.all(Array.from({ length: 4 }, (_, index) => makeJob(join(folder, 'work'), { key: `Many-${index}` }, 256 * 2048)));
    const points: DiscPoint[] = ['recorded', 'half-recorded', 'committed', 'complete', 'intended', 'rejecting'];
    for (const [index, point] of points.entries()) await killAt(jobs, point, `Many-${index % jobs.length}`);
    const ends = await reopenAndEnd(jobs);
    expect(ends.map(({ phase, good }) => `${phase} ${good}`)).toEqual(jobs.map(() => 'done 1'));
    expect((await discsIn('out')).map(({ key }) => key).sort()).toEqual(jobs.map(({ key }) => key));
    const used = await discsIn('reject');
    expect(used.length).toBe(ends.reduce((sum, { bad }) => sum + bad, 0));
    expect(await blanks()).toBe(100 - jobs.length - used.length);
  });

  it('does not burn again when a person took the good disc away before the restart', async () => {
    const job = await makeJob(join(folder, 'work'), { key: 'Taken' });
    expect(await killAt([job], 'unloaded', job.key)).toBe('unloaded');
    await rm(join(robotFolder, 'out/1/000001'), { recursive: true });
    expect(await reopenAndEnd([job])).toMatchObject([{ phase: 'done', good: 1, bad: 0 }]);
    expect(await discsIn('out')).toEqual([]);
    expect(await blanks()).toBe(99);
  });

  it('rejects a complete disc whose bytes went bad while the robot was off', async () => {
    const job = await makeJob(join(folder, 'work'), { key: 'Rotten' });
    expect(await killAt([job], 'complete', job.key)).toBe('complete');
    await writeFile(join(robotFolder, 'drives/1/000001/disc.iso'), 'rotten');
    expect(await reopenAndEnd([job])).toMatchObject([{ phase: 'done', good: 1, bad: 1, discs: [{ result: 'bad', place: 'reject/2/000001' }, { result: 'good', place: 'out/1/000002' }] }]);
  });
});
