/** Wakes everything that waits for the robot to change; what a person edits on disk is found by looking again. */
import type { Clock } from '../../../infra/clock.ts';

/** How long an edit of robot.json or an emptied bin may go unseen while something waits for it. */
export const LOOK_AGAIN_MS = 200;

export interface Bell {
  ring(): void;
  /** Returns at the next ring, after LOOK_AGAIN_MS, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void>;
}

export const createBell = (clock: Clock): Bell => {
  let round = new AbortController();
  return {
    ring() {
      const rung = round;
      round = new AbortController();
      rung.abort();
    },
    next: (signal) => clock.wait(LOOK_AGAIN_MS, AbortSignal.any([round.signal, signal])),
  };
};
