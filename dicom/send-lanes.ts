/**
 * Several associations to one receiver that share a queue: opens them as there is work, opens them again after a
 * break, and sends only what was not confirmed again. What a peer does never throws.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ApplianceError, isApplianceError } from '../infra/errors.ts';
import type { ProposedContext } from './association/associate.ts';
import { Requestor } from './association/requestor.ts';
import type { ClientTls } from './association/secure.ts';
import type { SendQueue, SendTask } from './send-queue.ts';
import type { SendableFile } from './sendable-file.ts';
import { reasonOf } from './store-request.ts';
import type { StoreResult } from './store-request.ts';

export interface LaneOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: ClientTls;
  readonly calledAe: string;
  readonly callingAe: string;
  readonly associations: number;
  readonly timeoutSeconds: number;
  readonly contexts: readonly ProposedContext[];
  readonly queue: SendQueue;
  /** Pauses before an association is opened again; as many as there are, so often it is tried. */
  readonly retryPausesMs: readonly number[];
  /** Takes no more instances, lets those under way end. */
  readonly stop?: AbortSignal;
  /** Ends everything at once. */
  readonly signal?: AbortSignal;
  store(requestor: Requestor, file: SendableFile): Promise<StoreResult>;
  note(file: SendableFile, result: StoreResult): void;
}

export interface LanesEnd {
  /** Associations that were established. */
  readonly opened: number;
  /** Why the last lane gave up, when instances were left. */
  readonly error: unknown;
}

interface Shared {
  opened: number;
  /** Lanes with an association. */
  established: number;
  error: unknown;
}

/** Refusals for good, and peers that break the protocol, do the same the next time. @source PS3.8 Table 9-21 */
const isWorthAgain = (error: unknown): boolean =>
  isApplianceError(error, 'ASSOCIATION_ABORTED', 'ASSOCIATION_TIMED_OUT', 'ASSOCIATION_NO_LISTENER', 'ASSOCIATION_UNREACHABLE') || (isApplianceError(error, 'ASSOCIATION_REJECTED') && error.details['result'] === 2);

const isOver = ({ stop, signal }: LaneOptions): boolean => stop?.aborted === true || signal?.aborted === true;

/** Waits, unless everything is given up meanwhile. */
const waitBefore = async (options: LaneOptions, ms: number): Promise<void> => {
  const signals = [options.stop, options.signal].filter((one) => one !== undefined);
  await pause(ms, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
};

/** A stop ends the opening too; later it only keeps the lane from taking more. */
const openOne = async ({ host, port, tls, calledAe, callingAe, contexts, timeoutSeconds, stop, signal }: LaneOptions): Promise<Requestor> => {
  const opening = new AbortController();
  const giveUp = (): void => opening.abort(stop?.reason);
  stop?.addEventListener('abort', giveUp);
  if (stop?.aborted === true) giveUp();
  try {
    return await Requestor.open({ host, port, calledAe, callingAe, contexts, timeoutSeconds, ...(tls === undefined ? {} : { tls }), signal: signal === undefined ? opening.signal : AbortSignal.any([opening.signal, signal]) });
  } finally {
    stop?.removeEventListener('abort', giveUp);
  }
};

/**
 * Opens an association for a task, again after a pause. Another lane that has one does the work instead of a second
 * try: the task goes back while that lane still looks for more.
 */
const openFor = async (task: SendTask, options: LaneOptions, shared: Shared): Promise<Requestor | undefined> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const requestor = await openOne(options);
      shared.opened += 1;
      shared.established += 1;
      return requestor;
    } catch (error) {
      shared.error = error;
      const ms = options.retryPausesMs[attempt];
      const isTheEnd = shared.established > 0 || ms === undefined || !isWorthAgain(error);
      if (!isTheEnd) await waitBefore(options, ms);
      if (!isTheEnd && !isOver(options)) continue;
      options.queue.again(task);
      return undefined;
    }
  }
};

/** What becomes of an instance whose association broke. */
const broken = (options: LaneOptions, task: SendTask, error: unknown): void => {
  const breaks = task.breaks + 1;
  const isLastTry = breaks > options.retryPausesMs.length || options.signal?.aborted === true || !isWorthAgain(error);
  if (isLastTry) options.note(task.file, { outcome: 'failed', comment: reasonOf(error) });
  else options.queue.again({ file: task.file, breaks });
};

/** Sends over one association until it breaks or nothing is left; answers how many were confirmed, and what broke it. */
const sendOver = async (requestor: Requestor, first: SendTask, options: LaneOptions): Promise<{ readonly confirmed: number; readonly error?: unknown }> => {
  let confirmed = 0;
  let task: SendTask | undefined = first;
  try {
    while (task !== undefined && requestor.error === undefined) {
      options.note(task.file, await options.store(requestor, task.file));
      confirmed += 1;
      task = undefined;
      task = isOver(options) ? undefined : await options.queue.take();
    }
  } catch (error) {
    requestor.abort();
    // Not the peer's doing: the source failed, or we did.
    if (task === undefined || !isApplianceError(error)) throw error;
    broken(options, task, error);
    return { confirmed, error };
  }
  if (task !== undefined) options.queue.again(task);
  await requestor.release();
  return { confirmed };
};

const runLane = async (options: LaneOptions, shared: Shared): Promise<void> => {
  let breaks = 0;
  while (!isOver(options)) {
    const task = await options.queue.take();
    if (task === undefined) return;
    const requestor = await openFor(task, options, shared);
    if (requestor === undefined) return;
    const { confirmed, error } = await sendOver(requestor, task, options).finally(() => { shared.established -= 1; });
    if (error === undefined) continue;
    shared.error = error;
    breaks = confirmed > 0 ? 1 : breaks + 1;
    // One instance that the peer cannot bear must not end the lane; a peer that bears none must.
    if (breaks > 2 * options.retryPausesMs.length) return;
    await waitBefore(options, options.retryPausesMs[Math.min(breaks, options.retryPausesMs.length) - 1] ?? 0);
  }
};

/**
 * Runs the lanes until the queue is empty, or stopped, or no lane has an association any more; what is left then is
 * noted as failed (after a stop it is left alone).
 * @throws what the queue's source or `store` throws, once every lane has ended
 */
export const runLanes = async (options: LaneOptions): Promise<LanesEnd> => {
  const shared: Shared = { opened: 0, established: 0, error: undefined };
  const lanes = Array.from({ length: Math.max(1, options.associations) }, () => runLane(options, shared));
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  if (options.stop?.aborted === true && options.signal?.aborted !== true) return shared;
  const error = shared.error ?? new ApplianceError('ASSOCIATION_ABORTED', 'given up by us', { cause: options.signal?.reason });
  for (let task = await options.queue.take(); task !== undefined; task = await options.queue.take()) options.note(task.file, { outcome: 'failed', comment: reasonOf(error) });
  return shared;
};
