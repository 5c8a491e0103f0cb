import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Response } from '../../dicom/association/request-channel.ts';
import type { Requestor } from '../../dicom/association/requestor.ts';
import { COMMAND, NO_DATA_SET, encodeCommand } from '../../dicom/association/command.ts';
import { readElements } from '../../dicom/data-set/read-elements.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { MadeInstance } from '../fixtures/make-instance.ts';
import { associate, commandBytes, connectPeer, data, dataPdus, request, startNode, until, value } from './association/harness.ts';
import type { Peer, TestNode } from './association/harness.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { identifier, moveBy, openRequestor, startRetrieveNode } from './retrieve/harness.ts';
import type { RetrieveNode } from './retrieve/harness.ts';

const STUDY = uid('scp/study');
const CT = UID.ctImageStorage;
const HELD: readonly MadeInstance[] = Array.from({ length: 6 }, (_, n) => makeInstance({ seed: `scp ${n}`, studyInstanceUid: STUDY, instanceNumber: n + 1 }));
const WHOLE = identifier('STUDY', { StudyInstanceUID: STUDY });
const uidOf = (n: number): string => HELD[n]?.sopInstanceUid ?? '';

let test: RetrieveNode;
let receiver: TestNode;

beforeEach(async () => {
  [test, receiver] = [await startRetrieveNode(), await startNode()];
  await test.hold(HELD);
  test.addDestination('PACS', receiver.node.port, { aeTitle: 'SPINDLE' });
});
afterEach(async () => {
  await test.close();
  await receiver.close();
});

const failedList = (response: Response): readonly string[] =>
  readElements(response.dataSet ?? Buffer.alloc(0), UID.explicitLittleEndian).elements.get(TAG.FailedSOPInstanceUIDList)?.value.toString('latin1').replace(/\0$/, '').split('\\') ?? [];
const move = (keys: Buffer, to = 'PACS', during?: Parameters<typeof moveBy>[4]): ReturnType<typeof moveBy> => moveBy(test.node.port, UID.studyRootMove, to, keys, during);

describe('C-MOVE', () => {
  it('sends a study and counts it', async () => {
    const { pending, final } = await move(WHOLE);
    expect(pending[0]?.command).toMatchObject({ commandField: COMMAND.moveResponse, status: 0xff00, remaining: 6, completed: 0, failed: 0, warning: 0 });
    expect(final.command).toMatchObject({ status: 0, completed: 6, failed: 0, warning: 0 });
    expect(final.command.remaining).toBeUndefined();
    expect(receiver.index.rows).toHaveLength(6);
    expect(receiver.summaries.length).toBeLessThanOrEqual(2);
  });

  it('succeeds with nothing when nothing matches', async () => {
    const { final } = await move(identifier('STUDY', { StudyInstanceUID: '2.25.404' }));
    expect(final.command).toMatchObject({ status: 0, completed: 0, failed: 0 });
    expect(receiver.summaries).toEqual([]);
  });

  it('refuses an identifier and names the offending element', async () => {
    const { final } = await move(identifier('SERIES', { SeriesInstanceUID: '1.2' }));
    expect(final.command).toMatchObject({ status: 0xa900, offendingElement: [TAG.StudyInstanceUID], errorComment: 'StudyInstanceUID is missing' });
  });

  it('refuses a request without an identifier', async () => {
    const requestor = await openRequestor(test.node.port, UID.studyRootMove);
    requestor.send(1, { commandField: COMMAND.moveRequest, affectedSopClassUid: UID.studyRootMove, priority: 0, moveDestination: 'PACS' }, 'none');
    expect((await requestor.response()).command).toMatchObject({ status: 0xa900, offendingElement: [TAG.QueryRetrieveLevel] });
    await requestor.release();
  });

  it('refuses a destination that it does not know, or would have to reach over TLS that it has not', async () => {
    test.addDestination('SECURE', receiver.node.port, { tls: true });
    for (const [to, status] of [['NOBODY', 0xa801], ['', 0xa801], ['SECURE', 0xa702]] as const) expect((await move(WHOLE, to)).final.command.status).toBe(status);
    expect(receiver.summaries).toEqual([]);
  });

  it('fails with the reason when the destination is not there', async () => {
    test.addDestination('GONE', 1);
    const { final } = await move(WHOLE, 'GONE');
    expect(final.command).toMatchObject({ status: 0xa702, completed: 0, failed: 6, errorComment: expect.stringMatching(/^failed: ASSOCIATION_NO_LISTENER/) });
    expect(new Set(failedList(final))).toEqual(new Set(HELD.map((made) => made.sopInstanceUid)));
  });

  it('names what is contested, no longer held, or has lost its file', async () => {
    test.book.contested.add(uidOf(0));
    test.book.notHeld.add(uidOf(1));
    rmSync(join(test.directory, test.index.rows[2]?.arrival.file.path ?? ''));
    const { final } = await move(WHOLE);
    expect(final.command).toMatchObject({ status: 0xb000, completed: 3, failed: 3 });
    expect(new Set(failedList(final))).toEqual(new Set([uidOf(0), uidOf(1), uidOf(2)]));
    expect(test.events.find(({ event }) => event === 'retrieve.incomplete')?.facts['reasons']).toMatch(/1 x unreadable: content is in conflict; 1 x unreadable: no longer held; 1 x unreadable: the file cannot be opened \(ENOENT\)/);
  });

  it('ends the association to a receiver in whose data set a file turned out short, and sends the others', async () => {
    const row = test.index.rows[2];
    if (row === undefined) throw new TypeError('nothing held');
    test.index.rows[2] = { ...row, arrival: { ...row.arrival, file: { ...row.arrival.file, bytes: row.arrival.file.bytes + 1000 } } };
    const { final } = await move(WHOLE);
    expect(final.command).toMatchObject({ status: 0xb000, completed: 5, failed: 1, errorComment: 'unreadable: file became shorter while it was sent' });
    expect(receiver.index.rows.map((one) => one.arrival.attributes.sopInstanceUid)).not.toContain(uidOf(2));
  });

  it('goes on when the destination breaks midway', async () => {
    const cutting = await startCuttingProxy(receiver.node.port, (nth, passed) => nth === 0 && passed > 2_500);
    test.addDestination('PACS', cutting.port, { aeTitle: 'SPINDLE', maxAssociations: 1 });
    const { final } = await move(WHOLE);
    expect(final.command).toMatchObject({ status: 0, completed: 6, failed: 0 });
    expect(cutting.opened()).toBe(2);
    expect(new Set(receiver.index.rows.map((row) => row.arrival.attributes.sopInstanceUid)).size).toBe(6);
    cutting.close();
  });

  it('says that it cannot count while the catalog is out of reach', async () => {
    test.book.beforePlan = () => Promise.reject(new ApplianceError('CATALOG_UNAVAILABLE', 'gone'));
    expect((await move(WHOLE)).final.command).toMatchObject({ status: 0xa701, errorComment: 'CATALOG_UNAVAILABLE: gone' });
  });

  it('does not take a catalog that fails on the way for the end of the list', async () => {
    test.book.beforePage = () => Promise.reject(new ApplianceError('CATALOG_UNAVAILABLE', 'gone'));
    expect((await move(WHOLE)).final.command).toMatchObject({ status: 0xc000, errorComment: 'CATALOG_UNAVAILABLE: gone' });
  });

  it('stops at a cancel and lets end what is under way', async () => {
    test.addDestination('PACS', receiver.node.port, { aeTitle: 'SPINDLE', maxAssociations: 1 });
    let cancel = (): void => undefined;
    receiver.index.before = async () => {
      if (receiver.index.rows.length !== 1) return;
      cancel();
      await new Promise((resolve) => setTimeout(resolve, 40));
    };
    const { final } = await move(WHOLE, 'PACS', (requestor, messageId) => { cancel = () => requestor.cancel(1, messageId); });
    const { status, remaining = 0, completed = 0 } = final.command;
    expect(status).toBe(0xfe00);
    expect([remaining, completed]).toEqual([4, 2]);
    expect(receiver.index.rows).toHaveLength(2);
    expect(receiver.summaries.every((summary) => summary.outcome === 'released')).toBe(true);
  });

  it('gives up when the requester is gone', async () => {
    receiver.index.before = () => new Promise((resolve) => setTimeout(resolve, 60));
    const requestor = await openRequestor(test.node.port, UID.studyRootMove);
    requestor.send(1, { commandField: COMMAND.moveRequest, affectedSopClassUid: UID.studyRootMove, priority: 0, moveDestination: 'PACS' }, WHOLE);
    await requestor.response();
    requestor.abort();
    await until(() => receiver.summaries.length > 0 && test.summaries.some((summary) => summary.outcome === 'aborted-by-peer'), 'both ended');
    expect(receiver.index.rows.length).toBeLessThan(6);
  });
});

/** Takes instances on a requestor of its own and answers each; ends with the final response of the C-GET. */
const getBy = async (peer: Peer, answer: (command: { readonly messageId: number; readonly sopInstanceUid: string }, nth: number) => Buffer | undefined): Promise<Response['command']> => {
  let nth = 0;
  for (;;) {
    const command = await peer.response();
    if (command.commandField === COMMAND.getResponse && command.status !== 0xff00) return command;
    if (command.commandField !== COMMAND.storeRequest) continue;
    for (;;) {
      const next = await peer.next();
      if (next === 'closed' || next.type !== 4) throw new Error('no data set');
      if ((next.body.readUInt8(5) & 2) !== 0) break;
    }
    const bytes = answer({ messageId: command.messageId ?? 0, sopInstanceUid: command.affectedSopInstanceUid ?? '' }, nth);
    nth += 1;
    if (bytes !== undefined) peer.send(bytes);
  }
};
const storeResponse = (messageId: number, status = 0, contextId = 3): Buffer =>
  data(value(contextId, 3, commandBytes({ commandField: COMMAND.storeResponse, messageIdRespondedTo: messageId, status, affectedSopClassUid: CT })));

/** A peer that has asked for a study by C-GET. */
const getter = async (node = test): Promise<Peer> => {
  const peer = await connectPeer(node.node.port);
  peer.send(request([{ id: 1, abstractSyntax: UID.studyRootGet, transferSyntaxes: [UID.explicitLittleEndian] }, { id: 3, abstractSyntax: CT, transferSyntaxes: [UID.explicitLittleEndian] }], {
    user: { maxPduBytes: 16_384, implementationClassUid: '1.2.3', implementationVersionName: 'PEER', roles: [{ sopClassUid: CT, scuRole: false, scpRole: true }] },
  }));
  const answer = await peer.next();
  if (answer === 'closed' || answer.type !== 2) throw new Error('not accepted');
  peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.getRequest, messageId: 9, affectedSopClassUid: UID.studyRootGet, priority: 0, dataSetType: 1 }))), dataPdus(WHOLE, 8000, 1));
  return peer;
};

describe('C-GET', () => {
  it('sends on the association of the requester and counts', async () => {
    const peer = await getter();
    const got: string[] = [];
    expect(await getBy(peer, ({ messageId, sopInstanceUid }) => { got.push(sopInstanceUid); return storeResponse(messageId); })).toMatchObject({ status: 0, completed: 6, failed: 0, messageIdRespondedTo: 9 });
    expect(got).toEqual(HELD.map((made) => made.sopInstanceUid));
    peer.socket.destroy();
  });

  it('counts what the requester refuses or warns about', async () => {
    const peer = await getter();
    expect(await getBy(peer, ({ messageId }, nth) => storeResponse(messageId, nth === 0 ? 0xa700 : nth === 1 ? 0xb000 : 0))).toMatchObject({ status: 0xb000, completed: 4, failed: 1, warning: 1 });
    peer.socket.destroy();
  });

  it('stops at a cancel', async () => {
    const peer = await getter();
    const cancel = data(value(1, 3, encodeCommand({ commandField: COMMAND.cancelRequest, messageIdRespondedTo: 9, dataSetType: NO_DATA_SET })));
    expect(await getBy(peer, ({ messageId }, nth) => (nth === 1 ? Buffer.concat([cancel, storeResponse(messageId)]) : storeResponse(messageId)))).toMatchObject({ status: 0xfe00, completed: 2, remaining: 4, failed: 0 });
    peer.socket.destroy();
  });

  it('fails everything where the requester took no role', async () => {
    const requestor: Requestor = await openRequestor(test.node.port, UID.studyRootGet);
    requestor.send(1, { commandField: COMMAND.getRequest, affectedSopClassUid: UID.studyRootGet, priority: 0 }, WHOLE);
    let response = await requestor.response();
    while (response.command.status === 0xff00) response = await requestor.response();
    expect(response.command).toMatchObject({ status: 0xa702, failed: 6, errorComment: 'no-context: no storage context with SCP role fits' });
    expect(failedList(response)).toHaveLength(6);
    await requestor.release();
  });

  it('goes on taking requests on the association afterwards', async () => {
    const peer = await getter();
    await getBy(peer, ({ messageId }) => storeResponse(messageId));
    peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.getRequest, messageId: 10, affectedSopClassUid: UID.studyRootGet, priority: 0, dataSetType: 1 }))), dataPdus(identifier('STUDY', { StudyInstanceUID: '2.25.404' }), 8000, 1));
    expect(await getBy(peer, () => undefined)).toMatchObject({ status: 0, completed: 0, messageIdRespondedTo: 10 });
    peer.socket.destroy();
  });

  it.each([
    ['an answer to another message', (messageId: number) => storeResponse(messageId + 1)],
    ['an answer in another context', (messageId: number) => storeResponse(messageId, 0, 1)],
    ['two answers', (messageId: number) => Buffer.concat([storeResponse(messageId), storeResponse(messageId)])],
    ['a request instead of an answer', () => data(value(1, 3, commandBytes({ commandField: COMMAND.getRequest, messageId: 11, affectedSopClassUid: UID.studyRootGet, dataSetType: 1 })))],
    ['an answer with a data set', (messageId: number) => data(value(3, 3, commandBytes({ commandField: COMMAND.storeResponse, messageIdRespondedTo: messageId, status: 0, dataSetType: 1 })))],
  ])('aborts a requester that sends %s', async (_name, wrong) => {
    const peer = await getter();
    const ended = getBy(peer, ({ messageId }) => wrong(messageId));
    await expect(ended).rejects.toThrow(/PDU 7|no data set/);
    await until(() => test.summaries.some((summary) => summary.outcome === 'aborted-by-us'), 'aborted');
    peer.socket.destroy();
  });

  it('aborts a requester that does not wait for the end', async () => {
    let release = (): void => undefined;
    test.book.beforePlan = () => new Promise((resolve) => { release = resolve; });
    const peer = await getter();
    peer.send(data(value(1, 3, commandBytes({ commandField: COMMAND.getRequest, messageId: 11, affectedSopClassUid: UID.studyRootGet, priority: 0, dataSetType: 1 }))));
    expect(await peer.next()).toMatchObject({ type: 7 });
    release();
    peer.socket.destroy();
    await until(() => test.summaries.some((summary) => summary.outcome === 'aborted-by-us'), 'aborted');
  });

  it('aborts a requester that never answers', async () => {
    const own = await startRetrieveNode({ node: { limits: { idleSeconds: 0.2 } } });
    await own.hold(HELD);
    const peer = await getter(own);
    await expect(getBy(peer, () => undefined)).rejects.toThrow(/PDU 7/);
    await until(() => own.summaries.some((summary) => summary.reason === 'no answer to a sub-operation'), 'aborted');
    peer.socket.destroy();
    await own.close();
  });

  it('answers a release in the midst of it', async () => {
    const peer = await getter();
    const released = getBy(peer, () => Buffer.from([5, 0, 0, 0, 0, 4, 0, 0, 0, 0]));
    expect(await released).toMatchObject({ status: expect.any(Number) });
    let next = await peer.next();
    while (next !== 'closed' && next.type === 4) next = await peer.next();
    expect(next).toMatchObject({ type: 6 });
    peer.socket.destroy();
  });

  it('leaves nothing behind when the requester vanishes', async () => {
    const peer = await getter();
    await peer.response();
    peer.socket.destroy();
    await until(() => test.summaries.some((summary) => summary.outcome === 'lost'), 'ended');
    expect((await associate(test.node.port)).isClosed).toBe(false);
  });
});
