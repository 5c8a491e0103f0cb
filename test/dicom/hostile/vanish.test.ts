import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILES_AHEAD } from '../../../dicom/part-files.ts';
import { CT_CONTEXT, EXPLICIT, IMPLICIT, VERIFICATION, connectPeer, data, dataPdus, dataSet, request, startNode, storeRequest, until, value } from '../association/harness.ts';
import type { Peer, TestNode } from '../association/harness.ts';
import { descriptors, expectClean, expectNothingSpare, expectServed } from './aftermath.ts';

const COUNT = Number(process.env['SPINDLE_TEST_VANISHED'] ?? 1_000);
const AT_ONCE = 100;

let test: TestNode;

beforeAll(async () => {
  test = await startNode({ store: { filesAhead: FILES_AHEAD }, node: { limits: { associations: 1_000, associationsPerCallingAe: 1_000 } } });
});

afterAll(async () => {
  await test.close();
});

const OPEN = request([CT_CONTEXT, { id: 3, abstractSyntax: VERIFICATION, transferSyntaxes: [EXPLICIT, IMPLICIT] }]);

const associated = async (peer: Peer): Promise<void> => {
  peer.send(OPEN);
  await peer.next();
};

/** How far a peer gets before it is gone. */
const STAGES: readonly ((peer: Peer, uid: string) => Promise<void> | void)[] = [
  () => undefined,
  (peer) => peer.send(OPEN.subarray(0, 3)),
  (peer) => peer.send(OPEN.subarray(0, 100)),
  (peer) => peer.send(OPEN),
  associated,
  async (peer, uid) => { await associated(peer); peer.send(storeRequest(uid, 1).subarray(0, 50)); },
  async (peer, uid) => { await associated(peer); peer.send(storeRequest(uid, 1)); },
  async (peer, uid) => { await associated(peer); peer.send(storeRequest(uid, 1), data(value(1, 0, dataSet(uid).subarray(0, 900)))); },
  async (peer, uid) => { await associated(peer); peer.send(storeRequest(uid, 1), dataPdus(dataSet(uid)).subarray(0, 1000)); },
  async (peer, uid) => { await associated(peer); peer.send(storeRequest(uid, 1), dataPdus(dataSet(uid))); },
];

describe(`${COUNT} peers that vanish`, () => {
  it.each([['with a reset', (peer: Peer) => peer.socket.resetAndDestroy()], ['by closing', (peer: Peer) => peer.socket.destroy()]])('leave no descriptor, no part file and no row without its file: %s', async (_name, leave) => {
    await expectServed(test);
    await expectClean(test);
    const before = descriptors();
    for (let done = 0; done < COUNT / 2; done += AT_ONCE) {
      const peers = await Promise.all(Array.from({ length: AT_ONCE }, () => connectPeer(test.node.port)));
      await Promise.all(peers.map(async (peer, at) => { await STAGES[at % STAGES.length]?.(peer, `2.25.${1_000_000 + done + at}`); }));
      // Some are gone before their last bytes are read, some after.
      await new Promise((resolve) => setTimeout(resolve, 10));
      for (const peer of peers) leave(peer);
    }
    await expectClean(test);
    await until(() => descriptors() <= before, 'all descriptors given back');
    expectNothingSpare(test);
    expect(test.node.counters().associations).toBeGreaterThanOrEqual(COUNT / 2);
    await expectServed(test);
  }, 60_000 + COUNT * 30);
});
