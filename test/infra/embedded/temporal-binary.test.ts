import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TEMPORAL_VERSION, temporalBinary } from '../../../infra/embedded/temporal-binary.ts';

const PINNED = `temporal version ${TEMPORAL_VERSION} (Server 1.29.1, UI 2.42.1)`;
let folder: string;
let server: Server;
let base: string;
const requests: string[] = [];
let answer: { body: Buffer; length?: number; status?: number } = { body: Buffer.alloc(0) };
const steps: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(answer.status ?? 200, { 'content-length': answer.length ?? answer.body.length });
    response.write(answer.body, () => { if (answer.length === undefined) response.end(); else response.destroy(); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => { server.close(); });
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'binary-')); requests.length = 0; steps.length = 0; });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

const program = (path: string, line: string): void => {
  writeFileSync(path, `#!/bin/sh\necho '${line}'\n# ${'x'.repeat(200_000)}\n`);
  chmodSync(path, 0o755);
};
const archive = (line: string): Buffer => {
  const source = join(folder, 'source');
  mkdirSync(source, { recursive: true });
  program(join(source, 'temporal'), line);
  writeFileSync(join(source, 'LICENSE'), 'words\n');
  const made = spawnSync('tar', ['-C', source, '-cz', 'LICENSE', 'temporal']);
  expect(made.status).toBe(0);
  return made.stdout;
};
/** A PATH with a `go` that does what the script says, or with none. */
const path = (goScript?: string): string => {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  if (goScript !== undefined) {
    writeFileSync(join(bin, 'go'), `#!/bin/sh\n${goScript}\n`);
    chmodSync(join(bin, 'go'), 0o755);
  }
  return bin;
};
const get = (more: { named?: string; archiveUrl?: string; go?: string } = {}) => temporalBinary({
  named: more.named ?? '', cacheDirectory: join(folder, 'cache'), archiveUrl: more.archiveUrl ?? base,
  onStep: (text) => { steps.push(text); }, env: { PATH: path(more.go), HOME: folder }, connectMs: 500,
});
const kept = (): string => join(folder, 'cache', TEMPORAL_VERSION, 'temporal');

describe('temporal binary', () => {
  it('comes from the official archive once and is then kept', async () => {
    answer = { body: archive(PINNED) };
    expect(await get()).toEqual({ path: kept(), serverVersion: '1.29.1' });
    expect(requests).toEqual([`/v${TEMPORAL_VERSION}?platform=linux&arch=${process.arch === 'x64' ? 'amd64' : process.arch}`]);
    expect(readFileSync(kept(), 'utf8')).toContain('x'.repeat(200_000));
    await get();
    expect(requests).toHaveLength(1);
    expect(readdirSync(join(folder, 'cache', TEMPORAL_VERSION))).toEqual(['temporal']);
  });

  it.each<[string, () => typeof answer]>([
    ['breaks off before its announced length', () => { const whole = archive(PINNED); return { body: whole.subarray(0, whole.length - 200), length: whole.length }; }],
    ['is cut short at its source', () => ({ body: archive(PINNED).subarray(0, 300) })],
    ['holds another version', () => ({ body: archive('temporal version 1.6.0 (Server 1.30.0, UI 2.42.1)') })],
    ['is no archive', () => ({ body: Buffer.from('<html>sign in</html>') })],
    ['is not there', () => ({ body: Buffer.alloc(0), status: 404 })],
  ])('is not taken from an archive that %s, and all four ways are named', async (_, make) => {
    answer = make();
    const error = await get().then(() => undefined, (reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CONFIG_TEMPORAL_SERVER' });
    expect(String(error)).toMatch(/temporalAddress.*temporalBinary.*temporalArchiveUrl.*Go 1\.25/);
    expect(existsSync(kept())).toBe(false);
    expect(readdirSync(join(folder, 'cache', TEMPORAL_VERSION))).toEqual([]);
  });

  it('gives up on an address that does not answer within the connect limit', async () => {
    const began = performance.now();
    await expect(get({ archiveUrl: 'http://192.0.2.1:9' })).rejects.toMatchObject({ code: 'CONFIG_TEMPORAL_SERVER' });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('is built with Go when the archive cannot be had, saying that it takes minutes', async () => {
    answer = { body: Buffer.alloc(0), status: 503 };
    const built = `printf '#!/bin/sh\\necho "temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)"\\n' > "$GOBIN/temporal"; /bin/chmod +x "$GOBIN/temporal"`;
    const go = `if [ "$1" = env ]; then echo go1.26.8; elif [ "$1 $2" = "install github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_VERSION}" ]; then ${built}; else exit 9; fi`;
    expect(await get({ go })).toEqual({ path: kept(), serverVersion: '1.29.1' });
    expect(steps.join('\n')).toContain('takes some minutes, once');
  });

  it('is not built with a Go that is too old', async () => {
    answer = { body: Buffer.alloc(0), status: 503 };
    await expect(get({ go: 'echo go1.19.8' })).rejects.toMatchObject({ message: expect.stringContaining('go1.19.8 is older than go1.25') as string });
  });

  it('is the named one, whatever its version, without asking anybody', async () => {
    const own = join(folder, 'own');
    program(own, 'temporal version 1.8.2 (Server 1.31.2, UI 2.50.0)');
    expect(await get({ named: own })).toEqual({ path: own, serverVersion: '1.31.2' });
    expect(requests).toEqual([]);
    await expect(get({ named: join(folder, 'absent') })).rejects.toMatchObject({ code: 'CONFIG_TEMPORAL_SERVER' });
  });
});
