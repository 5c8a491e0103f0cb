/** The fault script: which rule strikes a disc at a step. Pure but for the count of strikes. */
import type { Fault, FaultStep, RobotState } from './robot-state.ts';

export interface Moment {
  readonly key: string;
  /** The disc's number in the robot's life. */
  readonly disc: number;
  readonly step: FaultStep;
}

const matchesGlob = (glob: string, key: string): boolean =>
  new RegExp(`^${glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i').test(key);

const strikes = ({ on, times, fired }: Fault, moment: Moment): boolean =>
  fired < times && on.step === moment.step
  && (on.disc === undefined || on.disc === moment.disc)
  && (on.job === undefined || matchesGlob(on.job, moment.key));

/** The first rule that strikes now and has strikes left. */
export const faultAt = (state: RobotState, moment: Moment): Fault | undefined => state.faults.find((fault) => strikes(fault, moment));

/** Counts a strike; the kind tells two rules of one moment apart. */
export const countStrike = (state: RobotState, kind: Fault['do'], moment: Moment): void => {
  const fault = state.faults.find((candidate) => candidate.do === kind && strikes(candidate, moment));
  if (fault) fault.fired += 1;
};
