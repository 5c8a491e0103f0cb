/**
 * One volume: compose, gate and image once; then one job and serial for each wanted copy: burned with its label, or delivered beside discs.
 * A bad disc is made again within the allowed number; an unknown outcome waits for a person and is never submitted again.
 */
import * as wf from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { ComposeActivities, Composed } from '../activities/compose.ts';
import type { DiscLogActivities } from '../activities/disc-log.ts';
import type { CopyEnd, RobotActivities } from '../activities/robot.ts';
import type { Target } from '../disc/order/content.ts';
import { resumeAfterService, robotCondition, volumeStatus } from './messages.ts';
import type { Resumption, Verdict, VolumeStatus } from './messages.ts';
import { COMPOSE_QUEUE, robotQueue } from './names.ts';

export interface BurnVolumeInput {
  readonly volumeId: number;
  readonly copies: number;
  readonly robot: string;
  /** Discs made again by itself after a bad one, per copy, before a person is asked. */
  readonly remakes: number;
  /** Absent = 'disc': also in histories from before there were others, which therefore need no marker to replay. */
  readonly target?: Target;
}

export type VolumeEnd = 'good' | 'failed' | 'oversized' | 'cancelled';

/** Copy number under which composing itself blocks. */
const COMPOSING = 0;

const BLOCKED_ON = defineSearchAttributeKey('BlockedOn', SearchAttributeType.KEYWORD);
const ROBOT_ID = defineSearchAttributeKey('RobotId', SearchAttributeType.KEYWORD);

const log = wf.proxyActivities<DiscLogActivities>({
  startToCloseTimeout: '60s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500ms', maximumInterval: '15s' },
});
const spool = wf.proxyActivities<ComposeActivities>({
  taskQueue: COMPOSE_QUEUE,
  startToCloseTimeout: '4h',
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

const failureType = (error: unknown): string => {
  const cause = error instanceof wf.ActivityFailure ? error.cause : error;
  return cause instanceof wf.ApplicationFailure && cause.type ? cause.type : 'PROC_FAILURE';
};

export async function burnVolume(input: BurnVolumeInput): Promise<VolumeEnd> {
  const blocked = new Map<number, { on: string; verdicts: readonly Verdict[] }>();
  const verdicts = new Map<number, Verdict>();
  const conditions = new Map<number, string>();
  let phase: VolumeStatus['phase'] = 'composing';
  let goodCopies = 0;

  const show = (): void => {
    const waits = [...blocked].map(([copy, { on }]) => (copy === COMPOSING ? `composing stopped by ${on}` : `copy ${copy} stopped by ${on}`));
    for (const [copy, code] of conditions) if (code !== '' && !blocked.has(copy)) waits.push(`copy ${copy} waits at the robot: ${code}`);
    const on = [...blocked.values()][0]?.on ?? [...conditions.values()].find((code) => code !== '') ?? null;
    wf.upsertSearchAttributes([{ key: BLOCKED_ON, value: on }]);
    wf.setCurrentDetails(waits.length === 0 ? `**${phase}**: ${goodCopies} of ${input.copies} copies good` : `**Waits for a person**: ${waits.join('; ')}`);
  };
  const status = (): VolumeStatus => ({ phase, goodCopies, blocked: [...blocked].map(([copy, { on, verdicts: allowed }]) => ({ copy, on, verdicts: allowed })) });
  wf.setHandler(volumeStatus, status);
  wf.setHandler(robotCondition, ({ copy, code }) => { conditions.set(copy, code); show(); });
  wf.setHandler(resumeAfterService, (said: Resumption) => {
    const copy = said.copy ?? [...blocked.keys()][0] ?? COMPOSING;
    verdicts.set(copy, said.verdict);
    return status();
  }, { validator: (said: Resumption) => {
    const copy = said.copy ?? [...blocked.keys()][0];
    const waits = copy === undefined ? undefined : blocked.get(copy);
    if (!waits) throw new Error('nothing of this volume waits for a person');
    if (!waits.verdicts.includes(said.verdict)) throw new Error(`possible here: ${waits.verdicts.join(', ')}`);
  } });

  const ask = async (copy: number, on: string, allowed: readonly Verdict[]): Promise<Verdict> => {
    blocked.set(copy, { on, verdicts: allowed });
    verdicts.delete(copy);
    show();
    await wf.condition(() => verdicts.has(copy));
    blocked.delete(copy);
    show();
    return verdicts.get(copy) ?? 'give-up';
  };

  const compose = async (): Promise<Composed | 'oversized' | 'failed'> => {
    for (;;) {
      try {
        return await spool.composeVolume(input.volumeId);
      } catch (error) {
        if (wf.isCancellation(error)) throw error;
        const type = failureType(error);
        if (type === 'ORDER_EXCEEDS_MEDIA') return 'oversized';
        if (type === 'DISC_FILE_SET_INVALID') return 'failed';
        if (await ask(COMPOSING, type, ['retry', 'give-up']) === 'give-up') return 'failed';
      }
    }
  };

  const robot = wf.proxyActivities<RobotActivities>({
    taskQueue: robotQueue(input.robot),
    startToCloseTimeout: '24h',
    heartbeatTimeout: '15s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { initialInterval: '1s', maximumInterval: '15s' },
  });

  /** False when a person gave up on the label. */
  const label = async (jobKey: string, copy: number): Promise<boolean> => {
    for (;;) {
      try {
        await spool.renderLabel(jobKey);
        return true;
      } catch (error) {
        if (wf.isCancellation(error)) throw error;
        if (await ask(copy, failureType(error), ['retry', 'give-up']) === 'give-up') return false;
      }
    }
  };

  const burn = async (copy: number, attempt: number): Promise<(CopyEnd & { jobKey: string }) | 'given-up'> => {
    const { jobKey } = await log.openJob(input.volumeId, copy, attempt, input.robot);
    if (!await label(jobKey, copy)) return 'given-up';
    try {
      return { jobKey, ...await robot.burnCopy(jobKey, copy) };
    } catch (error) {
      if (wf.isCancellation(error)) throw error;
      return { jobKey, state: 'LOST', error: failureType(error) };
    }
  };

  const makeCopy = async (copy: number): Promise<VolumeEnd> => {
    let allowed = 1 + input.remakes;
    for (let attempt = 1; ; attempt++) {
      const end = await burn(copy, attempt);
      if (end === 'given-up') return 'failed';
      switch (end.state) {
        case 'GOOD': goodCopies++; show(); return 'good';
        case 'CANCELLED': return 'cancelled';
        case 'OPEN': case 'SUBMITTED': case 'LOST': {
          const verdict = await ask(copy, end.error || 'ROBOT_JOB_LOST', ['found', 'not-made']);
          await log.settleJob(end.jobKey, verdict === 'found' ? 'found' : 'not-made');
          if (verdict === 'found') { goodCopies++; return 'good'; }
          allowed = attempt + 1;
          break;
        }
        case 'BAD':
          if (attempt < allowed && end.error !== 'ROBOT_JOB_INVALID') break;
          if (await ask(copy, end.error, ['retry', 'give-up']) === 'give-up') return 'failed';
          allowed = attempt + 1 + input.remakes;
          break;
        default: end.state satisfies never;
      }
    }
  };

  /** A copy beside a disc: delivered and read back, or a person gives up on it. Nothing is used up by trying again. */
  const deliver = async (copy: number): Promise<VolumeEnd> => {
    const { jobKey } = await log.openJob(input.volumeId, copy, 1, input.robot);
    for (;;) {
      try {
        await spool.deliverCopy(jobKey);
        goodCopies++;
        show();
        return 'good';
      } catch (error) {
        const type = failureType(error);
        if (!wf.isCancellation(error) && await ask(copy, type, ['retry', 'give-up']) === 'retry') continue;
        await wf.CancellationScope.nonCancellable(() => log.abandonJob(jobKey, wf.isCancellation(error) ? 'ROBOT_CANCELLED' : type));
        return wf.isCancellation(error) ? 'cancelled' : 'failed';
      }
    }
  };

  const oneCopy = (input.target ?? 'disc') === 'disc' ? makeCopy : deliver;

  try {
    wf.upsertSearchAttributes([{ key: ROBOT_ID, value: input.robot }]);
    show();
    const composed = await compose();
    if (composed === 'oversized' || composed === 'failed') return composed;
    phase = 'burning';
    show();
    const ends = await Promise.allSettled(Array.from({ length: input.copies }, (_, n) => oneCopy(n + 1)));
    const reasons = ends.map((end): VolumeEnd => (end.status === 'fulfilled' ? end.value : wf.isCancellation(end.reason) ? 'cancelled' : 'failed'));
    return (['cancelled', 'failed'] as const).find((bad) => reasons.includes(bad)) ?? 'good';
  } catch (error) {
    if (!wf.isCancellation(error)) throw error;
    return 'cancelled';
  } finally {
    phase = 'closed';
    await wf.CancellationScope.nonCancellable(() => clean.dropSpool(input.volumeId));
  }
}
