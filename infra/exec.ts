/**
 * The only door to other programs. Takes an argument array, never a shell line; every run has a time limit.
 * `run` waits for the end; `spawnChild` starts something that is watched by its caller.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { ApplianceError } from './errors.ts';

export interface RunOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  /** The whole environment of the program; without it that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** OS user to run as; needs the rights of root. */
  readonly uid?: number;
  readonly gid?: number;
  /** Bytes of each stream that are kept (the last ones); default 64 KiB. */
  readonly tailBytes?: number;
}

export interface RunResult {
  /** Exit code; null when ended by a signal, the time limit or the caller. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly isTimedOut: boolean;
  readonly stdoutTail: string;
  readonly stderrTail: string;
}

const TAIL_BYTES = 65_536;
const KILL_AFTER_MS = 3_000;

const tail = (limit: number): { add(chunk: Buffer): void; text(): string } => {
  let kept: Buffer[] = [];
  let bytes = 0;
  return {
    add(chunk) {
      kept.push(chunk);
      bytes += chunk.length;
      if (bytes > limit * 2) {
        kept = [Buffer.concat(kept).subarray(-limit)];
        bytes = limit;
      }
    },
    text: () => Buffer.concat(kept).subarray(-limit).toString('utf8'),
  };
};

const killGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/**
 * Runs a program to its end. At the time limit or abort the program and its own children get SIGTERM, three seconds later SIGKILL.
 * A program that ends with a code is a result, whatever the code.
 * @throws the system's error (ENOENT, EACCES) when the program cannot be started
 */
export const run = (argv: readonly [string, ...string[]], options: RunOptions): Promise<RunResult> => new Promise((resolve, reject) => {
  const [program, ...args] = argv;
  const stdout = tail(options.tailBytes ?? TAIL_BYTES);
  const stderr = tail(options.tailBytes ?? TAIL_BYTES);
  let isTimedOut = false;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  let killer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(child, 'SIGTERM');
    killer ??= setTimeout(() => { killGroup(child, 'SIGKILL'); }, KILL_AFTER_MS);
  };
  const limit = setTimeout(() => { isTimedOut = true; stop(); }, options.timeoutMs);
  options.signal?.addEventListener('abort', stop, { once: true });
  const done = (): void => {
    clearTimeout(limit);
    clearTimeout(killer);
    options.signal?.removeEventListener('abort', stop);
  };
  child.stdout.on('data', stdout.add);
  child.stderr.on('data', stderr.add);
  // A program that does not read its input is no fault of the run.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input);
  child.on('error', (error) => { done(); reject(error); });
  child.on('close', (code, signal) => {
    done();
    resolve({ code: isTimedOut || options.signal?.aborted === true ? null : code, signal, isTimedOut, stdoutTail: stdout.text(), stderrTail: stderr.text() });
  });
  if (options.signal?.aborted === true) stop();
});

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly gid?: number;
  /** File descriptor that takes both output streams; without it `onLine` gets standard output. */
  readonly outputFd?: number;
  /** File descriptor for the error stream alone. */
  readonly errorFd?: number;
  readonly onLine?: (line: string) => void;
  /** Keeps a pipe on the child's standard input open while this process lives, so that the child notices when it is gone. */
  readonly holdsInput?: boolean;
}

export interface Child {
  readonly pid: number;
  /** Says how the child ended; never rejects. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  kill(signal: NodeJS.Signals): void;
}

const lines = (onLine: (line: string) => void): ((chunk: string) => void) => {
  let rest = '';
  return (chunk) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  };
};

/**
 * Starts a long-lived child in a process group of its own, so that a Ctrl-C on the terminal reaches only the supervisor.
 * The child outlives this process when it is killed.
 * @throws the system's error when the program cannot be started
 */
export const spawnChild = async (argv: readonly [string, ...string[]], options: ChildOptions = {}): Promise<Child> => {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    detached: true,
    stdio: [options.holdsInput === true ? 'pipe' : 'ignore', options.outputFd ?? (options.onLine === undefined ? 'ignore' : 'pipe'), options.errorFd ?? options.outputFd ?? 'ignore'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => { resolve({ code, signal }); });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.stdin?.on('error', () => undefined);
  if (options.onLine !== undefined) child.stdout?.setEncoding('utf8').on('data', lines(options.onLine));
  const { pid } = child;
  if (pid === undefined) throw new ApplianceError('API_INTERNAL', 'a started program has no process id');
  return { pid, ended, kill: (signal) => { child.kill(signal); } };
};
