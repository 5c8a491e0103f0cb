import { expect, it } from 'vitest';
import { CT_CONTEXT, associate, connectPeer, dataPdus, dataSet, request, startNode, storeRequest, until } from '../association/harness.ts';
import type { Peer } from '../association/harness.ts';
import { descriptors, expectClean, expectNothingSpare, expectServed } from './aftermath.ts';
import { runCrowd } from './crowd.ts';

it('starves none of three hundred associations while eight of them store', async () => {
  const test = await startNode({ node: { limits: { associations: 300, associationsPerCallingAe: 300 } } });
  const before = descriptors();
  const { slowestEchoMilliseconds } = await runCrowd({ port: test.node.port, idle: 292, storing: 8, instancesEach: 40, instanceBytes: 200_000 });
  // Sender and receiver share one thread here; what is measured is that nobody waits for all the stores of others.
  expect(slowestEchoMilliseconds).toBeLessThan(2000);
  expect(test.index.rows).toHaveLength(320);
  await expectClean(test);
  expectNothingSpare(test);
  expect(descriptors()).toBeLessThanOrEqual(before);
  await test.close();
}, 60_000);

it('tells the three hundred and first that it may come later, and lets it in when one has left', async () => {
  const test = await startNode({ node: { limits: { associations: 300, associationsPerCallingAe: 300 } } });
  const peers = await Promise.all(Array.from({ length: 300 }, () => associate(test.node.port)));
  const late = await connectPeer(test.node.port);
  late.send(request([CT_CONTEXT]));
  expect(await late.next()).toEqual({ type: 3, body: Buffer.from([0, 2, 3, 2]) });
  peers[0]?.socket.destroy();
  for (let tries = 0; ; tries += 1) {
    const peer = await connectPeer(test.node.port);
    peer.send(request([CT_CONTEXT]));
    const answer = await peer.next();
    if (answer !== 'closed' && answer.type === 2) break;
    expect(tries).toBeLessThan(50);
    peer.socket.destroy();
  }
  await test.close();
});

it('serves on while two thousand connections come that never ask for an association, and keeps the latest few of them', async () => {
  const test = await startNode({ node: { limits: { associations: 4 } } });
  const before = descriptors();
  const working = await associate(test.node.port);
  const silent: Peer[] = [];
  for (let done = 0; done < 2_000; done += 100) silent.push(...await Promise.all(Array.from({ length: 100 }, () => connectPeer(test.node.port))));
  await until(() => test.node.counters().openAssociations <= 300, 'the oldest cut off');
  expect(silent.at(-1)?.isClosed).toBe(false);
  working.send(storeRequest('2.25.1', 1), dataPdus(dataSet('2.25.1')));
  expect(await working.response()).toMatchObject({ status: 0 });
  await expectServed(test);
  for (const peer of [working, ...silent]) peer.socket.destroy();
  await expectClean(test);
  await until(() => descriptors() <= before, 'all descriptors given back');
  await test.close();
}, 60_000);
