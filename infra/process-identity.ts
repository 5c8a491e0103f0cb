/**
 * Tells one process from a later one with the same number: by start time and boot.
 * Linux only.
 * @source proc_pid_stat(5), field 22
 */
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined;
    throw error;
  }
};

/** The identity of a running process; undefined when there is none, or when it has ended and only waits to be collected. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, startedAt: `${read('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}:${fields[19] ?? ''}` };
};

/** True while exactly this process runs. */
export const isRunning = (process: ProcessIdentity): boolean => identify(process.pid)?.startedAt === process.startedAt;

/** The command line of a process, or an empty list. */
export const commandLine = (pid: number): readonly string[] => read(`/proc/${pid}/cmdline`)?.split('\0').filter((part) => part !== '') ?? [];

/** Reads an identity out of a JSON value. */
export const asIdentity = (value: unknown): ProcessIdentity | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startedAt } = value as Record<string, unknown>;
  return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
};

/** Signals exactly this process; answers false when it is gone. */
export const signalProcess = (target: ProcessIdentity, signal: NodeJS.Signals): boolean => {
  if (!isRunning(target)) return false;
  try {
    process.kill(target.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
};
