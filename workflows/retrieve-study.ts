/**
 * Fetches one study of an order from a remote AE: asks what there is, has it sent, counts, asks again for each series that lacks.
 * Complete is what the catalog holds against what the AE says it holds; neither silence nor a Success of the AE makes it so.
 */
import * as wf from '@temporalio/workflow';
import type { RetrievalState, RetrieveActivities } from '../activities/retrieve.ts';
import { retrieveProgress } from './messages.ts';
import { RETRIEVE_QUEUE } from './names.ts';

export interface RetrieveStudyInput {
  readonly retrievalId: number;
}

/** '' = everything expected is held; else the code of what stands against it. */
export type RetrieveEnd = { readonly end: 'complete' | 'cancelled' } | { readonly end: 'failed'; readonly reason: string };

/** Trying again changes nothing about these. */
const FINAL = new Set(['REMOTE_MOVE_REFUSED', 'REMOTE_UNKNOWN_AE', 'REMOTE_NOT_FOUND', 'ASSOCIATION_REJECTED', 'ASSOCIATION_REFUSED_CONTEXT']);
/** Wait between attempts, times the number of the attempt. */
const PAUSE_SECONDS = 15;
/** What is under way may still arrive: looked at this often, as long as it grows. */
const LOOK_SECONDS = 2;
const STILL_LOOKS = 3;

const act = wf.proxyActivities<RetrieveActivities>({
  startToCloseTimeout: '60s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', maximumInterval: '15s' },
});
const asking = wf.proxyActivities<RetrieveActivities>({
  taskQueue: RETRIEVE_QUEUE,
  startToCloseTimeout: '1h',
  heartbeatTimeout: '20s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '1s', maximumInterval: '15s' },
});

const isComplete = ({ held, expected }: RetrievalState): boolean => expected > 0 && held >= expected;

/** Waits as long as more arrives, a moment longer, and not past the deadline. */
const settle = async (retrievalId: number, deadline: number, show: (state: RetrievalState) => void): Promise<RetrievalState> => {
  let state = await act.retrievalState(retrievalId);
  for (let still = 0; !isComplete(state) && still < STILL_LOOKS && Date.now() < deadline;) {
    show(state);
    await wf.sleep(LOOK_SECONDS * 1000);
    const next = await act.retrievalState(retrievalId);
    still = next.held > state.held ? 0 : still + 1;
    state = next;
  }
  return state;
};

/** Seconds that ending a C-MOVE and starting it again after a kill may add. */
const MOVE_GRACE_SECONDS = 60;

/** One C-MOVE; whatever becomes of the worker it ends in its time. */
const move = async (retrievalId: number, part: number | null, limitSeconds: number): Promise<string> => {
  const moving = wf.proxyActivities<RetrieveActivities>({
    taskQueue: RETRIEVE_QUEUE, scheduleToCloseTimeout: (limitSeconds + MOVE_GRACE_SECONDS) * 1000, heartbeatTimeout: '20s', cancellationType: 'WAIT_CANCELLATION_COMPLETED', retry: { initialInterval: '1s', maximumInterval: '15s' },
  });
  try {
    return await moving.moveToUs(retrievalId, part, limitSeconds);
  } catch (error) {
    if (error instanceof wf.ActivityFailure && error.cause instanceof wf.TimeoutFailure) return 'ASSOCIATION_TIMED_OUT';
    throw error;
  }
};

const fetch = async (retrievalId: number): Promise<string> => {
  const startedAt = Date.now();
  const { attempts, limitSeconds } = await act.retrievalLimits();
  const deadline = startedAt + limitSeconds * 1000;
  const remaining = (): number => Math.max(1, Math.ceil((deadline - Date.now()) / 1000));
  const show = (state: RetrievalState, waits = ''): void => wf.setCurrentDetails(`**${state.held} of ${state.expected}** instances are here${waits}`);
  let state: RetrievalState = { expected: 0, held: 0, missing: [] };
  wf.setHandler(retrieveProgress, ({ held, remaining: left }) => {
    show({ ...state, held }, left === null ? '' : `; the other AE has ${left} left to send`);
  });

  let reason = '';
  for (let attempt = 1; attempt <= attempts && Date.now() < deadline; attempt++) {
    if (attempt > 1) await wf.sleep(Math.min(PAUSE_SECONDS * (attempt - 1), remaining()) * 1000);
    wf.setCurrentDetails(`**Asks** what the study holds (attempt ${attempt} of ${attempts})`);
    reason = await asking.askCounts(retrievalId);
    if (FINAL.has(reason)) return reason;
    if (reason !== '') continue;
    state = await act.retrievalState(retrievalId);
    if (isComplete(state)) return '';
    // The whole study at first, then only what lacks.
    for (const part of attempt === 1 && state.held === 0 ? [null] : state.missing) {
      if (Date.now() >= deadline) break;
      show(state);
      const said = await move(retrievalId, part, remaining());
      if (said !== '') reason = said;
      if (FINAL.has(said)) break;
    }
    state = await settle(retrievalId, deadline, show);
    show(state);
    if (isComplete(state)) return '';
    if (FINAL.has(reason)) return reason;
    if (reason === '') reason = 'REMOTE_INCOMPLETE';
  }
  if (state.held > 0) return 'REMOTE_INCOMPLETE';
  return reason === '' ? 'ASSOCIATION_TIMED_OUT' : reason;
};

export async function retrieveStudy({ retrievalId }: RetrieveStudyInput): Promise<RetrieveEnd> {
  try {
    const reason = await fetch(retrievalId);
    await act.endRetrieval(retrievalId, reason === '' ? 'COMPLETE' : 'FAILED', reason);
    return reason === '' ? { end: 'complete' } : { end: 'failed', reason };
  } catch (error) {
    if (!wf.isCancellation(error)) throw error;
    await wf.CancellationScope.nonCancellable(() => act.endRetrieval(retrievalId, 'CANCELLED', ''));
    return { end: 'cancelled' };
  }
}
