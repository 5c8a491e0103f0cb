/**
 * One disc order from placed to closed: waits while a person must decide, plans volumes, has each one burned.
 * Wishes of people lie in the catalog; updates only wake this workflow to read them.
 */
import * as wf from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { ComposeActivities } from '../activities/compose.ts';
import type { OrderActivities, RobotChoice } from '../activities/orders.ts';
import type { RetrieveActivities } from '../activities/retrieve.ts';
import { contentOptions } from '../disc/order/content.ts';
import type { Target } from '../disc/order/content.ts';
import type { OrderInfo, OrderState, SeriesWeight } from '../disc/order/order.ts';
import { planVolumes } from '../disc/order/volume-plan.ts';
import { burnVolume } from './burn-volume.ts';
import type { VolumeEnd } from './burn-volume.ts';
import { orderChanged, orderStatus } from './messages.ts';
import type { OrderStatus } from './messages.ts';
import { COMPOSE_QUEUE, retrieveWorkflowId, volumeWorkflowId } from './names.ts';
import { retrieveStudy } from './retrieve-study.ts';
import type { RetrieveEnd } from './retrieve-study.ts';

export interface PublishOrderInput {
  readonly orderId: string;
}

const ORDER_STATE = defineSearchAttributeKey('OrderState', SearchAttributeType.KEYWORD);
const BLOCKED_ON = defineSearchAttributeKey('BlockedOn', SearchAttributeType.KEYWORD);
const ROBOT_ID = defineSearchAttributeKey('RobotId', SearchAttributeType.KEYWORD);
const TRIGGER = defineSearchAttributeKey('Trigger', SearchAttributeType.KEYWORD);
const GROUP_BY = defineSearchAttributeKey('GroupBy', SearchAttributeType.KEYWORD);
const VOLUME_COUNT = defineSearchAttributeKey('VolumeCount', SearchAttributeType.INT);

/** Volumes of one order that are burned, and studies that are fetched, at the same time. */
const WINDOW = 4;
/** A lost wake-up is made good by looking again after this time. */
const LOOK_AGAIN = '5m';

const act = wf.proxyActivities<OrderActivities>({
  startToCloseTimeout: '60s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', maximumInterval: '15s' },
});

const spool = wf.proxyActivities<ComposeActivities>({
  taskQueue: COMPOSE_QUEUE,
  startToCloseTimeout: '12h',
  heartbeatTimeout: '60s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '1s', maximumInterval: '30s', maximumAttempts: 8 },
});
const clean = wf.proxyActivities<ComposeActivities>({
  taskQueue: COMPOSE_QUEUE,
  startToCloseTimeout: '60s',
  scheduleToCloseTimeout: '1h',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

type Prepared = { readonly series: readonly SeriesWeight[] } | { readonly error: string };

/** Sizes as they will lie on the discs; what stopped it is shown and tried again, for a full spool or a lost file needs a person. */
const prepare = async (orderId: string): Promise<Prepared> => {
  try {
    return { series: await spool.prepareOrder(orderId) };
  } catch (error) {
    if (wf.isCancellation(error)) throw error;
    const cause = error instanceof wf.ActivityFailure ? error.cause : error;
    return { error: cause instanceof wf.ApplicationFailure && cause.type ? cause.type : 'PROC_FAILURE' };
  }
};

const select = wf.proxyActivities<RetrieveActivities>({
  startToCloseTimeout: '60s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', maximumInterval: '15s' },
});

const WAITING: Partial<Record<OrderInfo, string>> = {
  HELD: 'a person: the order is held back',
  PATIENT_DIFFERS: 'a person: the identity of the patient differs within the selection',
  STUDY_CONFLICT: 'a person: an instance is held with two different contents',
  CHECK_MCD_OP: 'a robot that takes this medium',
};

export async function publishOrder(input: PublishOrderInput): Promise<OrderState> {
  const { orderId } = input;
  let wakes = 0;
  let phase: OrderStatus['phase'] = 'waiting';
  let blockedOn = '';
  let volumeCount = 0;
  let isPrepared = false;
  const burning = new wf.CancellationScope();
  const status = (): OrderStatus => ({ phase, blockedOn, volumes: volumeCount });
  wf.setHandler(orderStatus, status);
  wf.setHandler(orderChanged, (said) => {
    wakes++;
    if (said.change === 'cancel') burning.cancel();
    return status();
  }, { validator: (_said) => { if (phase === 'closed') throw new Error('the order is closed'); } });

  const enter = async (state: OrderState, info: OrderInfo, waitingFor = ''): Promise<void> => {
    await act.setOrderState(orderId, state, info, waitingFor);
    blockedOn = waitingFor === '' ? '' : info;
    wf.upsertSearchAttributes([{ key: ORDER_STATE, value: state }, { key: BLOCKED_ON, value: blockedOn === '' ? null : blockedOn }]);
    wf.setCurrentDetails(waitingFor === '' ? `**${state}** (${info})` : `**${state}**: waits for ${waitingFor}`);
  };
  const close = async (state: OrderState, info: OrderInfo): Promise<OrderState> => {
    await enter(state, info);
    phase = 'closed';
    return state;
  };

  const preparing = async (state: OrderState): Promise<Prepared> => {
    isPrepared = true;
    phase = 'preparing';
    wf.setCurrentDetails(`**${state}**: preparing the files`);
    const made = await burning.run(() => prepare(orderId));
    phase = 'waiting';
    return made;
  };

  try {
    let brief = await act.orderBrief(orderId);
    wf.upsertSearchAttributes([{ key: TRIGGER, value: brief.trigger }, { key: GROUP_BY, value: brief.grouping }]);
    let choice: RobotChoice | null = null;
    let series: readonly SeriesWeight[] = brief.series;
    for (;;) {
      if (brief.state !== 'PENDING' && brief.state !== 'CREATING') return brief.state;
      if (brief.isCancelRequested) return await close('CANCELLED', 'CANCELLED_BY_USER');
      // Orders of earlier versions know no retrievals.
      if ((brief.retrievals ?? []).length > 0) {
        await enter(brief.state, 'RETRIEVING', `the remote AE to send ${brief.retrievals.length === 1 ? 'the study' : `${brief.retrievals.length} studies`}`);
        const against = await retrieveAll(burning, brief.retrievals) ?? (await select.selectRetrieved(orderId) === '' ? undefined : 'RETRIEVE_FAILED');
        if (against === 'CANCELLED_BY_USER') return await close('CANCELLED', against);
        if (against !== undefined) return await close('FAILURE', against);
        brief = await act.orderBrief(orderId);
        continue;
      }
      if (brief.series.length === 0) {
        await act.reportOrder(orderId, [{ kind: 'error', reason: 'ORDER_NOTHING_SELECTED: nothing of the selection is held any more' }]);
        return await close('FAILURE', 'NO_INSTANCE');
      }
      let waitingFor: string | undefined;
      let reason: OrderInfo | undefined = brief.isHeldBack ? 'HELD' : brief.concerns[0];
      if (!reason) {
        const made: Prepared = wf.patched('prepare-order') ? await preparing(brief.state) : { series: brief.series };
        if ('error' in made) { reason = 'PROC_FAILURE'; waitingFor = `what stopped preparing the files (${made.error})`; }
        else {
          series = made.series;
          const sum = (of: 'bytes' | 'instances'): number => made.series.reduce((total, one) => total + one[of], 0);
          const { profile, target } = contentOptions(brief.options.content);
          choice = await act.chooseRobot({ orderId, media: brief.options.media, robot: brief.options.robot, bytes: sum('bytes'), instances: sum('instances'), profile, ...(target === 'disc' ? {} : { target }) });
          if (!choice) { reason = 'CHECK_MCD_OP'; waitingFor = target === 'disc' ? undefined : 'a folder for copies: the setting copiesFolder is empty'; }
        }
      }
      if (!reason) break;
      await enter(brief.state, reason, waitingFor ?? WAITING[reason] ?? 'a person');
      const seen = wakes;
      await wf.condition(() => wakes > seen, LOOK_AGAIN, { summary: `waiting: ${reason}` });
      brief = await act.orderBrief(orderId);
    }
    if (!choice) return await close('FAILURE', 'NOT_SUPPORTED');

    phase = 'planning';
    wf.upsertSearchAttributes([{ key: ROBOT_ID, value: choice.robot }]);
    await enter('CREATING', 'NORMAL');
    const plan = planVolumes(series, choice.limits);
    if (plan.kind === 'oversized') {
      await act.reportOrder(orderId, [{ kind: 'error', reason: `ORDER_EXCEEDS_MEDIA: one series needs ${plan.neededBytes} bytes, a ${choice.media} takes ${plan.capacityBytes}. Order it on a larger medium.` }]);
      return await close('FAILURE', 'INST_OVERSIZED');
    }
    const volumes = await act.recordVolumes(orderId, choice.media, plan.volumes.map(({ parts }) => ({ parts })));
    volumeCount = volumes.length;
    wf.upsertSearchAttributes([{ key: VOLUME_COUNT, value: volumeCount }]);

    phase = 'burning';
    const ends = await burnAll(burning, orderId, volumes, { copies: brief.options.copies, robot: choice.robot, priority: brief.options.priority, remakes: choice.remakes, target: contentOptions(brief.options.content).target });
    if (ends.every((end) => end === 'good')) return await close('DONE', 'NORMAL');
    if (ends.some((end) => end === 'cancelled')) return await close('CANCELLED', 'CANCELLED_BY_USER');
    return await close('FAILURE', ends.some((end) => end === 'oversized') ? 'SET_OVERSIZED' : 'PROC_FAILURE');
  } catch (error) {
    if (!wf.isCancellation(error)) throw error;
    return await wf.CancellationScope.nonCancellable(() => close('CANCELLED', 'CANCELLED_BY_USER'));
  } finally {
    if (isPrepared) await wf.CancellationScope.nonCancellable(() => clean.dropPrepared(orderId));
  }
}

/** Fetches the studies, a few at a time; answers what the order ends with, or undefined when all of them are here. */
const retrieveAll = async (scope: wf.CancellationScope, retrievals: readonly number[]): Promise<'CANCELLED_BY_USER' | 'NO_INSTANCE' | 'RETRIEVE_FAILED' | undefined> => {
  const ends: RetrieveEnd[] = [];
  for (let from = 0; from < retrievals.length; from += WINDOW) {
    const settled = await Promise.allSettled(retrievals.slice(from, from + WINDOW).map((retrievalId) => scope.run(() => wf.executeChild(retrieveStudy, {
      workflowId: retrieveWorkflowId(retrievalId), args: [{ retrievalId }], parentClosePolicy: 'REQUEST_CANCEL', cancellationType: 'WAIT_CANCELLATION_COMPLETED', staticSummary: `retrieval ${retrievalId}`,
    }))));
    for (const end of settled) {
      if (end.status === 'fulfilled') ends.push(end.value);
      else ends.push(wf.isCancellation(end.reason) ? { end: 'cancelled' } : { end: 'failed', reason: 'PROC_FAILURE' });
    }
  }
  if (ends.some(({ end }) => end === 'cancelled')) return 'CANCELLED_BY_USER';
  const reasons = ends.flatMap((end) => (end.end === 'failed' ? [end.reason] : []));
  if (reasons.length === 0) return undefined;
  return reasons.every((reason) => reason === 'REMOTE_INCOMPLETE' || reason === 'REMOTE_NOT_FOUND') ? 'NO_INSTANCE' : 'RETRIEVE_FAILED';
};

const burnAll = async (
  scope: wf.CancellationScope,
  orderId: string,
  volumes: readonly { readonly volumeId: number; readonly index: number }[],
  how: { readonly copies: number; readonly robot: string; readonly priority: number; readonly remakes: number; readonly target: Target },
): Promise<readonly VolumeEnd[]> => {
  const ends: VolumeEnd[] = [];
  for (let from = 0; from < volumes.length; from += WINDOW) {
    const settled = await Promise.allSettled(volumes.slice(from, from + WINDOW).map((volume) => scope.run(() => wf.executeChild(burnVolume, {
      workflowId: volumeWorkflowId(orderId, volume.index),
      args: [{ volumeId: volume.volumeId, copies: how.copies, robot: how.robot, remakes: how.remakes, ...(how.target === 'disc' ? {} : { target: how.target }) }],
      parentClosePolicy: 'REQUEST_CANCEL',
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      priority: { priorityKey: how.priority },
      staticSummary: `volume ${volume.index} of order ${orderId}`,
    }))));
    for (const end of settled) {
      if (end.status === 'fulfilled') ends.push(end.value);
      else ends.push(wf.isCancellation(end.reason) ? 'cancelled' : 'failed');
    }
  }
  return ends;
};
