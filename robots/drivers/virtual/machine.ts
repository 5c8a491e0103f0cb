/** What the parts of one running virtual robot share. */
import type { Clock } from '../../../infra/clock.ts';
import type { JobActivity, RobotError } from '../../robot.ts';
import type { Bell } from './bell.ts';
import type { JobBook } from './job-book.ts';
import type { RobotFile } from './robot-file.ts';

/** Points of a disc's life between two durable steps, told to `onStep`. */
export type DiscPoint = 'intended' | 'loaded' | 'half-recorded' | 'recorded' | 'verified' | 'printed' | 'complete' | 'committed' | 'unloaded' | 'rejecting';

/** A job in a drive, as long as this process works on it. */
export interface Run {
  readonly key: string;
  readonly drive: string;
  readonly inBin: string;
  readonly outBin: string;
  readonly rejectBin: string;
  /** Aborts when the job is cancelled or the driver closes. */
  readonly stop: AbortController;
  activity: JobActivity;
  percent: number | undefined;
  /** What a person must do before it goes on. */
  condition: RobotError | undefined;
  hasBlank: boolean;
  isCancelAsked: boolean;
  isHanging: boolean;
  /** From here on the disc is good and a cancel is too late. */
  isCommitted: boolean;
}

export interface Machine {
  readonly directory: string;
  readonly clock: Clock;
  readonly file: RobotFile;
  readonly book: JobBook;
  readonly bell: Bell;
  /** One for each busy drive. */
  readonly runs: Set<Run>;
  /** No new disc is begun, and nothing waits any more. */
  readonly closing: AbortSignal;
  /** The discs in the drives are left to the next opening. */
  readonly abandoned: AbortSignal;
  readonly onStep: (point: DiscPoint, key: string) => void;
  /** True since a 'link-down' fault of this process's life began. */
  isLinkDown: boolean;
  /** Does something durable until it succeeds: a full disk is a condition, not an end. Answers false when the driver closes first. */
  persist(action: () => Promise<unknown>): Promise<boolean>;
  /** Set while persist() fails. */
  trouble: RobotError | undefined;
}
