/**
 * Sending held instances to another AE. Goes on where an earlier attempt was: heartbeats carry how far it was, as ids
 * and counts only.
 */
import { Context } from '@temporalio/activity';
import type { OperationLog } from '../catalog/books/operation-log.ts';
import type { RetrieveBook, RetrieveSelection } from '../catalog/books/retrieve-book.ts';
import type { ClientTls } from '../dicom/association/secure.ts';
import type { FindAe } from '../dicom/remote-ae.ts';
import type { SendableFile } from '../dicom/sendable-file.ts';
import { sendAll } from '../dicom/storage-scu.ts';
import type { SendAllOptions } from '../dicom/storage-scu.ts';
import { failureReason } from '../dicom/store-request.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { Logger } from '../infra/log.ts';
import { createSendProgress } from './send-progress.ts';
import type { SendProgress, SendState, SendSummary } from './send-progress.ts';

export interface SendRequest {
  /** A registered AE. */
  readonly aeTitle: string;
  /** By our own keys; nothing that names a patient goes into a history. */
  readonly selection: Pick<RetrieveSelection, 'patientKeys' | 'studyKeys' | 'seriesKeys' | 'instanceIds'>;
}

export interface SendActivities {
  /** Sends and answers what became of it. @throws RETRIEVE_DESTINATION_UNKNOWN; RETRIEVE_CANNOT_SEND when associations broke or could not be had: the next attempt goes on */
  sendInstances(request: SendRequest): Promise<SendSummary>;
}

export interface SendDeps extends Pick<SendAllOptions, 'conversion' | 'timeoutSeconds' | 'retryPausesMs' | 'places'> {
  readonly aeTitle: string;
  readonly book: RetrieveBook;
  readonly findAe: FindAe;
  /** Where a stored file lies, by its path in the catalog. */
  readonly fileOf: (path: string) => string;
  readonly operations: OperationLog;
  readonly log: Logger;
  /** What we show and trust at this moment where a receiver wants TLS. */
  readonly tls?: () => ClientTls;
}

const PAGE = 500;
/** From this attempt on, what breaks every association it is sent on counts as failed. */
const LAST_ATTEMPT = 3;
/** A sign of life also while one large instance is on its way. */
const HEARTBEAT_MS = 5_000;

type Known = SendableFile & { readonly instanceId: number };

async function* stillToSend(deps: SendDeps, selection: RetrieveSelection, progress: SendProgress): AsyncGenerator<Known> {
  for (let after = progress.settledUpTo(); ;) {
    const page = await deps.book.page(selection, after, PAGE);
    for (const { instanceId, sopClassUid, sopInstanceUid, file, isHeld, isContested } of page) {
      if (!progress.begin(instanceId)) continue;
      if (isHeld && !isContested) yield { instanceId, sopClassUid, sopInstanceUid, file: deps.fileOf(file.path), transferSyntaxUid: file.transferSyntaxUid, dataSetOffset: file.dataSetOffset, bytes: file.bytes };
      else progress.settle(instanceId, 'failed');
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.instanceId;
  }
}

export const createSendActivities = (deps: SendDeps): SendActivities => ({
  async sendInstances({ aeTitle, selection }) {
    const context = Context.current();
    const to = await deps.findAe(aeTitle);
    if (to === undefined) throw new ApplianceError('RETRIEVE_DESTINATION_UNKNOWN', `${aeTitle} is not registered`);
    const progress = createSendProgress(context.info.heartbeatDetails as SendState | undefined);
    const reasons = new Map<string, number>();
    const lost: number[] = [];
    const beat = setInterval(() => context.heartbeat(progress.state()), HEARTBEAT_MS);
    try {
      const { kinds } = await deps.book.plan(selection);
      const { isReached } = await sendAll({
        to, places: deps.places, ...(deps.tls === undefined ? {} : { tls: deps.tls() }), callingAe: deps.aeTitle, signal: context.cancellationSignal,
        source: { kinds, open: () => stillToSend(deps, selection, progress) },
        ...(deps.conversion === undefined ? {} : { conversion: deps.conversion }),
        ...(deps.timeoutSeconds === undefined ? {} : { timeoutSeconds: deps.timeoutSeconds }),
        ...(deps.retryPausesMs === undefined ? {} : { retryPausesMs: deps.retryPausesMs }),
        onOutcome: (file, result) => {
          const { instanceId } = file as Known;
          const { outcome } = result;
          const isSent = outcome === 'stored' || outcome === 'warning';
          if (!isSent) reasons.set(failureReason(result), (reasons.get(failureReason(result)) ?? 0) + 1);
          if (outcome === 'failed') lost.push(instanceId);
          else progress.settle(instanceId, isSent ? outcome : 'failed');
          context.heartbeat(progress.state());
        },
      });
      context.cancellationSignal.throwIfAborted();
      if (lost.length > 0 && (!isReached || context.info.attempt < LAST_ATTEMPT)) throw new ApplianceError('RETRIEVE_CANNOT_SEND', [...reasons.keys()].at(-1) ?? '', { details: { instances: lost.length } });
      for (const instanceId of lost) progress.settle(instanceId, 'failed');
    } finally {
      clearInterval(beat);
    }
    const summary = progress.summary();
    deps.log.info('instances.sent', { aeTitle, ...summary, failedInstanceIds: summary.failedInstanceIds.length, reasons: [...reasons].slice(0, 10).map(([reason, count]) => `${count} x ${reason}`).join('; ') });
    await deps.operations.write({ who: 'appliance', event: 'instances.sent', subject: aeTitle, subjectKind: 'association', result: summary.failed === 0 ? 'sent' : 'incomplete', details: { stored: summary.stored, warnings: summary.warnings, failed: summary.failed } });
    return summary;
  },
});
