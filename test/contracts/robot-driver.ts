/**
 * What every robot driver keeps, whatever machine is behind it. A driver runs it with a harness that plays the machine's surroundings.
 * Nothing here knows how a machine works; waits end when the condition holds.
 */
import { createHash, randomBytes } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS } from '../../infra/errors.ts';
import { waitUntil } from '../../infra/wait-until.ts';
import type { DiscJob, JobStatus, RobotDriver } from '../../robots/robot.ts';

export interface RobotHarness {
  /** A new, empty folder for images and labels. */
  readonly workFolder: string;
  /** The driver at work; another object after reopen(). */
  driver(): RobotDriver;
  /** Stops the driver gently and opens the same robot again. */
  reopen(): Promise<void>;
  /** Takes all CD blanks away. */
  takeBlanks(): Promise<void>;
  /** Puts CD blanks in. */
  putBlanks(): Promise<void>;
  /** SHA-256 of the bytes recorded on the disc at a place, undefined when a machine cannot be looked into. */
  digestAt(place: string): Promise<string | undefined>;
  dispose(): Promise<void>;
}

export interface DriverFacts {
  /** True when the driver or machine reads every disc back. */
  readonly isVerified: boolean;
}

const TERMINAL = new Set<JobStatus['phase']>(['done', 'failed', 'cancelled', 'lost']);

/** Polls a job until it has ended. */
export const ended = async (driver: RobotDriver, ref: string, timeoutMs = 20_000): Promise<JobStatus> => {
  let status = await driver.status(ref);
  await waitUntil(async () => TERMINAL.has((status = await driver.status(ref)).phase), { timeoutMs, everyMs: 10 });
  expect(TERMINAL.has(status.phase), `still ${status.phase} ${status.activity ?? ''} ${status.error?.raw ?? ''}`).toBe(true);
  return status;
};

/** Polls a job until it waits for a person, and answers the condition. */
export const paused = async (driver: RobotDriver, ref: string, timeoutMs = 20_000): Promise<JobStatus> => {
  let status = await driver.status(ref);
  await waitUntil(async () => (status = await driver.status(ref)).phase === 'paused', { timeoutMs, everyMs: 10 });
  expect(status.phase).toBe('paused');
  return status;
};

let made = 0;

/** A job with its own image and label in the folder; `bytes` of random content. */
export const makeJob = async (folder: string, overrides: Partial<DiscJob> = {}, bytes = 64 * 2048): Promise<DiscJob> => {
  made += 1;
  const number = made;
  const content = randomBytes(bytes);
  const path = join(folder, `image-${number}.iso`);
  const label = join(folder, `label-${number}.png`);
  await writeFile(path, content);
  await writeFile(label, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  return {
    key: `JOB-${number}`,
    copies: 1,
    media: 'CD',
    image: { path, bytes, sha256: createHash('sha256').update(content).digest('hex'), volumeId: 'SPINDLE' },
    label: { path: label, format: 'png' },
    serial: `S-${number}`,
    verify: true,
    priority: 1,
    ...overrides,
  };
};

/** Runs the contract against one driver. */
export const describeRobotDriver = (name: string, makeHarness: () => Promise<RobotHarness>, facts: DriverFacts): void => {
  describe(`robot driver contract: ${name}`, () => {
    let harness: RobotHarness;
    beforeEach(async () => { harness = await makeHarness(); });
    afterEach(async () => { await harness.dispose(); });

    it('makes one good disc of one job and says where it lies', async () => {
      const job = await makeJob(harness.workFolder);
      const { ref, existed } = await harness.driver().submit(job);
      expect(existed).toBe(false);
      const status = await ended(harness.driver(), ref);
      expect(status).toMatchObject({ phase: 'done', good: 1, bad: 0, remaining: 0 });
      expect(status.error).toBeUndefined();
      expect(status.discs).toHaveLength(1);
      expect(status.discs[0]).toMatchObject({ n: 1, result: 'good' });
      const digest = await harness.digestAt(status.discs[0]?.place ?? '');
      if (facts.isVerified) expect(digest).toBe(job.image.sha256);
    });

    it('knows a key again in any case, before and after the end and after a restart', async () => {
      const job = await makeJob(harness.workFolder, { key: 'Key-Once' });
      const { ref } = await harness.driver().submit(job);
      expect(await harness.driver().submit(job)).toEqual({ ref, existed: true });
      await ended(harness.driver(), ref);
      expect(await harness.driver().submit({ ...job, key: 'KEY-ONCE' })).toEqual({ ref, existed: true });
      await harness.reopen();
      expect(await harness.driver().submit({ ...job, key: 'key-once' })).toEqual({ ref, existed: true });
      expect(await harness.driver().status(ref)).toMatchObject({ phase: 'done', good: 1 });
    });

    it('makes one disc of two submissions at the same moment', async () => {
      const job = await makeJob(harness.workFolder, { key: 'twice' });
      const answers = await Promise.all([job, { ...job, key: 'TWICE' }].map((each) => harness.driver().submit(each)));
      expect(answers.map(({ existed }) => existed).sort()).toEqual([false, true]);
      expect(new Set(answers.map(({ ref }) => ref)).size).toBe(1);
      expect((await ended(harness.driver(), answers[0]?.ref ?? '')).discs).toHaveLength(1);
    });

    it('refuses a key that was used for another image', async () => {
      const job = await makeJob(harness.workFolder);
      await harness.driver().submit(job);
      const other = await makeJob(harness.workFolder, { key: job.key });
      await expect(harness.driver().submit(other)).rejects.toMatchObject({ code: 'ROBOT_JOB_INVALID' });
    });

    it.each(['', '..', '../x', 'a/b', 'a\\b', 'a\0b', 'a\r\nCopies = 99', 'x'.repeat(33), 'ä', '.hidden'])('refuses the hostile key %j', async (key) => {
      const job = await makeJob(harness.workFolder, { key });
      await expect(harness.driver().submit(job)).rejects.toMatchObject({ code: 'ROBOT_JOB_INVALID' });
      expect(await harness.driver().status(key)).toMatchObject({ phase: 'lost' });
    });

    it('calls an unknown job lost and never fails on it', async () => {
      expect(await harness.driver().status('never-seen')).toMatchObject({ phase: 'lost', good: 0, bad: 0, discs: [], error: { code: 'ROBOT_JOB_LOST', retry: 'operator' } });
      expect(await harness.driver().cancel('never-seen')).toBe('too-late');
    });

    it('refuses an image larger than the medium before a disc is spent', async () => {
      const { media } = await harness.driver().capabilities();
      const capacity = media.find((row) => row.media === 'CD')?.capacitySectors ?? 0;
      expect(capacity).toBeGreaterThan(300_000);
      const small = await makeJob(harness.workFolder);
      const bytes = (capacity + 1) * 2048;
      await truncate(small.image.path, bytes);
      const { ref } = await harness.driver().submit({ ...small, image: { ...small.image, bytes } });
      const status = await ended(harness.driver(), ref);
      expect(status).toMatchObject({ phase: 'failed', good: 0, bad: 0, discs: [], error: { code: 'ROBOT_WRONG_MEDIA', scope: 'disc' } });
    });

    it('fails a job whose image or label is not there, without spending a disc', async () => {
      const job = await makeJob(harness.workFolder);
      const noImage = { ...job, key: 'no-image', image: { ...job.image, path: join(harness.workFolder, 'absent.iso') } };
      const noLabel = { ...job, key: 'no-label', label: { path: join(harness.workFolder, 'absent.png'), format: 'png' as const } };
      for (const each of [noImage, noLabel]) {
        const { ref } = await harness.driver().submit(each);
        expect(await ended(harness.driver(), ref)).toMatchObject({ phase: 'failed', discs: [], error: { code: 'ROBOT_JOB_INVALID', retry: 'never' } });
      }
    });

    it('pauses without blanks and goes on by itself when blanks are put in', async () => {
      await harness.takeBlanks();
      const { ref } = await harness.driver().submit(await makeJob(harness.workFolder));
      expect((await paused(harness.driver(), ref)).error).toMatchObject({ code: 'ROBOT_OUT_OF_DISCS', scope: 'robot', retry: 'operator' });
      expect((await harness.driver().health()).conditions.map(({ code }) => code)).toContain('ROBOT_OUT_OF_DISCS');
      await harness.putBlanks();
      expect(await ended(harness.driver(), ref)).toMatchObject({ phase: 'done', good: 1 });
    });

    it('cancels a waiting job without spending a disc', async () => {
      await harness.takeBlanks();
      const { ref } = await harness.driver().submit(await makeJob(harness.workFolder));
      await paused(harness.driver(), ref);
      expect(await harness.driver().cancel(ref)).toBe('accepted');
      expect(await ended(harness.driver(), ref)).toMatchObject({ phase: 'cancelled', discs: [], error: { code: 'ROBOT_CANCELLED' } });
      await harness.putBlanks();
      const next = await harness.driver().submit(await makeJob(harness.workFolder));
      await ended(harness.driver(), next.ref);
      expect(await harness.driver().status(ref)).toMatchObject({ phase: 'cancelled', good: 0 });
    });

    it('says that a cancel after the end is too late', async () => {
      const { ref } = await harness.driver().submit(await makeJob(harness.workFolder));
      await ended(harness.driver(), ref);
      expect(await harness.driver().cancel(ref)).toBe('too-late');
      expect(await harness.driver().status(ref)).toMatchObject({ phase: 'done', good: 1 });
    });

    it('never makes a good disc of a job whose cancel it accepted, at whatever moment', async () => {
      const runs = await Promise.all(Array.from({ length: 12 }, async (_, index) => {
        const { ref } = await harness.driver().submit(await makeJob(harness.workFolder, {}, (1 + (index % 4)) * 256 * 2048));
        await new Promise((resolve) => { setTimeout(resolve, index * 3); });
        return { ref, answer: await harness.driver().cancel(ref) };
      }));
      for (const { ref, answer } of runs) {
        const status = await ended(harness.driver(), ref);
        if (answer === 'too-late') expect(status).toMatchObject({ phase: 'done', good: 1 });
        else expect(status).toMatchObject({ phase: 'cancelled', good: 0, error: { code: 'ROBOT_CANCELLED' } });
      }
    });

    it('makes every copy of many jobs exactly once, in places of their own', async () => {
      const jobs = await Promise.all(Array.from({ length: 10 }, () => makeJob(harness.workFolder)));
      const refs = await Promise.all(jobs.map((job) => harness.driver().submit(job)));
      const all = await Promise.all(refs.map(({ ref }) => ended(harness.driver(), ref)));
      expect(all.map(({ phase }) => phase)).toEqual(jobs.map(() => 'done'));
      expect(new Set(all.flatMap(({ discs }) => discs.map(({ place }) => place))).size).toBe(jobs.length);
    });

    it('uses retry words of the table of errors', async () => {
      const { ref } = await harness.driver().submit({ ...(await makeJob(harness.workFolder)), image: { path: join(harness.workFolder, 'absent'), bytes: 2048, sha256: '0'.repeat(64), volumeId: 'X' } });
      const { error } = await ended(harness.driver(), ref);
      expect(error?.retry).toBe(ERRORS[error?.code ?? 'ROBOT_UNKNOWN'].retry);
    });

    it('names bins of every role and its drives', async () => {
      const capabilities = await harness.driver().capabilities();
      const health = await harness.driver().health();
      expect(health.up).toBe(true);
      expect(capabilities.bins.some(({ role }) => role === 'out' || role === 'both')).toBe(true);
      expect(health.bins.map(({ id }) => id)).toEqual(capabilities.bins.map(({ id }) => id));
      expect(health.drives).toHaveLength(capabilities.drives);
    });
  });
};
