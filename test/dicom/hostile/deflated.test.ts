import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDeflateRaw } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { CT, VERIFICATION, IMPLICIT, associate, dataPdus, echoRequest, startNode, storeRequest } from '../association/harness.ts';
import type { TestNode } from '../association/harness.ts';
import { expectClean, expectNothingSpare, expectServed } from './aftermath.ts';

const DEFLATED = '1.2.840.10008.1.2.1.99';
const MEBIBYTE = 1_048_576;

let test: TestNode;

beforeEach(async () => {
  test = await startNode();
});

afterEach(async () => {
  await test.close();
});

/** A CT whose private element of so many megabytes of zeros lies before everything that identifies it, and deflates to a thousandth. Made piece by piece. */
const swollen = async (seed: string, megabytes: number): Promise<{ readonly sopInstanceUid: string; readonly bytes: Buffer }> => {
  const mark = Buffer.from('ZERO');
  const made = makeInstance({ seed, elements: [{ tag: 0x0009_0010, vr: 'LO', value: 'SPINDLE TEST' }, { tag: 0x0009_1001, vr: 'OB', value: mark }] });
  const at = made.dataSet.indexOf(mark);
  const head = Buffer.from(made.dataSet.subarray(0, at));
  head.writeUInt32LE(megabytes * MEBIBYTE, at - 4);
  const zeros = Buffer.alloc(MEBIBYTE);
  const pieces = [head, ...Array.from({ length: megabytes }, () => zeros), made.dataSet.subarray(at + mark.length)];
  return { sopInstanceUid: made.sopInstanceUid, bytes: await buffer(Readable.from(pieces).pipe(createDeflateRaw())) };
};

/** The most this process ever had. */
const peakMebibytes = (): number => process.resourceUsage().maxRSS / 1024;

const CONTEXTS = [{ id: 1, abstractSyntax: CT, transferSyntaxes: [DEFLATED] }, { id: 3, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }];

describe('a deflated data set', () => {
  it('is stored when it swells to a few megabytes before what identifies it', async () => {
    const { sopInstanceUid, bytes } = await swollen('few', 8);
    const peer = await associate(test.node.port, CONTEXTS);
    peer.send(storeRequest(sopInstanceUid, 1), dataPdus(bytes));
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect(test.index.rows[0]?.arrival.attributes).toMatchObject({ patientId: 'PHANTOM-1', rows: 8 });
    peer.socket.destroy();
  });

  it.each([40, 300])('that swells to %d megabytes before that is refused with little memory, and others are answered meanwhile', async (megabytes) => {
    const { sopInstanceUid, bytes } = await swollen('bomb', megabytes);
    const peers = await Promise.all([1, 2, 3, 4].map(() => associate(test.node.port, CONTEXTS)));
    const other = await associate(test.node.port);
    const before = peakMebibytes();
    const answers = peers.map((peer) => {
      peer.send(storeRequest(sopInstanceUid, 1), dataPdus(bytes));
      return peer.response();
    });
    const began = performance.now();
    other.send(echoRequest(9));
    expect(await other.response()).toMatchObject({ status: 0 });
    expect(performance.now() - began).toBeLessThan(2000);
    for (const { status } of await Promise.all(answers)) expect(status).toBe(0xc000);
    expect(peakMebibytes() - before).toBeLessThan(160);
    for (const peer of [...peers, other]) peer.socket.destroy();
    await expectServed(test);
    await expectClean(test);
    expectNothingSpare(test);
  });
});
