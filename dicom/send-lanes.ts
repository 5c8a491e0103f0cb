/**
 * Several associations to one receiver that share a queue: opens them as there is work, opens them again after a
 * break, and sends only what was not confirmed again. What a peer does never throws.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ApplianceError, isApplianceError } from '../infra/errors.ts';
import type { ProposedContext } from './association/associate.ts';
import { Requestor } from './association/requestor.ts';
import type { ClientTls } from './association/secure.ts';
import type { AssociationPlaces, Place } from './association-places.ts';
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
  /** Where associations are counted that others have to this receiver; without it these are all. */
  readonly places?: AssociationPlaces | undefined;
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
  /** Ends the waits of lanes that want a place, once another lane has an association. */
  readonly waits: Set<AbortController>;
  error: unknown;
}

/** Refusals for good, and peers that break the protocol, do the same the next time. @source PS3.8 Table 9-21 */
const isWorthAgain = (error: unknown): boolean =>
  isApplianceError(error, 'ASSOCIATION_ABORTED', 'ASSOCIATION_ALL_IN_USE', 'ASSOCIATION_TIMED_OUT', 'ASSOCIATION_NO_LISTENER', 'ASSOCIATION_UNREACHABLE') || (isApplianceError(error, 'ASSOCIATION_REJECTED') && error.details['result'] === 2);

const isOver = ({ stop, signal }: LaneOptions): boolean => stop?.aborted === true || signal?.aborted === true;

/** Waits, unless everything is given up meanwhile. */
const waitBefore = async (options: LaneOptions, ms: number): Promise<void> => {
  const signals = [options.stop, options.signal].filter((one) => one !== undefined);
  await pause(ms, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
};

interface Opened {
  readonly requestor: Requestor;
  readonly place: Place | undefined;
}

/** An instance does not wait for a place when another lane can take it. */
const placeFor = async ({ places, calledAe, associations, timeoutSeconds }: LaneOptions, shared: Shared, signal: AbortSignal): Promise<Place | undefined> => {
  if (places === undefined) return undefined;
  const wait = new AbortController();
  shared.waits.add(wait);
  try {
    return await places.take({ aeTitle: calledAe, maxAssociations: associations }, { seconds: shared.established > 0 ? 0 : timeoutSeconds, signal: AbortSignal.any([signal, wait.signal]) });
  } finally {
    shared.waits.delete(wait);
  }
};

/** A stop ends the opening too; later it only keeps the lane from taking more. */
const openOne = async (options: LaneOptions, shared: Shared): Promise<Opened> => {
  const { host, port, tls, calledAe, callingAe, contexts, timeoutSeconds, stop, signal } = options;
  const opening = new AbortController();
  const giveUp = (): void => opening.abort(stop?.reason);
  stop?.addEventListener('abort', giveUp);
  if (stop?.aborted === true) giveUp();
  const ended = signal === undefined ? opening.signal : AbortSignal.any([opening.signal, signal]);
  let place: Place | undefined;
  try {
    place = await placeFor(options, shared, ended);
    return { place, requestor: await Requestor.open({ host, port, calledAe, callingAe, contexts, timeoutSeconds, ...(tls === undefined ? {} : { tls }), signal: ended }) };
  } catch (error) {
    place?.free();
    throw error;
  } finally {
    stop?.removeEventListener('abort', giveUp);
  }
};

/**
 * Opens an association for a task, again after a pause. Another lane that has one does the work instead of a second
 * try: the task goes back while that lane still looks for more.
 */
const openFor = async (task: SendTask, options: LaneOptions, shared: Shared): Promise<Opened | undefined> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const opened = await openOne(options, shared);
      shared.opened += 1;
      shared.established += 1;
      for (const wait of shared.waits) wait.abort();
      return opened;
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

/** Sends over one association until it breaks, nothing is left or it is others' turn; answers how many were confirmed, and what broke it. */
const sendOver = async ({ requestor, place }: Opened, first: SendTask, options: LaneOptions): Promise<{ readonly confirmed: number; readonly error?: unknown }> => {
  let confirmed = 0;
  let task: SendTask | undefined = first;
  try {
    while (task !== undefined && requestor.error === undefined) {
      options.note(task.file, await options.store(requestor, task.file));
      confirmed += 1;
      task = undefined;
      task = isOver(options) || place?.isDue === true ? undefined : await options.queue.take();
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
    const opened = await openFor(task, options, shared);
    if (opened === undefined) return;
    const { confirmed, error } = await sendOver(opened, task, options).finally(() => {
      shared.established -= 1;
      opened.place?.free();
    });
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
  const shared: Shared = { opened: 0, established: 0, waits: new Set(), error: undefined };
  const lanes = Array.from({ length: Math.max(1, options.associations) }, () => runLane(options, shared));
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  if (options.stop?.aborted === true && options.signal?.aborted !== true) return shared;
  const error = shared.error ?? new ApplianceError('ASSOCIATION_ABORTED', 'given up by us', { cause: options.signal?.reason });
  for (let task = await options.queue.take(); task !== undefined; task = await options.queue.take()) options.note(task.file, { outcome: 'failed', comment: reasonOf(error) });
  return shared;
};
