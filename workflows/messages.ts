/**
 * What people and machines may say to a running workflow, and what it answers.
 * Updates where a person waits for the answer, signals where a machine does not.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

export interface Said {
  /** Who says it: an account or process name, never a patient. */
  readonly by: string;
}

/** Something of this group was stored; the catalog tells what. */
export const groupNudge = defineSignal('groupNudge');
/** Order what is there without waiting for the quiet period. */
export const flushNow = defineUpdate<GroupStatus, [Said]>('flushNow');
export const holdGroup = defineUpdate<GroupStatus, [Said]>('holdGroup');
export const releaseGroup = defineUpdate<GroupStatus, [Said]>('releaseGroup');
export const groupStatus = defineQuery<GroupStatus>('groupStatus');

export interface GroupStatus {
  readonly phase: 'collecting' | 'held' | 'dispatching';
  readonly dueAt: string;
}

/** The catalog holds a new wish for this order (held, released, cancelled, other priority): look again. */
export const orderChanged = defineUpdate<OrderStatus, [Said & { readonly change: 'hold' | 'release' | 'cancel' | 'priority' }]>('orderChanged');
export const orderStatus = defineQuery<OrderStatus>('orderStatus');

export interface OrderStatus {
  readonly phase: 'waiting' | 'preparing' | 'planning' | 'burning' | 'closed';
  readonly blockedOn: string;
  readonly volumes: number;
}

/**
 * What a person says to a blocked volume: 'retry' (attempts used up or composing failed), 'give-up',
 * or for a disc of unknown outcome 'found' (it lies in a bin and is good) or 'not-made'.
 */
export type Verdict = 'retry' | 'give-up' | 'found' | 'not-made';
export interface Resumption extends Said {
  readonly verdict: Verdict;
  /** Which copy; the first blocked one when absent. */
  readonly copy?: number;
}
export const resumeAfterService = defineUpdate<VolumeStatus, [Resumption]>('resumeAfterService');
export const volumeStatus = defineQuery<VolumeStatus>('volumeStatus');
/** The robot worker tells a change of the robot's condition, '' when it cleared. */
export const robotCondition = defineSignal<[{ readonly copy: number; readonly code: string }]>('robotCondition');

export interface VolumeStatus {
  readonly phase: 'composing' | 'burning' | 'closed';
  readonly blocked: readonly { readonly copy: number; readonly on: string; readonly verdicts: readonly Verdict[] }[];
  readonly goodCopies: number;
}

/** How far a retrieval is: instances held, and what the other AE has left to send where it tells. */
export const retrieveProgress = defineSignal<[{ readonly held: number; readonly remaining: number | null }]>('retrieveProgress');
