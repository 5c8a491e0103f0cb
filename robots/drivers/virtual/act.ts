/** What a person does at the robot: put in blanks, take discs out, change ink, clear a stop. */
import { join } from 'node:path';
import { ApplianceError } from '../../../infra/errors.ts';
import type { RobotAction } from '../../robot.ts';
import { isDiscName, moveDisc, namesIn, takenPlace } from './disc-folder.ts';
import type { Machine } from './machine.ts';
import type { RobotState } from './robot-state.ts';

const binOf = (state: RobotState, id: string): RobotState['bins'][number] => {
  const bin = state.bins.find((candidate) => candidate.id === id);
  if (!bin) throw new ApplianceError('API_INVALID', 'the robot has no such bin', { details: { bin: id.slice(0, 32) } });
  return bin;
};

const refill = (machine: Machine, id: string, discs: number): void => {
  if (binOf(machine.file.state(), id).role !== 'in') throw new ApplianceError('API_INVALID', 'only an input bin takes blanks', { details: { bin: id } });
  if (!Number.isSafeInteger(discs) || discs < 0) throw new ApplianceError('API_INVALID', 'the number of discs is a whole number');
  machine.file.apply((state) => {
    const bin = state.bins.find((candidate) => candidate.id === id);
    if (bin?.role === 'in') bin.discs = Math.min(bin.capacity, bin.discs + discs);
  });
};

/** Taken discs are kept beside the bins: an action of the robot never destroys a disc. */
const empty = async (machine: Machine, id: string): Promise<void> => {
  const bin = binOf(machine.file.state(), id);
  if (bin.role === 'in') {
    machine.file.apply((state) => {
      const source = state.bins.find((candidate) => candidate.id === id);
      if (source?.role === 'in') source.discs = 0;
    });
    return;
  }
  for (const name of (await namesIn(join(machine.directory, bin.role, bin.id))).filter(isDiscName)) {
    await moveDisc(machine.directory, `${bin.role}/${bin.id}/${name}`, takenPlace(bin.id, Number(name)));
  }
};

const changeInk = (machine: Machine, name: string | undefined): void => {
  if (name !== undefined && !Object.hasOwn(machine.file.state().ink, name)) throw new ApplianceError('API_INVALID', 'the robot has no such ink');
  machine.file.apply((state) => {
    for (const known of Object.keys(state.ink)) if (name === undefined || name === known) state.ink[known] = 100;
    state.isInkLowIgnored = false;
  });
};

const resume = (machine: Machine): void => {
  machine.file.apply((state) => {
    state.conditions = [];
    state.faultyDrives = [];
  });
  for (const run of machine.runs) run.isHanging = false;
};

/**
 * Does what a person would do. A refill never exceeds the bin; emptied discs move to `taken/<bin>`.
 * @throws {ApplianceError} API_INVALID for a bin or ink the robot does not have
 */
export const actOn = async (machine: Machine, action: RobotAction): Promise<void> => {
  await machine.file.refresh();
  switch (action.kind) {
    case 'refill': refill(machine, action.bin, action.discs); break;
    case 'empty': await empty(machine, action.bin); break;
    case 'change-ink': changeInk(machine, action.name); break;
    case 'ignore-ink-low': machine.file.apply((state) => { state.isInkLowIgnored = true; }); break;
    case 'align': machine.file.apply((state) => { state.conditions = state.conditions.filter((code) => code !== 'ROBOT_PRINTER_FAULT'); }); break;
    case 'resume': resume(machine); break;
    case 'check-bins': break;
    default: action satisfies never;
  }
  await machine.file.flush();
};
