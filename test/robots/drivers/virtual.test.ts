import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../infra/wait-until.ts';
import { openRobot } from '../../../robots/open.ts';
import { DEFAULT_DEFINITION } from '../../../robots/drivers/virtual/robot-state.ts';
import type { Fault, VirtualDefinition } from '../../../robots/drivers/virtual/robot-state.ts';
import type { RobotErrorCode } from '../../../robots/robot.ts';
import { describeRobotDriver, ended, makeJob, paused } from '../../contracts/robot-driver.ts';
import { makeVirtualHarness } from './virtual-harness.ts';
import type { VirtualHarness } from './virtual-harness.ts';

describeRobotDriver('virtual', () => makeVirtualHarness(), { isVerified: true });

let harness: VirtualHarness | undefined;
afterEach(async () => {
  await harness?.dispose();
  harness = undefined;
});

const start = async (definition: Partial<VirtualDefinition> = {}): Promise<VirtualHarness> => (harness = await makeVirtualHarness(definition));
const withFault = (step: Fault['on']['step'], kind: Fault['do'], times = 1): Promise<VirtualHarness> => start({ faults: [{ on: { step }, do: kind, times }] });
const submit = async (robot: VirtualHarness, ...args: Parameters<typeof makeJob> extends [string, ...infer Rest] ? Rest : never): Promise<string> =>
  (await robot.driver().submit(await makeJob(robot.workFolder, ...args))).ref;
const stored = async (robot: VirtualHarness): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(robot.directory, 'robot.json'), 'utf8')) as Record<string, unknown>;

describe('virtual robot: discs', () => {
  it('puts image, label and note of a good disc into its folder', async () => {
    const robot = await start();
    const ref = await submit(robot, { serial: 'SN-7' });
    const [disc] = (await ended(robot.driver(), ref)).discs;
    const folder = join(robot.directory, disc?.place ?? '');
    expect((await readdir(folder)).sort()).toEqual(['disc.iso', 'disc.json', 'label.png']);
    expect(JSON.parse(await readFile(join(folder, 'disc.json'), 'utf8'))).toMatchObject({ number: 1, result: 'good', key: ref, serial: 'SN-7' });
  });

  it('counts blanks, ink and discs down and up, also over a restart', async () => {
    const robot = await start({ inkPerLabelPercent: 5 });
    await ended(robot.driver(), await submit(robot));
    await robot.reopen();
    const health = await robot.driver().health();
    expect(health.bins.map(({ discs }) => discs)).toEqual([99, 100, 1, 0]);
    expect(health.ink.map(({ percent }) => percent)).toEqual([95, 95, 95, 95, 95, 95]);
    const ref = await submit(robot);
    expect((await ended(robot.driver(), ref)).discs[0]?.place).toBe('out/1/000002');
  });

  it('records higher priorities first, then older jobs', async () => {
    const robot = await start({ drives: 1, conditions: ['ROBOT_COVER_OPEN'] });
    const refs = [];
    for (const priority of [2, 1, 1, 0] as const) refs.push(await submit(robot, { priority }));
    await robot.driver().act?.({ kind: 'resume' });
    const places = [];
    for (const ref of refs) places.push((await ended(robot.driver(), ref)).discs[0]?.place);
    expect(places).toEqual(['out/1/000004', 'out/1/000002', 'out/1/000003', 'out/1/000001']);
  });

  it('works in both drives at once at the speed that is set', async () => {
    const robot = await start({ speedSectorsPerSecond: 400 });
    const refs = [await submit(robot, { verify: false }, 200 * 2048), await submit(robot, { verify: false }, 200 * 2048)];
    expect(await waitUntil(async () => (await robot.driver().health()).drives.every(({ state, percent = 0 }) => state === 'recording' && percent > 0), { timeoutMs: 5_000, everyMs: 10 })).toBe(true);
    for (const ref of refs) expect((await ended(robot.driver(), ref)).phase).toBe('done');
  });

  it('rejects the disc of a job that is cancelled while it records', async () => {
    const robot = await start({ speedSectorsPerSecond: 100 });
    const ref = await submit(robot, {}, 2000 * 2048);
    expect(await waitUntil(async () => (await robot.driver().status(ref)).activity === 'recording', { timeoutMs: 5_000, everyMs: 10 })).toBe(true);
    expect(await robot.driver().cancel(ref)).toBe('accepted');
    expect(await ended(robot.driver(), ref)).toMatchObject({ phase: 'cancelled', good: 0, bad: 1, discs: [{ n: 1, result: 'bad', place: 'reject/2/000001', error: { code: 'ROBOT_CANCELLED' } }] });
  });

  it('finds an image whose bytes are not what the job says', async () => {
    const robot = await start();
    const job = await makeJob(robot.workFolder);
    await robot.driver().submit({ ...job, image: { ...job.image, sha256: 'a'.repeat(64) } });
    expect(await ended(robot.driver(), job.key)).toMatchObject({ phase: 'failed', good: 0, bad: 1, error: { code: 'ROBOT_JOB_INVALID' } });
  });

  it('refuses bins and media it does not have', async () => {
    const robot = await start();
    const job = await makeJob(robot.workFolder);
    for (const wrong of [{ media: 'BD' as const }, { inBin: 'nowhere' }, { outBin: 'cd' }, { outBin: '../x' }]) {
      await expect(robot.driver().submit({ ...job, ...wrong })).rejects.toMatchObject({ code: 'ROBOT_JOB_INVALID' });
    }
  });

  it('keeps a second driver away from its folder', async () => {
    const robot = await start();
    await expect(openRobot({ name: 'second', driver: 'virtual', directory: robot.directory })).rejects.toMatchObject({ code: 'CONFIG_HOME_IN_USE' });
  });

  it('takes over the lock of a process that is gone', async () => {
    const robot = await start();
    await robot.driver().close();
    await writeFile(join(robot.directory, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'another boot:1' }));
    const second = await openRobot({ name: 'second', driver: 'virtual', directory: robot.directory });
    await second.close();
    expect(await readdir(robot.directory)).not.toContain('lock');
  });

  it('refuses a driver that it does not have', async () => {
    await expect(openRobot({ name: 'x', driver: 'teleport' as 'virtual', directory: '/nowhere' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses a robot.json that does not fit', async () => {
    const robot = await start();
    await robot.driver().close();
    await writeFile(join(robot.directory, 'robot.json'), JSON.stringify({ bins: [{ id: '../x', role: 'out', capacity: 1 }] }));
    await expect(openRobot({ name: 'x', driver: 'virtual', directory: robot.directory })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('virtual robot: conditions', () => {
  const oneOut: Partial<VirtualDefinition> = { bins: [...DEFAULT_DEFINITION.bins.filter(({ role }) => role !== 'out'), { id: '1', role: 'out', capacity: 1 }] };

  it('pauses at a full output bin until a person takes the disc folders away', async () => {
    const robot = await start(oneOut);
    await ended(robot.driver(), await submit(robot));
    const ref = await submit(robot);
    expect((await paused(robot.driver(), ref)).error).toMatchObject({ code: 'ROBOT_OUTPUT_FULL', scope: 'robot' });
    await rm(join(robot.directory, 'out/1/000001'), { recursive: true });
    expect(await ended(robot.driver(), ref)).toMatchObject({ phase: 'done', discs: [{ place: 'out/1/000002' }] });
  });

  it('keeps the discs of an emptied bin beside it', async () => {
    const robot = await start(oneOut);
    await ended(robot.driver(), await submit(robot));
    const ref = await submit(robot);
    await paused(robot.driver(), ref);
    await robot.driver().act?.({ kind: 'empty', bin: '1' });
    expect((await ended(robot.driver(), ref)).phase).toBe('done');
    expect(await readdir(join(robot.directory, 'taken/1'))).toEqual(['000001']);
  });

  it('never puts more discs into a bin than it holds, with two drives', async () => {
    const robot = await start({ bins: [...DEFAULT_DEFINITION.bins.filter(({ role }) => role !== 'out'), { id: '1', role: 'out', capacity: 3 }] });
    for (let index = 0; index < 8; index += 1) await submit(robot);
    expect(await waitUntil(async () => (await robot.driver().health()).conditions.some(({ code }) => code === 'ROBOT_OUTPUT_FULL') && (await robot.driver().health()).drives.every(({ state }) => state === 'idle'), { timeoutMs: 10_000, everyMs: 10 })).toBe(true);
    expect(await readdir(join(robot.directory, 'out/1'))).toHaveLength(3);
  });

  it('goes on when a person edits robot.json', async () => {
    const robot = await start();
    await robot.takeBlanks();
    const ref = await submit(robot);
    await paused(robot.driver(), ref);
    const state = await stored(robot) as { bins: { id: string; discs?: number }[] };
    for (const bin of state.bins) if (bin.id === 'cd') bin.discs = 3;
    await writeFile(join(robot.directory, 'robot.json'), '{ "half": ');
    expect(await waitUntil(async () => (await robot.driver().health()).conditions.some(({ raw }) => raw.includes('not JSON')), { timeoutMs: 5_000 })).toBe(true);
    await writeFile(join(robot.directory, 'robot.json'), JSON.stringify(state));
    expect(await ended(robot.driver(), ref)).toMatchObject({ phase: 'done' });
    expect((await robot.driver().health()).bins[0]).toMatchObject({ id: 'cd', discs: 2 });
  });

  it('works on other media while one is missing', async () => {
    const robot = await start({ drives: 1 });
    await robot.takeBlanks();
    const waiting = await submit(robot, { priority: 0 });
    expect((await ended(robot.driver(), await submit(robot, { media: 'DVD', priority: 2 }))).phase).toBe('done');
    expect((await robot.driver().status(waiting)).phase).toBe('paused');
  });

  it('warns of low ink, until told not to, and prints on', async () => {
    const robot = await start({ ink: { black: 5 } });
    expect((await robot.driver().health()).conditions.map(({ code }) => code)).toEqual(['ROBOT_INK_LOW']);
    await robot.driver().act?.({ kind: 'ignore-ink-low' });
    expect((await robot.driver().health()).conditions).toEqual([]);
    expect((await ended(robot.driver(), await submit(robot))).phase).toBe('done');
  });

  it('refuses to act on what it does not have', async () => {
    const robot = await start();
    for (const action of [{ kind: 'refill', bin: '1', discs: 5 }, { kind: 'refill', bin: 'cd', discs: -1 }, { kind: 'empty', bin: '../..' }, { kind: 'change-ink', name: 'gold' }] as const) {
      await expect(robot.driver().act?.(action)).rejects.toMatchObject({ code: 'API_INVALID' });
    }
    await robot.driver().act?.({ kind: 'refill', bin: 'cd', discs: 1000 });
    expect((await robot.driver().health()).bins[0]?.discs).toBe(100);
  });
});

describe('virtual robot: faults', () => {
  it.each<[Fault['on']['step'], Fault['do'], RobotErrorCode]>([
    ['record', 'write-fail', 'ROBOT_WRITE_FAILED'],
    ['verify', 'write-fail', 'ROBOT_WRITE_FAILED'],
    ['record', 'verify-fail', 'ROBOT_VERIFY_FAILED'],
    ['verify', 'verify-fail', 'ROBOT_VERIFY_FAILED'],
    ['load', 'wrong-media', 'ROBOT_WRONG_MEDIA'],
    ['record', 'drive-fault', 'ROBOT_DRIVE_FAULT'],
    ['print', 'unknown', 'ROBOT_UNKNOWN'],
  ])('at %s: %s spoils the disc and ends the job with %s', async (step, kind, code) => {
    const robot = await withFault(step, kind);
    const status = await ended(robot.driver(), await submit(robot));
    expect(status).toMatchObject({ phase: 'failed', good: 0, bad: 1, error: { code }, discs: [{ n: 1, result: 'bad', place: 'reject/2/000001', error: { code } }] });
    expect(JSON.parse(await readFile(join(robot.directory, 'reject/2/000001/disc.json'), 'utf8'))).toMatchObject({ result: 'bad', error: { code } });
    expect((await ended(robot.driver(), await submit(robot))).phase).toBe('done');
  });

  it('damages a real byte, which an unverified job does not notice', async () => {
    const robot = await withFault('record', 'verify-fail');
    const job = await makeJob(robot.workFolder, { verify: false });
    await robot.driver().submit(job);
    const [disc] = (await ended(robot.driver(), job.key)).discs;
    expect(disc?.result).toBe('good');
    const [wanted, found] = [await readFile(job.image.path), await readFile(join(robot.directory, disc?.place ?? '', 'disc.iso'))];
    expect(found.filter((byte, index) => byte !== wanted[index])).toHaveLength(1);
  });

  it.each<[Fault['on']['step'], Fault['do'], RobotErrorCode]>([
    ['load', 'jam', 'ROBOT_JAM'], ['print', 'jam', 'ROBOT_JAM'], ['unload', 'jam', 'ROBOT_JAM'],
    ['load', 'cover-open', 'ROBOT_COVER_OPEN'],
    ['print', 'printer-fault', 'ROBOT_PRINTER_FAULT'],
    ['load', 'no-space', 'ROBOT_NO_SPACE'],
    ['print', 'ink-empty', 'ROBOT_INK_EMPTY'], ['load', 'ink-empty', 'ROBOT_INK_EMPTY'],
    ['load', 'out-of-discs', 'ROBOT_OUT_OF_DISCS'],
  ])('at %s: %s pauses the job with %s and one disc is good in the end', async (step, kind, code) => {
    const robot = await withFault(step, kind);
    const ref = await submit(robot);
    expect((await paused(robot.driver(), ref)).error).toMatchObject({ code, scope: 'robot', retry: 'operator' });
    expect((await robot.driver().health()).conditions.map((condition) => condition.code)).toContain(code);
    await robot.driver().act?.({ kind: 'resume' });
    await robot.driver().act?.({ kind: 'change-ink' });
    await robot.putBlanks();
    expect(await ended(robot.driver(), ref)).toMatchObject({ phase: 'done', good: 1, bad: 0 });
  });

  it('moves work to the other drive when one fails, and reports it', async () => {
    const robot = await withFault('load', 'drive-fault');
    expect((await ended(robot.driver(), await submit(robot))).phase).toBe('done');
    const health = await robot.driver().health();
    expect(health.conditions).toMatchObject([{ code: 'ROBOT_DRIVE_FAULT' }]);
    expect(health.drives.map(({ state }) => state)).toEqual(['fault', 'idle']);
  });

  it('hangs until resumed', async () => {
    const robot = await withFault('record', 'hang');
    const ref = await submit(robot);
    const hanging = async (): Promise<boolean> => (await robot.driver().status(ref)).activity === 'recording' && Number(((await stored(robot))['faults'] as Fault[])[0]?.fired) === 1;
    expect(await waitUntil(hanging, { timeoutMs: 5_000, everyMs: 10 })).toBe(true);
    expect((await robot.driver().status(ref)).phase).toBe('running');
    await robot.driver().act?.({ kind: 'resume' });
    expect(await ended(robot.driver(), ref)).toMatchObject({ phase: 'done', good: 1 });
  });

  it('gives a hanging job up when it is cancelled', async () => {
    const robot = await withFault('verify', 'hang');
    const ref = await submit(robot);
    expect(await waitUntil(async () => (await robot.driver().status(ref)).activity === 'verifying', { timeoutMs: 5_000, everyMs: 5 })).toBe(true);
    expect(await robot.driver().cancel(ref)).toBe('accepted');
    expect(await ended(robot.driver(), ref)).toMatchObject({ phase: 'cancelled', good: 0, bad: 1 });
  });

  it.each(['load', 'record', 'unload'] as const)('loses a job that vanishes at %s, and never makes it again', async (step) => {
    const robot = await withFault(step, 'vanish');
    const job = await makeJob(robot.workFolder);
    await robot.driver().submit(job);
    expect(await ended(robot.driver(), job.key)).toMatchObject({ phase: 'lost', error: { code: 'ROBOT_JOB_LOST' } });
    expect(await robot.driver().submit(job)).toEqual({ ref: job.key, existed: true });
    await robot.reopen();
    expect(await robot.driver().submit(job)).toEqual({ ref: job.key, existed: true });
    expect(await robot.driver().status(job.key)).toMatchObject({ phase: 'lost' });
  });

  it('loses the link for some health checks and comes back with the job', async () => {
    const robot = await withFault('record', 'link-down', 3);
    const ref = await submit(robot);
    const isDown = async (): Promise<boolean> => robot.driver().status(ref).then(() => false, () => true);
    expect(await waitUntil(isDown, { timeoutMs: 5_000, everyMs: 5 })).toBe(true);
    await expect(robot.driver().status(ref)).rejects.toMatchObject({ code: 'ROBOT_LINK_LOST' });
    await expect(robot.driver().submit(await makeJob(robot.workFolder))).rejects.toMatchObject({ code: 'ROBOT_LINK_LOST' });
    for (let check = 0; check < 3; check += 1) expect(await robot.driver().health()).toMatchObject({ up: false, conditions: [{ code: 'ROBOT_LINK_LOST', retry: 'auto' }] });
    expect((await robot.driver().health()).up).toBe(true);
    expect(await ended(robot.driver(), ref)).toMatchObject({ phase: 'done', good: 1 });
  });

  it('strikes only the job and disc that the rule names, as often as it says', async () => {
    const robot = await start({ drives: 1, faults: [{ on: { job: 'vol-*', step: 'record' }, do: 'write-fail', times: 2 }, { on: { disc: 5, step: 'verify' }, do: 'verify-fail' }] });
    const ends = [];
    for (const key of ['other', 'VOL-1', 'vol-2', 'vol-3', 'fifth', 'sixth']) {
      await submit(robot, { key });
      ends.push((await ended(robot.driver(), key)).error?.code ?? 'good');
    }
    expect(ends).toEqual(['good', 'ROBOT_WRITE_FAILED', 'ROBOT_WRITE_FAILED', 'good', 'ROBOT_VERIFY_FAILED', 'good']);
  });
});
