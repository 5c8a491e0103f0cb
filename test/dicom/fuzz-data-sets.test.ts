import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { QueryBook } from '../../catalog/catalog.ts';
import { COMMAND, decodeCommand } from '../../dicom/association/command.ts';
import { createQueryScp } from '../../dicom/query-scp.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { silentLog } from '../../infra/log.ts';
import { random } from '../fixtures/random.ts';
import { associate, commandBytes, data, dataPdus, startNode, storeRequest, value } from './association/harness.ts';
import type { Peer, TestNode } from './association/harness.ts';
import { expectClean, expectNothingSpare, expectServed } from './hostile/aftermath.ts';
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
      test = await startNode();
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

const FIND_CONTEXTS = [UID.studyRootFind, UID.patientRootFind].flatMap((abstractSyntax, row) => NATIVE.slice(0, 3).map((transferSyntax, column) => ({ id: (row * 3 + column) * 2 + 1, abstractSyntax, transferSyntaxes: [transferSyntax] })));
const LEVELS = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE', '', 'STUDY\\SERIES'];
const VALUES = ['', '*', '?', 'A*B?C', '20240101-', '-20240101', '20240131-20230101', '99999999', '1.2.3\\1.2.4', '\\\\\\', '=', '===', '^^^^^^', '*'.repeat(500), '\u001b$B', '100000.000000-', '\u0000'];

const askDamaged = async (peer: Peer, next: Random, messageId: number): Promise<number> => {
  const context = pick(next, FIND_CONTEXTS);
  const text = (tag: number, vr: string) => ({ tag, vr, value: pick(next, VALUES) });
  const made = anyInstance(next, 'find', {
    kind: 'rt-structure-set', transferSyntaxUid: context.transferSyntaxes[0] ?? UID.implicitLittleEndian,
    elements: [{ tag: 0x0008_0052, vr: 'CS', value: pick(next, LEVELS) }, text(0x0008_0020, 'DA'), text(0x0008_0030, 'TM'), text(0x0010_0010, 'PN'), text(0x0010_0020, 'LO'), text(0x0020_000d, 'UI')],
  });
  const bytes = next() < 0.2 ? made.dataSet : damage(made.dataSet, made.transferSyntaxUid, next);
  peer.send(data(value(context.id, 3, commandBytes({ commandField: COMMAND.findRequest, messageId, affectedSopClassUid: context.abstractSyntax, priority: 0, dataSetType: 1 }))), bytes.length === 0 ? data(value(context.id, 2, bytes)) : dataPdus(bytes, 4000, context.id));
  for (;;) {
    const pdu = await peer.next();
    if (pdu === 'closed' || pdu.type !== 4) throw new TypeError(`no response but ${pdu === 'closed' ? pdu : pdu.type}`);
    // Command sets only; what the identifiers say is tested elsewhere.
    if ((pdu.body.readUInt8(5) & 1) === 0) continue;
    const { status: code = -1 } = decodeCommand(pdu.body.subarray(6));
    if (code !== 0xff00 && code !== 0xff01) return code;
  }
};

describe('damaged identifiers', () => {
  it(`are answered or refused, ${COUNT} of them (seed ${SEED})`, async () => {
    const book: QueryBook = { async *find() { yield [{ values: { studyInstanceUid: '2.25.1', patientId: 'P1', patientName: 'Doe^Jane' }, availability: 'ONLINE' }]; } };
    const statuses = new Map<number, number>();
    const next = random(SEED);
    for (const [chapter, size] of chapters()) {
      test = await startNode({ services: [createQueryScp({ aeTitle: 'SPINDLE', queries: book, fuzzyNames: false, matchEmpty: true, log: silentLog })] });
      for (let at = 0; at < size;) {
        const peer = await associate(test.node.port, FIND_CONTEXTS, 0);
        for (const end = Math.min(size, at + 500); at < end; at += 1) {
          const status = await askDamaged(peer, next, at & 0xffff);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
        peer.socket.destroy();
      }
      await expectServed(test);
      await expectClean(test);
      if (chapter * CHAPTER + size < COUNT) await test.close();
    }
    expect([...statuses.keys()].filter((status) => ![0, 0xa900].includes(status) && status >>> 12 !== 0xc)).toEqual([]);
    expect(statuses.get(0)).toBeGreaterThan(COUNT / 50);
  }, LIMIT_MS);
});
