/** Child processes of a bench and what they cost, as the kernel counts it. Every run has a time limit and none is left behind. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { sleep, until } from '../e2e/appliance.ts';

/** USER_HZ, which Linux fixes for /proc. */
const TICKS_PER_SECOND = 100;

interface Stat { readonly parent: number; readonly own: number; readonly withReaped: number }

const statOf = (pid: number): Stat | undefined => {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // The process ended meanwhile.
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  const at = (index: number): number => fields[index] ?? 0;
  const own = (at(11) + at(12)) / TICKS_PER_SECOND;
  return { parent: at(1), own, withReaped: own + (at(13) + at(14)) / TICKS_PER_SECOND };
};

/** CPU seconds of a process with the children it waited for, and of its living children with theirs. */
export const cpuSeconds = (root: number): number => {
  const stats = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).map((pid) => [pid, statOf(pid)] as const);
  const below = (pid: number): number => stats.reduce((sum, [child, stat]) => (stat?.parent === pid ? sum + stat.withReaped + below(child) : sum), 0);
  return (statOf(root)?.withReaped ?? 0) + below(root);
};

const memoryLine = (pid: number, key: 'VmRSS' | 'VmHWM'): number => {
  try {
    return Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
  } catch {
    // The process ended meanwhile.
    return 0;
  }
};

/** Resident MiB now. */
export const rssMiB = (pid: number): number => memoryLine(pid, 'VmRSS');
/** Most resident MiB so far. */
export const peakRssMiB = (pid: number): number => memoryLine(pid, 'VmHWM');

/** The system keeps the peak by itself; looking often would take from what is measured. */
const WATCH_MS = 100;

export interface Ended { readonly wallSeconds: number; readonly peakRssMiB: number; readonly output: string }

/** Runs a program to its end. @throws TypeError when it fails or takes longer than the limit */
export const runToEnd = async (program: string, args: readonly string[], options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly limitMs: number }): Promise<Ended> => {
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(options.cwd === undefined ? {} : { cwd: options.cwd }), env: { ...process.env, ...options.env }, timeout: options.limitMs, killSignal: 'SIGKILL' });
  let output = '';
  let trouble = '';
  let peak = 0;
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  child.stderr.on('data', (chunk: Buffer) => { trouble = (trouble + chunk.toString()).slice(-4_000); });
  const watching = setInterval(() => { if (child.pid !== undefined) peak = Math.max(peak, peakRssMiB(child.pid)); }, WATCH_MS);
  try {
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...end) => { resolve(end); });
    });
    if (code !== 0) throw new TypeError(`${program} ended with ${String(signal ?? code)}: ${trouble}`);
  } finally {
    clearInterval(watching);
  }
  return { wallSeconds: (performance.now() - began) / 1000, peakRssMiB: peak, output };
};

export const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => { resolve(typeof address === 'object' && address !== null ? address.port : 0); });
  });
});

const isListening = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => { resolve(false); });
});

/** Starts a server and waits until it listens. */
export const startServer = async (program: string, args: readonly string[], port: number, env: Readonly<Record<string, string>> = {}): Promise<ChildProcess> => {
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  child.on('error', () => undefined);
  try {
    await until(`${program} to listen`, 30_000, () => isListening(port), 50);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return child;
};

/** SIGTERM, after ten seconds SIGKILL. */
export const stopServer = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(10_000)]);
  child.kill('SIGKILL');
};
