/**
 * Activities of one robot: submit a copy, watch it to its end, log every disc in the step that first sees it.
 * A copy is submitted at most once per job key; what cannot be known becomes LOST and waits for a person.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { DiscLog } from '../catalog/books/disc-log.ts';
import type { OperationLog } from '../catalog/books/operation-log.ts';
import type { JobState } from '../disc/order/lifecycle.ts';
import { ApplianceError, isApplianceError } from '../infra/errors.ts';
import type { Logger } from '../infra/log.ts';
import type { DiscJob, JobStatus, RobotAction, RobotDriver } from '../robots/robot.ts';

export interface CopyEnd {
  readonly state: JobState;
  /** A ROBOT_ code, or ''. */
  readonly error: string;
}

export interface RobotActivities {
  burnCopy(jobKey: string, copy: number): Promise<CopyEnd>;
  actOnRobot(action: RobotAction): Promise<void>;
}

export interface RobotDeps {
  readonly robot: string;
  readonly driver: RobotDriver;
  readonly discs: DiscLog;
  readonly operations: OperationLog;
  /** Image, label and options of a job, read from catalog and spool. */
  readonly jobFor: (jobKey: string) => Promise<DiscJob>;
  /** Tells the volume's workflow that the robot waits for a person ('' = no longer). */
  readonly tellCondition: (workflowId: string, copy: number, code: string) => Promise<void>;
  readonly log: Logger;
  readonly pollMs: number;
}

const TERMINAL = new Set<JobStatus['phase']>(['done', 'failed', 'cancelled', 'lost']);

const endOf = (status: JobStatus): { state: JobState; error: string } => {
  const error = status.error?.code ?? '';
  if (status.good >= 1) return { state: 'GOOD', error: '' };
  switch (status.phase) {
    case 'cancelled': return { state: 'CANCELLED', error: error || 'ROBOT_CANCELLED' };
    case 'lost': return { state: 'LOST', error: error || 'ROBOT_JOB_LOST' };
    default: return { state: 'BAD', error: error || 'ROBOT_UNKNOWN' };
  }
};

export const createRobotActivities = (deps: RobotDeps): RobotActivities => {
  const { discs, driver, log, robot } = deps;

  const submitOnce = async (jobKey: string): Promise<string> => {
    const job = await discs.job(jobKey);
    if (!job) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such job', { details: { jobKey } });
    if (job.ref !== null) return job.ref;
    const { ref } = await driver.submit(await deps.jobFor(jobKey));
    await discs.jobSubmitted(jobKey, ref);
    return ref;
  };

  const record = async (jobKey: string, status: JobStatus): Promise<CopyEnd> => {
    const end = endOf(status);
    await discs.jobEnded(jobKey, {
      ...end,
      discs: status.discs.map((disc) => ({ n: disc.n, result: disc.result, place: disc.place, error: disc.error?.code ?? '', at: new Date(disc.at) })),
    });
    log.info('job.ended', { jobKey, robot, state: end.state, code: end.error });
    return end;
  };

  const watch = async (jobKey: string, copy: number, ref: string): Promise<CopyEnd> => {
    const context = Context.current();
    let told = '';
    let shown = '';
    let isCancelAsked = false;
    for (;;) {
      context.heartbeat(ref);
      if (context.cancellationSignal.aborted) {
        const details = context.cancellationDetails;
        if (details?.cancelRequested !== true) throw ApplicationFailure.create({ type: 'WORKER_STOPS', message: 'detached from the job; the next attempt watches on', nonRetryable: false });
        if (!isCancelAsked) {
          isCancelAsked = true;
          await driver.cancel(ref);
        }
      }
      const status = await driver.status(ref).catch((error: unknown) => {
        if (isApplianceError(error, 'ROBOT_LINK_LOST')) return undefined;
        throw error;
      });
      if (status && TERMINAL.has(status.phase)) {
        if (told !== '') await deps.tellCondition(context.info.workflowExecution?.workflowId ?? '', copy, '');
        return record(jobKey, status);
      }
      const condition = !status ? 'ROBOT_LINK_LOST' : status.phase === 'paused' || status.activity === 'waiting' ? (status.error?.code ?? '') : '';
      if (condition !== told) {
        told = condition;
        await deps.tellCondition(context.info.workflowExecution?.workflowId ?? '', copy, condition);
      }
      const progress = { phase: status?.phase ?? 'running', activity: status?.activity ?? '', percent: status?.percent ?? null, error: condition };
      const key = `${progress.phase} ${progress.activity} ${progress.percent === null ? '' : Math.floor(progress.percent / 5)} ${condition}`;
      if (key !== shown) {
        shown = key;
        await discs.jobProgress(jobKey, progress);
      }
      await new Promise((resolve) => setTimeout(resolve, deps.pollMs));
    }
  };

  return {
    async burnCopy(jobKey, copy) {
      const job = await discs.job(jobKey);
      if (!job) throw new ApplianceError('CATALOG_NOT_FOUND', 'no such job', { details: { jobKey } });
      if (job.endedAt !== null) return { state: job.state, error: job.error };
      let ref: string;
      try {
        ref = await submitOnce(jobKey);
      } catch (error) {
        if (!isApplianceError(error, 'ROBOT_JOB_INVALID')) throw error;
        // Refused at the door: nothing was made, so the job ends bad without a disc.
        await discs.jobEnded(jobKey, { state: 'BAD', error: error.code, discs: [] });
        return { state: 'BAD', error: error.code };
      }
      return watch(jobKey, copy, ref);
    },
    async actOnRobot(action) {
      if (!driver.act) throw new ApplianceError('API_INVALID', 'this robot takes no actions', { details: { robot } });
      await driver.act(action);
      await deps.operations.write({ who: 'api', event: 'robot.action', subject: robot, subjectKind: 'robot', result: action.kind, details: 'bin' in action ? { bin: action.bin } : {} });
    },
  };
};
