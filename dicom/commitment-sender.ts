/**
 * Delivers results of storage commitment over associations of our own, again and again for a day.
 * What is to be delivered stands in the catalog, so a restart loses nothing; a result that was taken twice does no harm.
 */
import type { Commitment, CommitmentBook } from '../catalog/books/commitment-book.ts';
import { ApplianceError } from '../infra/errors.ts';
import { COMMAND } from './association/command.ts';
import { Requestor } from './association/requestor.ts';
import type { ClientTls } from './association/secure.ts';
import type { EventLog } from './association/service.ts';
import { createAssociationPlaces } from './association-places.ts';
import type { AssociationPlaces } from './association-places.ts';
import { writeCommitmentResult } from './commitment-message.ts';
import { reach } from './reach-ae.ts';
import type { FindAe, RemoteAe } from './remote-ae.ts';
import { STATUS } from './tables/statuses.ts';
import { UID } from './tables/uids.ts';

export interface CommitmentSenderOptions {
  readonly aeTitle: string;
  readonly commitments: CommitmentBook;
  readonly findAe: FindAe;
  /** What we show and trust at this moment, to AEs that want TLS. */
  readonly tls: () => ClientTls;
  readonly log: EventLog;
  readonly clock: { now(): Date };
  /** How often the catalog is asked what is due. */
  readonly pollMs?: number;
  readonly timeoutSeconds?: number;
  /** Shared by all that open associations in this process; else the results count for themselves. */
  readonly places?: AssociationPlaces;
}

interface SenderDeps extends CommitmentSenderOptions {
  readonly places: AssociationPlaces;
  /** Ends waiting for a place. */
  readonly closing: AbortSignal;
}

export interface CommitmentSender {
  close(): Promise<void>;
}

const FOR_MS = 24 * 3_600_000;
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 900_000;
const PAGE = 20;
const TIMEOUT_SECONDS = 30;

/** Wait before the next attempt, doubled each time. */
export const waitAfter = (attempts: number): number => Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts, 20), LONGEST_WAIT_MS);

/** Sends one result over an association of its own. @source PS3.4 J.3.3.1, PS3.7 D.3.3.4 (the SCP proposes its own role) */
const deliverTo = async (options: SenderDeps, ae: RemoteAe, commitment: Commitment, timeoutSeconds: number): Promise<void> => {
  const requestor = await Requestor.open({
    ...reach(ae, options.aeTitle, options.tls()), timeoutSeconds,
    contexts: [{ id: 1, abstractSyntax: UID.storageCommitmentPush, transferSyntaxes: [UID.explicitLittleEndian, UID.implicitLittleEndian] }],
    roles: [{ sopClassUid: UID.storageCommitmentPush, scuRole: false, scpRole: true }],
  });
  try {
    const context = requestor.contextFor(UID.storageCommitmentPush);
    if (context === undefined) throw new ApplianceError('COMMITMENT_NOT_DELIVERED', 'storage commitment is not accepted');
    // Many AEs take results without answering the role; only a plain no counts.
    if (requestor.roles.some((role) => role.sopClassUid === UID.storageCommitmentPush && !role.scpRole)) throw new ApplianceError('COMMITMENT_NOT_DELIVERED', 'the role is not accepted');
    const { eventTypeId, dataSet } = writeCommitmentResult(commitment.transactionUid, options.aeTitle, await options.commitments.items(commitment.commitmentId), context.transferSyntax);
    requestor.send(context.id, { commandField: COMMAND.eventReportRequest, affectedSopClassUid: UID.storageCommitmentPush, affectedSopInstanceUid: UID.storageCommitmentPushInstance, eventTypeId }, dataSet);
    const { command } = await requestor.response();
    if (command.status !== STATUS.success) throw new ApplianceError('COMMITMENT_NOT_DELIVERED', `status ${(command.status ?? 0).toString(16)}`);
  } finally {
    await requestor.release();
  }
};

/**
 * Sends one result, as soon as there is a place among the associations of the AE.
 * @throws {ApplianceError} what an association may throw; COMMITMENT_NOT_DELIVERED when the AE is not known, does not take the role or refuses
 */
const deliver = async (options: SenderDeps, commitment: Commitment): Promise<void> => {
  const ae = await options.findAe(commitment.callingAe);
  if (ae === undefined) throw new ApplianceError('COMMITMENT_NOT_DELIVERED', 'the AE is not known with host and port');
  const { timeoutSeconds = TIMEOUT_SECONDS } = options;
  const place = await options.places.take(ae, { seconds: timeoutSeconds, signal: options.closing });
  try {
    await deliverTo(options, ae, commitment, timeoutSeconds);
  } finally {
    place.free();
  }
};

const attempt = async (options: SenderDeps, commitment: Commitment): Promise<void> => {
  const { clock, commitments, log } = options;
  const { attempts, callingAe, commitmentId, requestedAt } = commitment;
  try {
    await deliver(options, commitment);
    await commitments.end(commitmentId, 'DELIVERED');
    log.info('commitment.delivered', { commitmentId, callingAe, way: 'own association' });
  } catch (error) {
    const now = clock.now().getTime();
    const isOver = now - requestedAt.getTime() >= FOR_MS;
    log.warn(isOver ? 'commitment.given-up' : 'commitment.not-delivered', { commitmentId, callingAe, attempts: attempts + 1, way: 'own association', reason: error instanceof Error ? error.message : String(error) });
    await commitments.tried(commitmentId, new Date(now + waitAfter(attempts)));
    if (isOver) await commitments.end(commitmentId, 'GIVEN-UP');
  }
};

/** Runs until closed; trouble with the catalog is logged and waits for the next look. */
export const startCommitmentSender = (given: CommitmentSenderOptions): CommitmentSender => {
  const closing = new AbortController();
  const options: SenderDeps = { ...given, places: given.places ?? createAssociationPlaces(), closing: closing.signal };
  let isClosed = false;
  let wake = (): void => undefined;
  const loop = async (): Promise<void> => {
    while (!isClosed) {
      try {
        const due = await options.commitments.due(options.clock.now(), PAGE);
        // One AE that does not answer shall not hold up the others.
        await Promise.all(due.map((commitment) => attempt(options, commitment)));
      } catch (error) {
        options.log.warn('commitment.sender-waits', { reason: error instanceof Error ? error.message : String(error) });
      }
      if (isClosed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, options.pollMs ?? 2_000);
        wake = () => { clearTimeout(timer); resolve(); };
      });
    }
  };
  const running = loop();
  return { close: async () => { isClosed = true; closing.abort(); wake(); await running; } };
};
