/** Gives waiting jobs to free drives: by priority, then by age; a job that a condition holds up does not hold up the others. */
import type { RobotError } from '../../robot.ts';
import { berthFor } from './conditions.ts';
import type { Berth } from './conditions.ts';
import { countDiscs } from './disc-folder.ts';
import type { JobRecord } from './job-record.ts';
import type { Machine, Run } from './machine.ts';
import { robotError } from './robot-errors.ts';
import { driveIds } from './robot-state.ts';
import { workOnJob } from './work-on-job.ts';

export interface Queue {
  /** Looks for work; returns at once. */
  wake(): void;
  /** The run of a job that is in a drive. */
  runOf(key: string): Run | undefined;
  /** The condition that holds up a waiting job. */
  blockerOf(record: JobRecord): Promise<RobotError | undefined>;
  /** Ends when every drive has come to rest; `limitMs` later the rest is left to the next opening. */
  settle(limitMs: number): Promise<void>;
}

/** Discs in every out and reject bin. */
export const countBins = async ({ directory, file }: Pick<Machine, 'directory' | 'file'>): Promise<ReadonlyMap<string, number>> => {
  const counts = new Map<string, number>();
  for (const bin of [...file.state().bins]) if (bin.role !== 'in') counts.set(bin.id, await countDiscs(directory, bin.role, bin.id));
  return counts;
};

const newRun = (key: string, drive: string, berth: Berth): Run =>
  ({ key, drive, ...berth, stop: new AbortController(), activity: 'preparing', percent: undefined, condition: undefined, hasBlank: false, isCancelAsked: false, isHanging: false, isCommitted: false });

export const createQueue = (machine: Machine): Queue => {
  const { book, file, bell, closing, runs } = machine;
  const working = new Set<Promise<void>>();
  let isAwake = false;
  let isPumping = false;

  const waiting = (): JobRecord[] => {
    const busy = new Set([...runs].map(({ key }) => key));
    return book.open()
      .filter((record) => record.phase === 'queued' && !record.isCancelAsked && !busy.has(record.job.key))
      .sort((a, b) => a.job.priority - b.job.priority || a.age - b.age);
  };

  const freeDrive = (): string | undefined => {
    const busy = new Set([...runs].map(({ drive }) => drive));
    const state = file.state();
    return driveIds(state).find((drive) => !busy.has(drive) && !state.faultyDrives.includes(drive));
  };

  const begin = (record: JobRecord, drive: string, berth: Berth): void => {
    const run = newRun(record.job.key, drive, berth);
    const stopAll = (): void => { run.stop.abort(); };
    machine.abandoned.addEventListener('abort', stopAll);
    runs.add(run);
    const work = workOnJob(machine, run, record)
      // A mistake of ours must not stop the robot silently: it stands as a condition until the driver is opened again.
      .catch((error: unknown) => { machine.trouble = robotError('ROBOT_UNKNOWN', 'robot', error instanceof Error ? error.name : 'unknown'); return machine.clock.wait(2 ** 31 - 1, closing); })
      .finally(() => {
        machine.abandoned.removeEventListener('abort', stopAll);
        runs.delete(run);
        working.delete(work);
        bell.ring();
        wake();
      });
    working.add(work);
  };

  const pump = async (): Promise<void> => {
    while (isAwake && !closing.aborted) {
      isAwake = false;
      await file.refresh();
      // Discs on their way are listed before the bins are counted: one that lands meanwhile counts twice, never not at all.
      const landing = [...runs];
      const counts = await countBins(machine);
      for (const record of waiting()) {
        const drive = freeDrive();
        if (drive === undefined || closing.aborted) break;
        const berth = berthFor(file.state(), record.job, counts, [...new Set([...landing, ...runs])]);
        if (berth !== 'busy' && !('code' in berth)) begin(record, drive, berth);
      }
      if (!isAwake && waiting().length > 0) {
        await bell.next(closing);
        isAwake = true;
      }
    }
  };

  const wake = (): void => {
    isAwake = true;
    bell.ring();
    if (isPumping || closing.aborted) return;
    isPumping = true;
    void pump().catch((error: unknown) => { machine.trouble = robotError('ROBOT_UNKNOWN', 'robot', error instanceof Error ? error.name : 'unknown'); }).finally(() => {
      isPumping = false;
      if (isAwake && !machine.trouble) wake();
    });
  };

  return {
    wake,
    runOf: (key) => [...runs].find((run) => run.key.toLowerCase() === key.toLowerCase()),
    async blockerOf(record) {
      const berth = berthFor(file.state(), record.job, await countBins(machine), [...runs]);
      return berth !== 'busy' && 'code' in berth ? berth : undefined;
    },
    async settle(limitMs) {
      const isSettled = new AbortController();
      const settled = Promise.allSettled([...working]).then(() => { isSettled.abort(); });
      await Promise.race([settled, machine.clock.wait(limitMs, isSettled.signal)]);
    },
  };
};
