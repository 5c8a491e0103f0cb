/** Works on one job in one drive, from the blank to the bin. Never throws for what happens to the disc. */
import { join } from 'node:path';
import { drivePlace, isNotedGood, moveDisc, noteOf, outPlace, rejectPlace, writeNote } from './disc-folder.ts';
import type { DiscAtHand, JobRecord } from './job-record.ts';
import { checkJob, loadBlank } from './load-blank.ts';
import type { Machine, Run } from './machine.ts';
import { makeDisc } from './make-disc.ts';
import { failureOf, robotError } from './robot-errors.ts';
import { commitGood, rejectDisc, unload } from './settle-disc.ts';
import { beginStep } from './strike.ts';
import type { Stop } from './strike.ts';

const endPhase = (code: string): 'cancelled' | 'failed' => (code === 'ROBOT_CANCELLED' ? 'cancelled' : 'failed');

/** The robot forgets the job; its disc lands in a bin without a word. */
const vanish = async (machine: Machine, record: JobRecord, disc: DiscAtHand | undefined): Promise<void> => {
  await machine.book.vanish(record.job.key);
  if (!disc) return;
  const from = drivePlace(disc.drive, disc.number);
  const folder = join(machine.directory, from);
  const isGood = await isNotedGood(folder);
  if (!isGood) await writeNote(folder, noteOf(record.job, disc.number, machine.clock.now().toISOString(), robotError('ROBOT_JOB_LOST', 'job', 'the job vanished')));
  await moveDisc(machine.directory, from, isGood ? outPlace(disc.outBin, disc.number) : rejectPlace(disc.rejectBin, disc.number));
};

const settle = async (machine: Machine, record: JobRecord, disc: DiscAtHand | undefined, stop: Stop): Promise<void> => {
  const { key } = record.job;
  switch (stop.kind) {
    case 'closing': return;
    case 'requeue':
      await machine.book.update(key, (found) => ({ ...found, phase: 'queued' }));
      return;
    case 'vanished': return vanish(machine, record, disc);
    case 'refused': case 'bad': {
      const phase = endPhase(stop.error.code);
      if (disc) await rejectDisc(machine, record, disc, stop.error, phase);
      else await machine.book.update(key, (found) => ({ ...found, phase, error: stop.error }));
      return;
    }
    default: stop satisfies never;
  }
};

/** A failure of the file system under the disc is the disc's; anything else is a mistake of ours and is thrown. */
const guarded = async <T>(action: () => Promise<T>): Promise<T | Stop> => {
  try {
    return await action();
  } catch (error) {
    return { kind: 'bad', error: failureOf(error) };
  }
};

const produce = async (machine: Machine, run: Run, record: JobRecord, disc: DiscAtHand): Promise<Stop | undefined> => {
  const stop = await guarded(() => makeDisc(machine, run, record.job, disc));
  if (stop) return stop;
  run.activity = 'unloading';
  run.percent = undefined;
  const begun = await beginStep(machine, run, { key: run.key, disc: disc.number, step: 'unload' });
  if (typeof begun === 'object') return begun;
  if (begun === 'write-fail') return { kind: 'bad', error: robotError('ROBOT_WRITE_FAILED', 'disc', 'the drive reports a write error') };
  if (begun === 'verify-fail') return { kind: 'bad', error: robotError('ROBOT_VERIFY_FAILED', 'disc', 'the disc does not read back as written') };
  run.isCommitted = true;
  return undefined;
};

/** Brings the job to its end, back to the queue, or to where the next opening finds it. */
export const workOnJob = async (machine: Machine, run: Run, record: JobRecord): Promise<void> => {
  const { key } = record.job;
  const loaded = await guarded(async () => await checkJob(machine, run, record.job) ?? await loadBlank(machine, run));
  const disc = 'disc' in loaded ? loaded.disc : undefined;
  const stop = 'disc' in loaded ? loaded.error ?? await produce(machine, run, record, loaded.disc) : loaded;
  run.condition = undefined;
  // The intent says that a blank is gone until robot.json says so: the intent may only go after this.
  if (!(await machine.persist(() => machine.file.flush()))) return;
  if (stop) {
    if (disc) run.activity = 'rejecting';
    await machine.persist(() => settle(machine, record, disc, stop));
  } else if (disc && await machine.persist(() => commitGood(machine, key, disc))) {
    await machine.persist(() => unload(machine, key, disc));
  }
};
