import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { echo } from '../../dicom/echo-scu.ts';
import { sendInstances } from '../../dicom/storage-scu.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { instanceFiles, partFiles, pdu, startNode } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';

let test: TestNode;

beforeEach(async () => {
  test = await startNode({ store: { durable: true } });
});

afterEach(async () => {
  await test.close();
});

const to = (port = test.node.port): { host: string; port: number; calledAe: string; callingAe: string; timeoutSeconds: number } => ({ host: '127.0.0.1', port, calledAe: 'SPINDLE', callingAe: 'SENDER', timeoutSeconds: 10 });

const folder = sharedData();

describe('echo', () => {
  it('answers status 0 from a node that lives', async () => {
    expect(await echo(to())).toMatchObject({ status: 0 });
  });

  it('says that nobody listens', async () => {
    await expect(echo(to(1))).rejects.toMatchObject({ code: 'ASSOCIATION_ABORTED' });
  });

  it('says that it was rejected, and why', async () => {
    await expect(echo({ ...to(), calledAe: 'OTHER' })).rejects.toMatchObject({ code: 'ASSOCIATION_REJECTED', details: { result: 1, source: 1, reason: 7 } });
  });

  it('gives up on a peer that says nothing, and on request', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(echo({ ...to(port), timeoutSeconds: 0.05 })).rejects.toMatchObject({ code: 'ASSOCIATION_TIMED_OUT' });
    await expect(echo({ ...to(port), signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: 'ASSOCIATION_ABORTED' });
    silent.close();
  });

  it.each([['garbage', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], ['an abort', pdu(7, Buffer.from([0, 0, 2, 1]))], ['a lying length', Buffer.from([2, 0, 0x7f, 0xff, 0xff, 0xff])]])('survives %s as an answer', async (_name, bytes) => {
    const wrong = createServer((socket) => { socket.on('error', () => undefined); socket.once('data', () => socket.write(bytes)); });
    await new Promise<void>((resolve) => wrong.listen(0, '127.0.0.1', resolve));
    const address = wrong.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(echo(to(port))).rejects.toMatchObject({ name: 'ApplianceError' });
    wrong.close();
  });
});

describe('sending', () => {
  it('names files that are no instances, and a receiver that is not there', async () => {
    const broken = join(test.directory, 'no-dicom');
    writeFileSync(broken, 'no dicom at all');
    expect(await sendInstances({ ...to(), files: [broken, '/nonexistent'] })).toMatchObject([{ file: broken, outcome: 'unreadable' }, { file: '/nonexistent', outcome: 'unreadable' }]);
  });

  it.skipIf(folder === undefined)('fails all files when nobody listens', async () => {
    const file = join(folder ?? '', 'ct', readdirSync(join(folder ?? '', 'ct'))[0] ?? '');
    expect(await sendInstances({ ...to(1), files: [file], retryPausesMs: [] })).toMatchObject([{ outcome: 'failed', comment: expect.stringContaining('ASSOCIATION_ABORTED') }]);
  });

  it.skipIf(folder === undefined)('sends every sendable shared file and each arrives byte for byte', async () => {
    const root = folder ?? '';
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)).filter((name) => statSync(name).isFile() && !/\.(csv|md)$/.test(name));
    const results = await sendInstances({ ...to(), files, associations: 3 });
    expect(results).toHaveLength(files.length);
    const counts: Record<string, number> = {};
    for (const result of results) counts[result.outcome] = (counts[result.outcome] ?? 0) + 1;
    console.log('shared files sent:', counts);
    for (const result of results.filter((one) => one.outcome !== 'stored' && !one.file.startsWith(join(root, 'bad')))) console.log(result.outcome, result.status?.toString(16) ?? '', result.comment, result.file.slice(root.length));
    expect(results.filter((result) => result.outcome === 'failed')).toEqual([]);
    const held = new Map(instanceFiles(test.directory).map((file) => [file.slice(test.directory.length + 1), file]));
    const arrived = new Set(test.index.rows.map((row) => row.arrival.file.dataSetSha256));
    const { createHash } = await import('node:crypto');
    let same = 0;
    for (const result of results.filter((one) => one.outcome === 'stored')) {
      const bytes = readFileSync(result.file);
      const digest = createHash('sha256').update(bytes.subarray(readFileMeta(bytes.subarray(0, 65_536)).dataSetOffset)).digest('hex');
      if (arrived.has(digest)) same += 1;
      // Not among the arrivals: the same elements came before under other bytes.
      else expect(test.index.rows.some((row) => row.arrival.attributes.sopInstanceUid === result.sopInstanceUid)).toBe(true);
    }
    expect(same).toBeGreaterThan(350);
    for (const row of test.index.rows) {
      const file = held.get(row.arrival.file.path);
      expect(file).toBeDefined();
      const stored = readFileSync(file ?? '');
      expect(createHash('sha256').update(stored.subarray(row.arrival.file.dataSetOffset)).digest('hex')).toBe(row.arrival.file.dataSetSha256);
      expect(stored.length).toBe(row.arrival.file.bytes);
    }
    expect(partFiles(test.directory)).toEqual([]);
  }, 120_000);
});

