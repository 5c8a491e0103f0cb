/**
 * Ends a disc: the result is written to the job first, then the disc moves to its bin, so an interrupted move can be finished.
 * Used at work and when a robot is opened again after a crash.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RobotError } from '../../robot.ts';
import { drivePlace, moveDisc, noteOf, outPlace, rejectPlace, writeNote } from './disc-folder.ts';
import { handsFree } from './job-record.ts';
import type { DiscAtHand, DiscResult, JobRecord } from './job-record.ts';
import type { Machine } from './machine.ts';

type Settling = Pick<Machine, 'directory' | 'clock' | 'book' | 'onStep'>;

const withDisc = (record: JobRecord, result: Omit<DiscResult, 'n'>): JobRecord =>
  ({ ...handsFree(record), discs: [...record.discs, { n: record.discs.length + 1, ...result }] });

/** Ends the job as done; from the moment this is written the disc is good, wherever it lies. */
export const commitGood = async ({ clock, book, onStep }: Settling, key: string, disc: DiscAtHand): Promise<void> => {
  const at = clock.now().toISOString();
  await book.update(key, (record) => ({ ...withDisc(record, { result: 'good', place: outPlace(disc.outBin, disc.number), at }), phase: 'done' }));
  onStep('committed', key);
};

/** Moves a good disc to its output bin. */
export const unload = async ({ directory, onStep }: Settling, key: string, disc: DiscAtHand): Promise<void> => {
  await moveDisc(directory, drivePlace(disc.drive, disc.number), outPlace(disc.outBin, disc.number));
  onStep('unloaded', key);
};

/** Rejects the disc at hand as bad; the job ends as `phase`, or is queued for another blank. */
export const rejectDisc = async ({ directory, clock, book, onStep }: Settling, record: JobRecord, disc: DiscAtHand, error: RobotError, phase: 'queued' | 'failed' | 'cancelled'): Promise<void> => {
  const from = drivePlace(disc.drive, disc.number);
  const folder = join(directory, from);
  await mkdir(folder, { recursive: true });
  const at = clock.now().toISOString();
  await writeNote(folder, noteOf(record.job, disc.number, at, error));
  const place = rejectPlace(disc.rejectBin, disc.number);
  await book.update(record.job.key, (found) => ({ ...withDisc(found, { result: 'bad', place, error, at }), phase, ...(phase === 'queued' ? {} : { error }) }));
  onStep('rejecting', record.job.key);
  await moveDisc(directory, from, place);
};
