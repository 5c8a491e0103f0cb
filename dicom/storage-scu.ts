/**
 * Storage as SCU: sends instance files over one or several associations, bytes straight from the file. An instance
 * goes in the transfer syntax it is held in; where the receiver does not take that, converted, if a transcoder can.
 */
import { ApplianceError } from '../infra/errors.ts';
import type { ClientTls } from './association/secure.ts';
import type { RemoteAe } from './remote-ae.ts';
import { chooseContext, planContexts, sameOnly } from './send-contexts.ts';
import type { InstanceKind, SyntaxPolicy } from './send-contexts.ts';
import { runLanes } from './send-lanes.ts';
import type { LaneOptions } from './send-lanes.ts';
import { createSendQueue } from './send-queue.ts';
import { readSendable } from './sendable-file.ts';
import type { SendableFile } from './sendable-file.ts';
import { storeInstance } from './store-request.ts';
import type { StoreOptions, StoreResult } from './store-request.ts';

/** What is to be sent: the kinds decide about presentation contexts before the first instance is read. */
export interface SendSource {
  readonly kinds: Iterable<InstanceKind>;
  /** All instances, in order; asked again for each group of SOP classes when one association cannot hold all contexts. */
  open(): AsyncIterable<SendableFile>;
}

export interface SendAllOptions extends StoreOptions, Pick<LaneOptions, 'stop' | 'signal' | 'places'> {
  readonly to: RemoteAe;
  /** What we show and trust where the receiver wants TLS. */
  readonly tls?: ClientTls;
  readonly callingAe: string;
  readonly source: SendSource;
  /** Seconds without an answer. Default 60. */
  readonly timeoutSeconds?: number;
  readonly retryPausesMs?: readonly number[];
  /** Once for each instance, as soon as it is settled. */
  onOutcome(file: SendableFile, result: StoreResult): void;
}

/** A receiver that restarts is back after these. */
const RETRY_PAUSES_MS = [1_000, 5_000] as const;
const TIMEOUT_SECONDS = 60;
/** Associations side by side; two hide the 40 ms that many receivers hold each answer back. @source ours: measured against storescp with Nagle's algorithm on */
const ASSOCIATIONS = 2;

async function* ofClasses(files: AsyncIterable<SendableFile>, sopClassUids: ReadonlySet<string>): AsyncGenerator<SendableFile> {
  for await (const file of files) if (sopClassUids.has(file.sopClassUid)) yield file;
}

/**
 * Sends everything a source holds; each instance is settled once, through `onOutcome`. A broken association is
 * opened again, and what the receiver has confirmed is not sent twice. Answers whether the receiver was reached.
 * @throws {ApplianceError} ASSOCIATION_TLS_NOT_AVAILABLE for a receiver that wants TLS; and what the source throws
 * @source PS3.4 Annex B, PS3.7 9.1.1
 */
export const sendAll = async (options: SendAllOptions): Promise<{ readonly isReached: boolean; readonly error: unknown }> => {
  const { to, conversion, source } = options;
  if (to.tls && options.tls === undefined) throw new ApplianceError('ASSOCIATION_TLS_NOT_AVAILABLE', `${to.aeTitle} is to be reached over TLS`);
  const policy: SyntaxPolicy = { preferred: to.preferredTransferSyntaxes, route: conversion === undefined ? sameOnly : (from, target) => conversion.transcoder.route(from, target) };
  let opened = 0;
  let error: unknown;
  const kinds = [...source.kinds];
  const plans = planContexts(kinds, policy);
  for (const plan of plans) {
    const queue = createSendQueue(plans.length === 1 ? source.open() : ofClasses(source.open(), plan.sopClassUids));
    try {
      const end = await runLanes({
        host: to.host, port: to.port, calledAe: to.aeTitle, callingAe: options.callingAe, associations: to.maxAssociations, timeoutSeconds: options.timeoutSeconds ?? TIMEOUT_SECONDS,
        contexts: plan.contexts, queue, places: options.places, ...(to.tls && options.tls !== undefined ? { tls: options.tls } : {}), retryPausesMs: options.retryPausesMs ?? RETRY_PAUSES_MS,
        ...(options.stop === undefined ? {} : { stop: options.stop }), ...(options.signal === undefined ? {} : { signal: options.signal }),
        note: (file, result) => options.onOutcome(file, result),
        store: (requestor, file) => {
          const context = chooseContext(requestor.accepted.values(), file, policy);
          if (context === undefined) return Promise.resolve<StoreResult>({ outcome: 'no-context', comment: 'presentation context not accepted' });
          return storeInstance(requestor, context, file, options);
        },
      });
      opened += end.opened;
      error = end.error ?? error;
    } finally {
      await queue.close();
    }
  }
  return { isReached: opened > 0, error };
};

export interface SendOptions extends StoreOptions {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  /** Speaks TLS; without it plain. */
  readonly tls?: ClientTls;
  readonly files: readonly string[];
  /** Associations side by side; more than one hides the delays of peers that answer slowly. Default 2. */
  readonly associations?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Seconds without an answer. Default 60. */
  readonly timeoutSeconds?: number;
  readonly retryPausesMs?: readonly number[];
}

export interface SendResult extends StoreResult {
  readonly file: string;
  readonly sopInstanceUid: string;
}

/** Heads read at the same time. */
const READERS = 8;

const readHeads = async (files: readonly string[]): Promise<readonly Awaited<ReturnType<typeof readSendable>>[]> => {
  const read: Awaited<ReturnType<typeof readSendable>>[] = [];
  const indexes = files.keys();
  await Promise.all(Array.from({ length: READERS }, async () => {
    for (const index of indexes) read[index] = await readSendable(files[index] ?? '');
  }));
  return read;
};

/**
 * Sends instance files to another AE; answers one result per file, in the order given. Never throws for what the
 * peer does: files that no association could carry are 'failed'.
 * @source PS3.4 Annex B, PS3.7 9.1.1
 */
export const sendInstances = async (options: SendOptions): Promise<readonly SendResult[]> => {
  const results = new Map<string, SendResult>();
  const done = (result: SendResult): void => {
    results.set(result.file, result);
    options.onProgress?.(results.size, options.files.length);
  };
  const sendable: SendableFile[] = [];
  for (const read of await readHeads([...new Set(options.files)])) {
    if ('reason' in read) done({ file: read.file, sopInstanceUid: '', outcome: 'unreadable', comment: read.reason });
    else sendable.push(read);
  }
  const { host, port, calledAe, files, associations, ...rest } = options;
  const lanes = Math.max(1, Math.min(associations ?? ASSOCIATIONS, sendable.length));
  await sendAll({
    ...rest,
    to: { aeTitle: calledAe, host, port, tls: rest.tls !== undefined, maxAssociations: lanes, preferredTransferSyntaxes: [] },
    source: { kinds: sendable, async *open() { yield* sendable; } },
    onOutcome: (file, result) => done({ file: file.file, sopInstanceUid: file.sopInstanceUid, ...result }),
  });
  return files.flatMap((file) => results.get(file) ?? []);
};
