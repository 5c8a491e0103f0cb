/** Activities of jobs and discs in the catalog. */
import type { DiscLog } from '../catalog/books/disc-log.ts';
import type { JobState } from '../disc/order/lifecycle.ts';

export interface OpenJob {
  readonly jobKey: string;
  readonly state: JobState;
}

export interface DiscLogActivities {
  /** Opens the job of one copy and attempt; the same call again answers the same job. */
  openJob(volumeId: number, copy: number, attempt: number, robot: string): Promise<OpenJob>;
  /** Ends a job of which nothing was made and nothing will be. */
  abandonJob(jobKey: string, error: string): Promise<void>;
  /** A person tells what became of a job of unknown outcome. */
  settleJob(jobKey: string, verdict: 'found' | 'not-made'): Promise<void>;
}

export const createDiscLogActivities = ({ discs }: { readonly discs: DiscLog }): DiscLogActivities => ({
  async openJob(volumeId, copy, attempt, robot) {
    const job = await discs.openJob(volumeId, copy, attempt, robot);
    return { jobKey: job.jobKey, state: job.state };
  },
  abandonJob: (jobKey, error) => discs.jobEnded(jobKey, { state: 'CANCELLED', error, discs: [] }),
  async settleJob(jobKey, verdict) {
    const found = verdict === 'found';
    await discs.jobEnded(jobKey, {
      state: found ? 'GOOD' : 'BAD', error: found ? '' : 'ROBOT_JOB_LOST',
      discs: found ? [{ n: 1, result: 'good', place: 'found by a person', error: '', at: new Date() }] : [],
    });
  },
});
