import { rmSync, writeFileSync, renameSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { COMMAND } from '../../../dicom/association/command.ts';
import type { DicomService } from '../../../dicom/association/service.ts';
import { random } from '../../fixtures/random.ts';
import { CT, CT_CONTEXT, EXPLICIT, IMPLICIT, VERIFICATION, associate, connectPeer, data, dataPdus, dataSet, echoRequest, partFiles, request, startNode, storeRequest, until, value } from '../association/harness.ts';
import type { TestNode } from '../association/harness.ts';
import { expectClean, expectNothingSpare, expectServed } from './aftermath.ts';

const nodes: TestNode[] = [];
const start = async (...args: Parameters<typeof startNode>): Promise<TestNode> => {
  const test = await startNode(...args);
  nodes.push(test);
  return test;
};

afterEach(async () => {
  for (const test of nodes.splice(0)) await test.close();
});

/** Takes any data set, slowly, and keeps what it got. */
const slowSink = (): { readonly service: DicomService; readonly taken: Buffer[] } => {
  const taken: Buffer[] = [];
  const service: DicomService = {
    name: 'slow', transferSyntaxes: (uid) => (uid === '1.2.3.4' ? new Set([IMPLICIT]) : undefined), commandFields: [COMMAND.storeRequest],
    open: (exchange) => ({
      data: (chunk) => void taken.push(Buffer.from(chunk)),
      flush: () => new Promise((resolve) => setTimeout(resolve, 3)),
      complete: () => exchange.respond({ status: 0 }),
      abort: () => undefined,
    }),
  };
  return { service, taken };
};

describe('several values in one PDU', () => {
  it('all arrive, in order, at a sink that is slower than the peer', async () => {
    const { service, taken } = slowSink();
    const test = await start({ services: [service], node: { limits: { receiveBufferBytes: 8192 } } });
    const next = random(61);
    const bytes = Buffer.from(Array.from({ length: 400_000 }, () => Math.floor(next() * 256)));
    const pdus: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const values: Buffer[] = [];
      for (let count = 1 + Math.floor(next() * 4); count > 0 && at < bytes.length; count -= 1) {
        const length = Math.floor(next() * 3000);
        values.push(value(1, at + length >= bytes.length ? 2 : 0, bytes.subarray(at, at + length)));
        at += length;
      }
      pdus.push(data(...values));
    }
    const peer = await associate(test.node.port, [{ id: 1, abstractSyntax: '1.2.3.4', transferSyntaxes: [IMPLICIT] }]);
    peer.send(storeRequest('2.25.1', 1, { affectedSopClassUid: '1.2.3.4' }), ...pdus);
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect(Buffer.concat(taken).equals(bytes)).toBe(true);
    peer.socket.destroy();
  });

  it('are stored byte for byte however command and data set share their PDUs', async () => {
    const test = await start();
    const bytes = dataSet('2.25.2', { pixelBytes: 5001 });
    const command = storeRequest('2.25.2', 1).subarray(6);
    const peer = await associate(test.node.port);
    peer.send(data(command, value(1, 0, bytes.subarray(0, 11)), value(1, 0, bytes.subarray(11, 2000))), data(value(1, 0, Buffer.alloc(0)), value(1, 2, bytes.subarray(2000)), echoRequest(2).subarray(6)));
    expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 1 });
    expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 2 });
    expect(test.index.rows[0]?.arrival.file.dataSetSha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    peer.socket.destroy();
  });
});

describe('stores that do not wait for their answers', () => {
  it('are all held and answered in order, a hundred of them on each of four associations, while the catalog is slow', async () => {
    const test = await start();
    test.index.before = () => new Promise((resolve) => setTimeout(resolve, 4));
    await Promise.all([0, 1, 2, 3].map(async (lane) => {
      const peer = await associate(test.node.port);
      const uids = Array.from({ length: 100 }, (_, at) => `2.25.${1000 + lane * 1000 + at}`);
      peer.send(...uids.flatMap((uid, at) => [storeRequest(uid, at + 1), dataPdus(dataSet(uid, { pixelBytes: 3000 + at }))]));
      for (const at of uids.keys()) expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: at + 1, affectedSopInstanceUid: uids[at] });
      peer.socket.destroy();
    }));
    expect(new Set(test.index.rows.map((row) => row.arrival.attributes.sopInstanceUid)).size).toBe(400);
    await expectClean(test);
    expectNothingSpare(test);
  });

  it('get one refusal each, in order, when the disk goes in the middle of them', async () => {
    const test = await start();
    const { directory } = test;
    let answered = 0;
    test.index.before = async () => {
      answered += 1;
      if (answered !== 3) return;
      renameSync(`${directory}/incoming`, `${directory}/away`);
      writeFileSync(`${directory}/incoming`, '');
    };
    const peer = await associate(test.node.port);
    const uids = Array.from({ length: 10 }, (_, at) => `2.25.${100 + at}`);
    peer.send(...uids.flatMap((uid, at) => [storeRequest(uid, at + 1), dataPdus(dataSet(uid))]), echoRequest(99));
    const statuses: (number | undefined)[] = [];
    for (const at of uids.keys()) {
      const answer = await peer.response();
      expect(answer.messageIdRespondedTo).toBe(at + 1);
      statuses.push(answer.status);
    }
    expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 99 });
    expect(statuses.slice(0, 3)).toEqual([0, 0, 0]);
    // The fourth may have been opened before the third was placed.
    expect(statuses.slice(4)).toEqual(Array.from({ length: 6 }, () => 0xa700));
    expect(test.index.rows.map((row) => row.arrival.attributes.sopInstanceUid)).toEqual(uids.filter((_, at) => statuses[at] === 0));
    rmSync(`${directory}/incoming`);
    renameSync(`${directory}/away`, `${directory}/incoming`);
    peer.socket.destroy();
    await expectServed(test);
    await expectClean(test);
  });
});

describe('presentation context ids', () => {
  it('come back as they were sent, all 128 of them in no order', async () => {
    const test = await start();
    const ids = Array.from({ length: 128 }, (_, at) => ((at * 89) % 128) * 2 + 1);
    const peer = await associate(test.node.port, ids.map((id, at) => ({ id, abstractSyntax: at % 2 === 0 ? VERIFICATION : CT, transferSyntaxes: [EXPLICIT, IMPLICIT] })));
    for (const [at, id] of ids.entries()) {
      if (at % 2 === 0) peer.send(echoRequest(at + 1, id));
      else peer.send(storeRequest(`2.25.${500 + at}`, at + 1, {}, id), dataPdus(dataSet(`2.25.${500 + at}`), 8000, id));
      const pdu = await peer.next();
      expect(pdu).toMatchObject({ type: 4 });
      expect(pdu === 'closed' ? 0 : pdu.body.readUInt8(4)).toBe(id);
    }
    peer.socket.destroy();
    expect(test.index.rows).toHaveLength(64);
    await expectClean(test);
  });

  it.each([
    ['one that was refused', 5, [CT_CONTEXT, { id: 5, abstractSyntax: '1.2.3.9', transferSyntaxes: [IMPLICIT] }]],
    ['one that was never proposed, within a data set', 77, [CT_CONTEXT]],
    ['zero', 0, [CT_CONTEXT]],
  ] as const)('are answered with A-ABORT when the peer uses %s', async (_name, id, contexts) => {
    const test = await start();
    const peer = await associate(test.node.port, contexts);
    peer.send(storeRequest('2.25.3', 1), data(value(1, 0, dataSet('2.25.3').subarray(0, 500))));
    await until(() => partFiles(test.directory).length === 1, 'part file');
    peer.send(data(value(id, 2, Buffer.alloc(10))));
    expect(await peer.next()).toEqual({ type: 7, body: Buffer.from([0, 0, 2, 6]) });
    peer.socket.end();
    await expectClean(test);
    await expectServed(test);
  });

  it('that are proposed twice do not confuse the node', async () => {
    const test = await start();
    const peer = await connectPeer(test.node.port);
    peer.send(request([CT_CONTEXT, { id: 1, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }]));
    expect(await peer.next()).toMatchObject({ type: expect.toSatisfy((type: number) => type === 2 || type === 7) });
    peer.socket.destroy();
    await expectServed(test);
  });
});
