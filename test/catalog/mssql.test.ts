import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatalogQuery } from '../../catalog/books/query-book.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { SCHEMA_VERSION, migrateCatalog } from '../../catalog/migrate.ts';
import { openCatalog } from '../../catalog/open.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { describeCatalog } from '../contracts/catalog-dialect.ts';
import { needs } from '../fixtures/peers.ts';
import { createInvention } from '../simulators/tds/invented-rows.ts';
import type { Invention } from '../simulators/tds/invented-rows.ts';
import { startTdsServer } from '../simulators/tds/server.ts';
import type { TdsServer } from '../simulators/tds/server.ts';
import { after, makeArrival, T0 } from './make-arrival.ts';

const realServer = process.env['MSSQL_URL'] ?? '';
if (needs('mssql')) describeCatalog('SQL Server', () => Promise.resolve(realServer));

const OPTIONS = { copies: 1, media: 'any', robot: 'any', priority: 3, comment: 'für Anna', labelTemplate: 'standard', allowSeveralPatients: true, retention: 'default', content: DEFAULT_CONTENT } as const;
const RULE = { name: 'all', position: 1, isEnabled: true, also: false, condition: {}, grouping: 'study', quietSeconds: 60, longestWaitSeconds: 0, copies: 1, media: 'any', robot: 'any', priority: 3, labelTemplate: 'standard', retention: 'default', content: DEFAULT_CONTENT } as const;

const AE = { aeTitle: 'ARCHIVE', host: 'archive.example', port: 104, tls: true, maxAssociations: 2, preferredTransferSyntaxes: [], services: ['store'], notes: '' } as const;

interface Operation { readonly name: string; readonly run: (catalog: Catalog) => Promise<unknown>; readonly empty?: readonly RegExp[]; readonly values?: Invention['values'] }

const NEW = [/^select .* from "(patient|study|study_identity|series)"/, /^select sop_instance_uid from instance/, /^update arrival_outbox/];

const OPERATIONS: readonly Operation[] = [
  { name: 'instances.store of new series', empty: NEW, run: (c) => c.instances.store([makeArrival(), makeArrival({ series: 2 })]) },
  { name: 'instances.store of a known series', empty: [/^select sop_instance_uid from instance/], values: { sop_instance_uid: '2.25.1.1.1' }, run: (c) => c.instances.store([makeArrival()]) },
  { name: 'instances.storeConflicting', empty: [/from "disc"/, /data_set_sha256" = /], run: (c) => c.instances.storeConflicting(makeArrival({ content: 'x' }), 'newest') },
  { name: 'instances.settleConflict', values: { state: 'READY' }, run: (c) => c.instances.settleConflict(1, 'anna') },
  { name: 'instances.held', run: (c) => c.instances.held('2.25.1') },
  { name: 'instances.conflicts', run: (c) => c.instances.conflicts(1) },
  { name: 'instances.instancesOfVolume', run: (c) => c.instances.instancesOfVolume(1) },
  { name: 'studies.search', values: { patients: '[]' }, run: (c) => c.studies.search({ text: 'Müller 100%', modality: 'CT', dateFrom: '20260101', dateTo: '20261231', patientId: 'P', accessionNumber: 'A', studyInstanceUid: '2.25.1', after: '1772359200000-7', limit: 20 }) },
  { name: 'studies.study', run: (c) => c.studies.study(1) },
  { name: 'studies.instances', run: (c) => c.studies.instances(1) },
  { name: 'queries.find patients by name', run: (c) => findAll(c, { level: 'PATIENT', conditions: [{ kind: 'name', field: 'patientName', key: 'Müller*=山田', isFuzzy: false, matchesEmpty: true }], fields: new Set(['patientName', 'patientStudies']), wantsFileSet: false }) },
  { name: 'queries.find studies by accession number and moment', values: { held: 0, covered: 1 }, run: (c) => findAll(c, { level: 'STUDY', conditions: [{ kind: 'pattern', field: 'accessionNumber', values: ['A?', 'B'], matchesEmpty: true }, { kind: 'moment', from: { date: '20260101', time: '10' }, to: { date: '20261231', time: '' }, matchesEmpty: true }], fields: new Set(['studyDate', 'modalitiesInStudy', 'sopClassesInStudy', 'studyInstances']), wantsFileSet: true }) },
  { name: 'queries.find series by words of a name', run: (c) => findAll(c, { level: 'SERIES', conditions: [{ kind: 'name', field: 'referringPhysicianName', key: 'doc a', isFuzzy: true, matchesEmpty: false }, { kind: 'pattern', field: 'modalitiesInStudy', values: ['CT'], matchesEmpty: false }], fields: new Set(['seriesNumber', 'seriesDate', 'patientInstances']), wantsFileSet: false }) },
  { name: 'queries.find series below the patients of a name and the studies of a date', run: (c) => findAll(c, { level: 'SERIES', conditions: [{ kind: 'name', field: 'patientName', key: 'A*', isFuzzy: false, matchesEmpty: false }, { kind: 'range', field: 'studyDate', from: '20260101', to: '', matchesEmpty: true }], fields: new Set(['seriesNumber']), wantsFileSet: false }) },
  { name: 'queries.find instances', run: (c) => findAll(c, { level: 'IMAGE', conditions: [{ kind: 'exact', field: 'sopInstanceUid', values: ['2.25.1', '2.25.2'], matchesEmpty: false }], fields: new Set(['instanceNumber', 'rows']), wantsFileSet: false }) },
  { name: 'rules.create', run: (c) => c.rules.create(RULE, 'anna', 'api') },
  { name: 'rules.change', values: { version: 1, source: 'api' }, run: (c) => c.rules.change(1, 1, RULE, 'anna') },
  { name: 'rules.importFileRules', values: { name: 'gone', draft: JSON.stringify({ ...RULE, name: 'gone' }) }, run: (c) => c.rules.importFileRules([RULE]) },
  { name: 'rules.arrivals', run: (c) => c.rules.arrivals(50) },
  { name: 'rules.watch', empty: [/from "collect_group/], run: (c) => c.rules.watch([{ rule: { ...RULE, id: 1, version: 1, source: 'api' }, seriesId: 1 }]) },
  { name: 'rules.logArrivals', run: (c) => c.rules.logArrivals([{ seriesId: 1 }, { seriesId: 3 }]) },
  { name: 'rules.confirmArrivals', run: (c) => c.rules.confirmArrivals([{ seriesId: 1, version: 2 }, { seriesId: 3, version: 4 }]) },
  { name: 'rules.studiesOfGroups', run: (c) => c.rules.studiesOfGroups([1, 2]) },
  { name: 'rules.openGroups', run: (c) => c.rules.openGroups() },
  { name: 'rules.orderGroup', values: { group_level: 'study', draft: JSON.stringify(RULE) }, run: (c) => c.rules.orderGroup(1, after(100)) },
  { name: 'orders.place', empty: [/from "disc_order"/], run: (c) => c.orders.place({ requestKey: 'k', source: 'api', placedBy: 'anna', selection: { studies: [1] }, options: OPTIONS }) },
  { name: 'orders.placeRemote', empty: [/from "disc_order"/], run: (c) => c.orders.placeRemote({ requestKey: 'k', source: 'api', placedBy: 'anna', remote: { aeTitle: 'PACS', studyInstanceUids: ['2.25.1'] }, options: OPTIONS }) },
  { name: 'orders.selectRetrieved', run: (c) => c.orders.selectRetrieved('o1') },
  { name: 'commitments.candidates', run: (c) => c.commitments.candidates(['2.25.1']) },
  { name: 'commitments.find', run: (c) => c.commitments.find('CT1', '2.25.1') },
  { name: 'commitments.record', run: (c) => c.commitments.record({ transactionUid: '2.25.1', callingAe: 'CT1', calledAe: 'SPINDLE', notHeldReason: 0x0112, nextTryAt: T0, items: [{ sopInstanceUid: '2.25.1', sopClassUid: '1.2', instanceId: 1, failureReason: 0 }, { sopInstanceUid: '2.25.2', sopClassUid: '1.2', instanceId: null, failureReason: 0x0112 }] }) },
  { name: 'commitments.due', run: (c) => c.commitments.due(T0, 20) },
  { name: 'commitments.tried', run: (c) => c.commitments.tried(1, T0) },
  { name: 'commitments.end', values: { state: 'PENDING' }, run: (c) => c.commitments.end(1, 'DELIVERED') },
  { name: 'commitments.list', run: (c) => c.commitments.list({ limit: 20, after: '9' }) },
  { name: 'commitments.items', run: (c) => c.commitments.items(1) },
  { name: 'retrievals.retrieval', run: (c) => c.retrievals.retrieval(1) },
  { name: 'retrievals.expect', values: { series_instance_uid: '2.25.1.9' }, run: (c) => c.retrievals.expect(1, [{ seriesInstanceUid: '2.25.1.1', instances: 3 }]) },
  { name: 'retrievals.progress', run: (c) => c.retrievals.progress(1) },
  { name: 'retrievals.end', run: (c) => c.retrievals.end(1, 'FAILED', 'REMOTE_INCOMPLETE') },
  { name: 'retrievals.openAes', run: (c) => c.retrievals.openAes() },
  { name: 'retrievals.expecting', run: (c) => c.retrievals.expecting('2.25.1') },
  { name: 'orders.list', run: (c) => c.orders.list({ states: ['PENDING'], limit: 20, after: '9' }) },
  { name: 'orders.detail', run: (c) => c.orders.detail('o1') },
  { name: 'orders.openOrders', run: (c) => c.orders.openOrders({ isStarted: false }) },
  { name: 'orders.brief', values: { is_released: 0 }, run: (c) => c.orders.brief('o1') },
  { name: 'orders.setState', values: { state: 'PENDING', started_at: null }, run: (c) => c.orders.setState('o1', 'CREATING', 'NORMAL', '') },
  { name: 'orders.recordVolumes', empty: [/from "volume"/], values: { reburn_of: null }, run: (c) => c.orders.recordVolumes('o1', 'CD', [{ parts: [{ seriesId: 1 }] }]) },
  { name: 'orders.volume', values: { reburn_of: null }, run: (c) => c.orders.volume(1) },
  { name: 'orders.volume of a re-burn of a re-burn', values: { reburn_of: [3, 2, null] }, run: (c) => c.orders.volume(1) },
  { name: 'instances.instancesOfOrder', run: (c) => c.instances.instancesOfOrder('o1') },
  { name: 'orders.recordComposed', values: { state: 'PLANNED' }, run: (c) => c.orders.recordComposed(1, { imageBytes: 1, imageSha256: 'a', certificate: null, instances: [{ instanceId: 1, fileId: 'A', sha256: 'b' }], leftOff: [2] }) },
  { name: 'discs.openJob', empty: [/from "job"/], run: (c) => c.discs.openJob(1, 1, 1, 'virtual') },
  { name: 'discs.jobSubmitted', values: { state: 'OPEN' }, run: (c) => c.discs.jobSubmitted('J1', 'r') },
  { name: 'discs.jobEnded', values: { state: 'SUBMITTED' }, run: (c) => c.discs.jobEnded('J1', { state: 'GOOD', error: '', discs: [{ n: 1, result: 'good', place: 'out/1', error: '', at: T0 }] }) },
  { name: 'discs.list', run: (c) => c.discs.list({ studyId: 1, orderId: 'o1', text: 'anna', limit: 20, after: '9' }) },
  { name: 'discs.disc', run: (c) => c.discs.disc('SP-1') },
  { name: 'discs.certificate', run: (c) => c.discs.certificate('SP-1') },
  { name: 'retrieve.plan', run: (c) => c.retrieve.plan({ patientId: 'P1', issuerOfPatientId: 'A', studyInstanceUids: ['2.25.1'] }) },
  { name: 'retrieve.page', run: (c) => c.retrieve.page({ studyInstanceUids: ['2.25.1'], seriesInstanceUids: ['2.25.1.1', '2.25.1.2'], sopInstanceUids: ['2.25.1.1.1'] }, 7, 500) },
  { name: 'retrieve.page by keys', run: (c) => c.retrieve.page({ patientKeys: [1], studyKeys: [2], seriesKeys: [3], instanceIds: [4, 5] }, 0, 500) },
  { name: 'retention.deletable', run: (c) => c.retention.deletable({ now: after(9000), graceHours: 1, defaultRetention: 'buffer', limit: 100 }) },
  { name: 'retention.markDeleted', run: (c) => c.retention.markDeleted([1]) },
  { name: 'retention.totals', run: (c) => c.retention.totals() },
  { name: 'operations.since', run: (c) => c.operations.since(5, 100) },
  { name: 'instances.instancesOfStudy', run: (c) => c.instances.instancesOfStudy(1) },
  { name: 'instances.instancesOfSeries', run: (c) => c.instances.instancesOfSeries(1) },
  { name: 'instances.instance', run: (c) => c.instances.instance(1) },
  { name: 'orders.firstMaking', values: { reburn_of: null }, run: (c) => c.orders.firstMaking('o1') },
  { name: 'orders.patientsOf', run: (c) => c.orders.patientsOf({ studies: [1] }) },
  { name: 'releases.release', empty: [/from "instance_release"/], run: (c) => c.releases.release([1], { purpose: 'teaching', who: 'anna', reason: 'seen' }) },
  { name: 'releases.revoke', run: (c) => c.releases.revoke(1, { purpose: 'teaching', who: 'anna' }) },
  { name: 'releases.among', run: (c) => c.releases.among([1, 2], 'teaching') },
  { name: 'aes.create', empty: [/from "remote_ae"/], run: (c) => c.aes.create(AE, 'anna') },
  { name: 'aes.change', values: { version: 1, source: 'api' }, run: (c) => c.aes.change('ARCHIVE', 1, AE, 'anna') },
  { name: 'aes.remove', values: { version: 1, source: 'api' }, run: (c) => c.aes.remove('ARCHIVE', 1, 'anna') },
  { name: 'aes.importFileAes', values: { ae_title: 'GONE', source: 'file', draft: JSON.stringify(AE) }, run: (c) => c.aes.importFileAes([AE]) },
  { name: 'aes.noteCallers', empty: [/^select "id", "calls"/], run: (c) => c.aes.noteCallers([{ callingAe: 'CT1', host: '10.0.0.7', reason: 'calling-ae', calls: 2, lastSeenAt: T0 }]) },
  { name: 'aes.callers', run: (c) => c.aes.callers() },
  { name: 'sessions.useLoginToken', run: (c) => c.sessions.useLoginToken('t', T0) },
];

/** Two pages are enough: a simulated server never runs dry. */
const findAll = async (catalog: Catalog, query: CatalogQuery): Promise<void> => {
  let pages = 0;
  for await (const page of catalog.queries.find(query)) if (page.length === 0 || ++pages === 2) break;
};

describe('catalog on a simulated SQL Server', () => {
  const invention = createInvention();
  let server: TdsServer;
  let catalog: Catalog;
  const recordedAs = (name: string): string => [`-- ${name}`, ...server.recorded.map((s) => [s.parameters === '' ? '' : `-- ${s.parameters}\n`, s.sql.replace(/\b(o[a-z2-7]{12}|J[A-Z2-7]{15})\b/g, '?'), ';'].join(''))].join('\n');
  let text = '';

  beforeAll(async () => {
    server = await startTdsServer((statement) => invention.answer(statement));
    const url = `mssql://sa:secret@127.0.0.1:${server.port}/spindle?encrypt=false`;
    invention.empty = [/information_schema/];
    invention.values = { n: 0, version: 0 };
    await migrateCatalog(url);
    text = recordedAs('migration');
    invention.empty = [];
    invention.values = { n: 1, version: SCHEMA_VERSION };
    catalog = await openCatalog({ databaseUrl: url, now: () => T0, poolSize: 2 });
    for (const operation of OPERATIONS) {
      server.clear();
      invention.empty = operation.empty ?? [];
      invention.values = operation.values ?? {};
      await operation.run(catalog).catch((error: unknown) => { throw new TypeError(`${operation.name}: ${String(error)} after ${server.recorded.at(-1)?.sql ?? ''}`, { cause: error }); });
      text += `\n${recordedAs(operation.name)}`;
    }
  });
  afterAll(async () => {
    await catalog?.close();
    await server?.close();
  });

  it('sends exactly the statements of the golden file', async () => {
    await expect(`${text}\n`).toMatchFileSnapshot('mssql-statements.golden.sql');
  });

  it('sends no statement that SQL Server refuses or that is known to be unsafe', () => {
    expect(text).not.toMatch(/\bmerge\b|\blimit\b|for update|skip locked|on conflict|returning|on duplicate/i);
  });

  it('declares identifiers as varchar and times as datetime2', () => {
    expect(text).toMatch(/@1 varchar\(64\)/);
    expect(text).toMatch(/datetime2\(3\)/);
    expect(text).not.toMatch(/@\d+ datetime\b(?!2)/);
  });

  it('runs a deadlock victim again and answers', async () => {
    invention.empty = [];
    invention.values = { version: SCHEMA_VERSION };
    let failures = 2;
    const flaky = await startTdsServer((s) => /^update counter/.test(s.sql) && failures-- > 0 ? { error: 1205 } : invention.answer(s));
    const opened = await openFlaky(flaky);
    await opened.operations.write({ who: 'a', event: 'e', subject: 's', subjectKind: 'robot', result: 'r', details: {} });
    expect(flaky.recorded.filter((s) => s.sql === 'begin transaction')).toHaveLength(3);
    expect(flaky.recorded.at(-1)?.sql).toBe('commit transaction');
    await opened.close();
    await flaky.close();
  });

  const openFlaky = (flaky: TdsServer): Promise<Catalog> => openCatalog({ databaseUrl: `mssql://sa:secret@127.0.0.1:${flaky.port}/spindle?encrypt=false`, now: () => T0 });

  it('says CATALOG_UNAVAILABLE when nobody listens', async () => {
    const gone = await startTdsServer((s) => invention.answer(s));
    await gone.close();
    await expect(openFlaky(gone)).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
  });

  it('sends only statements that parse as T-SQL', ({ skip }) => {
    if (!needs('sqlfluff')) skip();
    const parse = (statements: string): string => {
      const folder = mkdtempSync(join(tmpdir(), 'tsql-'));
      writeFileSync(join(folder, '.sqlfluff'), '[sqlfluff]\ndialect = tsql\nlarge_file_skip_byte_limit = 0\nmax_line_length = 0\n');
      writeFileSync(join(folder, 'recorded.sql'), statements);
      const { stdout, stderr } = spawnSync('sqlfluff', ['parse', 'recorded.sql'], { cwd: folder, encoding: 'utf8', timeout: 110_000, maxBuffer: 1 << 28 });
      rmSync(folder, { recursive: true });
      return stdout + stderr;
    };
    expect(parse('select a from b for update skip locked;\n')).toMatch(/unparsable/);
    const statements = [...new Set(text.split('\n').filter((line) => !line.startsWith('--')))];
    const tree = parse(`${statements.join('\n')}\n`);
    expect(tree.match(/^.*PRS.*$/gm) ?? []).toEqual([]);
    expect(tree.match(/\|\s+statement:/g)?.length).toBe(statements.length);
  }, 120_000);
});
