import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseStorageSyntax } from '../../dicom/storage-scp.ts';
import { ApplianceError } from '../../infra/errors.ts';
import type { SpaceGauge } from '../../dicom/space-gauge.ts';
import type { Command } from '../../dicom/association/command.ts';
import { CT, CT_CONTEXT, EXPLICIT, IMPLICIT, associate, connectPeer, data, dataPdus, dataSet, echoRequest, instanceFiles, partFiles, request, startNode, storeRequest, value } from './association/harness.ts';
import type { Peer, TestNode, TestNodeOptions } from './association/harness.ts';

let test: TestNode;

const start = async (options: TestNodeOptions = {}): Promise<Peer> => {
  test = await startNode(options);
  return associate(test.node.port);
};

const store = async (peer: Peer, uid: string, bytes: Buffer, changes: Partial<Command> = {}): Promise<Command> => {
  peer.send(storeRequest(uid, 1, changes), dataPdus(bytes));
  return peer.response();
};

/** The association must live on after each refusal. */
const expectEcho = async (peer: Peer): Promise<void> => {
  peer.send(echoRequest(77));
  expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 77 });
};

afterEach(async () => {
  await test.close();
});

describe('storing', () => {
  it('keeps the data set byte for byte behind a header of ours and tells the catalog', async () => {
    const peer = await start({ store: { durable: true } });
    const bytes = dataSet('2.25.40', { pixelBytes: 700_000 });
    expect(await store(peer, '2.25.40', bytes)).toMatchObject({ status: 0 });
    const arrival = test.index.rows[0]?.arrival;
    expect(arrival).toMatchObject({ origin: { callingAe: 'PEER', calledAe: 'SPINDLE', kind: 'pushed' }, file: { transferSyntaxUid: EXPLICIT }, attributes: { sopInstanceUid: '2.25.40', modality: 'CT' } });
    expect(arrival?.file.path).toMatch(/^instances\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{32}-[0-9a-f]{16}$/);
    const file = readFileSync(`${test.directory}/${arrival?.file.path}`);
    expect(file.length).toBe(arrival?.file.bytes);
    expect(file.toString('latin1', 128, 132)).toBe('DICM');
    expect(file.subarray(arrival?.file.dataSetOffset).equals(bytes)).toBe(true);
    expect(partFiles(test.directory)).toEqual([]);
  });

  it('marks as retrieved what the catalog says was asked for', async () => {
    const asked: unknown[] = [];
    const peer = await start({ storage: { isRetrieved: (origin) => { asked.push(origin); return Promise.resolve(origin.moveOriginatorAe === 'SPINDLE'); } } });
    await store(peer, '2.25.41', dataSet('2.25.41'), { moveOriginatorAe: 'SPINDLE', moveOriginatorMessageId: 3 });
    await store(peer, '2.25.42', dataSet('2.25.42'), { moveOriginatorAe: 'OTHER', moveOriginatorMessageId: 3 });
    expect(test.index.rows.map((row) => row.arrival.origin.kind)).toEqual(['retrieved', 'pushed']);
    expect(asked[0]).toEqual({ moveOriginatorAe: 'SPINDLE', callingAe: 'PEER', studyInstanceUid: '2.25.1' });
  });

  it('takes nothing while the catalog cannot tell what is retrieved', async () => {
    const peer = await start({ storage: { isRetrieved: () => Promise.reject(new TypeError('away')) } });
    expect(await store(peer, '2.25.44', dataSet('2.25.44'))).toMatchObject({ status: 0xa700 });
    expect([test.index.rows.length, partFiles(test.directory)]).toEqual([0, []]);
  });

  it('finds the attributes behind a megabyte of private elements', async () => {
    const peer = await start();
    expect(await store(peer, '2.25.43', dataSet('2.25.43', { privateBytes: 1_500_000 }))).toMatchObject({ status: 0 });
  });

  it('gathers arrivals of several associations into one transaction while two run', async () => {
    const first = await start();
    const running: (() => void)[] = [];
    test.index.before = () => new Promise((resolve) => { running.push(resolve); });
    const peers = [first, await associate(test.node.port), await associate(test.node.port), await associate(test.node.port), await associate(test.node.port)];
    const answers = peers.map((peer, index) => store(peer, `2.25.${50 + index}`, dataSet(`2.25.${50 + index}`)));
    while (instanceFiles(test.directory).length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    test.index.before = undefined;
    for (const go of running) go();
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 0 });
    expect(test.index.batches).toEqual([1, 1, 3]);
  });
});

describe('refusals', () => {
  it.each([
    ['garbage', 'C000', () => Buffer.from('garbage-not-dicom-at-all-garbage-not-dicom'), '2.25.60', {}],
    ['an empty data set', 'C000', () => Buffer.alloc(0), '2.25.60', {}],
    ['a data set cut in its head', 'C000', () => dataSet('2.25.60').subarray(0, 60), '2.25.60', {}],
    ['another instance than the command says', 'A900', () => dataSet('2.25.61'), '2.25.60', {}],
    ['another SOP class than the command says', 'A900', () => dataSet('2.25.60', { sopClassUid: '1.2.840.10008.5.1.4.1.1.4' }), '2.25.60', {}],
    ['a SOP class that is not that of the context', 'A900', () => dataSet('2.25.60'), '2.25.60', { affectedSopClassUid: '1.2.840.10008.5.1.4.1.1.4' }],
  ] as const)('answers %s with %s and an error comment, and keeps nothing', async (_name, status, bytes, uid, changes) => {
    const peer = await start();
    peer.send(storeRequest(uid, 1, changes), bytes().length === 0 ? data(value(1, 2, Buffer.alloc(0))) : dataPdus(bytes()));
    const answer = await peer.response();
    expect(answer.status).toBe(Number.parseInt(status, 16));
    expect(answer.errorComment?.length).toBeGreaterThan(10);
    expect(answer.errorComment?.length).toBeLessThanOrEqual(64);
    expect(partFiles(test.directory)).toEqual([]);
    expect(instanceFiles(test.directory)).toEqual([]);
    expect(test.index.rows).toEqual([]);
    await expectEcho(peer);
  });

  const gaugeWith = (bytes: number): SpaceGauge => {
    let left = bytes;
    return { take: (wanted) => { if (wanted > left) throw new ApplianceError('INTAKE_DISK_FULL', 'store is above its high-water mark'); left -= wanted; } };
  };

  it.each([['at the start', 0], ['in the middle of an instance', 40_000]])('answers a full disk %s with A700 and keeps the association', async (_name, bytes) => {
    const peer = await start({ store: { gauge: gaugeWith(bytes) } });
    expect(await store(peer, '2.25.62', dataSet('2.25.62', { pixelBytes: 200_000 }))).toMatchObject({ status: 0xa700, errorComment: expect.stringContaining('high-water') });
    expect(partFiles(test.directory)).toEqual([]);
    await expectEcho(peer);
  });

  it('answers A700 when the part file cannot be opened, and stores again when it can', async () => {
    const peer = await start();
    renameSync(`${test.directory}/incoming`, `${test.directory}/away`);
    expect(await store(peer, '2.25.63', dataSet('2.25.63'))).toMatchObject({ status: 0xa700, errorComment: expect.stringContaining('part file cannot be opened (ENOENT)') });
    renameSync(`${test.directory}/away`, `${test.directory}/incoming`);
    expect(await store(peer, '2.25.63', dataSet('2.25.63'))).toMatchObject({ status: 0 });
  });

  it('answers A700 while the catalog is away, leaves the file, and takes a resend', async () => {
    const peer = await start();
    test.index.before = async () => { throw new ApplianceError('CATALOG_UNAVAILABLE', 'gone'); };
    expect(await store(peer, '2.25.64', dataSet('2.25.64'))).toMatchObject({ status: 0xa700, errorComment: expect.stringContaining('catalog did not take') });
    expect(instanceFiles(test.directory)).toHaveLength(1);
    test.index.before = undefined;
    expect(await store(peer, '2.25.64', dataSet('2.25.64'))).toMatchObject({ status: 0 });
    expect(instanceFiles(test.directory)).toHaveLength(1);
    expect(existsSync(`${test.directory}/${test.index.rows[0]?.arrival.file.path}`)).toBe(true);
  });

  it('answers A700 when the catalog does not answer at all, and takes a resend though the first row comes late', async () => {
    const peer = await start({ storage: { indexSeconds: 0.05 } });
    let go = (): void => undefined;
    test.index.before = () => new Promise((resolve) => { go = resolve; });
    expect(await store(peer, '2.25.66', dataSet('2.25.66'))).toMatchObject({ status: 0xa700, errorComment: expect.stringContaining('catalog did not take') });
    test.index.before = undefined;
    go();
    expect(await store(peer, '2.25.66', dataSet('2.25.66'))).toMatchObject({ status: 0 });
    expect(instanceFiles(test.directory)).toHaveLength(1);
    expect(test.index.rows).toHaveLength(1);
  });

  it('never answers success when the catalog breaks in a way nobody foresaw', async () => {
    const peer = await start();
    test.index.before = async () => { throw new TypeError('bug'); };
    expect(await store(peer, '2.25.65', dataSet('2.25.65'))).toMatchObject({ status: 0xa700 });
    await expectEcho(peer);
  });
});

describe('duplicates', () => {
  it('keeps one file when the same instance comes again', async () => {
    const peer = await start();
    for (let times = 0; times < 3; times += 1) expect(await store(peer, '2.25.70', dataSet('2.25.70'))).toMatchObject({ status: 0 });
    expect(instanceFiles(test.directory)).toHaveLength(1);
    expect(test.index.rows).toHaveLength(1);
  });

  it('keeps one file when several associations send the same instance at once', async () => {
    const first = await start({ store: { durable: true } });
    const peers = [first, ...(await Promise.all([1, 2, 3].map(() => associate(test.node.port))))];
    const answers = await Promise.all(peers.map((peer) => store(peer, '2.25.71', dataSet('2.25.71', { pixelBytes: 300_000 }))));
    for (const answer of answers) expect(answer).toMatchObject({ status: 0 });
    expect(instanceFiles(test.directory)).toHaveLength(1);
    expect(existsSync(`${test.directory}/${test.index.rows[0]?.arrival.file.path}`)).toBe(true);
  });

  it('keeps other content of a known instance beside it and decides by source', async () => {
    const peer = await start({ storage: { conflictFor: (callingAe) => (callingAe === 'PEER' ? 'newest' : 'ask') } });
    await store(peer, '2.25.72', dataSet('2.25.72'));
    expect(await store(peer, '2.25.72', dataSet('2.25.72', { fill: 9 }))).toMatchObject({ status: 0 });
    expect(test.index.conflicts.map(({ decision }) => decision)).toEqual(['newest']);
    expect(instanceFiles(test.directory)).toHaveLength(2);
  });

  it('replaces a damaged file of the same name', async () => {
    const peer = await start();
    await store(peer, '2.25.73', dataSet('2.25.73'));
    const file = instanceFiles(test.directory)[0] ?? '';
    const whole = readFileSync(file);
    chmodSync(file, 0o640);
    writeFileSync(file, 'short');
    await store(peer, '2.25.73', dataSet('2.25.73'));
    expect(readFileSync(file).equals(whole)).toBe(true);
  });

  it('replaces it by one that has the data set where the row says, though another device sends it', async () => {
    const peer = await start();
    const bytes = dataSet('2.25.74');
    await store(peer, '2.25.74', bytes);
    const file = instanceFiles(test.directory)[0] ?? '';
    writeFileSync(file, 'short');
    const other = await connectPeer(test.node.port);
    other.send(request([CT_CONTEXT], { callingAe: 'A_LONGER_TITLE' }));
    await other.next();
    expect(await store(other, '2.25.74', bytes)).toMatchObject({ status: 0 });
    const row = test.index.rows[0]?.arrival.file;
    expect(readFileSync(file).length).toBe(row?.bytes);
    expect(readFileSync(file).subarray(row?.dataSetOffset).equals(bytes)).toBe(true);
  });
});

describe('choice of transfer syntax', () => {
  it.each([
    ['explicit over implicit little endian', [IMPLICIT, EXPLICIT], EXPLICIT],
    ['what a compressed sender names first', ['1.2.840.10008.1.2.4.70', EXPLICIT], '1.2.840.10008.1.2.4.70'],
    ['native when the sender names native first', [IMPLICIT, '1.2.840.10008.1.2.4.70'], IMPLICIT],
    ['little endian for a big endian sender', ['1.2.840.10008.1.2.2', IMPLICIT], IMPLICIT],
  ])('takes %s', async (_name, proposed, chosen) => {
    await start();
    expect(chooseStorageSyntax(proposed)).toBe(chosen);
  });

  it('narrows to the reference statement when told so', async () => {
    await start({ storage: { scope: 'reference' } });
    await expect(associate(test.node.port, [{ id: 1, abstractSyntax: CT, transferSyntaxes: ['1.2.840.10008.1.2.4.201'] }])).resolves.toBeDefined();
    expect(test.node.counters().refusedContexts).toBe(1);
  });
});
