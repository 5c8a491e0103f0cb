import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { spawnChild } from '../../infra/exec.ts';
import type { Child } from '../../infra/exec.ts';
import { freePort, isPortFree } from '../../infra/ports.ts';
import { commandLine, identify } from '../../infra/process-identity.ts';
import { waitUntil } from '../../infra/wait-until.ts';
import { needs } from '../fixtures/peers.ts';

const entry = join(import.meta.dirname, '../../workers/appliance.ts');
const isHere = needs('temporal');

const folder = mkdtempSync(join(tmpdir(), 'appliance-'));
const home = join(folder, 'home');
const started: Child[] = [];

const temporalPort = async (): Promise<number> => {
  for (;;) {
    const port = await freePort();
    if (port < 64_000 && await isPortFree('127.0.0.1', port + 1_000)) return port;
  }
};
const settings = { SPINDLE_DICOM_PORT: '', SPINDLE_HTTP_PORT: '', SPINDLE_TEMPORAL_PORT: '' };
const start = async (env: Record<string, string> = settings): Promise<{ child: Child; lines: string[] }> => {
  const lines: string[] = [];
  const child = await spawnChild([process.execPath, entry], { onLine: (line) => lines.push(line), env: { ...process.env, SPINDLE_HOME: home, ...env } });
  started.push(child);
  return { child, lines };
};
const isReady = (lines: readonly string[]) => waitUntil(() => lines.some((line) => line.endsWith('  Ready')), { timeoutMs: 60_000 });
const clusterFolder = (): string => {
  const place = join(home, 'database/place.json');
  return existsSync(place) ? (JSON.parse(readFileSync(place, 'utf8')) as { folder: string }).folder : home;
};
/** Every process whose command line names this home or its cluster. */
const ours = (): readonly number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
  .filter((pid) => identify(pid) !== undefined && commandLine(pid).some((part) => part.includes(home) || part.includes(clusterFolder())));

afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  await Promise.all(started.map(({ ended }) => ended));
  rmSync(clusterFolder(), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

describe('appliance', { timeout: 120_000 }, () => {
  it('tells all mistakes of its settings, and starts nothing', async () => {
    const { child, lines } = await start({ SPINDLE_HTTP_PORT: 'x', SPINDLE_LOG_LEVEL: 'loud' });
    expect(await child.ended).toMatchObject({ code: 1 });
    expect(lines.join('\n')).toMatch(/CONFIG_INVALID\n {2}- SPINDLE_HTTP_PORT.*\n {2}- SPINDLE_LOG_LEVEL/);
    expect(existsSync(home)).toBe(false);
  });

  it('names port and setting when another program has its port, and leaves nothing running', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => { other.listen(0, '127.0.0.1', resolve); });
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { child, lines } = await start({ SPINDLE_DICOM_PORT: String(port) });
    expect(await child.ended).toMatchObject({ code: 1 });
    expect(lines.join('\n')).toContain(`CONFIG_PORT_TAKEN: port ${port} on 127.0.0.1 (setting dicomPort)`);
    other.close();
    expect(ours()).toEqual([]);
  });
});

describe.skipIf(!isHere)('whole appliance', { timeout: 150_000 }, () => {
  it('starts from nothing, survives kill -9 of its supervisor, refuses a twin, and leaves no process when it stops', async () => {
    Object.assign(settings, { SPINDLE_DICOM_PORT: String(await freePort()), SPINDLE_HTTP_PORT: String(await freePort()), SPINDLE_TEMPORAL_PORT: String(await temporalPort()) });
    const first = await start();
    expect(await isReady(first.lines)).toBe(true);
    expect(first.lines.join('\n')).toContain(`/login?token=`);
    expect(await fetch(`http://127.0.0.1:${settings.SPINDLE_HTTP_PORT}/api/v1/live`).then(({ ok }) => ok)).toBe(true);

    const twin = await start();
    expect(await twin.child.ended).toMatchObject({ code: 1 });
    expect(twin.lines.join('\n')).toContain('CONFIG_HOME_IN_USE');

    first.child.kill('SIGKILL');
    await first.child.ended;
    const second = await start();
    expect(await isReady(second.lines)).toBe(true);
    expect(second.lines.join('\n')).toMatch(/Database goes on in process \d+/);
    expect(second.lines.join('\n')).toMatch(/Temporal server goes on in process \d+/);

    second.child.kill('SIGTERM');
    expect(await second.child.ended).toEqual({ code: 0, signal: null });
    expect(ours()).toEqual([]);
  });
});
