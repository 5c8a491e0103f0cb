/** Shows what a start does and how long: one live line on a terminal, whole lines elsewhere. */
import type { OnStep } from './embedded/keeper.ts';

/** Where the lines go. */
export interface StepOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Steps {
  readonly step: OnStep;
  /** Prints lines that are not steps, like an address. */
  say(text: string): void;
}

/** Elsewhere than on a terminal a live line is shown at most so often. */
const LIVE_PAUSE_MS = 15_000;

/** Makes the display; times count from now. */
export const createSteps = (output: StepOutput, now: () => number = () => performance.now()): Steps => {
  const began = now();
  let isLiveShown = false;
  let livedAt = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (isLiveShown) output.write('\r\x1b[K');
    isLiveShown = false;
  };
  const line = (text: string): string => `${`${((now() - began) / 1_000).toFixed(1)} s`.padStart(8)}  ${text}`;
  return {
    step(text, isLive = false) {
      if (!isLive) {
        clear();
        output.write(`${line(text)}\n`);
      } else if (output.isTTY === true) {
        output.write(`\r\x1b[K${line(text)}`);
        isLiveShown = true;
      } else if (now() - livedAt >= LIVE_PAUSE_MS) {
        livedAt = now();
        output.write(`${line(text)}\n`);
      }
    },
    say(text) {
      clear();
      output.write(`${text}\n`);
    },
  };
};
