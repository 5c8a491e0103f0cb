/**
 * Makes the disc in the drive: record, verify, print. What it leaves is noted as good in disc.json, or a reason to reject it.
 * Verification reads the disc and knows nothing of the fault script.
 */
import { constants, copyFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiscJob } from '../../robot.ts';
import { drivePlace, noteOf, writeNote } from './disc-folder.ts';
import type { DiscAtHand } from './job-record.ts';
import type { Machine, Run } from './machine.ts';
import { flipByte, readBack, recordDisc } from './record-disc.ts';
import type { Pace } from './record-disc.ts';
import { robotError } from './robot-errors.ts';
import { beginStep, stopOf } from './strike.ts';
import type { Stop } from './strike.ts';

const bad = (code: 'ROBOT_WRITE_FAILED' | 'ROBOT_VERIFY_FAILED' | 'ROBOT_JOB_INVALID', raw: string): Stop =>
  ({ kind: 'bad', error: robotError(code, code === 'ROBOT_JOB_INVALID' ? 'job' : 'disc', raw) });

const isStop = (begun: Stop | string): begun is Stop => typeof begun === 'object';

interface Work {
  readonly machine: Machine;
  readonly run: Run;
  readonly job: DiscJob;
  readonly disc: DiscAtHand;
  /** The folder of the disc. */
  readonly folder: string;
  readonly pace: Pace;
}

const record = async ({ machine, run, job, disc, folder, pace }: Work): Promise<Stop | undefined> => {
  run.activity = 'recording';
  const begun = await beginStep(machine, run, { key: run.key, disc: disc.number, step: 'record' });
  if (isStop(begun)) return begun;
  const path = join(folder, 'disc.iso');
  let isHalfTold = false;
  const onPercent = (percent: number): void => {
    run.percent = percent;
    if (percent < 50 || isHalfTold) return;
    isHalfTold = true;
    machine.onStep('half-recorded', run.key);
  };
  const digest = await recordDisc(job.image.path, path, { ...pace, onPercent }, begun === 'write-fail' ? Math.floor(job.image.bytes / 2) : Infinity);
  if (digest === undefined) return stopOf(machine, run) ?? { kind: 'closing' };
  if (begun === 'write-fail') return bad('ROBOT_WRITE_FAILED', 'the drive gave up half way');
  if (digest !== job.image.sha256.toLowerCase()) return bad('ROBOT_JOB_INVALID', 'the image is another than the job says');
  if (begun === 'verify-fail') await flipByte(path);
  machine.onStep('recorded', run.key);
  return undefined;
};

const verify = async ({ machine, run, job, disc, folder, pace }: Work): Promise<Stop | undefined> => {
  if (!job.verify) return undefined;
  run.activity = 'verifying';
  run.percent = 0;
  const begun = await beginStep(machine, run, { key: run.key, disc: disc.number, step: 'verify' });
  if (isStop(begun)) return begun;
  if (begun === 'write-fail') return bad('ROBOT_WRITE_FAILED', 'the drive reports a write error');
  const path = join(folder, 'disc.iso');
  if (begun === 'verify-fail') await flipByte(path);
  const digest = await readBack(path, pace);
  if (digest === undefined) return stopOf(machine, run) ?? { kind: 'closing' };
  if (digest !== job.image.sha256.toLowerCase()) return bad('ROBOT_VERIFY_FAILED', 'the disc does not read back as written');
  machine.onStep('verified', run.key);
  return undefined;
};

const print = async ({ machine, run, job, disc, folder }: Work): Promise<Stop | undefined> => {
  if (!job.label) return undefined;
  run.activity = 'printing';
  run.percent = undefined;
  const begun = await beginStep(machine, run, { key: run.key, disc: disc.number, step: 'print' });
  if (isStop(begun)) return begun;
  if (begun === 'write-fail') return bad('ROBOT_WRITE_FAILED', 'the drive reports a write error');
  if (begun === 'verify-fail') return bad('ROBOT_VERIFY_FAILED', 'the disc does not read back as written');
  await machine.clock.wait(machine.file.state().printMs, run.stop.signal);
  const stop = stopOf(machine, run);
  if (stop) return stop;
  const path = join(folder, 'label.png');
  try {
    await copyFile(job.label.path, path, constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return bad('ROBOT_JOB_INVALID', 'the label picture is gone');
    throw error;
  }
  const label = await open(path, 'r+');
  try {
    await label.sync();
  } finally {
    await label.close();
  }
  machine.file.apply((state) => {
    for (const [name, percent] of Object.entries(state.ink)) state.ink[name] = Math.max(0, Math.round((percent - state.inkPerLabelPercent) * 1000) / 1000);
  });
  machine.onStep('printed', run.key);
  return undefined;
};

const load = async ({ machine, run, folder }: Work): Promise<Stop | undefined> => {
  await mkdir(folder, { recursive: true });
  machine.onStep('loaded', run.key);
  await machine.clock.wait(machine.file.state().loadMs, run.stop.signal);
  return stopOf(machine, run);
};

/** Makes one disc; undefined when it lies complete in the drive, noted as good. */
export const makeDisc = async (machine: Machine, run: Run, job: DiscJob, disc: DiscAtHand): Promise<Stop | undefined> => {
  const folder = join(machine.directory, drivePlace(disc.drive, disc.number));
  const pace: Pace = {
    sectorsPerSecond: machine.file.state().speedSectorsPerSecond,
    clock: machine.clock,
    signal: run.stop.signal,
    onPercent: (percent) => { run.percent = percent; },
  };
  const work = { machine, run, job, disc, folder, pace };
  const stop = await load(work) ?? await record(work) ?? await verify(work) ?? await print(work);
  if (stop) return stop;
  await writeNote(folder, noteOf(job, disc.number, machine.clock.now().toISOString()));
  machine.onStep('complete', run.key);
  return undefined;
};
