/**
 * The child processes of one appliance: starts them, waits until each says it serves, starts again what dies, drains them in the end.
 * Knows what it started in an earlier life, so that two generations never share a port or a robot.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../infra/clock.ts';
import { processEnvironment } from '../infra/config.ts';
import { readJsonFile, writeJsonFile } from '../infra/durable-file.ts';
import { openServerLog, tailOf } from '../infra/embedded/server-log.ts';
import type { OnStep } from '../infra/embedded/keeper.ts';
import { ApplianceError } from '../infra/errors.ts';
import { spawnChild } from '../infra/exec.ts';
import type { Child } from '../infra/exec.ts';
import type { Home } from '../infra/home.ts';
import type { Logger } from '../infra/log.ts';
import { readyLine } from '../infra/process-life.ts';
import { asIdentity, identify, isRunning, signalProcess } from '../infra/process-identity.ts';
import type { ProcessIdentity } from '../infra/process-identity.ts';
import { waitUntil } from '../infra/wait-until.ts';

export interface ProcessSpec {
  /** Name it reports itself ready with. */
  readonly name: string;
  /** Absolute path of its module. */
  readonly file: string;
  /** Flags of Node.js. */
  readonly flags?: readonly string[];
  /** Environment besides ours, where ours does not say otherwise. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProcessesOptions {
  readonly specs: readonly ProcessSpec[];
  readonly endpointsPath: string;
  readonly home: Home;
  readonly log: Logger;
  readonly onStep: OnStep;
  readonly readyMs?: number;
  readonly drainMs?: number;
  readonly signal?: AbortSignal;
}

export interface Processes {
  /** Drains all: SIGTERM, and SIGKILL when the time is up. */
  close(): Promise<void>;
}

const READY_MS = 90_000;
const DRAIN_MS = 20_000;
const LEFTOVER_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A process that served so long may be started again at once. */
const STEADY_MS = 60_000;
/** So many deaths before it ever served are not bad luck. */
const MOST_FALSE_STARTS = 3;

const memory = (home: Home): string => join(home.run, 'children.json');

/** Waits until the children of an earlier supervisor are gone (they notice by themselves); kills them after 15 s. */
export const awaitLeftovers = async ({ home, onStep, timeoutMs = LEFTOVER_MS }: { home: Home; onStep: OnStep; timeoutMs?: number }): Promise<void> => {
  const value = await readJsonFile(memory(home));
  const left = (Array.isArray(value) ? value : []).map(asIdentity).filter((one): one is ProcessIdentity => one !== undefined && isRunning(one));
  if (left.length === 0) return;
  onStep(`Waiting for ${left.length} processes of an earlier start to end`);
  const areGone = (): boolean => !left.some(isRunning);
  if (await waitUntil(areGone, { timeoutMs })) return;
  for (const one of left) signalProcess(one, 'SIGKILL');
  await waitUntil(areGone, { timeoutMs: 5_000 });
};

/** Starts all processes; settles when each has said that it serves. @throws {ApplianceError} CONFIG_PROCESS naming the one that does not */
export const startProcesses = async (options: ProcessesOptions): Promise<Processes> => {
  const { specs, home, log, readyMs = READY_MS, drainMs = DRAIN_MS } = options;
  const running = new Map<string, { readonly child: Child; readonly identity: ProcessIdentity | undefined }>();
  const ending = new AbortController();
  let remembering = Promise.resolve();
  const remember = (): Promise<void> => (remembering = remembering.then(() => writeJsonFile(memory(home), [...running.values()].flatMap(({ identity }) => identity ?? []), { mode: 0o600 })));

  const launch = async (spec: ProcessSpec, onReady: () => void): Promise<Child> => {
    const output = await openServerLog(home, spec.name);
    const child = await spawnChild([process.execPath, ...(spec.flags ?? []), spec.file, options.endpointsPath], {
      env: { ...spec.env, ...processEnvironment() },
      cwd: home.folder, holdsInput: true, errorFd: output.fd,
      onLine: (line) => { if (line === readyLine(spec.name)) onReady(); else appendFileSync(output.path, `${line}\n`); },
    }).finally(() => output.close());
    running.set(spec.name, { child, identity: identify(child.pid) });
    // The end may have been called while this one was on its way.
    if (ending.signal.aborted) child.kill('SIGTERM');
    await remember();
    return child;
  };

  const keep = async (spec: ProcessSpec, onFirstReady: () => void, onHopeless: (error: ApplianceError) => void): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    let wasEverReady = false;
    for (let falseStarts = 0; !ending.signal.aborted;) {
      const began = performance.now();
      const child = await launch(spec, () => {
        log.info('child.ready', { child: spec.name, pid: child.pid, afterMs: Math.round(performance.now() - began) });
        wasEverReady = true;
        onFirstReady();
      });
      const { code, signal } = await child.ended;
      running.delete(spec.name);
      await remember();
      if (ending.signal.aborted) return;
      log.error('child.ended', { child: spec.name, pid: child.pid, code, signal });
      if (!wasEverReady && ++falseStarts >= MOST_FALSE_STARTS) {
        onHopeless(new ApplianceError('CONFIG_PROCESS', `${spec.name} does not start; its words: ${await tailOf(join(home.logs, `${spec.name}.out`))} (see also ${join(home.logs, `${spec.name}.log`)})`));
        return;
      }
      pauseMs = performance.now() - began > STEADY_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      await systemClock.wait(pauseMs / 2, ending.signal);
    }
  };

  const kept: Promise<void>[] = [];
  const close = async (): Promise<void> => {
    ending.abort();
    for (const { child } of running.values()) child.kill('SIGTERM');
    const killing = setTimeout(() => {
      for (const [name, { child }] of running) {
        log.error('child.killed', { child: name, afterMs: drainMs });
        child.kill('SIGKILL');
      }
    }, drainMs);
    await Promise.all(kept);
    clearTimeout(killing);
  };

  const ready = specs.map((spec) => new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => { reject(new ApplianceError('CONFIG_PROCESS', `${spec.name} does not serve within ${readyMs / 1_000} s (see ${join(home.logs, `${spec.name}.log`)})`)); }, readyMs);
    options.signal?.addEventListener('abort', () => { reject(new ApplianceError('CONFIG_PROCESS', 'stopped while starting')); }, { once: true });
    kept.push(keep(spec, () => { clearTimeout(late); options.onStep(`Serving: ${spec.name}`); resolve(); }, (error) => { clearTimeout(late); reject(error); })
      .catch((error: unknown) => { clearTimeout(late); log.error('child.not-kept', { child: spec.name, error }); reject(error instanceof Error ? error : new TypeError(String(error))); }));
  }));
  try {
    await Promise.all(ready);
  } catch (error) {
    await Promise.allSettled([close(), ...ready]);
    throw error;
  }
  return { close };
};
