import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import type { CatalogMatch, CatalogQuery, QueryBook } from '../../catalog/books/query-book.ts';
import { createQueryScp } from '../../dicom/query-scp.ts';
import type { QueryScpOptions } from '../../dicom/query-scp.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { silentLog } from '../../infra/log.ts';
import { startNode, until } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';
import { findPeer } from './query/find-peer.ts';
import type { FindPeer } from './query/find-peer.ts';

const nodes: TestNode[] = [];
afterEach(async () => { for (const node of nodes.splice(0)) await node.close(); });

const match = (values: CatalogMatch['values'], more: Partial<CatalogMatch> = {}): CatalogMatch => ({ values, availability: 'ONLINE', ...more });

interface Fake extends QueryBook { readonly asked: CatalogQuery[] }

const bookOf = (...pages: readonly (readonly CatalogMatch[])[]): Fake => {
  const asked: CatalogQuery[] = [];
  return {
    asked,
    async *find(query) {
      asked.push(query);
      yield* pages;
    },
  };
};

const start = async (queries: QueryBook, sopClassUid: string = UID.studyRootFind, options: Partial<QueryScpOptions> = {}, transferSyntaxUid: string = UID.explicitLittleEndian): Promise<FindPeer & { readonly test: TestNode }> => {
  const service = createQueryScp({ aeTitle: 'SPINDLE', queries, fuzzyNames: false, matchEmpty: true, log: silentLog, ...options });
  const test = await startNode({ services: [service] });
  nodes.push(test);
  return { ...await findPeer(test.node.port, sopClassUid, transferSyntaxUid), test };
};

const STUDY = match({ studyInstanceUid: '2.25.1', patientId: 'P1', patientName: 'Doe^Jane', studyDate: '20260301' });

describe('query provider', () => {
  it.each([UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian])('answers what was asked for, and unique keys, level, whereabouts, in %s', async (syntax) => {
    const book = bookOf([STUDY]);
    const peer = await start(book, UID.studyRootFind, {}, syntax);
    peer.ask({ QueryRetrieveLevel: 'STUDY', PatientName: '', StudyDate: '20260301-' });
    const { final, matches } = await peer.answers();
    expect(final).toMatchObject({ status: 0, messageIdRespondedTo: 1 });
    expect(matches.map((m) => m.command.status)).toEqual([0xff00]);
    expect(matches[0]?.identifier).toEqual({ QueryRetrieveLevel: 'STUDY', RetrieveAETitle: 'SPINDLE', InstanceAvailability: 'ONLINE', PatientName: 'Doe^Jane', PatientID: 'P1', StudyInstanceUID: '2.25.1', StudyDate: '20260301' });
    expect(book.asked[0]).toMatchObject({ level: 'STUDY', conditions: [{ kind: 'range', field: 'studyDate', from: '20260301', to: '', matchesEmpty: true }], wantsFileSet: false });
  });

  it('names disc and file-set of what is only on a disc, and no Retrieve AE Title', async () => {
    const peer = await start(bookOf([match(STUDY.values, { availability: 'OFFLINE', fileSet: { id: 'SP00000001_1', uid: '2.25.9' } }), match(STUDY.values, { availability: 'UNAVAILABLE' })]));
    peer.ask({ QueryRetrieveLevel: 'STUDY', PatientName: 'D*' });
    const { matches } = await peer.answers();
    expect(matches[0]?.identifier).toMatchObject({ InstanceAvailability: 'OFFLINE', StorageMediaFileSetID: 'SP00000001_1', StorageMediaFileSetUID: '2.25.9' });
    expect(matches[0]?.identifier).not.toHaveProperty('RetrieveAETitle');
    expect(matches[1]?.identifier).toMatchObject({ InstanceAvailability: 'UNAVAILABLE', RetrieveAETitle: 'SPINDLE' });
  });

  it('says FF01 for keys that it does not know, leaves them out, and ignores what they say', async () => {
    const book = bookOf([STUDY]);
    const peer = await start(book);
    peer.ask({ QueryRetrieveLevel: 'STUDY', StudyInstanceUID: '2.25.1', SeriesInstanceUID: '2.25.7', StationName: 'X' });
    const { final, matches } = await peer.answers();
    expect(final.status).toBe(0);
    expect(matches[0]?.command.status).toBe(0xff01);
    expect(Object.keys(matches[0]?.identifier ?? {})).not.toContain('SeriesInstanceUID');
    expect(book.asked[0]?.conditions).toEqual([{ kind: 'exact', field: 'studyInstanceUid', values: ['2.25.1'], matchesEmpty: false }]);
  });

  it.each([
    ['no level', UID.studyRootFind, { PatientName: 'A' }, 0x00080052],
    ['an unknown level', UID.studyRootFind, { QueryRetrieveLevel: 'EXAM' }, 0x00080052],
    ['the patient level in Study Root', UID.studyRootFind, { QueryRetrieveLevel: 'PATIENT' }, 0x00080052],
    ['the series level in Patient/Study Only', UID.patientStudyOnlyFind, { QueryRetrieveLevel: 'SERIES' }, 0x00080052],
    ['a series query without its study', UID.studyRootFind, { QueryRetrieveLevel: 'SERIES', Modality: 'CT' }, 0x0020000d],
    ['a study query without its patient in Patient Root', UID.patientRootFind, { QueryRetrieveLevel: 'STUDY', StudyDate: '20260101' }, 0x00100020],
    ['a date that is none', UID.studyRootFind, { QueryRetrieveLevel: 'STUDY', StudyDate: '2026-01-01' }, 0x00080020],
    ['a time that is none', UID.studyRootFind, { QueryRetrieveLevel: 'STUDY', StudyTime: 'noon' }, 0x00080030],
    ['a UID with a wildcard', UID.studyRootFind, { QueryRetrieveLevel: 'STUDY', StudyInstanceUID: '2.25.*' }, 0x0020000d],
    ['a number that is none', UID.studyRootFind, { QueryRetrieveLevel: 'SERIES', StudyInstanceUID: '2.25.1', SeriesNumber: 'one' }, 0x00200011],
  ] as const)('refuses %s with A900 and the offending element', async (_name, model, keys, tag) => {
    const book = bookOf([STUDY]);
    const peer = await start(book, model);
    peer.ask(keys);
    expect((await peer.answer()).command).toMatchObject({ status: 0xa900, offendingElement: [tag], errorComment: expect.stringMatching(/^.{5,64}$/) });
    expect(book.asked).toEqual([]);
  });

  it.each([
    ['a unique key of the study', { QueryRetrieveLevel: 'SERIES', StudyInstanceUID: '2.25.1' }],
    ['another key of a higher level', { QueryRetrieveLevel: 'SERIES', PatientID: 'P1', StudyDate: '20260301' }],
  ] as const)('takes a series query with %s', async (_name, keys) => {
    const book = bookOf([]);
    const peer = await start(book);
    peer.ask(keys);
    expect((await peer.answer()).command.status).toBe(0);
    expect(book.asked).toHaveLength(1);
  });

  it('cannot understand an identifier that is none, and goes on', async () => {
    const peer = await start(bookOf([STUDY]));
    peer.ask(Buffer.from('0800520043530600535455', 'hex'));
    expect((await peer.answer()).command.status).toBe(0xc000);
    peer.ask({ QueryRetrieveLevel: 'STUDY' }, 2);
    expect((await peer.answers()).final).toMatchObject({ status: 0, messageIdRespondedTo: 2 });
  });

  it('answers whatever bytes come as an identifier, and lives', async () => {
    const peer = await start(bookOf([STUDY]));
    const whole = Buffer.concat([
      Buffer.from('080005004353100049534f203230323220495220383720', 'hex'), Buffer.from('0800520043530600535455445920', 'hex'), Buffer.from('0800200044410a003230323630313031202d', 'hex'), Buffer.from('10001000504e08004d1b24423b331b28', 'hex'), Buffer.from('20000d0055490600322e32352e31', 'hex'),
    ]);
    let state = 1;
    const random = (below: number): number => { state = Math.imul(state, 1_103_515_245) + 12_345 & 0x7fffffff; return state % below; };
    for (let i = 0; i < 400; i += 1) {
      const bytes = Buffer.from(whole.subarray(0, i % 3 === 0 ? random(whole.length) : whole.length));
      for (let n = random(4); n > 0 && bytes.length > 0; n -= 1) bytes[random(bytes.length)] = random(256);
      peer.ask(bytes, i + 1);
      const { final } = await peer.answers();
      expect(final.messageIdRespondedTo).toBe(i + 1);
      expect([0, 0xa900, 0xc000]).toContain(final.status);
    }
  });

  it('refuses values and identifiers that are longer than any key', async () => {
    const peer = await start(bookOf([STUDY]));
    peer.ask({ QueryRetrieveLevel: 'STUDY', PatientName: 'x*'.repeat(2_000) });
    expect((await peer.answer()).command).toMatchObject({ status: 0xa900, offendingElement: [0x00100010] });
    peer.ask({ QueryRetrieveLevel: 'STUDY', AccessionNumber: Array(100).fill('A').join('\\') }, 2);
    expect((await peer.answer()).command).toMatchObject({ status: 0xa900, offendingElement: [0x00080050] });
    peer.ask(Buffer.alloc(1_200_000), 3);
    expect((await peer.answer()).command).toMatchObject({ status: 0xc000, messageIdRespondedTo: 3 });
  });

  it.each([['CATALOG_UNAVAILABLE', 0xa700], ['CATALOG_FAILED', 0xc001]] as const)('turns %s into a failure of C-FIND, also in the midst of the answers', async (code, status) => {
    const peer = await start({
      async *find() {
        yield [STUDY];
        await Promise.resolve();
        throw new ApplianceError(code, 'broken');
      },
    });
    peer.ask({ QueryRetrieveLevel: 'STUDY' });
    const { final, matches } = await peer.answers();
    expect(matches).toHaveLength(1);
    expect(final.status).toBe(status);
  });

  // JIS X 0208 has Greek letters, but no final sigma.
  it('answers in the character set of the request where it can, else in one that can', async () => {
    const names = ['Doe^Jane', 'Müller^Anna', 'Διονυσιος', 'Yamada^Tarou=山田^太郎'];
    const peer = await start(bookOf(names.map((patientName) => match({ ...STUDY.values, patientName }))));
    const asked = async (SpecificCharacterSet?: string) => {
      peer.ask({ QueryRetrieveLevel: 'STUDY', PatientName: '', ...(SpecificCharacterSet === undefined ? {} : { SpecificCharacterSet }) });
      const { matches } = await peer.answers();
      expect(matches.map((m) => m.identifier['PatientName'])).toEqual(names);
      return matches.map((m) => m.identifier['SpecificCharacterSet'] ?? '');
    };
    expect(await asked()).toEqual(['', 'ISO_IR 100', 'ISO_IR 126', 'ISO_IR 192']);
    expect(await asked('ISO_IR 100')).toEqual(['ISO_IR 100', 'ISO_IR 100', 'ISO_IR 126', 'ISO_IR 192']);
    expect(await asked('ISO_IR 192')).toEqual(Array(4).fill('ISO_IR 192'));
    expect(await asked('\\ISO 2022 IR 87')).toEqual(['\\ISO 2022 IR 87', 'ISO_IR 100', 'ISO_IR 126', '\\ISO 2022 IR 87']);
    expect(await asked('NONSENSE')).toEqual(['ISO_IR 100', 'ISO_IR 100', 'ISO_IR 126', 'ISO_IR 192']);
  });

  it('stops within a moment when the peer cancels while the catalog is thinking', async () => {
    let isLetGo = false;
    const peer = await start({
      async *find() {
        try {
          yield [STUDY];
          await new Promise((resolve) => { setTimeout(resolve, 400); });
          yield [STUDY];
        } finally {
          isLetGo = true;
        }
      },
    });
    peer.ask({ QueryRetrieveLevel: 'STUDY' });
    expect((await peer.answer()).command.status).toBe(0xff00);
    const began = performance.now();
    peer.cancel();
    expect((await peer.answer()).command.status).toBe(0xfe00);
    expect(performance.now() - began).toBeLessThan(300);
    await until(() => isLetGo, 'the catalog is let go');
  });

  it('hears a cancel while it streams to a peer that reads everything', async () => {
    let pages = 0;
    const page = Array.from({ length: 500 }, () => STUDY);
    const peer = await start({
      async *find() {
        for (; pages < 10_000; pages += 1) yield await Promise.resolve(page);
      },
    });
    peer.ask({ QueryRetrieveLevel: 'STUDY' });
    await peer.answer();
    peer.cancel();
    const { final } = await peer.answers();
    expect(final.status).toBe(0xfe00);
    expect(pages).toBeLessThan(1_000);
  });

  it('reads no further in the catalog than a slow peer takes', async () => {
    let pages = 0;
    const page = Array.from({ length: 500 }, () => STUDY);
    const peer = await start({
      async *find() {
        for (; pages < 2_000; pages += 1) yield await Promise.resolve(page);
      },
    });
    peer.peer.socket.pause();
    peer.ask({ QueryRetrieveLevel: 'STUDY' });
    await until(() => pages > 2, 'some pages were read');
    let before = -1;
    await until(() => { const isStill = before === pages; before = pages; return isStill; }, 'reading stopped');
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    expect(pages).toBeLessThan(400);
    peer.peer.socket.destroy();
    await until(() => peer.test.summaries.length === 1, 'association ended');
  });

  it('keeps nothing of the pages that it has sent', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const pages: WeakRef<readonly CatalogMatch[]>[] = [];
    let alive = Number.POSITIVE_INFINITY;
    const peer = await start({
      async *find() {
        for (let i = 0; i < 40; i += 1) {
          const page = Array.from({ length: 200 }, () => match({ ...STUDY.values }));
          pages.push(new WeakRef(page));
          yield page;
        }
        await new Promise((resolve) => { setTimeout(resolve, 50); });
        collect();
        alive = pages.filter((page) => page.deref() !== undefined).length;
      },
    });
    peer.ask({ QueryRetrieveLevel: 'STUDY' });
    expect((await peer.answers()).matches).toHaveLength(8_000);
    expect(alive).toBeLessThan(6);
  });

  it('combines date and time, and matches by words, where extended negotiation granted it', async () => {
    const book = bookOf([]);
    const service = createQueryScp({ aeTitle: 'SPINDLE', queries: book, fuzzyNames: false, matchEmpty: false, log: silentLog });
    const extended = { relational: true, combinedDateTime: true, fuzzy: true };
    const test = await startNode({ services: [{ ...service, open: (exchange) => service.open({ ...exchange, association: { ...exchange.association, extended }, get signal() { return exchange.signal; } }) }] });
    nodes.push(test);
    const peer = await findPeer(test.node.port);
    peer.ask({ QueryRetrieveLevel: 'SERIES', StudyDate: '20260101-20260102', StudyTime: '1200-1300', PatientName: 'jane' });
    expect((await peer.answers()).final.status).toBe(0);
    peer.ask({ QueryRetrieveLevel: 'IMAGE', InstanceNumber: '1' });
    expect((await peer.answers()).final.status).toBe(0);
    expect(book.asked[0]?.conditions).toEqual([
      { kind: 'name', field: 'patientName', key: 'jane', isFuzzy: true, matchesEmpty: false },
      { kind: 'moment', from: { date: '20260101', time: '1200' }, to: { date: '20260102', time: '1300' }, matchesEmpty: false },
    ]);
  });
});
