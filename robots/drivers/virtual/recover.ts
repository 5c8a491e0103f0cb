/**
 * Brings a robot that was killed to a known state before it works again.
 * A disc noted as good that still reads back is unloaded; any other disc found in a drive is rejected, and its job gets another blank.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { drivePlace, isDiscName, isNotedGood, moveDisc, namesIn, noteOf, rejectPlace, writeNote } from './disc-folder.ts';
import type { DiscAtHand, JobRecord } from './job-record.ts';
import type { Machine } from './machine.ts';
import { robotError } from './robot-errors.ts';
import { inBins } from './robot-state.ts';
import type { RobotState } from './robot-state.ts';
import { commitGood, rejectDisc, unload } from './settle-disc.ts';

type Recovering = Pick<Machine, 'directory' | 'clock' | 'book' | 'file' | 'onStep'>;

const INTERRUPTED = robotError('ROBOT_WRITE_FAILED', 'disc', 'the robot was stopped while it worked on the disc');

const digestOf = async (path: string): Promise<string | undefined> => {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
};

const isComplete = async ({ directory }: Recovering, { job }: JobRecord, disc: DiscAtHand): Promise<boolean> => {
  const folder = join(directory, drivePlace(disc.drive, disc.number));
  if (!(await isNotedGood(folder))) return false;
  return !job.verify || (await digestOf(join(folder, 'disc.iso'))) === job.image.sha256.toLowerCase();
};

const recoverJob = async (robot: Recovering, record: JobRecord): Promise<void> => {
  const { current: disc, job: { key } } = record;
  if (!disc) {
    if (record.isCancelAsked) await robot.book.update(key, (found) => ({ ...found, phase: 'cancelled', error: robotError('ROBOT_CANCELLED', 'job', 'cancelled') }));
    else if (record.phase !== 'queued') await robot.book.update(key, (found) => ({ ...found, phase: 'queued' }));
    return;
  }
  if (record.isCancelAsked) await rejectDisc(robot, record, disc, robotError('ROBOT_CANCELLED', 'job', 'cancelled'), 'cancelled');
  else if (await isComplete(robot, record, disc)) {
    await commitGood(robot, key, disc);
    await unload(robot, key, disc);
  } else await rejectDisc(robot, record, disc, INTERRUPTED, 'queued');
};

/** Finishes moves that were written down, and rejects discs that nobody knows. */
const clearDrives = async (robot: Recovering, rejectBin: string): Promise<void> => {
  for (const drive of await namesIn(join(robot.directory, 'drives'))) {
    for (const name of (await namesIn(join(robot.directory, 'drives', drive))).filter(isDiscName)) {
      const number = Number(name);
      const place = robot.book.places.get(number);
      const from = drivePlace(drive, number);
      if (place !== undefined) {
        await moveDisc(robot.directory, from, place);
        continue;
      }
      await writeNote(join(robot.directory, from), noteOf(undefined, number, robot.clock.now().toISOString(), robotError('ROBOT_JOB_LOST', 'job', 'no job is known for this disc')));
      await moveDisc(robot.directory, from, rejectPlace(rejectBin, number));
    }
  }
};

/** Highest number of any disc folder, so that no number is given twice even after robot.json was made anew. */
const highestNumber = async (directory: string): Promise<number> => {
  let highest = 0;
  for (const kind of ['out', 'reject', 'drives', 'taken']) {
    for (const bin of await namesIn(join(directory, kind))) {
      for (const name of await namesIn(join(directory, kind, bin))) if (isDiscName(name)) highest = Math.max(highest, Number(name));
    }
  }
  return highest;
};

/** Takes the blanks of intents that robot.json does not count yet. */
const countIntents = (state: RobotState, intents: readonly DiscAtHand[], highest: number): void => {
  for (const { number, inBin } of intents) {
    const bin = inBins(state).find(({ id }) => id === inBin);
    if (number > state.discsTaken && bin) bin.discs = Math.max(0, bin.discs - 1);
  }
  state.discsTaken = Math.max(state.discsTaken, highest, ...intents.map(({ number }) => number));
};

/** Ends everything a crash left open; safe to be interrupted itself. */
export const recover = async (robot: Recovering): Promise<void> => {
  const records = robot.book.open();
  const highest = Math.max(await highestNumber(robot.directory), 0, ...robot.book.places.keys());
  const intents = records.flatMap(({ current }) => (current ? [current] : []));
  robot.file.apply((state) => { countIntents(state, intents, highest); });
  await robot.file.flush();
  for (const record of records) await recoverJob(robot, record);
  const rejectBin = robot.file.state().bins.find((bin) => bin.role === 'reject');
  if (rejectBin) await clearDrives(robot, rejectBin.id);
};

/** Makes the folders of a robot. */
export const makeFolders = async (directory: string): Promise<void> => {
  for (const folder of ['jobs', 'out', 'reject', 'drives']) await mkdir(join(directory, folder), { recursive: true });
};
