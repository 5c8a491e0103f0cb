import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTemporalServer } from '../../../infra/embedded/temporal-server.ts';
import type { EmbeddedTemporal } from '../../../infra/embedded/temporal-server.ts';
import { spawnChild } from '../../../infra/exec.ts';
import { openHome } from '../../../infra/home.ts';
import type { Home } from '../../../infra/home.ts';
import { silentLog } from '../../../infra/log.ts';
import { freePort, isPortFree } from '../../../infra/ports.ts';
import { identify } from '../../../infra/process-identity.ts';
import { connectTemporal, isTemporalAway, temporalAnswers } from '../../../infra/temporal.ts';
import { waitUntil } from '../../../infra/wait-until.ts';
import { needs, temporalProgram } from '../../fixtures/peers.ts';

const path = temporalProgram();
const isHere = needs('temporal');

const folder = mkdtempSync(join(tmpdir(), 'temporal-'));
let home: Home;
let port: number;
let running: EmbeddedTemporal | undefined;
const steps: string[] = [];
const start = async (attributes: Record<string, 'Keyword' | 'Int' | 'Datetime'> = { OrderState: 'Keyword' }): Promise<EmbeddedTemporal> =>
  (running = await startTemporalServer({ home, log: silentLog, onStep: (text) => { steps.push(text); }, binary: { path, serverVersion: '1.29.1' }, port, namespace: 'spindle', attributes }));

beforeAll(async () => {
  home = await openHome(folder);
  do port = await freePort(); while (port > 64_535 || !await isPortFree('127.0.0.1', port + 1_000));
});
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!isHere)('embedded Temporal server', { timeout: 60_000 }, () => {
  it('names port and setting when another program listens', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => { other.listen(port, '127.0.0.1', resolve); });
    await expect(start()).rejects.toMatchObject({ code: 'CONFIG_PORT_TAKEN', details: { setting: 'temporalPort', port } });
    await new Promise((resolve) => { other.close(resolve); });
  });

  it('keeps the namespace for 30 days, and adds search attributes that are missing', async () => {
    await (await start()).stop();
    const { address } = await start({ OrderState: 'Keyword', VolumeCount: 'Int', DueAt: 'Datetime' });
    const temporal = connectTemporal({ address, namespace: 'spindle' });
    try {
      const { config } = await temporal.within((client) => client.workflowService.describeNamespace({ namespace: 'spindle' }));
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
      const listed = async (): Promise<number> => (await temporal.within((client) => client.workflowService.countWorkflowExecutions({ namespace: 'spindle', query: 'VolumeCount > 1' }))).count.toNumber();
      expect(await waitUntil(() => listed().then((count) => count === 0, () => false), { timeoutMs: 10_000 })).toBe(true);
    } finally {
      await temporal.close();
    }
  });

  it('goes on when its supervisor is killed, is adopted by the next, and ends with it', async () => {
    await running?.stop();
    running = undefined;
    let line = '';
    const other = await spawnChild([process.execPath, join(import.meta.dirname, 'start-temporal.ts'), folder, path, String(port)], { onLine: (text) => { line = text; }, errorFd: 2 });
    expect(await waitUntil(() => line !== '', { timeoutMs: 30_000 })).toBe(true);
    const first = JSON.parse(line) as { pid: number };
    other.kill('SIGKILL');
    await other.ended;
    const adopted = await start();
    const { pid, address } = adopted;
    expect(pid).toBe(first.pid);
    expect(steps.at(-1)).toBe(`Temporal server goes on in process ${pid}`);
    await adopted.stop();
    expect(identify(pid)).toBeUndefined();
    expect(await temporalAnswers(address)).toBe(false);
    running = undefined;
  });

  it('says that it is away within the deadline', async () => {
    const temporal = connectTemporal({ address: `127.0.0.1:${port}`, namespace: 'spindle' });
    const began = performance.now();
    const error: unknown = await temporal.within((client) => client.workflow.start('x', { taskQueue: 'q', workflowId: 'w' })).catch((reason: unknown) => reason);
    expect(isTemporalAway(error)).toBe(true);
    expect(performance.now() - began).toBeLessThan(8_000);
    await temporal.close();
  });
});
