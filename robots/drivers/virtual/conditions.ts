/** What keeps the robot from working: standing conditions, supplies, full bins. Pure: counts of bins come from the caller. */
import type { DiscJob, RobotError } from '../../robot.ts';
import { robotError } from './robot-errors.ts';
import { driveIds, inBins } from './robot-state.ts';
import type { RobotState } from './robot-state.ts';

/** Bins and drive that a waiting job can have now. */
export interface Berth {
  readonly inBin: string;
  readonly outBin: string;
  readonly rejectBin: string;
}

/** Discs on their way, from busy drives. */
export interface InFlight {
  readonly inBin: string;
  readonly outBin: string;
  readonly rejectBin: string;
  readonly hasBlank: boolean;
}

const STANDING_WORDS = {
  ROBOT_JAM: 'the picker is jammed',
  ROBOT_COVER_OPEN: 'the cover is open',
  ROBOT_PRINTER_FAULT: 'the printer is faulty',
  ROBOT_NO_SPACE: 'the work disk is full',
} as const;

/** Standing conditions that stop a step: a printer fault stops only printing. */
export const standing = (state: RobotState, isPrinting: boolean): RobotError | undefined => {
  const code = state.conditions.find((candidate) => isPrinting || candidate !== 'ROBOT_PRINTER_FAULT');
  return code && robotError(code, 'robot', STANDING_WORDS[code]);
};

/** The cartridge that is empty. */
export const emptyInk = (state: RobotState): RobotError | undefined => {
  const empty = Object.entries(state.ink).find(([, percent]) => percent <= 0);
  return empty && robotError('ROBOT_INK_EMPTY', 'robot', `${empty[0]} is empty`);
};

const roomIn = (state: RobotState, role: 'out' | 'reject', wanted: string | undefined, counts: ReadonlyMap<string, number>, inFlight: readonly InFlight[]): { bin?: string; isFull: boolean } => {
  const bins = state.bins.filter((bin) => bin.role === role && (wanted === undefined || bin.id === wanted));
  const coming = (id: string): number => inFlight.filter((disc) => (role === 'out' ? disc.outBin : disc.rejectBin) === id).length;
  const found = bins.find((bin) => (counts.get(bin.id) ?? 0) + coming(bin.id) < bin.capacity);
  return { ...(found ? { bin: found.id } : {}), isFull: bins.every((bin) => (counts.get(bin.id) ?? 0) >= bin.capacity) };
};

/**
 * Where a waiting job may start, or the condition that holds it up.
 * 'busy' when only discs on their way are in the way, which ends by itself.
 */
export const berthFor = (state: RobotState, job: DiscJob, counts: ReadonlyMap<string, number>, inFlight: readonly InFlight[]): Berth | RobotError | 'busy' => {
  const stopped = standing(state, job.label !== undefined);
  if (stopped) return stopped;
  if (driveIds(state).every((drive) => state.faultyDrives.includes(drive))) return robotError('ROBOT_DRIVE_FAULT', 'robot', 'every drive is out of service');
  const sources = inBins(state).filter((bin) => bin.media === job.media && (job.inBin === undefined || job.inBin === bin.id));
  if (sources.length === 0) return robotError('ROBOT_WRONG_MEDIA', 'robot', `no input bin holds ${job.media}`);
  if (sources.every(({ discs }) => discs === 0)) return robotError('ROBOT_OUT_OF_DISCS', 'robot', `no ${job.media} blank in bin ${sources.map(({ id }) => id).join(', ')}`);
  const out = roomIn(state, 'out', job.outBin, counts, inFlight);
  if (out.isFull) return robotError('ROBOT_OUTPUT_FULL', 'robot', 'the output bin is full');
  const reject = roomIn(state, 'reject', undefined, counts, inFlight);
  if (reject.isFull) return robotError('ROBOT_OUTPUT_FULL', 'robot', 'the reject bin is full');
  const dry = job.label ? emptyInk(state) : undefined;
  if (dry) return dry;
  const source = sources.find((bin) => bin.discs > inFlight.filter((disc) => disc.inBin === bin.id && !disc.hasBlank).length);
  if (!source || out.bin === undefined || reject.bin === undefined) return 'busy';
  return { inBin: source.id, outBin: out.bin, rejectBin: reject.bin };
};

/** Everything a person should know now, warnings included. */
export const conditionsOf = (state: RobotState, counts: ReadonlyMap<string, number>): RobotError[] => {
  const all: RobotError[] = state.conditions.map((code) => robotError(code, 'robot', STANDING_WORDS[code]));
  for (const media of new Set(inBins(state).map((bin) => bin.media))) {
    const bins = inBins(state).filter((bin) => bin.media === media);
    if (bins.every(({ discs }) => discs === 0)) all.push(robotError('ROBOT_OUT_OF_DISCS', 'robot', `no ${media} blank in bin ${bins.map(({ id }) => id).join(', ')}`));
  }
  for (const role of ['out', 'reject'] as const) {
    const bins = state.bins.filter((bin) => bin.role === role);
    if (bins.every((bin) => (counts.get(bin.id) ?? 0) >= bin.capacity)) all.push(robotError('ROBOT_OUTPUT_FULL', 'robot', role === 'out' ? 'the output bin is full' : 'the reject bin is full'));
  }
  for (const [name, percent] of Object.entries(state.ink)) {
    if (percent <= 0) all.push(robotError('ROBOT_INK_EMPTY', 'robot', `${name} is empty`));
    else if (percent <= state.inkLowPercent && !state.isInkLowIgnored) all.push(robotError('ROBOT_INK_LOW', 'robot', `${name} is low`));
  }
  for (const drive of state.faultyDrives) all.push(robotError('ROBOT_DRIVE_FAULT', 'robot', `drive ${drive} is out of service`));
  return all;
};
