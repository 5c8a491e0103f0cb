import { afterEach, describe, expect, it } from 'vitest';
import { COMMAND } from '../../../dicom/association/command.ts';
import type { DicomService } from '../../../dicom/association/service.ts';
import { CT_CONTEXT, IMPLICIT, associate, commandBytes, connectPeer, data, dataPdus, dataSet, instanceFiles, partFiles, pdu, request, startNode, storeRequest, until, value } from '../association/harness.ts';
import type { Peer, TestNode, TestNodeOptions } from '../association/harness.ts';
import { expectClean, expectNothingSpare, expectServed } from './aftermath.ts';

const nodes: TestNode[] = [];
const start = async (options: TestNodeOptions = {}): Promise<TestNode> => {
  const test = await startNode(options);
  nodes.push(test);
  return test;
};

afterEach(async () => {
  for (const test of nodes.splice(0)) await test.close();
});

const RELEASE = pdu(5, Buffer.alloc(4));
const ABORT = pdu(7, Buffer.alloc(4));
const UNEXPECTED = { type: 7, body: Buffer.from([0, 0, 2, 2]) };
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A node that takes its time over the association itself. */
const undecided = async (): Promise<{ readonly test: TestNode; readonly peer: Peer; decide(): void }> => {
  let decide = (): void => undefined;
  const test = await start({ node: { users: { concerns: () => true, verdict: () => new Promise((resolve) => { decide = () => resolve({ kind: 'none' }); }) } } });
  const peer = await connectPeer(test.node.port);
  peer.send(request([CT_CONTEXT], { user: { maxPduBytes: 0, implementationClassUid: '1.2', implementationVersionName: '', roles: [], userIdentity: { type: 2, isResponseRequested: false, primary: Buffer.from('u'), secondary: Buffer.from('p') } } }));
  await sleep(50);
  return { test, peer, decide: () => decide() };
};

interface Finder { readonly service: DicomService; go(): void; readonly ended: unknown[] }

/** A C-FIND whose second answer comes when the test says so. */
const finder = (): Finder => {
  let go = (): void => undefined;
  const ended: unknown[] = [];
  return {
    ended, go: () => go(),
    service: {
      name: 'finder', transferSyntaxes: (uid) => (uid === '1.2.3.4' ? new Set([IMPLICIT]) : undefined), commandFields: [COMMAND.findRequest],
      open: (exchange) => ({
        data: () => undefined, flush: () => undefined, abort: () => undefined,
        complete: async () => {
          exchange.signal.addEventListener('abort', () => ended.push(exchange.signal.reason));
          await exchange.respond({ status: 0xff00 }, Buffer.alloc(8));
          await new Promise<void>((resolve) => { go = resolve; exchange.signal.addEventListener('abort', () => resolve()); });
          await exchange.respond({ status: 0 });
        },
      }),
    },
  };
};

const FIND_CONTEXT = { id: 1, abstractSyntax: '1.2.3.4', transferSyntaxes: [IMPLICIT] };
const find = (peer: Peer): void => peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.findRequest, messageId: 7, affectedSopClassUid: '1.2.3.4' }))));

const expectPending = async (peer: Peer): Promise<void> => {
  expect(await peer.response()).toMatchObject({ status: 0xff00 });
  expect(await peer.next()).toMatchObject({ type: 4 });
};

describe('A-RELEASE at the wrong moment', () => {
  it('is answered with A-ABORT while the association is not answered yet', async () => {
    const { test, peer, decide } = await undecided();
    peer.send(RELEASE);
    expect(await peer.next()).toEqual(UNEXPECTED);
    decide();
    peer.socket.end();
    await expectClean(test);
    expect(test.summaries[0]).toMatchObject({ outcome: 'aborted-by-us' });
  });

  it('within a data set drops the instance and is answered', async () => {
    const test = await start();
    const peer = await associate(test.node.port);
    peer.send(storeRequest('2.25.1', 1), data(value(1, 0, dataSet('2.25.1'))), RELEASE);
    expect(await peer.next()).toMatchObject({ type: 6 });
    peer.socket.end();
    await expectClean(test);
    expect(instanceFiles(test.directory)).toEqual([]);
  });

  it('within a command is answered', async () => {
    const test = await start();
    const peer = await associate(test.node.port);
    peer.send(data(value(1, 1, Buffer.alloc(20))), RELEASE);
    expect(await peer.next()).toMatchObject({ type: 6 });
    peer.socket.end();
    await expectClean(test);
  });

  it('with a C-FIND pending is answered behind its last answer', async () => {
    const finding = finder();
    const test = await start({ services: [finding.service] });
    const peer = await associate(test.node.port, [FIND_CONTEXT]);
    find(peer);
    await expectPending(peer);
    peer.send(RELEASE);
    await sleep(30);
    finding.go();
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect(await peer.next()).toMatchObject({ type: 6 });
    peer.socket.end();
    await expectClean(test);
  });

  it('twice, or with data behind it, harms nobody', async () => {
    const test = await start();
    const peer = await associate(test.node.port);
    peer.send(RELEASE, RELEASE, storeRequest('2.25.2', 1), dataPdus(dataSet('2.25.2')));
    expect(await peer.next()).toMatchObject({ type: 6 });
    peer.socket.end();
    await expectClean(test);
    expect(test.index.rows).toEqual([]);
    await expectServed(test);
  });

  it('with data behind it while a store works is answered with A-ABORT, and the store is accounted for', async () => {
    const test = await start();
    let go = (): void => undefined;
    test.index.before = () => new Promise((resolve) => { go = resolve; });
    const peer = await associate(test.node.port);
    peer.send(storeRequest('2.25.3', 1), dataPdus(dataSet('2.25.3')));
    await until(() => instanceFiles(test.directory).length === 1, 'placed');
    peer.send(RELEASE, data(value(1, 2, Buffer.alloc(4))));
    expect(await peer.next()).toEqual(UNEXPECTED);
    peer.socket.end();
    go();
    test.index.before = undefined;
    await expectClean(test);
    expectNothingSpare(test);
    expect(test.index.rows).toHaveLength(1);
  });
});

describe('A-ABORT', () => {
  /** Brings a peer to the moment; answers what to do after its abort. */
  const MOMENTS: readonly (readonly [string, () => Promise<{ readonly test: TestNode; readonly peer: Peer; readonly afterwards?: () => void; readonly outcome: string }>])[] = [
    ['before the association', async () => { const test = await start(); return { test, peer: await connectPeer(test.node.port), outcome: 'aborted-by-peer' }; }],
    ['while the association is not answered yet', async () => { const { test, peer, decide } = await undecided(); return { test, peer, afterwards: decide, outcome: 'aborted-by-peer' }; }],
    ['on an idle association', async () => { const test = await start(); return { test, peer: await associate(test.node.port), outcome: 'aborted-by-peer' }; }],
    ['within a command', async () => {
      const test = await start();
      const peer = await associate(test.node.port);
      peer.send(data(value(1, 1, Buffer.alloc(20))));
      return { test, peer, outcome: 'aborted-by-peer' };
    }],
    ['within a data set', async () => {
      const test = await start();
      const peer = await associate(test.node.port);
      peer.send(storeRequest('2.25.4', 1), data(value(1, 0, dataSet('2.25.4'))));
      await until(() => partFiles(test.directory).length === 1, 'part file');
      return { test, peer, outcome: 'aborted-by-peer' };
    }],
    ['while a store works', async () => {
      const test = await start();
      let go = (): void => undefined;
      test.index.before = () => new Promise((resolve) => { go = resolve; });
      const peer = await associate(test.node.port);
      peer.send(storeRequest('2.25.5', 1), dataPdus(dataSet('2.25.5')));
      await until(() => instanceFiles(test.directory).length === 1, 'placed');
      return { test, peer, afterwards: () => { go(); }, outcome: 'aborted-by-peer' };
    }],
    ['while a C-FIND is pending', async () => {
      const finding = finder();
      const test = await start({ services: [finding.service] });
      const peer = await associate(test.node.port, [FIND_CONTEXT]);
      find(peer);
      await expectPending(peer);
      return { test, peer, afterwards: () => expect(finding.ended).toEqual(['ended']), outcome: 'aborted-by-peer' };
    }],
    ['behind a release', async () => {
      const test = await start();
      const peer = await associate(test.node.port);
      peer.send(RELEASE);
      expect(await peer.next()).toMatchObject({ type: 6 });
      return { test, peer, outcome: 'released' };
    }],
  ];

  it.each(MOMENTS)('%s gets no answer and leaves nothing', async (_name, reach) => {
    const { test, peer, afterwards, outcome } = await reach();
    peer.send(ABORT);
    expect(await peer.next()).toBe('closed');
    afterwards?.();
    await expectClean(test);
    expectNothingSpare(test);
    expect(test.summaries[0]?.outcome).toBe(outcome);
    expect(test.summaries).toHaveLength(1);
  });
});

describe('slow and idle peers', () => {
  it('are cut off when their association request takes longer than allowed, however many bytes come', async () => {
    const test = await start({ node: { limits: { artimSeconds: 0.3 } } });
    const peer = await connectPeer(test.node.port);
    const wire = request([CT_CONTEXT]);
    const began = performance.now();
    for (let at = 0; at < wire.length && !peer.isClosed && performance.now() - began < 3000; at += 1) {
      peer.send(wire.subarray(at, at + 1));
      await sleep(30);
    }
    expect(peer.isClosed).toBe(true);
    expect(performance.now() - began).toBeLessThan(2000);
    await expectClean(test);
  });

  it('are served as long as something comes, though the data set takes longer than the idle time', async () => {
    const test = await start({ node: { limits: { idleSeconds: 0.3 } } });
    const peer = await associate(test.node.port);
    const wire = dataPdus(dataSet('2.25.6', { pixelBytes: 100 }));
    peer.send(storeRequest('2.25.6', 1));
    for (let at = 0; at < wire.length; at += 50) {
      peer.send(wire.subarray(at, at + 50));
      await sleep(100);
    }
    expect(await peer.response()).toMatchObject({ status: 0 });
    peer.socket.destroy();
  });

  it('are aborted when they stop within a data set, and nothing stays', async () => {
    const test = await start({ node: { limits: { idleSeconds: 0.2 } } });
    const peer = await associate(test.node.port);
    peer.send(storeRequest('2.25.7', 1), data(value(1, 0, dataSet('2.25.7'))));
    expect(await peer.next()).toMatchObject({ type: 7 });
    peer.socket.end();
    await expectClean(test);
    expect(test.summaries[0]).toMatchObject({ outcome: 'aborted-by-us', reason: 'idle too long' });
  });

  it('are not called idle while we work for them', async () => {
    const test = await start({ node: { limits: { idleSeconds: 0.1 } } });
    test.index.before = () => sleep(500);
    const peer = await associate(test.node.port);
    peer.send(storeRequest('2.25.8', 1), dataPdus(dataSet('2.25.8')));
    expect(await peer.response()).toMatchObject({ status: 0 });
    peer.socket.destroy();
  });

  it('are cut off when they do not close behind our A-ABORT', async () => {
    const test = await start({ node: { limits: { artimSeconds: 0.2 } } });
    const peer = await associate(test.node.port);
    // Half open: what we send still goes out, the node's end is not answered.
    peer.socket.allowHalfOpen = true;
    peer.send(pdu(0x42));
    expect(await peer.next()).toMatchObject({ type: 7 });
    await until(() => test.summaries.length === 1, 'cut off', 3);
    expect(test.summaries[0]).toMatchObject({ outcome: 'aborted-by-us' });
    peer.socket.destroy();
  });
});
