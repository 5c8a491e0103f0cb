import { describe, expect, it } from 'vitest';
import { isOrderClosed, JOB_TRANSITIONS, ORDER_TRANSITIONS, stepJob, stepOrder } from '../../../disc/order/lifecycle.ts';
import type { JobEvent, JobState, OrderEvent } from '../../../disc/order/lifecycle.ts';
import type { OrderState } from '../../../disc/order/order.ts';

const ORDER_EVENTS: readonly OrderEvent[] = ['start', 'wait', 'finish', 'fail', 'cancel'];
const JOB_EVENTS: readonly JobEvent[] = ['submit', 'good', 'bad', 'cancel', 'lose', 'found', 'not-made'];
const ORDERS_REFERENCE: readonly string[] = [
  'PENDING start CREATING', 'PENDING wait PENDING', 'PENDING fail FAILURE', 'PENDING cancel CANCELLED',
  'CREATING start CREATING', 'CREATING wait CREATING', 'CREATING finish DONE', 'CREATING fail FAILURE', 'CREATING cancel CANCELLED',
];
const JOBS_REFERENCE: readonly string[] = [
  'OPEN submit SUBMITTED', 'OPEN cancel CANCELLED', 'OPEN bad BAD',
  'SUBMITTED submit SUBMITTED', 'SUBMITTED good GOOD', 'SUBMITTED bad BAD', 'SUBMITTED cancel CANCELLED', 'SUBMITTED lose LOST',
  'GOOD good GOOD', 'BAD bad BAD', 'CANCELLED cancel CANCELLED', 'LOST found GOOD', 'LOST not-made BAD', 'LOST lose LOST',
];

describe('the life of an order', () => {
  it('has exactly these transitions', () => {
    const seen = Object.keys(ORDER_TRANSITIONS).flatMap((state) => ORDER_EVENTS.flatMap((event) => {
      const next = stepOrder(state as OrderState, event);
      return next ? [`${state} ${event} ${next}`] : [];
    }));
    expect(seen.sort()).toEqual([...ORDERS_REFERENCE].sort());
  });
  it('ends in DONE, FAILURE and CANCELLED', () => expect((['PENDING', 'CREATING', 'DONE', 'FAILURE', 'CANCELLED'] as const).filter(isOrderClosed)).toEqual(['DONE', 'FAILURE', 'CANCELLED']));
});

describe('the life of a job', () => {
  it('has exactly these transitions', () => {
    const seen = Object.keys(JOB_TRANSITIONS).flatMap((state) => JOB_EVENTS.flatMap((event) => {
      const next = stepJob(state as JobState, event);
      return next ? [`${state} ${event} ${next}`] : [];
    }));
    expect(seen.sort()).toEqual([...JOBS_REFERENCE].sort());
  });
  it('never leads from an unknown outcome back to a submission', () => expect(stepJob('LOST', 'submit')).toBeUndefined());
});
