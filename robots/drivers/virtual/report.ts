/** How the robot and its jobs look from outside. */
import { inBins, driveIds, sectorsOf } from './robot-state.ts';
import type { RobotState } from './robot-state.ts';
import type { Capabilities, JobStatus, Media, RobotError, RobotHealth } from '../../robot.ts';
import { conditionsOf } from './conditions.ts';
import { isEnded } from './job-record.ts';
import type { JobRecord } from './job-record.ts';
import type { Machine, Run } from './machine.ts';
import { robotError } from './robot-errors.ts';

/** Resolution at which label pictures fit the printable area. */
const LABEL_DPI = 300;

/** Media of the input bins, each with the smallest capacity of its bins. */
export const capabilitiesOf = (state: RobotState): Capabilities => {
  const capacity = new Map<Media, number>();
  for (const bin of inBins(state)) capacity.set(bin.media, Math.min(capacity.get(bin.media) ?? Infinity, sectorsOf(bin)));
  return {
    driver: 'virtual',
    model: state.model,
    media: [...capacity].map(([media, capacitySectors]) => ({ media, capacitySectors })),
    maxCopies: 1,
    input: ['image'],
    label: ['png'],
    labelDpi: LABEL_DPI,
    bins: state.bins.map(({ id, role }) => ({ id, role })),
    drives: state.drives,
    verify: 'robot',
    cancel: 'any',
    supplies: { discs: 'count', ink: Object.keys(state.ink).length > 0 ? 'percent' : 'none' },
    recoverable: true,
  };
};

/** The status of a job nobody knows. */
export const lostStatus = (at: Date): JobStatus =>
  ({ phase: 'lost', good: 0, bad: 0, remaining: 1, error: robotError('ROBOT_JOB_LOST', 'job', 'the robot knows no such job'), discs: [], observedAt: at.toISOString() });

const progressOf = (record: JobRecord, run: Run | undefined, blocker: RobotError | undefined): Pick<JobStatus, 'phase' | 'activity' | 'percent' | 'error'> => {
  if (isEnded(record) && !run) return { phase: record.phase, ...(record.error ? { error: record.error } : {}) };
  if (run?.isCancelAsked || record.isCancelAsked) return { phase: 'cancelling', ...(run ? { activity: run.activity } : {}) };
  if (!run) return blocker ? { phase: 'paused', activity: 'waiting', error: blocker } : { phase: 'queued', activity: 'waiting' };
  const seen = { activity: run.activity, ...(run.percent === undefined ? {} : { percent: run.percent }) };
  return run.condition ? { phase: 'paused', ...seen, error: run.condition } : { phase: 'running', ...seen };
};

/** A job is seen as ended once its disc lies in its bin; until then its result is not shown. */
export const statusOf = (record: JobRecord, run: Run | undefined, blocker: RobotError | undefined, at: Date): JobStatus => {
  const isMoving = run !== undefined && isEnded(record);
  const discs = isMoving && run.hasBlank ? record.discs.slice(0, -1) : record.discs;
  const good = discs.filter(({ result }) => result === 'good').length;
  return {
    ...progressOf(record, run, blocker),
    good,
    bad: discs.length - good,
    remaining: isEnded(record) && !isMoving ? 0 : 1,
    discs,
    observedAt: at.toISOString(),
  };
};

const drivesOf = (state: RobotState, runs: ReadonlySet<Run>): RobotHealth['drives'] => driveIds(state).map((id) => {
  const run = [...runs].find(({ drive }) => drive === id);
  if (!run) return { id, state: state.faultyDrives.includes(id) ? 'fault' : 'idle' };
  return { id, state: run.activity, ...(run.percent === undefined ? {} : { percent: run.percent }), job: run.key };
});

export const healthOf = ({ file, runs, trouble }: Machine, counts: ReadonlyMap<string, number>): RobotHealth => {
  const state = file.state();
  const complaint = file.complaint();
  return {
    up: true,
    heartbeatAgeSeconds: 0,
    conditions: [
      ...conditionsOf(state, counts),
      ...(trouble ? [trouble] : []),
      ...(complaint === undefined ? [] : [robotError('ROBOT_UNKNOWN', 'robot', complaint)]),
    ],
    bins: state.bins.map((bin) => (bin.role === 'in'
      ? { id: bin.id, role: bin.role, discs: bin.discs, media: bin.media, capacity: bin.capacity }
      : { id: bin.id, role: bin.role, discs: counts.get(bin.id) ?? 0, capacity: bin.capacity })),
    ink: Object.entries(state.ink).map(([name, percent]) => ({ name, percent })),
    drives: drivesOf(state, runs),
  };
};
