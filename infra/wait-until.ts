/** Bounded waiting for a condition that nobody announces. */
import { systemClock } from './clock.ts';

/** Asks until the condition holds; answers false when the time is up or the signal aborts. */
export const waitUntil = async (isMet: () => boolean | Promise<boolean>, options: { timeoutMs: number; everyMs?: number; signal?: AbortSignal }): Promise<boolean> => {
  const end = performance.now() + options.timeoutMs;
  for (;;) {
    if (await isMet()) return true;
    if (performance.now() >= end || options.signal?.aborted === true) return false;
    await systemClock.wait(options.everyMs ?? 100, options.signal);
  }
};
