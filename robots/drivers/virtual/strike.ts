/**
 * Brings a disc to its next step: waits while a condition stops it, and lets the fault script strike.
 * Conditions never end a job; a fault that spoils the disc does.
 */
import type { RobotError } from '../../robot.ts';
import { emptyInk, standing } from './conditions.ts';
import { countStrike, faultAt } from './faults.ts';
import type { Moment } from './faults.ts';
import type { Machine, Run } from './machine.ts';
import { robotError } from './robot-errors.ts';
import type { Fault, FaultStep, RobotState } from './robot-state.ts';

/** Why a disc does not go on. */
export type Stop =
  | { readonly kind: 'bad'; readonly error: RobotError }
  | { readonly kind: 'refused'; readonly error: RobotError }
  | { readonly kind: 'requeue' | 'vanished' | 'closing' };

/** A fault that the step itself must carry out, on real bytes. */
export type Damage = 'write-fail' | 'verify-fail' | 'none';

export const CANCELLED: Stop = { kind: 'bad', error: robotError('ROBOT_CANCELLED', 'job', 'cancelled') };

/** What ended the work on a disc from outside. */
export const stopOf = (machine: Machine, run: Run): Stop | undefined => {
  if (run.isCancelAsked) return CANCELLED;
  return machine.abandoned.aborted ? { kind: 'closing' } : undefined;
};

const CONDITION_OF = { jam: 'ROBOT_JAM', 'cover-open': 'ROBOT_COVER_OPEN', 'printer-fault': 'ROBOT_PRINTER_FAULT', 'no-space': 'ROBOT_NO_SPACE' } as const;

/** Changes the robot as the fault says. */
const afflict = (state: RobotState, kind: Fault['do'], run: Run): void => {
  switch (kind) {
    case 'jam': case 'cover-open': case 'printer-fault': case 'no-space':
      if (!state.conditions.includes(CONDITION_OF[kind])) state.conditions.push(CONDITION_OF[kind]);
      return;
    case 'ink-empty': {
      const first = Object.keys(state.ink)[0];
      if (first !== undefined) state.ink[first] = 0;
      return;
    }
    case 'out-of-discs': {
      const bin = state.bins.find(({ id }) => id === run.inBin);
      if (bin?.role === 'in') bin.discs = 0;
      return;
    }
    case 'drive-fault':
      if (!state.faultyDrives.includes(run.drive)) state.faultyDrives.push(run.drive);
      return;
    case 'write-fail': case 'verify-fail': case 'wrong-media': case 'unknown': case 'vanish': case 'hang': case 'link-down':
      return;
    default:
      kind satisfies never;
  }
};

/** Counts the strike and its consequence for the robot, durably; the job's own part is left to the caller. */
export const strike = async (machine: Machine, run: Run, moment: Moment): Promise<Fault['do'] | undefined> => {
  const fault = faultAt(machine.file.state(), moment);
  if (!fault) return undefined;
  const kind = fault.do;
  // A broken link counts its strikes by calls of health().
  if (kind === 'link-down') {
    if (machine.isLinkDown) return undefined;
    machine.isLinkDown = true;
    return kind;
  }
  machine.file.apply((state) => {
    countStrike(state, kind, moment);
    afflict(state, kind, run);
  });
  // Set at once: a resume may come as soon as the strike can be seen.
  if (kind === 'hang') run.isHanging = true;
  await machine.persist(() => machine.file.flush());
  machine.bell.ring();
  return kind;
};

/** Waits, when a strike has made the run hang, until someone resumes the robot, cancels the job or closes the driver. */
export const hang = async (machine: Machine, run: Run): Promise<void> => {
  while (run.isHanging && !run.stop.signal.aborted && !machine.closing.aborted) await machine.bell.next(run.stop.signal);
  run.isHanging = false;
};

const blockerOf = (machine: Machine, step: FaultStep): RobotError | undefined => {
  // A drive goes on by itself while the picker is stopped.
  if (step === 'record' || step === 'verify') return undefined;
  const state = machine.file.state();
  return standing(state, step === 'print') ?? (step === 'print' ? emptyInk(state) : undefined);
};

/** Begins a step of a disc that is in a drive. */
export const beginStep = async (machine: Machine, run: Run, moment: Moment): Promise<Stop | Damage> => {
  for (;;) {
    const stop = stopOf(machine, run);
    if (stop) return stop;
    run.condition = blockerOf(machine, moment.step);
    if (run.condition) {
      if (machine.closing.aborted) return { kind: 'closing' };
      await machine.bell.next(run.stop.signal);
      await machine.file.refresh();
      continue;
    }
    const kind = await strike(machine, run, moment);
    switch (kind) {
      case undefined: return stopOf(machine, run) ?? 'none';
      case 'write-fail': case 'verify-fail': return kind;
      case 'wrong-media': return { kind: 'bad', error: robotError('ROBOT_WRONG_MEDIA', 'disc', 'the disc is not a blank of this kind') };
      case 'unknown': return { kind: 'bad', error: robotError('ROBOT_UNKNOWN', 'job', 'unknown fault') };
      case 'drive-fault': return { kind: 'bad', error: robotError('ROBOT_DRIVE_FAULT', 'disc', `drive ${run.drive} failed`) };
      case 'vanish': return { kind: 'vanished' };
      case 'hang':
        await hang(machine, run);
        if (machine.closing.aborted) return { kind: 'closing' };
        break;
      case 'jam': case 'cover-open': case 'printer-fault': case 'no-space': case 'ink-empty': case 'out-of-discs': case 'link-down': break;
      default: kind satisfies never;
    }
  }
};
