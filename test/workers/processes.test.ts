import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJsonFile } from '../../infra/durable-file.ts';
import { writeEndpoints } from '../../infra/endpoints.ts';
import { spawnChild } from '../../infra/exec.ts';
import { openHome } from '../../infra/home.ts';
import type { Home } from '../../infra/home.ts';
import { silentLog } from '../../infra/log.ts';
import { identify, signalProcess } from '../../infra/process-identity.ts';
import { waitUntil } from '../../infra/wait-until.ts';
import { awaitLeftovers, startProcesses } from '../../workers/processes.ts';
import type { Processes } from '../../workers/processes.ts';

let home: Home;
let running: Processes | undefined;
const steps: string[] = [];
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', `${name}.ts`);
const start = async (name: string, more: { readyMs?: number; drainMs?: number } = {}): Promise<Processes> => (running = await startProcesses({
  specs: [{ name, file: fixture(name) }], home, log: silentLog, onStep: (text) => { steps.push(text); }, ...more,
  endpointsPath: await writeEndpoints(home, { home: home.folder, databaseUrl: '', temporalAddress: '', temporalNamespace: '', temporalUi: '' }),
}));
const trace = (what: string): readonly number[] => readFileSync(join(home.folder, 'trace'), 'utf8').split('\n').filter((line) => line.startsWith(`${what} `)).map((line) => Number(line.split(' ')[1]));
const children = async (): Promise<readonly { pid: number }[]> => (await readJsonFile(join(home.run, 'children.json'))) as { pid: number }[];

beforeEach(async () => { home = await openHome(mkdtempSync(join(tmpdir(), 'processes-'))); steps.length = 0; });
afterEach(async () => {
  await running?.close();
  running = undefined;
  rmSync(home.folder, { recursive: true, force: true });
});

describe('child processes', { timeout: 30_000 }, () => {
  it('are ready when they say so, drain on close, and leave nothing behind', async () => {
    const processes = await start('child');
    const [pid = 0] = trace('serves');
    expect(steps).toEqual(['Serving: child']);
    await processes.close();
    expect(trace('closed')).toEqual([pid]);
    expect(identify(pid)).toBeUndefined();
    expect(await children()).toEqual([]);
  });

  it('are started again when they die', async () => {
    await start('child');
    const child = identify(trace('serves')[0] ?? 0);
    expect(child !== undefined && signalProcess(child, 'SIGKILL')).toBe(true);
    expect(await waitUntil(() => trace('serves').length === 2, { timeoutMs: 10_000 })).toBe(true);
  });

  it('end the start with their last words when they die three times before they served', async () => {
    await expect(start('broken')).rejects.toMatchObject({ code: 'CONFIG_PROCESS', message: expect.stringContaining('this part is missing something') as string });
    expect(await children()).toEqual([]);
  });

  it('end the start when one does not serve in time, without leaving it behind', async () => {
    await expect(start('child', { readyMs: 1 })).rejects.toMatchObject({ code: 'CONFIG_PROCESS' });
    expect(await children()).toEqual([]);
  });

  it('are killed when they do not drain in time', async () => {
    const processes = await start('stubborn', { drainMs: 300 });
    const [child] = await children();
    await processes.close();
    expect(identify(child?.pid ?? 0)).toBeUndefined();
  });

  it('end by themselves when their supervisor is killed, and the next start waits for that', async () => {
    let line = '';
    const supervisor = await spawnChild([process.execPath, fixture('supervise'), home.folder], { onLine: (text) => { line = text; }, errorFd: 2 });
    expect(await waitUntil(() => line === 'up', { timeoutMs: 15_000 })).toBe(true);
    const [pid = 0] = trace('serves');
    supervisor.kill('SIGKILL');
    await supervisor.ended;
    await awaitLeftovers({ home, onStep: (text) => { steps.push(text); } });
    expect(identify(pid)).toBeUndefined();
    expect(trace('closed')).toEqual([pid]);
  });

  it('of an earlier start that do not end are killed by the next', async () => {
    await start('stubborn', { drainMs: 100 });
    const [child] = await children();
    await awaitLeftovers({ home, onStep: (text) => { steps.push(text); }, timeoutMs: 200 });
    expect(steps).toContain('Waiting for 1 processes of an earlier start to end');
    expect(identify(child?.pid ?? 0)).toBeUndefined();
  });
});
