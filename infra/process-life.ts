/**
 * Life of one long-running process: says when it is ready, stops gently on a signal, and ends when its supervisor is gone.
 * The supervisor holds a pipe on standard input; its end means that the supervisor ended, however it ended.
 */
import type { Logger } from './log.ts';

export interface Service {
  close(): Promise<void>;
}

export interface LifeOptions {
  readonly name: string;
  readonly log: Logger;
  /** True when a supervisor holds our standard input. */
  readonly isSupervised: boolean;
  readonly start: () => Promise<Service>;
  /** Longest gentle stop after a signal; default 18 s, below the supervisor's limit. */
  readonly stopTimeoutMs?: number;
}

/** Longest gentle stop once the supervisor is gone: the next one waits for our ports. */
const ORPHAN_STOP_MS = 5_000;

/** The line a process prints when it serves, read by the supervisor. */
export const readyLine = (name: string): string => JSON.stringify({ ready: name });

/** Runs a service until a signal or the end of the supervisor, then ends this process: code 0 after a gentle stop, 1 otherwise. */
export const runProcess = async ({ name, log, isSupervised, start, stopTimeoutMs = 18_000 }: LifeOptions): Promise<void> => {
  let service: Service | undefined;
  let isStopping = false;
  const stop = async (why: string, limitMs: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info('process.stopping', { why });
    setTimeout(() => {
      log.error('process.stopped-late', { limitMs });
      process.exit(1);
    }, limitMs).unref();
    try {
      await service?.close();
      log.info('process.stopped', {});
      process.exit(0);
    } catch (error) {
      log.error('process.stop-failed', { error });
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => { void stop(signal, stopTimeoutMs); });
  if (isSupervised) {
    process.stdin.resume();
    // The pipe ends in 'end', or in 'error' when it was reset.
    for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, () => { void stop('supervisor gone', ORPHAN_STOP_MS); });
  }
  try {
    service = await start();
  } catch (error) {
    log.error('process.start-failed', { error });
    process.exit(1);
  }
  log.info('process.ready', {});
  process.stdout.write(`${readyLine(name)}\n`);
};
