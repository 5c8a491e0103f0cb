/**
 * What every robot driver offers: six calls, one optional. No driver pushes; a watch is a loop over status() and health().
 * One wanted copy = one job = one serial = one label picture.
 * @source ours: smallest common interface of hot-folder publishers, changers and recorders
 */
import type { ErrorCode, Retry } from '../infra/errors.ts';

export type Media = 'CD' | 'DVD' | 'DVD-DL' | 'BD' | 'BD-RE' | 'BD-DL' | 'BD-RE-DL';

export type RobotErrorCode = Extract<ErrorCode, `ROBOT_${string}`>;

export interface RobotError {
  readonly code: RobotErrorCode;
  readonly scope: 'robot' | 'job' | 'disc';
  readonly retry: Retry;
  /** The device's own words, without patient data. */
  readonly raw: string;
}

export interface Capabilities {
  readonly driver: string;
  readonly model?: string;
  readonly media: readonly { readonly media: Media; readonly capacitySectors: number }[];
  readonly maxCopies: number;
  readonly input: readonly ('image' | 'files')[];
  readonly label: readonly ('png' | 'jpeg' | 'bmp' | 'prn' | 'std' | 'tdd' | 'btw' | 'pnm')[];
  readonly labelDpi: number;
  readonly bins: readonly { readonly id: string; readonly role: 'in' | 'out' | 'reject' | 'both' }[];
  readonly drives: number;
  readonly verify: 'robot' | 'host' | 'none';
  readonly cancel: 'any' | 'queued' | 'none';
  readonly supplies: { readonly discs: 'count' | 'percent' | 'yesno' | 'none'; readonly ink: 'percent' | 'low' | 'none' };
  readonly recoverable: boolean;
}

export interface DiscJob {
  /** [A-Za-z0-9_-]{1,32}, unique ignoring case, made once per wanted copy and attempt, never reused. */
  readonly key: string;
  readonly copies: 1;
  readonly media: Media;
  readonly image: { readonly path: string; readonly bytes: number; readonly sha256: string; readonly volumeId: string };
  readonly label?: { readonly path: string; readonly format: 'png' };
  readonly serial: string;
  readonly verify: boolean;
  readonly speed?: number;
  readonly inBin?: string;
  readonly outBin?: string;
  readonly priority: 0 | 1 | 2;
}

export type Phase = 'submitted' | 'accepted' | 'queued' | 'running' | 'paused' | 'cancelling' | 'done' | 'failed' | 'cancelled' | 'lost';
export type JobActivity = 'preparing' | 'loading' | 'recording' | 'verifying' | 'printing' | 'unloading' | 'rejecting' | 'waiting';

export interface JobStatus {
  readonly phase: Phase;
  readonly activity?: JobActivity;
  readonly percent?: number;
  readonly good: number;
  readonly bad: number;
  readonly remaining: number;
  readonly error?: RobotError;
  /** Every physical disc this job used, good or bad, in order. `place` = bin and sequence, e.g. "out/1/000007". */
  readonly discs: readonly { readonly n: number; readonly result: 'good' | 'bad'; readonly place: string; readonly error?: RobotError; readonly at: string }[];
  readonly observedAt: string;
}

export interface RobotHealth {
  readonly up: boolean;
  readonly heartbeatAgeSeconds: number;
  readonly conditions: readonly RobotError[];
  readonly bins: readonly { readonly id: string; readonly role: 'in' | 'out' | 'reject' | 'both'; readonly discs: number | null; readonly percent?: number | null; readonly media?: Media; readonly capacity?: number }[];
  readonly ink: readonly { readonly name: string; readonly percent: number | null }[];
  readonly drives: readonly { readonly id: string; readonly state: string; readonly percent?: number; readonly job?: string }[];
}

export type RobotAction =
  | { readonly kind: 'ignore-ink-low' | 'check-bins' | 'align' | 'resume' }
  | { readonly kind: 'refill'; readonly bin: string; readonly discs: number }
  | { readonly kind: 'empty'; readonly bin: string }
  | { readonly kind: 'change-ink'; readonly name?: string };

export interface RobotDriver {
  capabilities(): Promise<Capabilities>;
  /** Idempotent on the job key: `existed` is true when the key was already known and nothing was submitted. */
  submit(job: DiscJob): Promise<{ readonly ref: string; readonly existed: boolean }>;
  status(ref: string): Promise<JobStatus>;
  cancel(ref: string): Promise<'accepted' | 'too-late' | 'unsupported'>;
  health(): Promise<RobotHealth>;
  act?(action: RobotAction): Promise<void>;
  close(): Promise<void>;
}
