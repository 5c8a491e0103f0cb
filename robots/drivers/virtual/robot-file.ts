/**
 * Keeps robot.json and the memory in step while both the robot and a person change it.
 * Changes are functions: when a person edited the file meanwhile, they are done again on the edited content.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../../infra/durable-file.ts';
import { ApplianceError } from '../../../infra/errors.ts';
import { robotStateSchema } from './robot-state.ts';
import type { RobotState, VirtualDefinition } from './robot-state.ts';

export interface RobotFile {
  /** The state as last read or changed; never keep it across an await. */
  state(): RobotState;
  /** Changes the memory at once; the file follows with the next flush(). */
  apply(change: (state: RobotState) => void): void;
  /** Writes what apply() changed; calls at the same time share one write. */
  flush(): Promise<void>;
  /** Takes over what a person edited. */
  refresh(): Promise<void>;
  /** Why the edited file is not taken over; undefined when it is. */
  complaint(): string | undefined;
}

const identityOf = async (path: string): Promise<string> => {
  const { ino, mtimeNs, size } = await stat(path, { bigint: true });
  return `${ino} ${mtimeNs} ${size}`;
};

const parse = (text: string): { state: RobotState } | { complaint: string } => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { complaint: 'robot.json is not JSON' };
    throw error;
  }
  const result = robotStateSchema.safeParse(value);
  if (result.success) return { state: result.data };
  return { complaint: `robot.json: ${result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}` };
};

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * Opens robot.json, made from the definition when it is absent.
 * @throws {ApplianceError} CONFIG_INVALID when the file or the definition does not fit
 */
export const openRobotFile = async (directory: string, definition: VirtualDefinition): Promise<RobotFile> => {
  const path = join(directory, 'robot.json');
  let text: string;
  let isNew = false;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!isAbsent(error)) throw error;
    text = JSON.stringify(definition);
    isNew = true;
  }
  const first = parse(text);
  if ('complaint' in first) throw new ApplianceError('CONFIG_INVALID', first.complaint);

  let state = first.state;
  let complaint: string | undefined;
  let pending: ((state: RobotState) => void)[] = [];
  let seen = isNew ? '' : await identityOf(path);
  let flushing: Promise<void> | undefined;

  const takeOver = async (): Promise<void> => {
    let identity: string;
    let edited: string;
    try {
      identity = await identityOf(path);
      if (identity === seen) return;
      edited = await readFile(path, 'utf8');
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return;
    }
    const result = parse(edited);
    complaint = 'complaint' in result ? result.complaint : undefined;
    if ('complaint' in result) return;
    seen = identity;
    for (const change of pending) change(result.state);
    state = result.state;
  };

  const write = async (): Promise<void> => {
    const written = `${JSON.stringify(state, null, 2)}\n`;
    await writeDurably(path, written);
    const identity = await identityOf(path);
    // An edit between our rename and the look at the file would otherwise pass for our own.
    seen = (await readFile(path, 'utf8')) === written ? identity : '';
  };

  const drain = async (): Promise<void> => {
    while (pending.length > 0 || isNew) {
      if (!isNew) await takeOver();
      const batch = pending;
      pending = [];
      try {
        await write();
        isNew = false;
      } catch (error) {
        pending = [...batch, ...pending];
        throw error;
      }
    }
  };

  const flush = async (): Promise<void> => {
    flushing ??= drain().finally(() => { flushing = undefined; });
    await flushing;
    if (pending.length > 0) await flush();
  };

  await flush();
  return {
    state: () => state,
    apply(change) {
      change(state);
      pending.push(change);
    },
    flush,
    async refresh() {
      if (flushing === undefined) await takeOver();
    },
    complaint: () => complaint,
  };
};
