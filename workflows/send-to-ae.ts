/** Sends what a person selected to a registered AE, and goes on where it was after a break or a restart. */
import * as wf from '@temporalio/workflow';
import type { SendActivities, SendRequest } from '../activities/send.ts';
import { RETRIEVE_QUEUE } from './names.ts';

/** What became of it; `error` is the code of what stood against sending at all. */
export interface SendEnd {
  readonly stored: number;
  readonly warnings: number;
  readonly failed: number;
  readonly error: string;
}

const send = wf.proxyActivities<SendActivities>({
  taskQueue: RETRIEVE_QUEUE,
  startToCloseTimeout: '12h',
  heartbeatTimeout: '30s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '5s', maximumInterval: '60s', maximumAttempts: 12 },
});

export async function sendToAe(request: SendRequest): Promise<SendEnd> {
  wf.setCurrentDetails(`**Sends** to ${request.aeTitle}`);
  try {
    const { stored, warnings, failed } = await send.sendInstances(request);
    wf.setCurrentDetails(`**Sent** to ${request.aeTitle}: ${stored + warnings} stored, ${failed} failed`);
    return { stored, warnings, failed, error: '' };
  } catch (error) {
    if (wf.isCancellation(error)) throw error;
    const cause = error instanceof wf.ActivityFailure ? error.cause : error;
    return { stored: 0, warnings: 0, failed: 0, error: cause instanceof wf.ApplicationFailure && cause.type ? cause.type : 'RETRIEVE_CANNOT_SEND' };
  }
}
