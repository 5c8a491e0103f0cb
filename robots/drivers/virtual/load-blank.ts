/** Takes one blank for a job: checks first what would spoil it, writes down the intent, then counts it as taken. */
import { stat } from 'node:fs/promises';
import type { DiscJob } from '../../robot.ts';
import type { DiscAtHand } from './job-record.ts';
import type { Machine, Run } from './machine.ts';
import { robotError } from './robot-errors.ts';
import { inBins, sectorsOf } from './robot-state.ts';
import { hang, stopOf, strike } from './strike.ts';
import type { Stop } from './strike.ts';

const SECTOR_BYTES = 2048;

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined;
    throw error;
  }
};

const refused = (code: 'ROBOT_JOB_INVALID' | 'ROBOT_WRONG_MEDIA', raw: string): Stop =>
  ({ kind: 'refused', error: robotError(code, code === 'ROBOT_WRONG_MEDIA' ? 'disc' : 'job', raw) });

/** What would spoil a disc of this job; undefined when nothing is seen. */
export const checkJob = async (machine: Machine, run: Run, job: DiscJob): Promise<Stop | undefined> => {
  const bytes = await sizeOf(job.image.path);
  if (bytes === undefined) return refused('ROBOT_JOB_INVALID', 'the image is not there');
  if (bytes !== job.image.bytes) return refused('ROBOT_JOB_INVALID', 'the image has another size than the job says');
  if (job.label && (await sizeOf(job.label.path)) === undefined) return refused('ROBOT_JOB_INVALID', 'the label picture is not there');
  const bin = inBins(machine.file.state()).find(({ id }) => id === run.inBin);
  if (!bin) return { kind: 'requeue' };
  const sectors = Math.ceil(bytes / SECTOR_BYTES);
  if (sectors > sectorsOf(bin)) return refused('ROBOT_WRONG_MEDIA', `the image has ${sectors} sectors, the blank ${sectorsOf(bin)}`);
  return undefined;
};

const takeBlank = (machine: Machine, run: Run): DiscAtHand | undefined => {
  const state = machine.file.state();
  const bin = inBins(state).find(({ id }) => id === run.inBin);
  if (!bin || bin.discs === 0) return undefined;
  const number = state.discsTaken + 1;
  machine.file.apply((changed) => {
    changed.discsTaken = Math.max(changed.discsTaken, number);
    const source = inBins(changed).find(({ id }) => id === run.inBin);
    if (source) source.discs = Math.max(0, source.discs - 1);
  });
  run.hasBlank = true;
  return { number, drive: run.drive, inBin: run.inBin, outBin: run.outBin, rejectBin: run.rejectBin };
};

/**
 * Loads a blank. Faults at this step strike before the blank is taken, so nothing is spent; only what needs a disc comes after.
 * The count in robot.json is written before the disc is settled; until then opening the robot makes up for it from the intent.
 */
export const loadBlank = async (machine: Machine, run: Run): Promise<Stop | { disc: DiscAtHand; error?: Stop }> => {
  run.activity = 'loading';
  const moment = { key: run.key, disc: machine.file.state().discsTaken + 1, step: 'load' as const };
  const kind = await strike(machine, run, moment);
  if (kind === 'hang') await hang(machine, run);
  if (kind === 'vanish') return { kind: 'vanished' };
  const stop = stopOf(machine, run) ?? (machine.closing.aborted ? { kind: 'closing' as const } : undefined);
  if (stop) return stop.kind === 'bad' ? { kind: 'refused', error: stop.error } : stop;
  const spoils = kind === 'wrong-media' || kind === 'write-fail' || kind === 'verify-fail' || kind === 'unknown';
  if (kind !== undefined && !spoils && kind !== 'hang' && kind !== 'link-down') return { kind: 'requeue' };

  const disc = takeBlank(machine, run);
  if (!disc) return { kind: 'requeue' };
  const isKept = await machine.persist(() => machine.book.update(run.key, (record) => ({ ...record, phase: 'running', current: disc })));
  if (!isKept) return { kind: 'closing' };
  machine.onStep('intended', run.key);
  switch (kind) {
    case 'wrong-media': return { disc, error: { kind: 'bad', error: robotError('ROBOT_WRONG_MEDIA', 'disc', 'the disc is not a blank of this kind') } };
    case 'write-fail': return { disc, error: { kind: 'bad', error: robotError('ROBOT_WRITE_FAILED', 'disc', 'the disc cannot be written') } };
    case 'verify-fail': return { disc, error: { kind: 'bad', error: robotError('ROBOT_VERIFY_FAILED', 'disc', 'the disc cannot be read') } };
    case 'unknown': return { disc, error: { kind: 'bad', error: robotError('ROBOT_UNKNOWN', 'job', 'unknown fault') } };
    default: return { disc };
  }
};
