/** Jobs that make discs, and the discs they made, good or bad. */
import type { JobState } from '../../disc/order/lifecycle.ts';
import type { DiscRow } from './disc-row.ts';
import type { JobRow, OrderRow, VolumeRow } from './order-book.ts';

export interface DiscLog {
  /** Opens the job of one copy, or answers the one already open for this copy and attempt (same key, same serial). */
  openJob(volumeId: number, copy: number, attempt: number, robot: string): Promise<JobRow>;
  job(jobKey: string): Promise<JobRow | undefined>;
  /** @throws ORDER_STATE when lifecycle.ts refuses */
  jobSubmitted(jobKey: string, ref: string): Promise<void>;
  jobProgress(jobKey: string, progress: { readonly phase: string; readonly activity: string; readonly percent: number | null; readonly error: string }): Promise<void>;
  /** Ends the job and writes every disc it used, in one transaction, exactly once. */
  jobEnded(jobKey: string, end: { readonly state: JobState; readonly error: string; readonly discs: readonly { readonly n: number; readonly result: 'good' | 'bad'; readonly place: string; readonly error: string; readonly at: Date }[] }): Promise<void>;
  list(filter: { readonly studyId?: number; readonly orderId?: string; readonly text?: string; readonly limit: number; readonly after?: string }): Promise<{ readonly discs: readonly DiscRow[]; readonly next: string | null }>;
  disc(serial: string): Promise<{ readonly disc: DiscRow; readonly instances: readonly { readonly instanceId: number; readonly sopInstanceUid: string; readonly fileId: string; readonly sha256: string; readonly isHeld: boolean; readonly counts: boolean }[]; readonly labelPath: string | null } | undefined>;
  /** The certificate of what is on a disc; undefined for an unknown serial, null for a volume that has none. */
  certificate(serial: string): Promise<unknown>;
  /** What the label of a job must show, from the catalog. */
  labelFacts(jobKey: string): Promise<{ readonly order: OrderRow; readonly volume: VolumeRow; readonly job: JobRow }>;
}
