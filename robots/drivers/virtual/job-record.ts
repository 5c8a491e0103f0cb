/** One job as its file jobs/<key>.json holds it, and the rules by which a submitted job is refused. */
import { z } from 'zod';
import type { DiscJob, JobStatus } from '../../robot.ts';

const path = z.string().min(1).max(4096).refine((text) => !text.includes('\0'), 'no path');
const bin = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);

export const discJobSchema = z.object({
  key: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
  copies: z.literal(1),
  media: z.enum(['CD', 'DVD', 'DVD-DL', 'BD', 'BD-RE', 'BD-DL', 'BD-RE-DL']),
  image: z.object({ path, bytes: z.int().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/i), volumeId: z.string().max(32) }),
  label: z.object({ path, format: z.literal('png') }).exactOptional(),
  serial: z.string().max(64).refine((text) => !/\p{Cc}/u.test(text), 'control characters'),
  verify: z.boolean(),
  speed: z.number().positive().exactOptional(),
  inBin: bin.exactOptional(),
  outBin: bin.exactOptional(),
  priority: z.union([z.literal(0), z.literal(1), z.literal(2)]),
});

const error = z.object({
  code: z.custom<NonNullable<JobStatus['error']>['code']>((value) => typeof value === 'string' && value.startsWith('ROBOT_')),
  scope: z.enum(['robot', 'job', 'disc']),
  retry: z.enum(['auto', 'operator', 'never']),
  raw: z.string(),
});

const disc = z.object({ n: z.int().min(1), result: z.enum(['good', 'bad']), place: z.string(), error: error.exactOptional(), at: z.string() });

const current = z.object({ number: z.int().min(1), drive: z.string(), inBin: bin, outBin: bin, rejectBin: bin });

export const jobRecordSchema = z.object({
  job: discJobSchema,
  age: z.number(),
  submittedAt: z.string(),
  phase: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  isCancelAsked: z.boolean(),
  error: error.exactOptional(),
  discs: z.array(disc),
  /** The disc at hand: set before it is touched, gone once its result is among `discs`. */
  current: current.exactOptional(),
});

/** The disc at hand and where it may go. `number` counts the discs of the robot's life. */
export type DiscAtHand = z.infer<typeof current>;
export type DiscResult = z.infer<typeof disc>;
export type JobRecord = Readonly<z.infer<typeof jobRecordSchema>>;

export const isEnded = ({ phase }: JobRecord): boolean => phase === 'done' || phase === 'failed' || phase === 'cancelled';

/** The job as it stands before any disc. */
export const newRecord = (job: DiscJob, age: number, at: Date): JobRecord =>
  ({ job, age, submittedAt: at.toISOString(), phase: 'queued', isCancelAsked: false, discs: [] });

/** The record without a disc at hand. */
export const handsFree = ({ current: _, ...record }: JobRecord): JobRecord => record;
