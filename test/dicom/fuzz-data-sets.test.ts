import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { FILES_AHEAD } from '../../dicom/part-files.ts';
import { COMMAND, decodeCommand } from '../../dicom/association/command.ts';
import type { Command } from '../../dicom/association/command.ts';
import { STATUS } from '../../dicom/tables/statuses.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import type { MadeElement, MadeInstance } from '../fixtures/make-instance.ts';
import { random } from '../fixtures/random.ts';
import { associate, commandBytes, connectPeer, data, dataPdus, request, startNode, storeRequest, value } from './association/harness.ts';
import type { Peer, TestNode } from './association/harness.ts';
import { descriptors, expectClean, expectNothingSpare, expectServed } from './hostile/aftermath.ts';
import { startEveryService } from './hostile/every-service.ts';
import { anyInstance, damage, pick } from './mutate-data-set.ts';
import type { Random } from './mutate-data-set.ts';

const COUNT = Number(process.env['FUZZ_DATA_SETS'] ?? 4_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_240_502);
/** A fresh node after so many: what the test itself remembers of a node must not count as its memory. */
const CHAPTER = 4_000;
const LIMIT_MS = 120_000 + COUNT * 20;
const LANES = 4;
const PER_ASSOCIATION = 40;
/** What a node may grow by while it reads damaged data sets, its peers in the same process included. */
const MAX_GROWTH_MIB = 200;

let test: TestNode;

afterEach(async () => {
  await test.close();
});

/** The chapters of a run: number and size. */
const chapters = (): readonly (readonly [number, number])[] => Array.from({ length: Math.ceil(COUNT / CHAPTER) }, (_, chapter) => [chapter, Math.min(CHAPTER, COUNT - chapter * CHAPTER)]);

const NATIVE = [UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian];
const CLASSES = ['2', '4', '6.1', '88.11', '104.1', '481.3'].map((tail) => `1.2.840.10008.5.1.4.1.1.${tail}`);
const CONTEXTS = CLASSES.flatMap((abstractSyntax, row) => NATIVE.map((transferSyntax, column) => ({ id: (row * NATIVE.length + column) * 2 + 1, abstractSyntax, transferSyntaxes: [transferSyntax] })));

/** Sends damaged data sets over one association and counts the answers by status. */
const storeDamaged = async (next: Random, seed: string, count: number, statuses: Map<number, number>, acknowledged: string[]): Promise<void> => {
  const peer = await associate(test.node.port, CONTEXTS);
  for (let at = 0; at < count; at += 1) {
    const made = anyInstance(next, `${seed}/${at}`);
    const context = CONTEXTS.find(({ abstractSyntax, transferSyntaxes }) => abstractSyntax === made.sopClassUid && transferSyntaxes[0] === made.transferSyntaxUid);
    if (context === undefined) throw new TypeError('no context');
    const bytes = damage(made.dataSet, made.transferSyntaxUid, next);
    peer.send(storeRequest(made.sopInstanceUid, at, { affectedSopClassUid: made.sopClassUid }, context.id), bytes.length === 0 ? data(value(context.id, 2, bytes)) : dataPdus(bytes, 1 + Math.floor(next() * 4000), context.id));
    const { status = -1, messageIdRespondedTo } = await peer.response();
    expect(messageIdRespondedTo).toBe(at);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 0) acknowledged.push(createHash('sha256').update(bytes).digest('hex'));
  }
  peer.socket.destroy();
};

const mebibytes = (): number => process.memoryUsage().rss / 1_048_576;

describe('damaged data sets', () => {
  it(`are stored or refused, each with its status, ${COUNT} of them (seed ${SEED})`, async () => {
    let before = Number.NaN;
    const statuses = new Map<number, number>();
    for (const [chapter, size] of chapters()) {
      test = await startNode({ store: { filesAhead: FILES_AHEAD } });
      const acknowledged: string[] = [];
      for (let left = size, round = 0; left > 0; left -= LANES * PER_ASSOCIATION, round += 1) {
        await Promise.all(Array.from({ length: LANES }, (_, lane) => {
          const seed = SEED + chapter * CHAPTER + round * LANES + lane;
          return storeDamaged(random(seed), `${seed}`, Math.min(PER_ASSOCIATION, Math.ceil(left / LANES)), statuses, acknowledged);
        }));
        // The first rounds make the code warm.
        if (round === 2 && Number.isNaN(before)) before = mebibytes();
      }
      expect(test.summaries.filter(({ outcome }) => outcome === 'aborted-by-us')).toEqual([]);
      // What was answered Success is held, byte for byte.
      const held = new Set(test.index.rows.map(({ arrival }) => arrival.file.dataSetSha256));
      expect(acknowledged.filter((digest) => !held.has(digest))).toEqual([]);
      await expectServed(test, '2.25.4712');
      await expectClean(test);
      expectNothingSpare(test);
      if (chapter * CHAPTER + size < COUNT) await test.close();
    }
    expect(mebibytes() - before).toBeLessThan(MAX_GROWTH_MIB);
    expect([...statuses.keys()].filter((status) => ![0, 0xa900, 0xc000].includes(status))).toEqual([]);
    // Damage that nobody noticed at all, or that nothing survived, would test little.
    expect(statuses.get(0)).toBeGreaterThan(COUNT / 20);
    expect(statuses.get(0xc000)).toBeGreaterThan(COUNT / 20);
  }, LIMIT_MS);
});

/** Requests that carry a data set about others, and the statuses that may answer them. @source PS3.4 Tables C.4-1, C.4-2, C.4-3, PS3.7 10.1.4.1.10 */
const ASKS = [
  { name: 'C-FIND', commandField: COMMAND.findRequest, classes: [UID.studyRootFind, UID.patientRootFind], answers: [STATUS.success, STATUS.dataSetMismatch, STATUS.cannotUnderstand] },
  { name: 'C-MOVE', commandField: COMMAND.moveRequest, classes: [UID.studyRootMove, UID.patientRootMove], answers: [STATUS.success, STATUS.dataSetMismatch, STATUS.destinationUnknown, STATUS.cannotPerformSubOperations, STATUS.subOperationsFailed] },
  { name: 'C-GET', commandField: COMMAND.getRequest, classes: [UID.studyRootGet, UID.patientRootGet], answers: [STATUS.success, STATUS.dataSetMismatch] },
  { name: 'N-ACTION', commandField: COMMAND.nActionRequest, classes: [UID.storageCommitmentPush], answers: [STATUS.success, STATUS.invalidArgument, STATUS.cannotUnderstand] },
] as const;
type Ask = (typeof ASKS)[number];

const CT = UID.ctImageStorage;
const RESPONSE = 0x8000;
const contextsOf = ({ name, classes }: Ask) => [
  ...classes.flatMap((abstractSyntax, row) => NATIVE.slice(0, name === 'N-ACTION' ? 2 : 3).map((transferSyntax, column) => ({ id: (row * 3 + column) * 2 + 1, abstractSyntax, transferSyntaxes: [transferSyntax] }))),
  { id: 101, abstractSyntax: CT, transferSyntaxes: [UID.explicitLittleEndian] },
];
const LEVELS = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE', '', 'STUDY\\SERIES'];
const VALUES = ['', '*', '?', 'A*B?C', '20240101-', '-20240101', '20240131-20230101', '99999999', '1.2.3\\1.2.4', '\\\\\\', '=', '===', '^^^^^^', '*'.repeat(500), '\u001b$B', '100000.000000-', '\u0000'];
const UIDS = ['2.25.1', '2.25.2', '2.25.31', '2.25.31\\2.25.32', '2.25.33'];
/** Unique keys, the highest level first. */
const KEYS = [[TAG.PatientID, 'LO', ['P1']], [TAG.StudyInstanceUID, 'UI', ['2.25.1']], [TAG.SeriesInstanceUID, 'UI', ['2.25.2']], [TAG.SOPInstanceUID, 'UI', UIDS]] as const;

/** What is asked for, sound but for its values: now and then they name what is held. */
const anyAsk = (ask: Ask, next: Random, seed: string, transferSyntaxUid: string): MadeInstance => {
  const text = (tag: number, vr: string, sound: readonly string[] = []): MadeElement => ({ tag, vr, value: pick(next, next() < 0.8 && sound.length > 0 ? sound : VALUES) });
  const made = (elements: readonly MadeElement[], without: readonly number[] = []): MadeInstance => anyInstance(next, seed, { kind: 'rt-structure-set', transferSyntaxUid, elements, without });
  if (ask.name === 'C-FIND') return made([text(TAG.QueryRetrieveLevel, 'CS', LEVELS), text(TAG.StudyDate, 'DA', ['', '20240101-']), text(TAG.StudyTime, 'TM', ['', '080000-']), text(TAG.PatientName, 'PN', ['Doe*']), text(TAG.PatientID, 'LO', ['P1']), text(TAG.StudyInstanceUID, 'UI', ['2.25.1'])]);
  if (ask.name === 'N-ACTION') {
    const items = Array.from({ length: Math.floor(next() * 5) }, () => [text(TAG.ReferencedSOPClassUID, 'UI', [CT, UID.secondaryCaptureImageStorage]), text(TAG.ReferencedSOPInstanceUID, 'UI', UIDS.slice(2))]);
    return made([{ tag: TAG.TransactionUID, vr: 'UI', value: next() < 0.9 ? `2.25.${seed}` : pick(next, VALUES) }, { tag: TAG.ReferencedSOPSequence, vr: 'SQ', value: items }]);
  }
  const level = Math.floor(next() * 4);
  const above = KEYS.filter((_, at) => at <= level || next() < 0.05);
  return made([{ tag: TAG.QueryRetrieveLevel, vr: 'CS', value: next() < 0.9 ? LEVELS[level] ?? '' : pick(next, LEVELS) }, ...above.map(([tag, vr, sound]) => text(tag, vr, sound))], KEYS.filter((key) => !above.includes(key)).map(([tag]) => tag));
};

/** The final status of a request; what the node asks on the same association meanwhile is answered with Success. */
const finalStatus = async (peer: Peer, messageId: number): Promise<number> => {
  let asked: Command | undefined;
  for (;;) {
    const pdu = await peer.next();
    if (pdu === 'closed' || pdu.type !== 4) throw new TypeError(`no response but ${pdu === 'closed' ? pdu : pdu.type}`);
    const control = pdu.body.readUInt8(5);
    if ((control & 1) === 1) {
      const command = decodeCommand(pdu.body.subarray(6));
      if ((command.commandField & RESPONSE) === 0) { asked = command; continue; }
      const { status = -1 } = command;
      // Data sets of answers come last; what they say is tested elsewhere.
      if (command.messageIdRespondedTo === messageId && status !== 0xff00 && status !== 0xff01) return status;
    } else if (asked !== undefined && (control & 2) === 2) {
      const { commandField, messageId: to = 0, affectedSopClassUid = '', affectedSopInstanceUid = '' } = asked;
      asked = undefined;
      peer.send(data(value(pdu.body.readUInt8(4), 3, commandBytes({ commandField: commandField | RESPONSE, messageIdRespondedTo: to, affectedSopClassUid, affectedSopInstanceUid, status: 0 }))));
    }
  }
};

const askDamaged = async (peer: Peer, ask: Ask, next: Random, messageId: number, seed: string): Promise<number> => {
  const context = pick(next, contextsOf(ask).slice(0, -1));
  const made = anyAsk(ask, next, seed, context.transferSyntaxes[0] ?? UID.implicitLittleEndian);
  const bytes = next() < 0.2 ? made.dataSet : damage(made.dataSet, made.transferSyntaxUid, next);
  const rest = ask.name === 'N-ACTION' ? { requestedSopClassUid: context.abstractSyntax, requestedSopInstanceUid: UID.storageCommitmentPushInstance, actionTypeId: 1 } : { affectedSopClassUid: context.abstractSyntax, priority: 0 };
  const destination = ask.name === 'C-MOVE' ? { moveDestination: pick(next, ['SPINDLE', 'SPINDLE', 'GONE', 'NOBODY']) } : {};
  peer.send(data(value(context.id, 3, commandBytes({ commandField: ask.commandField, messageId, dataSetType: 1, ...rest, ...destination }))), bytes.length === 0 ? data(value(context.id, 2, bytes)) : dataPdus(bytes, 4000, context.id));
  return finalStatus(peer, messageId);
};

/** Requests over one association, which takes what a C-GET sends. */
const askOver = async (ask: Ask, next: Random, from: number, count: number, statuses: Map<number, number>): Promise<void> => {
  const peer = await connectPeer(test.node.port);
  const user = { maxPduBytes: 0, implementationClassUid: '1.2.3', implementationVersionName: 'PEER', roles: [{ sopClassUid: CT, scuRole: true, scpRole: true }] };
  peer.send(request(contextsOf(ask), { user }));
  expect(await peer.next()).toMatchObject({ type: 2 });
  for (let at = from; at < from + count; at += 1) {
    const status = await askDamaged(peer, ask, next, at & 0xffff, `${SEED}${at}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  peer.socket.destroy();
};

describe.each(ASKS.map((ask) => [ask.name, ask] as const))('damaged data sets of %s', (_name, ask) => {
  it(`are answered or refused, ${COUNT} of them (seed ${SEED})`, async () => {
    let before = Number.NaN;
    let opened = 0;
    const statuses = new Map<number, number>();
    for (const [chapter, size] of chapters()) {
      const node = await startEveryService();
      test = node;
      opened ||= descriptors();
      for (let at = 0, round = 0; at < size; at += LANES * PER_ASSOCIATION, round += 1) {
        const count = Math.min(PER_ASSOCIATION, Math.ceil((size - at) / LANES));
        await Promise.all(Array.from({ length: LANES }, (_, lane) => {
          const from = chapter * CHAPTER + at + lane * PER_ASSOCIATION;
          return askOver(ask, random(SEED + from), from, count, statuses);
        }));
        if (round === 2 && Number.isNaN(before)) before = mebibytes();
      }
      if (ask.name === 'C-FIND') expect(node.queries.asked).toBeGreaterThan(size / 50);
      if (ask.name === 'N-ACTION') expect(node.commitments.kept.length).toBeGreaterThan(size / 50);
      if (ask.name === 'C-MOVE' || ask.name === 'C-GET') expect(node.events.filter(({ event }) => event === 'retrieve.ended').length).toBeGreaterThan(size / 50);
      await expectServed(test);
      await expectClean(test);
      await expect.poll(descriptors).toBeLessThanOrEqual(opened + 4);
      if (chapter * CHAPTER + size < COUNT) await test.close();
    }
    expect(mebibytes() - before).toBeLessThan(MAX_GROWTH_MIB);
    const allowed = new Set<number>(ask.answers);
    expect([...statuses.keys()].filter((status) => !allowed.has(status))).toEqual([]);
    expect(statuses.get(0)).toBeGreaterThan(COUNT / 50);
  }, LIMIT_MS);
});
