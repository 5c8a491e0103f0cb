/** Deletes what retention no longer keeps; started by a schedule, one run at a time. */
import * as wf from '@temporalio/workflow';
import type { HousekeepingActivities } from '../activities/housekeeping.ts';
import { COMPOSE_QUEUE } from './names.ts';

const act = wf.proxyActivities<HousekeepingActivities>({
  taskQueue: COMPOSE_QUEUE,
  startToCloseTimeout: '30m',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { maximumAttempts: 3 },
});

export async function expireInstances(): Promise<number> {
  return (await act.expireInstances()).deleted;
}
