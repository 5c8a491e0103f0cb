import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FILES_AHEAD } from '../../dicom/part-files.ts';
import { COMMAND } from '../../dicom/association/command.ts';
import type { Command } from '../../dicom/association/command.ts';
import { encodeElement, encodeSequence } from '../../dicom/data-set/encode.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { random } from '../fixtures/random.ts';
import { CT, CT_CONTEXT, EXPLICIT, IMPLICIT, VERIFICATION, commandBytes, data, dataPdus, dataSet, echoRequest, pdu, request, storeRequest, value } from './association/harness.ts';
import { descriptors, expectClean, expectServed } from './hostile/aftermath.ts';
import { HELD, startEveryService } from './hostile/every-service.ts';
import type { EveryService } from './hostile/every-service.ts';
import { pick } from './mutate-data-set.ts';
import { identifier } from './retrieve/harness.ts';

const COUNT = Number(process.env['FUZZ_MUTATIONS'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_240_501);
/** A fresh node after so many: what the test itself remembers of a node must not count as its memory. */
const CHAPTER = 20_000;
/** Peers at the same time, and messages of each. */
const PEERS = 24;
const MESSAGES = 6;
/** What the process may grow by after the first chapter, its peers included. */
const MAX_GROWTH_MIB = 200;

const FIND = 5;
const MOVE = 7;
const GET = 9;
const COMMIT = 11;
const OPEN = request([
  CT_CONTEXT, { id: 3, abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }, { id: FIND, abstractSyntax: UID.studyRootFind, transferSyntaxes: [EXPLICIT] }, { id: MOVE, abstractSyntax: UID.studyRootMove, transferSyntaxes: [EXPLICIT] },
  { id: GET, abstractSyntax: UID.studyRootGet, transferSyntaxes: [EXPLICIT] }, { id: COMMIT, abstractSyntax: UID.storageCommitmentPush, transferSyntaxes: [EXPLICIT] },
], { user: { maxPduBytes: 16_384, implementationClassUid: '1.2.3', implementationVersionName: 'PEER', roles: [{ sopClassUid: CT, scuRole: true, scpRole: true }] } });

const message = (contextId: number, command: Partial<Command> & { commandField: number }, bytes?: Buffer): Buffer => {
  const head = data(value(contextId, 3, commandBytes({ ...command, ...(bytes === undefined ? {} : { dataSetType: 1 }) })));
  return bytes === undefined ? head : Buffer.concat([head, data(value(contextId, 2, bytes))]);
};

const ui = (tag: number, text: string): Buffer => encodeElement(tag, 'UI', Buffer.from(text));
const STUDY = identifier('STUDY', { StudyInstanceUID: '2.25.1' });
const IMAGE = identifier('IMAGE', { StudyInstanceUID: '2.25.1', SeriesInstanceUID: '2.25.2', SOPInstanceUID: ['2.25.31', '2.25.32', '2.25.33'] });
const REFERENCES = Buffer.concat([ui(TAG.TransactionUID, '2.25.900'), encodeSequence(TAG.ReferencedSOPSequence, HELD.map(({ sopInstanceUid }) => Buffer.concat([ui(TAG.ReferencedSOPClassUID, CT), ui(TAG.ReferencedSOPInstanceUID, sopInstanceUid)])))]);
const STORED = dataSet('2.25.80', { pixelBytes: 600 });

/** What a sound peer may say once it is associated: requests with what belongs to them, and answers to ours. */
const GOOD: readonly Buffer[] = [
  storeRequest('2.25.80', 1), dataPdus(STORED, 300), data(value(1, 0, STORED.subarray(0, 200)), value(1, 2, STORED.subarray(200))), Buffer.concat([storeRequest('2.25.80', 1), dataPdus(STORED, 300)]), echoRequest(2),
  message(FIND, { commandField: COMMAND.findRequest, messageId: 3, affectedSopClassUid: UID.studyRootFind, priority: 0 }, STUDY),
  message(MOVE, { commandField: COMMAND.moveRequest, messageId: 4, affectedSopClassUid: UID.studyRootMove, priority: 0, moveDestination: 'SPINDLE' }, STUDY),
  message(MOVE, { commandField: COMMAND.moveRequest, messageId: 5, affectedSopClassUid: UID.studyRootMove, priority: 0, moveDestination: 'GONE' }, IMAGE),
  message(GET, { commandField: COMMAND.getRequest, messageId: 6, affectedSopClassUid: UID.studyRootGet, priority: 0 }, IMAGE),
  message(1, { commandField: COMMAND.storeResponse, messageIdRespondedTo: 1, affectedSopClassUid: CT, affectedSopInstanceUid: '2.25.31', status: 0 }),
  message(COMMIT, { commandField: COMMAND.nActionRequest, messageId: 7, requestedSopClassUid: UID.storageCommitmentPush, requestedSopInstanceUid: UID.storageCommitmentPushInstance, actionTypeId: 1 }, REFERENCES),
  message(COMMIT, { commandField: COMMAND.eventReportResponse, messageIdRespondedTo: 1, affectedSopClassUid: UID.storageCommitmentPush, affectedSopInstanceUid: UID.storageCommitmentPushInstance, eventTypeId: 1, status: 0 }),
  message(MOVE, { commandField: COMMAND.cancelRequest, messageIdRespondedTo: 4 }),
  pdu(5, Buffer.alloc(4)), pdu(7, Buffer.alloc(4)), pdu(6, Buffer.alloc(4)),
];

const mutate = (bytes: Buffer, next: () => number): Buffer => {
  const out = Buffer.from(bytes);
  const below = (limit: number): number => Math.floor(next() * limit);
  const kind = below(6);
  if (kind === 0) out[below(out.length)] = below(256);
  else if (kind === 1) for (let times = 0; times < 8; times += 1) out[below(Math.min(out.length, 90))] = below(256);
  else if (kind === 2) return out.subarray(0, below(out.length));
  else if (kind === 3) return Buffer.concat([out.subarray(0, below(out.length)), out.subarray(below(out.length))]);
  else if (kind === 4 && out.length >= 6) out.writeUInt32BE(below(2) === 0 ? below(0xffffffff) : below(out.length + 20), 2);
  else if (out.length >= 4) out.writeUInt16BE([0, 1, 0x7fff, 0xffff][below(4)] ?? 0, below(out.length - 2));
  return out;
};

/** How a peer behaves: how much of what it says is broken, and when it goes. */
const MOODS = [{ broken: 0.7, lingersMs: 0 }, { broken: 0.15, lingersMs: 0 }, { broken: 0.15, lingersMs: 30 }] as const;

/** One peer says its messages and ends, or vanishes; answers how many of them were mutated. */
const onePeer = (port: number, next: () => number): Promise<number> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let mutations = 0;
    const say = (bytes: Buffer, broken: number): Buffer => {
      if (next() >= broken) return bytes;
      mutations += 1;
      return mutate(bytes, next);
    };
    socket.on('connect', () => {
      const { broken, lingersMs } = pick(next, MOODS);
      const wire = Buffer.concat([say(OPEN, broken / 5), ...Array.from({ length: MESSAGES }, () => say(pick(next, GOOD), broken))]);
      const cut = Math.floor(next() * wire.length);
      socket.write(wire.subarray(0, cut));
      socket.write(wire.subarray(cut));
      if (next() < 0.1) socket.resetAndDestroy();
      else if (lingersMs > 0) setTimeout(() => socket.end(), lingersMs);
      else socket.end();
    });
    socket.on('data', () => undefined);
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(mutations));
  });

const mebibytes = (): number => process.memoryUsage().rss / 1_048_576;

describe('mutated PDUs', () => {
  let test: EveryService | undefined;

  afterEach(async () => { await test?.close(); });

  it(`leave the node alive after ${COUNT} of them (seed ${SEED})`, async () => {
    const next = random(SEED);
    let before = Number.NaN;
    let opened = 0;
    for (let sent = 0; sent < COUNT;) {
      test = await startEveryService({ store: { filesAhead: FILES_AHEAD }, node: { limits: { associations: 1000, associationsPerCallingAe: 1000, artimSeconds: 2 } } });
      opened ||= descriptors();
      const { port } = test.node;
      for (const end = Math.min(COUNT, sent + CHAPTER); sent < end;) for (const mutations of await Promise.all(Array.from({ length: PEERS }, () => onePeer(port, next)))) sent += mutations;
      await expectServed(test);
      await expectClean(test);
      // Damage that never leaves anything to be done would test little.
      expect(test.queries.asked).toBeGreaterThan(0);
      expect(test.commitments.kept.length).toBeGreaterThan(0);
      expect([...new Set(test.events.filter(({ event }) => event === 'retrieve.ended').map(({ facts }) => facts['destination']))]).toEqual(expect.arrayContaining(['SPINDLE', 'GONE', 'PEER']));
      // Sockets of the last peers may take a moment more.
      await expect.poll(descriptors).toBeLessThanOrEqual(opened + 4);
      await test.close();
      if (Number.isNaN(before)) before = mebibytes();
    }
    test = undefined;
    expect(mebibytes() - before).toBeLessThan(MAX_GROWTH_MIB);
  }, 120_000 + COUNT * 5);
});
