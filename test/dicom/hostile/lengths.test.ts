import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CT_CONTEXT, associate, connectPeer, data, dataSet, request, startNode, storeRequest, value } from '../association/harness.ts';
import type { Peer, TestNode } from '../association/harness.ts';
import { expectClean, expectServed } from './aftermath.ts';

let test: TestNode;

beforeEach(async () => {
  test = await startNode({ node: { limits: { associations: 500, associationsPerCallingAe: 500 } } });
});

afterEach(async () => {
  await test.close();
});

const claim = (type: number, bytes: number): Buffer => {
  const head = Buffer.alloc(6);
  head[0] = type;
  head.writeUInt32BE(bytes, 2);
  return head;
};

const HUGE = 0x7fff_ffff;
const mebibytes = (): number => process.memoryUsage().rss / 1_048_576;

const halfStored = async (): Promise<Peer> => {
  const peer = await associate(test.node.port);
  peer.send(storeRequest('2.25.1', 1), data(value(1, 0, dataSet('2.25.1').subarray(0, 300))));
  return peer;
};

describe('PDU lengths that lie', () => {
  it.each([
    ['an association request of 2 GB', 1, () => connectPeer(test.node.port)],
    ['data of 2 GB', 4, () => associate(test.node.port)],
    ['data of 2 GB within a data set', 4, halfStored],
    ['a release of 2 GB', 5, () => associate(test.node.port)],
    ['an abort of 2 GB', 7, halfStored],
    ['a release response of 2 GB', 6, () => associate(test.node.port)],
  ] as const)('end in A-ABORT at the header of %s', async (_name, type, open) => {
    const peer = await open();
    const began = performance.now();
    peer.send(claim(type, HUGE));
    expect(await peer.next()).toMatchObject({ type: 7 });
    expect(performance.now() - began).toBeLessThan(2000);
    peer.socket.end();
    await expectClean(test);
    await expectServed(test);
  });

  it('cost no memory and no time when sixty megabytes follow them', async () => {
    const peer = await associate(test.node.port);
    const before = mebibytes();
    const began = performance.now();
    peer.send(claim(4, HUGE));
    const piece = Buffer.alloc(1_048_576, 7);
    for (let sent = 0; sent < 60 && !peer.isClosed; sent += 1) if (!peer.socket.write(piece)) await new Promise((resolve) => { peer.socket.once('drain', resolve); peer.socket.once('close', resolve); });
    expect(await peer.next()).toMatchObject({ type: 7 });
    expect(performance.now() - began).toBeLessThan(5000);
    expect(mebibytes() - before).toBeLessThan(40);
    peer.socket.destroy();
    await expectServed(test);
  });

  it('reserve nothing for three hundred peers that announce a long association request and send its start', async () => {
    const start = request([CT_CONTEXT]).subarray(6, 80);
    const before = mebibytes();
    const peers = await Promise.all(Array.from({ length: 300 }, () => connectPeer(test.node.port)));
    for (const peer of peers) peer.send(claim(1, 1_048_576), start);
    await expectServed(test);
    expect(mebibytes() - before).toBeLessThan(80);
    for (const peer of peers) peer.socket.destroy();
    await expectClean(test);
  });

  it.each([['an empty association request', 1, 0], ['an association request of one byte', 1, 1], ['an abort of no bytes', 7, 0], ['a release of five bytes', 5, 5]] as const)('are met when they are too short or long by a little: %s', async (_name, type, bytes) => {
    const peer = type === 1 ? await connectPeer(test.node.port) : await associate(test.node.port);
    peer.send(claim(type, bytes), Buffer.alloc(bytes));
    expect(await peer.next()).toMatchObject({ type: 7 });
    peer.socket.end();
    await expectClean(test);
    await expectServed(test);
  });
});
