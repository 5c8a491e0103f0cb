/** Starts and wakes workflows from the catalog's side, and speaks to them for the API. Ids only. */
import { randomBytes } from 'node:crypto';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { RetrieveCounts } from '../activities/retrieve.ts';
import type { WorkflowPort } from '../api/route.ts';
import { ApplianceError } from '../infra/errors.ts';
import { isTemporalAway } from '../infra/temporal.ts';
import type { TemporalConnection } from '../infra/temporal.ts';
import type { actOnRobot, awaitQuiescence, expireInstances, publishOrder, sendToAe } from '../workflows/index.ts';
import { flushNow, groupNudge, holdGroup, orderChanged, releaseGroup, resumeAfterService, retrieveProgress, robotCondition } from '../workflows/messages.ts';
import { collectId, EXPIRE_SCHEDULE, ORCHESTRATION_QUEUE, orderWorkflowId, volumeWorkflowId, WORKFLOW } from '../workflows/names.ts';
import type { WorkflowStarter } from './relay.ts';

const GROUP_UPDATES = { flush: flushNow, hold: holdGroup, release: releaseGroup } as const;

export const createStarter = ({ client, within }: TemporalConnection): WorkflowStarter => ({
  async nudgeGroup(groupId) {
    await within(() => client.workflow.signalWithStart<typeof awaitQuiescence, []>(WORKFLOW.awaitQuiescence, {
      workflowId: collectId(groupId), taskQueue: ORCHESTRATION_QUEUE, args: [{ groupId }], signal: groupNudge, staticSummary: 'waits until a group of arriving instances is quiet',
    }));
  },
  async startOrder(orderId, priority) {
    await within(() => client.workflow.start<typeof publishOrder>(WORKFLOW.publishOrder, {
      workflowId: orderWorkflowId(orderId), taskQueue: ORCHESTRATION_QUEUE, args: [{ orderId }], workflowIdConflictPolicy: 'USE_EXISTING', priority: { priorityKey: priority }, staticSummary: `disc order ${orderId}`,
    }));
  },
});

/** Makes the schedule that cleans the store, or leaves the one that is there. */
export const ensureSchedules = async ({ client, within }: TemporalConnection): Promise<void> => {
  try {
    await within(() => client.schedule.create({
      scheduleId: EXPIRE_SCHEDULE, spec: { intervals: [{ every: '10m' }] },
      action: { type: 'startWorkflow', workflowType: WORKFLOW.expireInstances as unknown as typeof expireInstances, workflowId: EXPIRE_SCHEDULE, taskQueue: ORCHESTRATION_QUEUE },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10m', pauseOnFailure: false },
    }), 10_000);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
};

/** Tells the workflow of a volume about a condition of its robot; a workflow that ended needs no telling. */
export const tellCondition = async ({ client, within }: TemporalConnection, workflowId: string, copy: number, code: string): Promise<void> => {
  await within(() => client.workflow.getHandle(workflowId).signal(robotCondition, { copy, code }));
};

/** Tells a retrieval's workflow how far it is. */
export const tellProgress = async ({ client, within }: TemporalConnection, workflowId: string, counts: RetrieveCounts): Promise<void> => {
  await within(() => client.workflow.getHandle(workflowId).signal(retrieveProgress, counts));
};

const refused = (error: unknown): unknown => {
  if (isTemporalAway(error)) return new ApplianceError('API_UNAVAILABLE', 'Temporal does not answer', { cause: error });
  if (error instanceof WorkflowUpdateFailedError) return new ApplianceError('ORDER_STATE', error.cause instanceof Error ? error.cause.message : 'not possible in this state', { cause: error });
  if (error instanceof WorkflowNotFoundError) return new ApplianceError('ORDER_STATE', 'nothing of this runs any more', { cause: error });
  return error;
};

const asked = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    throw refused(error);
  }
};

const UPDATE_MS = 10_000;

export const createWorkflowPort = (temporal: TemporalConnection): WorkflowPort => {
  const { client, within } = temporal;
  return {
    orderChanged: (orderId, change, by) => asked(() => within(() => client.workflow.getHandle(orderWorkflowId(orderId)).executeUpdate(orderChanged, { args: [{ by, change }] }), UPDATE_MS)),
    resumeVolume: (orderId, volume, verdict, copy, by) => asked(() => within(() => client.workflow.getHandle(volumeWorkflowId(orderId, volume)).executeUpdate(resumeAfterService, { args: [{ by, verdict, ...(copy === undefined ? {} : { copy }) }] }), UPDATE_MS)),
    group: (groupId, wish, by) => asked(() => within(() => client.workflow.getHandle(collectId(groupId)).executeUpdate(GROUP_UPDATES[wish], { args: [{ by }] }), UPDATE_MS)),
    actOnRobot: (robot, action) => asked(() => within(() => client.workflow.execute<typeof actOnRobot>(WORKFLOW.actOnRobot, { workflowId: `robot-action-${robot}-${Date.now()}`, taskQueue: ORCHESTRATION_QUEUE, args: [{ robot, action }], workflowExecutionTimeout: '40s' }), 45_000)),
    send: async (aeTitle, selection) => {
      const workflowId = `send-${randomBytes(8).toString('hex')}`;
      await asked(() => within(() => client.workflow.start<typeof sendToAe>(WORKFLOW.sendToAe, { workflowId, taskQueue: ORCHESTRATION_QUEUE, args: [{ aeTitle, selection }], staticSummary: `sends to ${aeTitle}` })));
      return workflowId;
    },
    sendState: async (sendId) => {
      const handle = client.workflow.getHandle<typeof sendToAe>(sendId);
      const nothing = { stored: 0, warnings: 0, failed: 0, error: '' };
      try {
        const { status } = await within(() => handle.describe());
        if (status.name === 'RUNNING') return { state: 'running', ...nothing };
        return status.name === 'COMPLETED' ? { state: 'ended', ...await within(() => handle.result()) } : { state: 'broken', ...nothing };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw refused(error);
      }
    },
    ping: async () => { if (!await temporal.isUp()) throw new ApplianceError('API_UNAVAILABLE', 'Temporal does not answer'); },
  };
};
