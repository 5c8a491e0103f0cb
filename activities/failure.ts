/**
 * The one place where our errors become Temporal failures: type = code, nonRetryable = retry other than 'auto'.
 * Messages of ApplianceError carry no patient data; messages of foreign errors are not passed on.
 */
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { isApplianceError } from '../infra/errors.ts';
import type { Logger } from '../infra/log.ts';

/** The failure that a workflow sees for `error`. */
export const toFailure = (error: unknown): Error => {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (isApplianceError(error)) {
    return ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: error.row.retry !== 'auto', details: [error.details] });
  }
  return ApplicationFailure.create({ type: 'API_INTERNAL', message: error instanceof Error ? error.name : 'unknown error', nonRetryable: false });
};

/** Wraps every activity of a factory so that only failures of toFailure() leave it; foreign errors are logged here. */
export const withFailures = <A extends Record<string, (...args: never[]) => Promise<unknown>>>(activities: A, log: Logger): A => {
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, async (...args: never[]): Promise<unknown> => {
    try {
      return await activity(...args);
    } catch (error) {
      if (!isApplianceError(error) && !(error instanceof ApplicationFailure) && !(error instanceof CancelledFailure)) log.error('activity.failed', { activity: name, error });
      throw toFailure(error);
    }
  }]);
  return Object.fromEntries(wrapped) as A;
};
