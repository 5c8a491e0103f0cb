/**
 * Watches one group of arriving instances until it has been quiet long enough, then places its order.
 * The catalog is the truth: signals only wake, the last stored time is read again before anything is decided.
 */
import * as wf from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { IntakeActivities } from '../activities/intake.ts';
import { quietUntil } from '../disc/order/quiescence.ts';
import { flushNow, groupNudge, groupStatus, holdGroup, releaseGroup } from './messages.ts';
import type { GroupStatus } from './messages.ts';

export interface AwaitQuiescenceInput {
  readonly groupId: number;
  readonly isHeld?: boolean;
}

const GROUP_BY = defineSearchAttributeKey('GroupBy', SearchAttributeType.KEYWORD);
const DUE_AT = defineSearchAttributeKey('DueAt', SearchAttributeType.DATETIME);
const BLOCKED_ON = defineSearchAttributeKey('BlockedOn', SearchAttributeType.KEYWORD);

const LIMITS = { startToCloseTimeout: '30s', retry: { initialInterval: '500ms', maximumInterval: '15s' } } as const;

const act = wf.proxyActivities<IntakeActivities>({ ...LIMITS, cancellationType: 'WAIT_CANCELLATION_COMPLETED' });

/** Reading the group is short and changes nothing: done within the workflow task it spares the server the events of an activity. */
const read = wf.proxyLocalActivities<Pick<IntakeActivities, 'groupState'>>(LIMITS);

export async function awaitQuiescence(input: AwaitQuiescenceInput): Promise<string> {
  let isFlushed = false;
  let isHeld = input.isHeld ?? false;
  let isDispatching = false;
  let dueAt = 0;
  const status = (): GroupStatus => ({ phase: isDispatching ? 'dispatching' : isHeld ? 'held' : 'collecting', dueAt: dueAt === 0 ? '' : new Date(dueAt).toISOString() });
  const onlyWhileCollecting = (): void => {
    if (isDispatching) throw new Error('the order of this group is being placed already');
  };
  // A nudge needs no effect of its own: the catalog is read again whenever the timer fires.
  wf.setHandler(groupNudge, () => undefined);
  wf.setHandler(groupStatus, status);
  wf.setHandler(flushNow, (_said) => { isFlushed = true; isHeld = false; return status(); }, { validator: (_said) => onlyWhileCollecting() });
  wf.setHandler(holdGroup, (_said) => { isHeld = true; return status(); }, { validator: (_said) => onlyWhileCollecting() });
  wf.setHandler(releaseGroup, (_said) => { isHeld = false; return status(); }, { validator: (_said) => onlyWhileCollecting() });

  for (;;) {
    const group = await (wf.patched('local-group-state') ? read : act).groupState(input.groupId);
    if (!group || group.openInstances === 0) return 'empty';
    if (dueAt === 0) wf.upsertSearchAttributes([{ key: GROUP_BY, value: group.grouping }]);
    dueAt = quietUntil(group, group.firstStoredAt, group.lastStoredAt);

    if (isHeld) {
      wf.setCurrentDetails('**Held** by a person: waits to be released or flushed.');
      wf.upsertSearchAttributes([{ key: BLOCKED_ON, value: 'HELD' }]);
      await wf.condition(() => !isHeld);
      wf.upsertSearchAttributes([{ key: BLOCKED_ON, value: null }]);
      continue;
    }
    if (isFlushed || Date.now() >= dueAt) {
      isDispatching = true;
      const done = await act.orderGroup(input.groupId, isFlushed || isOverdue(group, Date.now()) ? Number.MAX_SAFE_INTEGER : group.lastStoredAt);
      if (done.result !== 'newer') return done.result === 'ordered' ? done.orderId : 'empty';
      isDispatching = false;
      continue;
    }
    if (wf.workflowInfo().continueAsNewSuggested) {
      await wf.condition(wf.allHandlersFinished);
      await wf.continueAsNew<typeof awaitQuiescence>({ groupId: input.groupId, isHeld });
    }
    wf.setCurrentDetails(`Collecting a **${group.grouping}**: ${group.openInstances} instances so far, due at ${new Date(dueAt).toISOString()} if nothing more arrives.`);
    wf.upsertSearchAttributes([{ key: DUE_AT, value: new Date(dueAt) }]);
    await wf.condition(() => isFlushed || isHeld, Math.max(dueAt - Date.now(), 1), { summary: 'quiet period' });
  }
}

/** Past the longest wait the group is ordered even while more arrives; what comes later makes a supplement. */
const isOverdue = (group: { readonly firstStoredAt: number; readonly longestWaitSeconds: number }, now: number): boolean =>
  group.longestWaitSeconds > 0 && now >= group.firstStoredAt + group.longestWaitSeconds * 1000;
