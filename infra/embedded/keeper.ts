/**
 * Keeps one embedded server running: starts or adopts it, starts it again when it ends, and stops it in the end.
 * Watches by process identity, so an adopted server is watched like one started here.
 */
import { systemClock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { isRunning } from '../process-identity.ts';
import type { ProcessIdentity } from '../process-identity.ts';

/** Tells a person what is going on; `isLive` = may be overwritten by the next, like an elapsed time. */
export type OnStep = (text: string, isLive?: boolean) => void;

export interface Kept {
  readonly pid: number;
  stop(): Promise<void>;
}

const WATCH_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export interface KeeperOptions {
  readonly name: string;
  readonly log: Logger;
  /** Starts or adopts; settles when the server answers. */
  readonly start: () => Promise<ProcessIdentity>;
  readonly stop: (server: ProcessIdentity) => Promise<void>;
}

/** Starts the server and keeps it running; throws what the first start throws, later ones are logged and repeated. */
export const keepRunning = async ({ name, log, start, stop }: KeeperOptions): Promise<Kept> => {
  let server = await start();
  const ending = new AbortController();
  const watch = async (): Promise<void> => {
    let pauseMs = 1_000;
    while (!ending.signal.aborted) {
      await systemClock.wait(WATCH_MS, ending.signal);
      if (ending.signal.aborted || isRunning(server)) continue;
      log.error(`${name}.ended`, { pid: server.pid });
      while (!ending.signal.aborted) {
        try {
          server = await start();
          pauseMs = 1_000;
          log.info(`${name}.restarted`, { pid: server.pid });
          break;
        } catch (error) {
          log.error(`${name}.restart-failed`, { error, againInMs: pauseMs });
          await systemClock.wait(pauseMs, ending.signal);
          pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        }
      }
    }
  };
  const watching = watch();
  return {
    get pid() { return server.pid; },
    async stop() {
      ending.abort();
      await watching;
      await stop(server);
    },
  };
};
