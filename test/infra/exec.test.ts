import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run, spawnChild } from '../../infra/exec.ts';
import { identify, isRunning } from '../../infra/process-identity.ts';
import { waitUntil } from '../../infra/wait-until.ts';

describe('run', () => {
  it('answers code and both streams', async () => {
    const result = await run(['sh', '-c', 'cat; echo oh >&2; exit 3'], { timeoutMs: 5_000, input: 'in' });
    expect(result).toMatchObject({ code: 3, stdoutTail: 'in', stderrTail: 'oh\n', isTimedOut: false });
  });

  it('keeps only the end of a long output', async () => {
    const result = await run(['sh', '-c', 'seq 1 20000'], { timeoutMs: 10_000, tailBytes: 100 });
    expect(result.stdoutTail).toHaveLength(100);
    expect(result.stdoutTail.endsWith('20000\n')).toBe(true);
  });

  it('ends a program and its own children at the time limit', async () => {
    const result = await run(['sh', '-c', 'sleep 60 & echo $!; wait'], { timeoutMs: 200 });
    expect(result).toMatchObject({ code: null, isTimedOut: true });
    const grandchild = Number(result.stdoutTail.trim());
    expect(await waitUntil(() => identify(grandchild) === undefined, { timeoutMs: 4_000 })).toBe(true);
  });

  it('kills a program that ignores SIGTERM', async () => {
    const result = await run(['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'], { timeoutMs: 100 });
    expect(result.signal).toBe('SIGKILL');
  });

  it('ends when the signal aborts', async () => {
    const result = await run(['sleep', '60'], { timeoutMs: 60_000, signal: AbortSignal.timeout(100) });
    expect(result).toMatchObject({ code: null, isTimedOut: false, signal: 'SIGTERM' });
  });

  it('throws when there is no such program', async () => {
    await expect(run(['/does/not/exist'], { timeoutMs: 1_000 })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('never gives arguments to a shell', async () => {
    expect((await run(['printf', '%s', '$(id); `id`'], { timeoutMs: 5_000 })).stdoutTail).toBe('$(id); `id`');
  });
});

describe('spawnChild', () => {
  it('hands over whole lines and says how the child ended', async () => {
    const lines: string[] = [];
    const child = await spawnChild(['sh', '-c', 'printf "a\\nb"; printf "c\\n"; kill -9 $$'], { onLine: (line) => lines.push(line) });
    expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await waitUntil(() => lines.length === 2, { timeoutMs: 2_000 })).toBe(true);
    expect(lines).toEqual(['a', 'bc']);
  });

  it('gives the child a process group of its own', async () => {
    const child = await spawnChild(['sleep', '60']);
    const group = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2];
    expect(Number(group)).toBe(child.pid);
    const identity = identify(child.pid);
    child.kill('SIGKILL');
    await child.ended;
    expect(identity !== undefined && isRunning(identity)).toBe(false);
  });
});
