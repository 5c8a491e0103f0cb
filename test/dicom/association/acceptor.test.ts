import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMAND, NO_DATA_SET } from '../../../dicom/association/command.ts';
import type { Command } from '../../../dicom/association/command.ts';
import type { DicomService, RequestHandler } from '../../../dicom/association/service.ts';
import type { ApplianceError } from '../../../infra/errors.ts';
import { CT, CT_CONTEXT, EXPLICIT, IMPLICIT, VERIFICATION, associate, commandBytes, connectPeer, data, dataPdus, dataSet, echoRequest, instanceFiles, partFiles, pdu, request, startNode, storeRequest, until, value } from './harness.ts';
import type { Peer, TestNode } from './harness.ts';

let test: TestNode;

beforeEach(async () => {
  test = await startNode();
});

afterEach(async () => {
  await test.close();
});

const RELEASE = pdu(5, Buffer.alloc(4));

/** What the peer gets instead of an answer: an A-ABORT with this source and reason, then the end. */
const expectAbort = async (peer: Peer, source: number, reason: number): Promise<void> => {
  const answer = await peer.next();
  expect(answer).toEqual({ type: 7, body: Buffer.from([0, 0, source, reason]) });
  peer.socket.end();
  await until(() => peer.isClosed, 'connection closed after the abort');
};

const expectAlive = async (): Promise<void> => {
  const peer = await associate(test.node.port);
  peer.send(echoRequest(1));
  expect(await peer.response()).toMatchObject({ commandField: COMMAND.echoResponse, status: 0 });
  peer.socket.destroy();
};

const storedDataSet = (): Buffer => {
  const arrival = test.index.rows.at(-1)?.arrival;
  if (arrival === undefined) throw new Error('nothing stored');
  return readFileSync(`${test.directory}/${arrival.file.path}`).subarray(arrival.file.dataSetOffset);
};

describe('association', () => {
  it('accepts presentation context ids in any order and answers each under its own id', async () => {
    const peer = await connectPeer(test.node.port);
    peer.send(request([{ id: 251, abstractSyntax: CT, transferSyntaxes: [IMPLICIT] }, { id: 3, abstractSyntax: '1.2.3.4', transferSyntaxes: [IMPLICIT] }, { id: 1, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }]));
    const answer = await peer.next();
    if (answer === 'closed') throw new Error('closed');
    expect(answer.type).toBe(2);
    const items = answer.body.subarray(68 + 4 + 21);
    const found: [number, number][] = [];
    for (let at = 0; items[at] === 0x21; at += 4 + items.readUInt16BE(at + 2)) found.push([items.readUInt8(at + 4), items.readUInt8(at + 6)]);
    expect(found).toEqual([[251, 0], [3, 3], [1, 0]]);
    peer.send(echoRequest(5, 1));
    expect(await peer.response()).toMatchObject({ messageIdRespondedTo: 5, status: 0 });
  });

  it('tells a listener which SOP class of which AE was refused', async () => {
    const refused: unknown[] = [];
    const own = await startNode({ node: { onContextRefused: (context, association) => void refused.push([context, association.callingAe]) } });
    const peer = await associate(own.node.port, [{ id: 1, abstractSyntax: '1.2.3.4', transferSyntaxes: [IMPLICIT] }, { id: 3, abstractSyntax: CT, transferSyntaxes: ['1.2.3.5'] }]);
    peer.socket.destroy();
    expect(refused).toEqual([[{ abstractSyntax: '1.2.3.4', reason: 'abstract-syntax' }, 'PEER'], [{ abstractSyntax: CT, reason: 'transfer-syntaxes' }, 'PEER']]);
    await own.close();
  });

  it('announces its own PDU length whatever the peer announces', async () => {
    for (const theirs of [0, 16_384]) {
      const peer = await connectPeer(test.node.port);
      peer.send(request([CT_CONTEXT], {}, theirs));
      const answer = await peer.next();
      if (answer === 'closed') throw new Error('closed');
      const at = answer.body.indexOf(Buffer.from([0x51, 0, 0, 4]));
      expect(answer.body.readUInt32BE(at + 4)).toBe(262_144);
      peer.socket.destroy();
    }
  });

  it('answers an asynchronous window with one operation at a time', async () => {
    const peer = await connectPeer(test.node.port);
    peer.send(request([CT_CONTEXT], { user: { maxPduBytes: 0, implementationClassUid: '1.2', implementationVersionName: '', roles: [], asyncWindow: { invoked: 0, performed: 8 } } }));
    const answer = await peer.next();
    if (answer === 'closed') throw new Error('closed');
    expect(answer.body.includes(Buffer.from([0x53, 0, 0, 4, 0, 1, 0, 1]))).toBe(true);
    peer.socket.destroy();
  });

  it.each([
    ['a foreign called AE title', { calledAe: 'OTHER' }, [1, 1, 7]],
    ['an unknown application context', { applicationContext: '1.2.3' }, [1, 1, 2]],
    ['an unknown protocol version', { protocolVersion: 2 }, [1, 2, 2]],
  ] as const)('rejects %s for good', async (_name, changes, [result, source, reason]) => {
    const peer = await connectPeer(test.node.port);
    peer.send(request([CT_CONTEXT], changes));
    expect(await peer.next()).toEqual({ type: 3, body: Buffer.from([0, result, source, reason]) });
    peer.socket.end();
    await until(() => test.summaries.length === 1, 'summary');
    expect(test.summaries[0]).toMatchObject({ outcome: 'rejected', callingAe: 'PEER' });
  });

  it('rejects a calling AE that is not known', async () => {
    const own = await startNode({ node: { callers: () => ({ known: new Map([['OTHER', { services: new Set() }]]), unknown: 'reject' }) } });
    const peer = await connectPeer(own.node.port);
    peer.send(request([CT_CONTEXT]));
    expect(await peer.next()).toEqual({ type: 3, body: Buffer.from([0, 1, 1, 3]) });
    peer.socket.destroy();
    await own.close();
  });

  it('rejects for now when a calling AE has its share of associations, and takes others', async () => {
    const own = await startNode({ node: { limits: { associationsPerCallingAe: 2 } } });
    const first = await associate(own.node.port);
    await associate(own.node.port);
    const third = await connectPeer(own.node.port);
    third.send(request([CT_CONTEXT]));
    expect(await third.next()).toEqual({ type: 3, body: Buffer.from([0, 2, 3, 2]) });
    const other = await connectPeer(own.node.port);
    other.send(request([CT_CONTEXT], { callingAe: 'SECOND' }));
    expect(await other.next()).toMatchObject({ type: 2 });
    first.socket.destroy();
    await own.close();
  });

  it('closes a connection that never asks for an association', async () => {
    const own = await startNode({ node: { limits: { artimSeconds: 0.05 } } });
    const peer = await connectPeer(own.node.port);
    expect(await peer.next()).toBe('closed');
    await own.close();
  });

  it('aborts an association that is idle too long', async () => {
    const own = await startNode({ node: { limits: { idleSeconds: 0.05 } } });
    const peer = await associate(own.node.port);
    expect(await peer.next()).toMatchObject({ type: 7 });
    await own.close();
  });

  it('answers a release and closes', async () => {
    const peer = await associate(test.node.port);
    peer.send(RELEASE);
    expect(await peer.next()).toEqual({ type: 6, body: Buffer.alloc(4) });
    await until(() => test.summaries.length === 1, 'summary');
    expect(test.summaries[0]).toMatchObject({ outcome: 'released' });
  });
});

describe('protocol errors', () => {
  it.each([
    ['A-RELEASE-RQ before the association', RELEASE, 2],
    ['P-DATA-TF before the association', data(value(1, 3, Buffer.alloc(10))), 2],
    ['an unknown PDU type', pdu(0x42, Buffer.alloc(4)), 1],
    ['bytes that are no DICOM', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 1],
    ['an association request whose items overrun', Buffer.concat([request([CT_CONTEXT]).subarray(0, 78), Buffer.from([0x20, 0, 0xff, 0xff])]), 6],
  ] as const)('answers %s with A-ABORT', async (_name, bytes, reason) => {
    const peer = await connectPeer(test.node.port);
    const wrong = Buffer.from(bytes);
    if (reason === 6) wrong.writeUInt32BE(wrong.length - 6, 2);
    peer.send(wrong);
    await expectAbort(peer, 2, reason);
    await expectAlive();
  });

  it('refuses an even presentation context id', async () => {
    const peer = await connectPeer(test.node.port);
    peer.send(request([{ ...CT_CONTEXT, id: 2 }]));
    await expectAbort(peer, 2, 6);
  });

  it.each([
    ['a second association request', () => request([CT_CONTEXT]), 2],
    ['a PDU longer than announced, by its header alone', () => Buffer.from([4, 0, 0x7f, 0xff, 0xff, 0xff]), 6],
    ['a P-DATA-TF one byte longer than announced', () => Buffer.from([4, 0, 0, 4, 0, 1]), 6],
    ['a P-DATA-TF without a value', () => data(), 6],
    ['a value longer than its PDU', () => pdu(4, Buffer.from([0, 0, 1, 0, 1, 3])), 6],
    ['a value of less than its header', () => pdu(4, Buffer.from([0, 0, 0, 1, 1, 3, 0, 0])), 6],
    ['a presentation context that was not accepted', () => echoRequest(1, 9), 6],
    ['a data set without a command', () => data(value(1, 2, Buffer.alloc(10))), 5],
    ['a response to nothing', () => data(value(3, 3, commandBytes({ commandField: COMMAND.echoResponse, messageIdRespondedTo: 1, status: 0 }))), 5],
    ['a command set that is garbage', () => data(value(1, 3, Buffer.from('garbage garbage garbage'))), 6],
    ['a command within a data set', () => Buffer.concat([storeRequest('2.25.9', 1), echoRequest(2, 1)]), 5],
    ['a data set in another presentation context', () => Buffer.concat([storeRequest('2.25.9', 1), data(value(3, 2, Buffer.alloc(10)))]), 6],
    ['a command set without end', () => Buffer.concat(Array.from({ length: 10 }, () => data(value(1, 1, Buffer.alloc(8000))))), 6],
  ] as const)('answers %s with A-ABORT and keeps no part file', async (_name, bytes, reason) => {
    const peer = await associate(test.node.port);
    peer.send(bytes());
    await expectAbort(peer, 2, reason);
    await until(() => test.summaries.length === 1, 'summary');
    expect(partFiles(test.directory)).toEqual([]);
    await expectAlive();
  });

  it('answers a command that the context does not know with unrecognized operation', async () => {
    const peer = await associate(test.node.port);
    peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.echoRequest, messageId: 4, affectedSopClassUid: CT }))));
    expect(await peer.response()).toMatchObject({ status: 0x0211, messageIdRespondedTo: 4 });
    peer.socket.destroy();
  });
});

describe('messages', () => {
  it('stores two PDUs of two values each in the order they came', async () => {
    const bytes = dataSet('2.25.10', { pixelBytes: 20_000 });
    const at = [0, 5000, 10_000, 15_000, bytes.length];
    const part = (index: number, control: number): Buffer => value(1, control, bytes.subarray(at[index], at[index + 1]));
    const peer = await associate(test.node.port);
    peer.send(storeRequest('2.25.10', 1), data(part(0, 0), part(1, 0)), data(part(2, 0), part(3, 2)));
    expect(await peer.response()).toMatchObject({ commandField: COMMAND.storeResponse, status: 0, messageIdRespondedTo: 1, affectedSopInstanceUid: '2.25.10' });
    expect(storedDataSet().equals(bytes)).toBe(true);
    peer.socket.destroy();
  });

  it('stores what comes byte by byte, with empty values and command fragments', async () => {
    const bytes = dataSet('2.25.11', { pixelBytes: 100 });
    const command = commandBytes({ commandField: COMMAND.storeRequest, messageId: 1, affectedSopClassUid: CT, affectedSopInstanceUid: '2.25.11', dataSetType: 1 });
    const wire = Buffer.concat([
      data(value(1, 1, command.subarray(0, 7)), value(1, 1, Buffer.alloc(0))), data(value(1, 1, command.subarray(7))), data(value(1, 3, Buffer.alloc(0))),
      data(value(1, 0, Buffer.alloc(0)), value(1, 0, bytes)), data(value(1, 2, Buffer.alloc(0))),
    ]);
    const peer = await associate(test.node.port);
    for (const byte of wire) {
      peer.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect(storedDataSet().equals(bytes)).toBe(true);
    peer.socket.destroy();
  });

  it('answers pipelined requests one after the other, in order', async () => {
    const uids = ['2.25.21', '2.25.22', '2.25.23', '2.25.24'];
    const peer = await associate(test.node.port);
    peer.send(...uids.flatMap((uid, index) => [storeRequest(uid, index + 1), dataPdus(dataSet(uid, { pixelBytes: 50_000, fill: index }))]), echoRequest(9), RELEASE);
    for (const [index] of uids.entries()) expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: index + 1 });
    expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 9 });
    expect(await peer.next()).toMatchObject({ type: 6 });
    expect(test.index.rows.map((row) => row.arrival.attributes.sopInstanceUid)).toEqual(uids);
  });

  it('drops a half received instance at release and at abort', async () => {
    for (const end of [RELEASE, pdu(7, Buffer.alloc(4))]) {
      const peer = await associate(test.node.port);
      peer.send(storeRequest('2.25.12', 1), data(value(1, 0, dataSet('2.25.12'))));
      await until(() => partFiles(test.directory).length === 1, 'part file');
      peer.send(end);
      await until(() => partFiles(test.directory).length === 0, 'part file gone');
      peer.socket.destroy();
    }
    expect(test.index.rows).toEqual([]);
  });

  it('leaves no part file and no descriptor behind fifty peers that vanish', async () => {
    const descriptors = (): number => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    const peers = await Promise.all(Array.from({ length: 25 }, () => associate(test.node.port)));
    const more = await Promise.all(Array.from({ length: 25 }, () => connectPeer(test.node.port)));
    for (const peer of more) peer.send(request([CT_CONTEXT], { callingAe: 'SECOND' }));
    await Promise.all(more.map((peer) => peer.next()));
    const all = [...peers, ...more];
    all.forEach((peer, index) => peer.send(storeRequest(`2.25.${100 + index}`, 1), data(value(1, 0, dataSet('2.25.1')))));
    await until(() => partFiles(test.directory).length === 50, 'fifty part files');
    for (const peer of all) peer.socket.resetAndDestroy();
    await until(() => test.summaries.length === 50 && partFiles(test.directory).length === 0 && descriptors() <= before, 'everything given back');
    expect(test.summaries.every((summary) => summary.outcome === 'lost')).toBe(true);
    expect(instanceFiles(test.directory)).toEqual([]);
  });

  it('slows the peer down to a slow sink and holds little memory', async () => {
    let taken = 0;
    const slow: DicomService = {
      name: 'slow', transferSyntaxes: (uid) => (uid === '1.2.3.4' ? new Set([IMPLICIT]) : undefined), commandFields: [COMMAND.storeRequest],
      open: (exchange) => ({
        data: (chunk) => { taken += chunk.length; },
        flush: () => new Promise((resolve) => setTimeout(resolve, 20)),
        complete: () => exchange.respond({ status: 0 }),
        abort: () => undefined,
      }),
    };
    const own = await startNode({ services: [slow] });
    const peer = await associate(own.node.port, [{ id: 1, abstractSyntax: '1.2.3.4', transferSyntaxes: [IMPLICIT] }]);
    peer.send(storeRequest('2.25.1', 1, { affectedSopClassUid: '1.2.3.4' }));
    const piece = data(value(1, 0, Buffer.alloc(65_536)));
    let offered = 0;
    const end = Date.now() + 1500;
    // The peer offers as much as its socket takes.
    while (Date.now() < end) {
      if (peer.socket.writableLength < 1_000_000) {
        peer.socket.write(piece);
        offered += 65_536;
      } else await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const rate = taken / 1.5;
    expect(taken).toBeGreaterThan(1_000_000);
    // One receive buffer per 20 ms at most: 50 a second.
    expect(rate).toBeLessThan(55 * 1_048_576);
    // What is neither taken nor still with the peer lies in kernel buffers, plus one buffer of ours.
    expect(offered - peer.socket.writableLength - taken).toBeLessThan(12_000_000);
    peer.socket.destroy();
    await own.close();
  });

  it('finishes running work at close, aborts what stays, and answers nothing new', async () => {
    const own = await startNode();
    let go = (): void => undefined;
    own.index.before = () => new Promise((resolve) => { go = resolve; });
    const peer = await associate(own.node.port);
    peer.send(storeRequest('2.25.30', 1), dataPdus(dataSet('2.25.30')));
    await until(() => instanceFiles(own.directory).length === 1, 'instance placed');
    const closing = own.node.close({ drainSeconds: 1 });
    go();
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect(await peer.next()).toMatchObject({ type: 7 });
    peer.socket.end();
    await closing;
    await expect(connectPeer(own.node.port)).rejects.toThrow();
    await own.close();
  });

  it('tells a handler that its peer cancelled', async () => {
    const reasons: unknown[] = [];
    const waiting: DicomService = {
      name: 'waiting', transferSyntaxes: (uid) => (uid === '1.2.3.4' ? new Set([IMPLICIT]) : undefined), commandFields: [COMMAND.findRequest],
      open: (exchange) => ({
        data: () => undefined, flush: () => undefined, abort: () => undefined,
        complete: async () => {
          await exchange.respond({ status: 0xff00 }, Buffer.from([8, 0, 0x52, 0, 0, 0, 0, 0]));
          await new Promise((resolve) => exchange.signal.addEventListener('abort', resolve));
          reasons.push(exchange.signal.reason);
          await exchange.respond({ status: 0xfe00 });
        },
      }),
    };
    const own = await startNode({ services: [waiting] });
    const peer = await associate(own.node.port, [{ id: 5, abstractSyntax: '1.2.3.4', transferSyntaxes: [IMPLICIT] }]);
    peer.send(data(value(5, 3, commandBytes({ commandField: COMMAND.findRequest, messageId: 7, affectedSopClassUid: '1.2.3.4', dataSetType: 1 }))), data(value(5, 2, Buffer.alloc(8))));
    expect(await peer.response()).toMatchObject({ status: 0xff00, commandField: COMMAND.findResponse });
    expect(await peer.next()).toMatchObject({ type: 4 });
    peer.send(data(value(5, 3, commandBytes({ commandField: COMMAND.cancelRequest, messageIdRespondedTo: 7, dataSetType: NO_DATA_SET }))));
    expect(await peer.response()).toMatchObject({ status: 0xfe00 });
    expect(reasons).toEqual(['cancelled']);
    peer.socket.destroy();
    await own.close();
  });

  it('tells the answer to a request of ours from those to sub-operations, and asks nothing while they run', async () => {
    const asked: unknown[] = [];
    const SYNTAX = '1.2.3.4';
    const common = { transferSyntaxes: (uid: string) => (uid === SYNTAX ? new Set([IMPLICIT]) : undefined), roles: () => ({ scuRole: true, scpRole: true }) };
    const handler = (complete: () => Promise<void>): RequestHandler => ({ data: () => undefined, flush: () => undefined, abort: () => undefined, complete });
    let ask = (): void => undefined;
    const acting: DicomService = {
      ...common, name: 'acting', commandFields: [COMMAND.nActionRequest],
      open: (exchange) => handler(async () => {
        await exchange.respond({ status: 0 });
        ask = () => void exchange.ask({ commandField: COMMAND.eventReportRequest, affectedSopClassUid: SYNTAX, eventTypeId: 1 }, Buffer.alloc(8)).then(({ status }) => asked.push(status), (error: unknown) => asked.push((error as ApplianceError).code));
        ask();
      }),
    };
    const getting: DicomService = {
      ...common, name: 'getting', commandFields: [COMMAND.getRequest],
      open: (exchange) => handler(async () => {
        exchange.subRequests.send(5, { commandField: COMMAND.storeRequest, affectedSopClassUid: SYNTAX, priority: 0 }, 'none');
        ask();
        const { command } = await exchange.subRequests.response();
        await exchange.respond({ status: command.status ?? 0 });
      }),
    };
    const own = await startNode({ services: [acting, getting] });
    const peer = await associate(own.node.port, [{ id: 5, abstractSyntax: SYNTAX, transferSyntaxes: [IMPLICIT] }]);
    const say = (command: Command): void => peer.send(data(value(5, 3, commandBytes(command))));
    say({ commandField: COMMAND.nActionRequest, messageId: 7, requestedSopClassUid: SYNTAX, actionTypeId: 1, dataSetType: NO_DATA_SET });
    expect(await peer.response()).toMatchObject({ commandField: COMMAND.nActionResponse });
    const report = await peer.response();
    await peer.next();
    say({ commandField: COMMAND.getRequest, messageId: 8, affectedSopClassUid: SYNTAX, priority: 0, dataSetType: NO_DATA_SET });
    const store = await peer.response();
    expect([report.commandField, store.commandField, report.messageId === store.messageId]).toEqual([COMMAND.eventReportRequest, COMMAND.storeRequest, false]);
    expect(asked).toEqual(['ASSOCIATION_ABORTED']);
    say({ commandField: COMMAND.eventReportResponse, messageIdRespondedTo: report.messageId ?? 0, status: 0x0110, dataSetType: NO_DATA_SET });
    say({ commandField: COMMAND.storeResponse, messageIdRespondedTo: store.messageId ?? 0, status: 0xa700, dataSetType: NO_DATA_SET });
    expect(await peer.response()).toMatchObject({ commandField: COMMAND.getResponse, status: 0xa700 });
    expect(asked).toEqual(['ASSOCIATION_ABORTED', 0x0110]);
    peer.socket.destroy();
    await own.close();
  });

  it('cuts off a peer that takes none of its answers', async () => {
    let sent = 0;
    const endless: DicomService = {
      name: 'endless', transferSyntaxes: (uid) => (uid === '1.2.3.4' ? new Set([IMPLICIT]) : undefined), commandFields: [COMMAND.findRequest],
      open: (exchange) => ({
        data: () => undefined, flush: () => undefined, abort: () => undefined,
        complete: async () => {
          for (; !exchange.signal.aborted; sent += 1) await exchange.respond({ status: 0xff00 }, Buffer.alloc(100_000));
          await exchange.respond({ status: 0xfe00 });
        },
      }),
    };
    const own = await startNode({ services: [endless], node: { limits: { idleSeconds: 0.1 } } });
    const peer = await associate(own.node.port, [{ id: 1, abstractSyntax: '1.2.3.4', transferSyntaxes: [IMPLICIT] }]);
    peer.socket.pause();
    peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.findRequest, messageId: 7, affectedSopClassUid: '1.2.3.4' }))));
    await until(() => own.summaries.length === 1, 'association ended');
    // Kernel buffers hold some megabytes; memory of ours one response.
    expect(sent).toBeLessThan(300);
    peer.socket.destroy();
    await own.close();
  });

  it('reads a command whose last fragment is empty', async () => {
    const peer = await associate(test.node.port);
    const command = commandBytes({ commandField: COMMAND.echoRequest, messageId: 8, affectedSopClassUid: VERIFICATION });
    peer.send(data(value(3, 1, command)), data(value(3, 3, Buffer.alloc(0))));
    expect(await peer.response()).toMatchObject({ status: 0, messageIdRespondedTo: 8 });
    peer.socket.destroy();
  });

  it('uses the explicit syntax of the context it was given', async () => {
    const peer = await associate(test.node.port, [{ id: 1, abstractSyntax: CT, transferSyntaxes: [IMPLICIT, EXPLICIT] }]);
    peer.send(storeRequest('2.25.13', 1), dataPdus(dataSet('2.25.13')));
    expect(await peer.response()).toMatchObject({ status: 0 });
    expect(test.index.rows[0]?.arrival.file.transferSyntaxUid).toBe(EXPLICIT);
    peer.socket.destroy();
  });
});
