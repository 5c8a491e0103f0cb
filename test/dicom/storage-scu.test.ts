import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { echo } from '../../dicom/echo-scu.ts';
import { sendAll, sendInstances } from '../../dicom/storage-scu.ts';
import { UID } from '../../dicom/tables/uids.ts';
import type { Transcoder } from '../../dicom/transcoder.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { instanceFiles, partFiles, pdu, startNode, until } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import type { CuttingProxy } from './cutting-proxy.ts';
import { remoteAe } from './retrieve/harness.ts';

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
    await expect(echo(to(1))).rejects.toMatchObject({ code: 'ASSOCIATION_NO_LISTENER' });
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
    expect(await sendInstances({ ...to(1), files: [file] })).toMatchObject([{ outcome: 'failed', comment: expect.stringContaining('ASSOCIATION_NO_LISTENER') }]);
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

describe('sending over associations that break', () => {
  const HELD = Array.from({ length: 12 }, (_, n) => makeInstance({ seed: `broken ${n}`, studyInstanceUid: uid('broken/study') }));
  let files: string[];
  /** A way to the node whose nth connection breaks after so many bytes. */
  const proxy = (limit: (nth: number) => number): Promise<CuttingProxy> => startCuttingProxy(test.node.port, (nth, passed, chunk) => passed + chunk.length > limit(nth));
  const requestsSeen = (): number => test.summaries.reduce((sum, summary) => sum + summary.requests, 0);

  beforeEach(() => {
    files = HELD.map((made) => {
      const file = join(test.directory, `${made.sopInstanceUid}.dcm`);
      writeFileSync(file, made.bytes);
      return file;
    });
  });

  it('goes on over a new one and sends twice only what was not confirmed', async () => {
    const cutting = await proxy((nth) => (nth === 0 ? 6_000 : Infinity));
    const results = await sendInstances({ ...to(cutting.port), files, associations: 1, retryPausesMs: [10, 10] });
    expect(results.map((result) => result.outcome)).toEqual(HELD.map(() => 'stored'));
    expect(cutting.opened()).toBe(2);
    await until(() => test.summaries.length === 2, 'both ended');
    expect(requestsSeen()).toBeLessThanOrEqual(13);
    expect(test.summaries.reduce((sum, summary) => sum + (summary.statuses['0000'] ?? 0), 0)).toBe(12);
    cutting.close();
  });

  it('shares the work among associations when one breaks', async () => {
    const cutting = await proxy((nth) => (nth % 2 === 0 ? 4_000 : Infinity));
    const results = await sendInstances({ ...to(cutting.port), files, associations: 3, retryPausesMs: [5, 5] });
    expect(results.map((result) => result.outcome)).toEqual(HELD.map(() => 'stored'));
    expect(new Set(test.index.rows.map((row) => row.arrival.attributes.sopInstanceUid)).size).toBe(12);
    cutting.close();
  });

  it('gives up where every one breaks, and says so for each file', async () => {
    const cutting = await proxy(() => 400);
    const results = await sendInstances({ ...to(cutting.port), files, associations: 2, retryPausesMs: [1, 1] });
    expect(results.map((result) => result.outcome)).toEqual(HELD.map(() => 'failed'));
    expect(results[0]?.comment).toContain('ASSOCIATION_ABORTED');
    expect(cutting.opened()).toBeLessThan(20);
    cutting.close();
  });

  it('fails the one instance that breaks every association, and no other', async () => {
    const poison = HELD[4]?.sopInstanceUid ?? '';
    const cutting = await startCuttingProxy(test.node.port, (_nth, _passed, chunk) => chunk.includes(poison));
    const results = await sendInstances({ ...to(cutting.port), files, associations: 1, retryPausesMs: [1, 1] });
    expect(results.filter((result) => result.outcome === 'failed').map((result) => result.sopInstanceUid)).toEqual([poison]);
    expect(results.filter((result) => result.outcome === 'stored')).toHaveLength(11);
    cutting.close();
  });

  it('does not knock again where it was refused for good', async () => {
    const counting = await proxy(() => Infinity);
    expect((await sendInstances({ ...to(counting.port), calledAe: 'OTHER', files, associations: 1, retryPausesMs: [1, 1] }))[0]).toMatchObject({ outcome: 'failed', comment: expect.stringContaining('ASSOCIATION_REJECTED') });
    expect(counting.opened()).toBe(1);
    counting.close();
  });

  it('makes do with fewer associations than it was allowed', async () => {
    const own = await startNode({ node: { limits: { associationsPerCallingAe: 1 } } });
    const results = await sendInstances({ ...to(own.node.port), files, associations: 4, retryPausesMs: [20, 50] });
    expect(results.map((result) => result.outcome)).toEqual(HELD.map(() => 'stored'));
    await own.close();
  });

  it('ends at once when it is given up', async () => {
    const controller = new AbortController();
    test.index.before = () => new Promise((resolve) => { controller.abort(); setTimeout(resolve, 20); });
    const results = await sendInstances({ ...to(), files, associations: 2, signal: controller.signal });
    expect(results).toHaveLength(12);
    expect(results.every((result) => result.outcome === 'failed')).toBe(true);
  });
});

describe('converting for a receiver', () => {
  it.each([['fails', false], ['works', true]])('is a result of its own when it %s, and leaves nothing behind', async (_name, works) => {
    const made = makeInstance({ seed: 'convert', transferSyntaxUid: UID.explicitBigEndian });
    const native = makeInstance({ seed: 'convert' });
    const scratch = join(test.directory, 'scratch');
    mkdirSync(scratch);
    const file = join(test.directory, 'big.dcm');
    writeFileSync(file, made.bytes);
    const transcoder: Transcoder = {
      route: (from, target) => (from === target ? 'same' : 'native'),
      convert: ({ target }) => {
        writeFileSync(target, native.bytes);
        if (!works) return Promise.reject(new ApplianceError('RETRIEVE_FAILED', 'no codec'));
        return Promise.resolve({ bytes: native.bytes.length, dataSetOffset: native.bytes.length - native.dataSet.length, dataSetSha256: '', pixels: 'untouched' });
      },
      close: () => Promise.resolve(),
    };
    const onlyLittle = await startNode({ storage: { scope: 'all' }, services: [{ name: 'little', transferSyntaxes: (uidOf) => (uidOf === made.sopClassUid ? new Set([UID.explicitLittleEndian]) : undefined), commandFields: [], open: () => { throw new TypeError('not opened'); } }] });
    const [result] = await sendInstances({ ...to(onlyLittle.node.port), files: [file], conversion: { transcoder, folder: scratch } });
    expect(result).toMatchObject(works ? { outcome: 'stored' } : { outcome: 'not-convertible', comment: 'RETRIEVE_FAILED: no codec' });
    if (works) expect(onlyLittle.index.rows[0]?.arrival.file.transferSyntaxUid).toBe(UID.explicitLittleEndian);
    expect(readdirSync(scratch)).toEqual([]);
    await onlyLittle.close();
  });

  it('does not speak TLS, and does not speak plainly instead', async () => {
    await expect(sendAll({ to: remoteAe('SECURE', test.node.port, { tls: true }), callingAe: 'SENDER', source: { kinds: [], async *open() { /* nothing */ } }, onOutcome: () => undefined })).rejects.toMatchObject({ code: 'ASSOCIATION_TLS_NOT_AVAILABLE' });
    expect(test.summaries).toEqual([]);
  });
});
