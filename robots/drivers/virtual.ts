/**
 * The virtual robot: a folder that behaves like a publisher, whose discs are folders. One process drives it.
 * Layout: robot.json, jobs/<key>.json, drives/<drive>/, out/<bin>/<number>/, reject/<bin>/<number>/ with disc.iso, label.png, disc.json.
 * It never makes a second good disc for a key, and never makes a bad disc again by itself, except one that a crash interrupted.
 * @source ours: robot interface over plain directories
 */
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../infra/clock.ts';
import type { Clock } from '../../infra/clock.ts';
import { ApplianceError } from '../../infra/errors.ts';
import type { DiscJob, RobotDriver } from '../robot.ts';
import { actOn } from './virtual/act.ts';
import { createBell, LOOK_AGAIN_MS } from './virtual/bell.ts';
import { openJobBook } from './virtual/job-book.ts';
import { discJobSchema, isEnded, newRecord } from './virtual/job-record.ts';
import { healthOverBrokenLink, needLink } from './virtual/link.ts';
import { lockRobot } from './virtual/lock.ts';
import type { DiscPoint, Machine } from './virtual/machine.ts';
import { countBins, createQueue } from './virtual/queue.ts';
import type { Queue } from './virtual/queue.ts';
import { makeFolders, recover } from './virtual/recover.ts';
import { capabilitiesOf, healthOf, lostStatus, statusOf } from './virtual/report.ts';
import { failureOf, robotError } from './virtual/robot-errors.ts';
import { openRobotFile } from './virtual/robot-file.ts';
import { DEFAULT_DEFINITION, inBins } from './virtual/robot-state.ts';
import type { VirtualDefinition } from './virtual/robot-state.ts';

export interface VirtualRobotOptions {
  readonly directory: string;
  readonly name: string;
  readonly clock?: Clock;
  /** Written to robot.json when there is none yet; default: 100 CD, 100 DVD, two drives, six inks, no delays. */
  readonly definition?: VirtualDefinition;
  /** Called between two durable steps of a disc; for logs and crash tests. */
  readonly onStep?: (point: DiscPoint, key: string) => void;
}

/** How long close() lets discs in the drives come to their end before it leaves them to the next opening. */
const CLOSE_LIMIT_MS = 5_000;

const invalid = (what: string, key?: string): ApplianceError => new ApplianceError('ROBOT_JOB_INVALID', what, key === undefined ? {} : { details: { jobKey: key } });

const createMachine = async ({ directory, clock = systemClock, definition = DEFAULT_DEFINITION, onStep = () => undefined }: VirtualRobotOptions, closing: AbortSignal, abandoned: AbortSignal): Promise<Machine> => {
  await makeFolders(directory);
  const machine: Machine = {
    directory,
    clock,
    onStep,
    closing,
    abandoned,
    file: await openRobotFile(directory, definition),
    book: await openJobBook(join(directory, 'jobs')),
    bell: createBell(clock),
    runs: new Set(),
    isLinkDown: false,
    trouble: undefined,
    async persist(action) {
      for (;;) {
        try {
          await action();
          machine.trouble = undefined;
          return true;
        } catch (error) {
          machine.trouble = { ...failureOf(error), scope: 'robot' };
          if (closing.aborted) return false;
          await clock.wait(LOOK_AGAIN_MS, closing);
        }
      }
    },
  };
  await recover(machine);
  return machine;
};

/** The job as asked for, when it is well-formed. */
const wellFormed = (job: DiscJob): DiscJob => {
  const parsed = discJobSchema.safeParse(job);
  if (parsed.success) return parsed.data;
  throw invalid(`refused: ${[...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ')}`);
};

/** Refuses what this robot cannot do. */
const needBins = (machine: Machine, job: DiscJob): void => {
  const state = machine.file.state();
  if (!inBins(state).some(({ media }) => media === job.media)) throw invalid('no input bin holds this medium', job.key);
  if (job.inBin !== undefined && inBins(state).every(({ id }) => id !== job.inBin)) throw invalid('the robot has no such input bin', job.key);
  if (job.outBin !== undefined && !state.bins.some(({ id, role }) => role === 'out' && id === job.outBin)) throw invalid('the robot has no such output bin', job.key);
};

const CANCELLED_EARLY = { isCancelAsked: true, phase: 'cancelled', error: robotError('ROBOT_CANCELLED', 'job', 'cancelled before a disc was taken') } as const;

const cancelJob = async (machine: Machine, queue: Queue, ref: string): Promise<'accepted' | 'too-late'> => {
  const run = queue.runOf(ref);
  if (run) {
    if (run.isCommitted) return 'too-late';
    run.isCancelAsked = true;
    run.stop.abort();
    // A job that is still queued has no disc, and takes none any more.
    await machine.book.update(ref, (found) => (found.phase === 'queued' ? { ...found, ...CANCELLED_EARLY } : { ...found, isCancelAsked: true }));
    return 'accepted';
  }
  const open = machine.book.open().find(({ job }) => job.key.toLowerCase() === ref.toLowerCase());
  if (!open) return 'too-late';
  let isStarted = false;
  await machine.book.update(ref, (found) => {
    // Between the look above and this turn a drive may have taken the job.
    isStarted = queue.runOf(ref) !== undefined;
    return isStarted ? found : { ...found, ...CANCELLED_EARLY };
  });
  return isStarted ? cancelJob(machine, queue, ref) : 'accepted';
};

/**
 * Opens the robot of a folder, made when it is absent, ends what a crash left open, and goes to work.
 * @throws {ApplianceError} CONFIG_HOME_IN_USE while another process drives it, CONFIG_INVALID when robot.json does not fit
 */
export const createVirtualRobot = async (options: VirtualRobotOptions): Promise<RobotDriver> => {
  await mkdir(options.directory, { recursive: true });
  const directory = await realpath(options.directory);
  const closing = new AbortController();
  const abandoned = new AbortController();
  const unlock = await lockRobot(directory, options.name);
  let machine: Machine;
  try {
    machine = await createMachine({ ...options, directory }, closing.signal, abandoned.signal);
  } catch (error) {
    await unlock();
    throw error;
  }
  const queue = createQueue(machine);
  const submitting = new Map<string, Promise<unknown>>();
  queue.wake();

  const submitOnce = async (job: DiscJob): Promise<{ ref: string; existed: boolean }> => {
    const ref = machine.book.refOf(job.key);
    if (ref !== undefined) {
      const known = await machine.book.read(ref);
      if (known && known.job.image.sha256.toLowerCase() !== job.image.sha256.toLowerCase()) throw invalid('this key was used for another image', ref);
      return { ref, existed: true };
    }
    needBins(machine, job);
    try {
      await machine.book.add(newRecord(job, machine.book.nextAge(), machine.clock.now()));
    } catch (error) {
      const { code, raw } = failureOf(error);
      throw new ApplianceError(code, raw, { cause: error });
    }
    queue.wake();
    return { ref: job.key, existed: false };
  };

  return {
    async capabilities() {
      await machine.file.refresh();
      return capabilitiesOf(machine.file.state());
    },
    async submit(asked) {
      needLink(machine);
      const job = wellFormed(asked);
      await machine.file.refresh();
      const key = job.key.toLowerCase();
      for (let other = submitting.get(key); other; other = submitting.get(key)) await Promise.allSettled([other]);
      const mine = submitOnce(job);
      submitting.set(key, mine);
      try {
        return await mine;
      } finally {
        submitting.delete(key);
      }
    },
    async status(ref) {
      needLink(machine);
      const run = queue.runOf(ref);
      const record = await machine.book.read(ref);
      if (!record) return lostStatus(machine.clock.now());
      const blocker = run || isEnded(record) ? undefined : await queue.blockerOf(record);
      return statusOf(record, run, blocker, machine.clock.now());
    },
    async cancel(ref) {
      needLink(machine);
      const answer = await cancelJob(machine, queue, ref);
      queue.wake();
      return answer;
    },
    async health() {
      await machine.file.refresh();
      return await healthOverBrokenLink(machine) ?? healthOf(machine, await countBins(machine));
    },
    async act(action) {
      await actOn(machine, action);
      queue.wake();
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      machine.bell.ring();
      await queue.settle(CLOSE_LIMIT_MS);
      abandoned.abort();
      await queue.settle(CLOSE_LIMIT_MS);
      await machine.file.flush();
      await unlock();
    },
  };
};
