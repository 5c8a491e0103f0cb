/**
 * Activities that fetch one study from a remote AE. UIDs stay in the catalog: workflows see ids, numbers and codes.
 * What the AE does is answered as a value; only what is ours to repair is thrown and tried again by Temporal.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { OrderBook, ReportEntry } from '../catalog/books/order-book.ts';
import type { Retrieval, RetrievalBook, RetrievalProgress } from '../catalog/books/retrieval-book.ts';
import type { QueryRetrieveScu } from '../dicom/query-retrieve-scu.ts';
import type { FindAe, RemoteAe } from '../dicom/remote-ae.ts';
import { STATUS, statusCategory } from '../dicom/tables/statuses.ts';
import { ApplianceError, ERRORS, isApplianceError } from '../infra/errors.ts';
import type { ErrorCode } from '../infra/errors.ts';
import type { Logger } from '../infra/log.ts';

/** Counters as a workflow shows them. */
export interface RetrieveCounts {
  readonly held: number;
  readonly remaining: number | null;
}

export interface RetrievalLimits {
  readonly limitSeconds: number;
  readonly attempts: number;
}

export interface RetrievalState {
  readonly expected: number;
  /** Of those expected. */
  readonly held: number;
  /** Series that lack instances. */
  readonly missing: readonly number[];
}

export interface RetrieveActivities {
  /** Limits of one retrieval, from the settings. */
  retrievalLimits(): Promise<RetrievalLimits>;
  /** Asks the AE what the study holds and notes it; answers '' or the code of what stands against it. */
  askCounts(retrievalId: number): Promise<string>;
  retrievalState(retrievalId: number): Promise<RetrievalState>;
  /** Has the AE send the study, or one series of it; answers '' or the code of what stands against it. Says nothing about completeness. */
  moveToUs(retrievalId: number, retrievalSeriesId: number | null, limitSeconds: number): Promise<string>;
  /** Ends the retrieval and reports what is missing to the order. */
  endRetrieval(retrievalId: number, end: 'COMPLETE' | 'FAILED' | 'CANCELLED', reason: string): Promise<void>;
  /** Makes what has arrived the selection of the order; answers '' or the code of what stands against it. */
  selectRetrieved(orderId: string): Promise<string>;
}

export interface RetrieveDeps {
  readonly retrievals: RetrievalBook;
  readonly orders: Pick<OrderBook, 'report' | 'selectRetrieved'>;
  readonly scu: QueryRetrieveScu;
  readonly findAe: FindAe;
  readonly limits: RetrievalLimits;
  /** Tells the workflow of a retrieval how far it is. */
  readonly tell: (workflowId: string, counts: RetrieveCounts) => Promise<void>;
  readonly log: Logger;
}

const BEAT_MS = 3_000;
/** A signal to the workflow at most this often: each one stays in its history. */
const TELL_MS = 20_000;
/** Missing series that a report names one by one. */
const NAMED = 50;

const isAssociation = (error: unknown): error is ApplianceError => isApplianceError(error) && (error.code.startsWith('ASSOCIATION_') || error.code.startsWith('REMOTE_') || error.code === 'INTAKE_CANNOT_UNDERSTAND');

/** The code of an error of the other side; a rejection for the moment is no refusal, and a full line of our own waits for another try. */
const codeOf = (error: unknown): string => {
  if (!isAssociation(error) || error.code === 'ASSOCIATION_ALL_IN_USE') throw error;
  if (error.code === 'ASSOCIATION_REJECTED' && error.details['result'] === 2) return 'ASSOCIATION_ABORTED';
  return error.code === 'INTAKE_CANNOT_UNDERSTAND' ? 'REMOTE_QUERY_FAILED' : error.code;
};

const sum = (progress: readonly RetrievalProgress[], of: (series: RetrievalProgress) => number): number => progress.reduce((total, series) => total + of(series), 0);
const heldOf = (progress: readonly RetrievalProgress[]): number => sum(progress, (series) => Math.min(series.held, series.expected));

const reportOf = ({ studyInstanceUid, remoteAe }: Retrieval, progress: readonly RetrievalProgress[], reason: string): readonly ReportEntry[] => {
  const advice = reason in ERRORS ? ERRORS[reason as ErrorCode].advice : '';
  const missing = progress.filter(({ expected, held }) => held < expected);
  const counts = progress.length === 0 ? '' : ` ${heldOf(progress)} of ${sum(progress, (series) => series.expected)} instances are here.`;
  return [
    { kind: 'error', reason: `${reason}: study ${studyInstanceUid} from ${remoteAe}.${counts} ${advice}` },
    ...missing.slice(0, NAMED).map(({ seriesInstanceUid, expected, held }): ReportEntry => ({ kind: 'error', reason: `series ${seriesInstanceUid}: ${held} of ${expected} instances are here` })),
    ...(missing.length > NAMED ? [{ kind: 'error' as const, reason: `and ${missing.length - NAMED} more series` }] : []),
  ];
};

export const createRetrieveActivities = (deps: RetrieveDeps): RetrieveActivities => {
  const { findAe, log, retrievals, scu } = deps;

  const aeOf = async (retrieval: Retrieval): Promise<RemoteAe> => {
    const ae = await findAe(retrieval.remoteAe);
    if (!ae) throw new ApplianceError('REMOTE_UNKNOWN_AE', 'the AE is not known any more', { details: { remoteAe: retrieval.remoteAe } });
    return ae;
  };

  const countsOf = async (ae: RemoteAe, study: string): Promise<readonly { seriesInstanceUid: string; instances: number }[]> => {
    const { found, isComplete } = await scu.findSeries(ae, study);
    if (!isComplete) throw new ApplianceError('REMOTE_QUERY_FAILED', 'the study has more series than are taken');
    const counts: { seriesInstanceUid: string; instances: number }[] = [];
    for (const { seriesInstanceUid, instances } of found) counts.push({ seriesInstanceUid, instances: instances ?? await scu.countInstances(ae, study, seriesInstanceUid) });
    if (counts.every(({ instances }) => instances === 0)) throw new ApplianceError('REMOTE_NOT_FOUND', 'the AE holds nothing of the study');
    return counts;
  };

  const stateOf = async (retrievalId: number): Promise<RetrievalState> => {
    const progress = await retrievals.progress(retrievalId);
    return { expected: sum(progress, ({ expected }) => expected), held: heldOf(progress), missing: progress.filter(({ expected, held }) => held < expected).map(({ retrievalSeriesId }) => retrievalSeriesId) };
  };

  /** Heartbeats while `work` runs; a worker that stops hands the activity to the next one. */
  const beating = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), BEAT_MS);
    try {
      return await work(context.cancellationSignal);
    } catch (error) {
      if (context.cancellationSignal.aborted) {
        if (context.cancellationDetails?.cancelRequested === true) await context.cancelled;
        throw ApplicationFailure.create({ type: 'WORKER_STOPS', message: 'the next attempt asks again', nonRetryable: false });
      }
      throw error;
    } finally {
      clearInterval(beat);
    }
  };

  const move = async (retrievalId: number, retrievalSeriesId: number | null, limitSeconds: number, signal: AbortSignal): Promise<string> => {
    const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
    const retrieval = await retrievals.retrieval(retrievalId);
    const ae = await aeOf(retrieval);
    const series = retrievalSeriesId === null ? undefined : (await retrievals.progress(retrievalId)).find((one) => one.retrievalSeriesId === retrievalSeriesId);
    let toldAt = 0;
    let heldBefore = (await stateOf(retrievalId)).held;
    const tell = async (remaining: number | null): Promise<void> => {
      if (performance.now() - toldAt < TELL_MS && toldAt !== 0) return;
      toldAt = performance.now();
      const { held } = await stateOf(retrievalId);
      await deps.tell(workflowId, { held, remaining });
    };
    const done = await scu.move(ae, {
      studyInstanceUid: retrieval.studyInstanceUid, ...(series === undefined ? {} : { seriesInstanceUid: series.seriesInstanceUid }), limitSeconds, signal,
      onProgress: ({ remaining }) => void tell(remaining ?? null).catch((error: unknown) => log.warn('retrieval.not-told', { retrievalId, error })),
      // Many AEs say nothing while they send: what arrives is their sign of life.
      isAlive: async () => {
        const { held } = await stateOf(retrievalId);
        const isGrowing = held > heldBefore;
        heldBefore = held;
        return isGrowing;
      },
    });
    log.info('retrieval.moved', { retrievalId, remoteAe: ae.aeTitle, status: done.status.toString(16), completed: done.completed ?? null, failed: done.failed ?? null });
    if (done.status === STATUS.destinationUnknown) return 'REMOTE_MOVE_REFUSED';
    return statusCategory(done.status) === 'success' ? '' : 'REMOTE_INCOMPLETE';
  };

  return {
    retrievalLimits: () => Promise.resolve(deps.limits),
    askCounts: (retrievalId) => beating(async () => {
      const retrieval = await retrievals.retrieval(retrievalId);
      try {
        await retrievals.expect(retrievalId, await countsOf(await aeOf(retrieval), retrieval.studyInstanceUid));
        return '';
      } catch (error) {
        return codeOf(error);
      }
    }),
    retrievalState: stateOf,
    moveToUs: (retrievalId, retrievalSeriesId, limitSeconds) => beating(async (signal) => {
      try {
        return await move(retrievalId, retrievalSeriesId, limitSeconds, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        return codeOf(error);
      }
    }),
    endRetrieval: async (retrievalId, end, reason) => {
      const retrieval = await retrievals.retrieval(retrievalId);
      if (end === 'FAILED') await deps.orders.report(retrieval.orderId, reportOf(retrieval, await retrievals.progress(retrievalId), reason));
      await retrievals.end(retrievalId, end, reason);
      log.info('retrieval.ended', { retrievalId, orderId: retrieval.orderId, remoteAe: retrieval.remoteAe, end, reason });
    },
    selectRetrieved: async (orderId) => {
      try {
        await deps.orders.selectRetrieved(orderId);
        return '';
      } catch (error) {
        if (!isApplianceError(error, 'ORDER_NOTHING_SELECTED', 'ORDER_SEVERAL_PATIENTS')) throw error;
        await deps.orders.report(orderId, [{ kind: 'error', reason: `${error.code}: ${error.row.advice}` }]);
        return error.code;
      }
    },
  };
};
