/**
 * Storage Commitment as SCP, push model: promises to keep instances, and delivers what it promised.
 * A promise is written before N-ACTION is answered; the result goes over the same association while it is open, else over one of ours.
 */
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommitmentBook, CommitmentCandidate, CommitmentItem } from '../catalog/books/commitment-book.ts';
import { ApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import { gatheredRequest } from './association/gathered-request.ts';
import type { DicomService, EventLog, Exchange, RequestHandler } from './association/service.ts';
import { readCommitmentAsk, writeCommitmentResult } from './commitment-message.ts';
import type { CommitmentAsk } from './commitment-message.ts';
import { FAILURE_REASON, STATUS } from './tables/statuses.ts';
import { UID } from './tables/uids.ts';

export interface StorageCommitmentOptions {
  readonly aeTitle: string;
  readonly commitments: CommitmentBook;
  /** Absolute path of a stored file. */
  readonly absolute: (path: string) => string;
  /** False where instances are deleted after a while, or are not synced: nothing is promised then. */
  readonly keepsForGood: boolean;
  readonly log: EventLog;
  readonly clock: { now(): Date };
  /** Time for the result on the same association before one of ours is tried. */
  readonly sameAssociationMs?: number;
  /** Wait before it: many SCUs release at once, and are not to be met by a request on their way out. */
  readonly leaveMs?: number;
}

/** Longest Action Information, in bytes: about 100 000 references. */
const MAX_ASK_BYTES = 16_777_216;
const SAME_ASSOCIATION_MS = 10_000;
const LEAVE_MS = 300;
const SYNTAXES: ReadonlySet<string> = new Set([UID.explicitLittleEndian, UID.implicitLittleEndian]);

const isThere = (file: string, bytes: number): boolean => statSync(file, { throwIfNoEntry: false })?.size === bytes;

/** What is answered for one instance. @source PS3.3 C.14.1.1, PS3.4 J.3.3 */
const judge = (reference: CommitmentAsk['references'][number], candidates: readonly CommitmentCandidate[], options: StorageCommitmentOptions): CommitmentItem => {
  const refused = (failureReason: number): CommitmentItem => ({ ...reference, instanceId: null, failureReason });
  if (candidates.length === 0) return refused(FAILURE_REASON.noSuchInstance);
  const sameClass = candidates.find(({ sopClassUid }) => sopClassUid === reference.sopClassUid);
  if (sameClass === undefined) return refused(FAILURE_REASON.classInstanceConflict);
  if (!options.keepsForGood || !isThere(options.absolute(sameClass.path), sameClass.bytes)) return refused(FAILURE_REASON.processingFailure);
  return { ...reference, instanceId: sameClass.instanceId, failureReason: 0 };
};

const check = ({ command }: Exchange): void => {
  if (command.requestedSopInstanceUid !== UID.storageCommitmentPushInstance) throw new ApplianceError('COMMITMENT_NO_SUCH_INSTANCE', 'not the well-known instance');
  if (command.actionTypeId !== 1) throw new ApplianceError('COMMITMENT_NO_SUCH_ACTION', 'action type 1 is the only one');
};

const isSameAsk = ({ references }: CommitmentAsk, items: readonly CommitmentItem[]): boolean => {
  const classes = new Map(items.map(({ sopInstanceUid, sopClassUid }) => [sopInstanceUid, sopClassUid]));
  return references.length === items.length && references.every(({ sopInstanceUid, sopClassUid }) => classes.get(sopInstanceUid) === sopClassUid);
};

const promise = async (options: StorageCommitmentOptions, callingAe: string, calledAe: string, ask: CommitmentAsk): Promise<{ commitmentId: number; items: readonly CommitmentItem[] }> => {
  const { clock, commitments } = options;
  const known = await commitments.find(callingAe, ask.transactionUid);
  if (known?.state === 'PENDING') {
    // An AE that did not get our answer asks again: the same request gets the same result.
    const items = await commitments.items(known.commitmentId);
    if (isSameAsk(ask, items)) return { commitmentId: known.commitmentId, items };
  }
  const byUid = Map.groupBy(await commitments.candidates(ask.references.map(({ sopInstanceUid }) => sopInstanceUid)), ({ sopInstanceUid }) => sopInstanceUid);
  const items = ask.references.map((reference): CommitmentItem => known !== undefined
    ? { ...reference, instanceId: null, failureReason: FAILURE_REASON.duplicateTransactionUid }
    : judge(reference, byUid.get(reference.sopInstanceUid) ?? [], options));
  const nextTryAt = new Date(clock.now().getTime() + (options.sameAssociationMs ?? SAME_ASSOCIATION_MS));
  return commitments.record({ transactionUid: ask.transactionUid, callingAe, calledAe, items, notHeldReason: FAILURE_REASON.noSuchInstance, nextTryAt });
};

/** The result over the association that asked. What fails here is delivered by the sender. */
const reportBack = async (options: StorageCommitmentOptions, exchange: Exchange, transactionUid: string, recorded: { readonly commitmentId: number; readonly items: readonly CommitmentItem[] }): Promise<void> => {
  const { commitments, clock, log } = options;
  const { commitmentId } = recorded;
  const result = writeCommitmentResult(transactionUid, options.aeTitle, recorded.items, exchange.context.transferSyntax);
  let timer: NodeJS.Timeout | undefined;
  try {
    await delay(options.leaveMs ?? LEAVE_MS);
    const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => reject(new ApplianceError('ASSOCIATION_TIMED_OUT', 'no answer in time')), options.sameAssociationMs ?? SAME_ASSOCIATION_MS); });
    const asked = exchange.ask({ commandField: COMMAND.eventReportRequest, affectedSopClassUid: UID.storageCommitmentPush, affectedSopInstanceUid: UID.storageCommitmentPushInstance, eventTypeId: result.eventTypeId }, result.dataSet);
    asked.catch(() => undefined);
    const { status } = await Promise.race([asked, late]);
    if (status !== STATUS.success) throw new ApplianceError('COMMITMENT_NOT_DELIVERED', `status ${(status ?? 0).toString(16)}`);
    await commitments.end(commitmentId, 'DELIVERED');
    log.info('commitment.delivered', { commitmentId, callingAe: exchange.association.callingAe, way: 'same association' });
  } catch (error) {
    log.info('commitment.not-delivered', { commitmentId, callingAe: exchange.association.callingAe, way: 'same association', reason: error instanceof Error ? error.message : String(error) });
    await commitments.tried(commitmentId, clock.now());
  } finally {
    clearTimeout(timer);
  }
};

const open = (options: StorageCommitmentOptions, exchange: Exchange): RequestHandler => {
  check(exchange);
  return gatheredRequest({
    maxBytes: MAX_ASK_BYTES, tooLong: () => new ApplianceError('COMMITMENT_TOO_LARGE', 'more references than are taken at once'),
    work: async (dataSet) => {
      const ask = readCommitmentAsk(dataSet, exchange.context.transferSyntax);
      const { callingAe, calledAe } = exchange.association;
      const recorded = await promise(options, callingAe, calledAe, ask);
      exchange.tally('committed', recorded.items.filter(({ failureReason }) => failureReason === 0).length);
      await exchange.respond({ status: STATUS.success, actionTypeId: 1 });
      void reportBack(options, exchange, ask.transactionUid, recorded).catch((error: unknown) => options.log.warn('commitment.not-noted', { commitmentId: recorded.commitmentId, reason: error instanceof Error ? error.message : String(error) }));
    },
  });
};

/** Makes the Storage Commitment Push Model service. @source PS3.4 Annex J */
export const createStorageCommitmentScp = (options: StorageCommitmentOptions): DicomService => ({
  name: 'storage-commitment',
  transferSyntaxes: (abstractSyntax) => (abstractSyntax === UID.storageCommitmentPush ? SYNTAXES : undefined),
  commandFields: [COMMAND.nActionRequest],
  open: (exchange) => open(options, exchange),
});
