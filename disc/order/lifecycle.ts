/**
 * The state machines of orders and jobs as tables; effects are the caller's.
 * @source ours, in the words of PS3.3 C.22 for orders; docs/ARCHITECTURE.md draws them
 */
import type { OrderState } from './order.ts';

export type OrderEvent = 'start' | 'wait' | 'finish' | 'fail' | 'cancel';

export const ORDER_TRANSITIONS: Record<OrderState, Partial<Record<OrderEvent, OrderState>>> = {
  PENDING: { start: 'CREATING', wait: 'PENDING', fail: 'FAILURE', cancel: 'CANCELLED' },
  CREATING: { start: 'CREATING', wait: 'CREATING', finish: 'DONE', fail: 'FAILURE', cancel: 'CANCELLED' },
  DONE: {},
  FAILURE: {},
  CANCELLED: {},
};

export type JobState = 'OPEN' | 'SUBMITTED' | 'GOOD' | 'BAD' | 'CANCELLED' | 'LOST';
export type JobEvent = 'submit' | 'good' | 'bad' | 'cancel' | 'lose' | 'found' | 'not-made';

export const JOB_TRANSITIONS: Record<JobState, Partial<Record<JobEvent, JobState>>> = {
  OPEN: { submit: 'SUBMITTED', cancel: 'CANCELLED', bad: 'BAD' },
  SUBMITTED: { submit: 'SUBMITTED', good: 'GOOD', bad: 'BAD', cancel: 'CANCELLED', lose: 'LOST' },
  GOOD: { good: 'GOOD' },
  BAD: { bad: 'BAD' },
  CANCELLED: { cancel: 'CANCELLED' },
  LOST: { found: 'GOOD', 'not-made': 'BAD', lose: 'LOST' },
};

/** The next state, or undefined when the event is refused in this state. */
export const stepOrder = (state: OrderState, event: OrderEvent): OrderState | undefined => ORDER_TRANSITIONS[state][event];
export const stepJob = (state: JobState, event: JobEvent): JobState | undefined => JOB_TRANSITIONS[state][event];

export const isOrderClosed = (state: OrderState): boolean => Object.keys(ORDER_TRANSITIONS[state]).length === 0;
