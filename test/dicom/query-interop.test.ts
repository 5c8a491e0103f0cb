/** Independent callers ask the query provider of ours, over a real catalog. */
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArrivedInstance } from '../../catalog/books/instance-index.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { openCatalog } from '../../catalog/open.ts';
import type { AssociationSummary } from '../../dicom/association/service.ts';
import { readAttributes } from '../../dicom/attributes.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { createDicomNode } from '../../dicom/node.ts';
import type { DicomNode } from '../../dicom/node.ts';
import { createQueryScp } from '../../dicom/query-scp.ts';
import { silentLog } from '../../infra/log.ts';
import { startLivePostgres } from '../catalog/live-postgres.ts';
import type { LiveServer } from '../catalog/live-postgres.ts';
import { makeArrival, makeSeries } from '../catalog/make-arrival.ts';
import { needs, program, pythonWith } from '../fixtures/peers.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { until } from './association/harness.ts';

const run = promisify(execFile);

let server: LiveServer | undefined;
let catalog: Catalog;
let node: DicomNode;
const summaries: AssociationSummary[] = [];

const STUDIES: readonly ArrivedInstance[][] = [
  [...makeSeries(3, { study: 1, patientId: 'P1', patientName: 'Doe^Jane', studyDate: '20260101', studyTime: '0800', accessionNumber: 'A1' }), makeArrival({ study: 1, series: 2, patientId: 'P1', patientName: 'Doe^Jane', studyDate: '20260101', studyTime: '0800', accessionNumber: 'A1', modality: 'SR' })],
  makeSeries(2, { study: 2, patientId: 'P1', patientName: 'Doe^Jane', studyDate: '20260215', studyTime: '0930', accessionNumber: 'A2' }) as ArrivedInstance[],
  makeSeries(1, { study: 3, patientId: 'P2', patientName: 'Dörfler^Änne', studyDate: '20260301', studyTime: '101500', accessionNumber: 'A3', modality: 'MR' }) as ArrivedInstance[],
  makeSeries(1, { study: 4, patientId: 'P3', patientName: 'Yamada^Tarou=山田^太郎=やまだ^たろう', studyDate: '', accessionNumber: '' }) as ArrivedInstance[],
];

/** The real files in many character sets, as arrivals; empty where they are not here. */
const realArrivals = (): readonly ArrivedInstance[] => {
  const shared = sharedData();
  if (shared === undefined) return [];
  const from = join(shared, 'filesets/clunie-charsets');
  return readdirSync(from).filter((name) => name.startsWith('SCS')).map((name, i) => {
    const bytes = readFileSync(join(from, name));
    const meta = readFileMeta(bytes);
    const read = readAttributes(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid, true);
    if (read.status !== 'ok') throw new TypeError(`${name} cannot be read`);
    return makeArrival({ ...read.attributes, patientId: `SCS${i}`, studyDescription: 'CHARSET', studyInstanceUid: `2.25.9.${i}`, seriesInstanceUid: `2.25.9.${i}.1`, sopInstanceUid: `2.25.9.${i}.1.1` });
  });
};

beforeAll(async () => {
  server = await startLivePostgres();
  const url = await server.makeDatabaseUrl();
  await migrateCatalog(url);
  catalog = await openCatalog({ databaseUrl: url });
  await catalog.instances.store([...STUDIES.flat(), ...realArrivals()]);
  // For cancelling: more answers than any socket buffers.
  for (let at = 0; at < 20; at += 1) await catalog.instances.store(Array.from({ length: 100 }, (_, i) => makeArrival({ study: 1000 + at * 100 + i, patientId: `MANY${at}`, patientName: 'Many^Answers', studyDescription: 'MANY', studyDate: '20200101' })));
  node = await createDicomNode({
    aeTitle: 'SPINDLE', host: '127.0.0.1', port: 0, log: silentLog, clock: { now: () => new Date() }, onAssociationEnded: (summary) => void summaries.push(summary),
    services: [createQueryScp({ aeTitle: 'SPINDLE', queries: catalog.queries, fuzzyNames: false, matchEmpty: false, log: silentLog })],
  });
});

afterAll(async () => {
  await node?.close({ drainSeconds: 0 });
  await catalog?.close();
  await server?.stop();
});

describe.skipIf(!needs('dcmtk'))('DCMTK findscu', () => {
  /** Responses as findscu prints them: by keyword, and the status it saw last. */
  const find = async (model: '-P' | '-S' | '-O', keys: readonly string[], ...options: readonly string[]): Promise<{ readonly answers: readonly Readonly<Record<string, string>>[]; readonly log: string }> => {
    const args = ['-d', model, '-aec', 'SPINDLE', ...options, ...keys.flatMap((key) => ['-k', key]), '127.0.0.1', String(node.port)];
    const { stdout, stderr } = await run(program('findscu') ?? '', args, { timeout: 30_000, maxBuffer: 1 << 28 });
    const log = stdout + stderr;
    const answers = log.split(/Find Response: \d+ \(Pending\)|# Dicom-Data-Set/).slice(1);
    // Only answers say Instance Availability.
    return { log, answers: answers.filter((part) => part.includes('(0008,0056)')).map((part) => Object.fromEntries([...part.matchAll(/\([0-9a-f]{4},[0-9a-f]{4}\) [A-Z]{2} (?:\[([^\]]*)\]|=(\w+)|\(no value available\)) *#.* (\w+)$/gm)].map((m) => [m[3] ?? '', (m[1] ?? m[2] ?? '').trim()]))) };
  };
  const uids = async (model: '-P' | '-S' | '-O', ...keys: readonly string[]): Promise<readonly (string | undefined)[]> => (await find(model, keys)).answers.map((answer) => answer['StudyInstanceUID']).sort();

  it.each(['-xe', '-xb', '-xi'])('gets every key of a study with %s', async (syntax) => {
    const { answers } = await find('-S', ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID=2.25.1', 'PatientName', 'StudyDate', 'StudyTime', 'ModalitiesInStudy', 'NumberOfStudyRelatedSeries', 'NumberOfStudyRelatedInstances', 'InstitutionName'], syntax);
    expect(answers).toEqual([{
      QueryRetrieveLevel: 'STUDY', RetrieveAETitle: 'SPINDLE', InstanceAvailability: 'ONLINE', PatientName: 'Doe^Jane', PatientID: 'P1', StudyInstanceUID: '2.25.1', StudyDate: '20260101', StudyTime: '0800', ModalitiesInStudy: 'CT\\SR',
      NumberOfStudyRelatedSeries: '2', NumberOfStudyRelatedInstances: '4', InstitutionName: 'House',
    }]);
  });

  it('finds patients, series and instances in Patient Root', async () => {
    const patients = await find('-P', ['QueryRetrieveLevel=PATIENT', 'PatientID=P?', 'PatientName', 'NumberOfPatientRelatedStudies']);
    expect(patients.answers.map((a) => [a['PatientID'], a['NumberOfPatientRelatedStudies']]).sort()).toEqual([['P1', '2'], ['P2', '1'], ['P3', '1']]);
    const series = await find('-P', ['QueryRetrieveLevel=SERIES', 'PatientID=P1', 'StudyInstanceUID=2.25.1', 'SeriesInstanceUID', 'Modality', 'SeriesDate']);
    expect(series.answers.map((a) => [a['PatientID'], a['StudyInstanceUID'], a['SeriesInstanceUID'], a['Modality'], a['SeriesDate']])).toEqual([['P1', '2.25.1', '2.25.1.1', 'CT', '20260301'], ['P1', '2.25.1', '2.25.1.2', 'SR', '20260301']]);
    const images = await find('-P', ['QueryRetrieveLevel=IMAGE', 'PatientID=P1', 'StudyInstanceUID=2.25.1', 'SeriesInstanceUID=2.25.1.1', 'SOPInstanceUID', 'InstanceNumber=2', 'Rows']);
    expect(images.answers.map((a) => [a['SOPInstanceUID'], a['InstanceNumber'], a['SeriesInstanceUID'], a['QueryRetrieveLevel']])).toEqual([['2.25.1.1.2', '2', '2.25.1.1', 'IMAGE']]);
    expect(images.log).toMatch(/\(0028,0010\) US 512/);
  });

  it('finds by name, ranges, lists, accession number and modality', async () => {
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'PatientName=doe*')).toEqual(['2.25.1', '2.25.2']);
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'PatientName=DORFLER^?NNE')).toEqual(['2.25.3']);
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'StudyDate=20260101-20260215')).toEqual(['2.25.1', '2.25.2']);
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'StudyDate=20260216-')).toEqual(['2.25.3']);
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'StudyDate=20260101-', 'StudyTime=-0900')).toEqual(['2.25.1']);
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'StudyInstanceUID=2.25.1\\2.25.3\\2.25.77')).toEqual(['2.25.1', '2.25.3']);
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'AccessionNumber=A2')).toEqual(['2.25.2']);
    expect(await uids('-S', 'QueryRetrieveLevel=STUDY', 'ModalitiesInStudy=SR')).toEqual(['2.25.1']);
    expect(await uids('-O', 'QueryRetrieveLevel=STUDY', 'PatientID=P1')).toEqual(['2.25.1', '2.25.2']);
  });

  it('is told with a warning of keys that are not supported', async () => {
    const { log, answers } = await find('-S', ['QueryRetrieveLevel=STUDY', 'StudyInstanceUID=2.25.1', 'ProcedureCodeSequence', 'StudyComments=x']);
    expect(log).toMatch(/0xff01/i);
    expect(answers).toHaveLength(1);
    expect(answers[0]).not.toHaveProperty('StudyComments');
  });

  it('is refused what is no query of the model', async () => {
    const { log } = await find('-S', ['QueryRetrieveLevel=PATIENT', 'PatientID=P1']);
    expect(log).toMatch(/0xa900/i);
  });

  it('cancels', async () => {
    const { log } = await find('-S', ['QueryRetrieveLevel=STUDY', 'StudyDescription=MANY', 'StudyInstanceUID'], '--cancel', '3');
    expect(log).toMatch(/0xfe00/i);
  });
});

describe.skipIf(!needs('pynetdicom'))('pynetdicom', () => {
  /** Runs a script that has `find(level, **keys)` → list of (status, {keyword: text}) and prints JSON. */
  const ask = async (body: string): Promise<unknown> => {
    const script = `
import json, sys
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as STUDY_ROOT, PatientRootQueryRetrieveInformationModelFind as PATIENT_ROOT
ae = AE(ae_title='PYNET')
for model in (STUDY_ROOT, PATIENT_ROOT): ae.add_requested_context(model)
assoc = ae.associate('127.0.0.1', ${node.port}, ae_title='SPINDLE')
assert assoc.is_established
def find(level, model=STUDY_ROOT, charset=None, **keys):
    ds = Dataset()
    if charset is not None: ds.SpecificCharacterSet = charset
    if level is not None: ds.QueryRetrieveLevel = level
    for keyword, value in keys.items(): setattr(ds, keyword, value)
    out = []
    for status, answer in assoc.send_c_find(ds, model):
        out.append([status.Status, {} if answer is None else {e.keyword: str(e.value) for e in answer}])
    return out
${body}
assoc.release()
`;
    const { stdout } = await run(pythonWith('pynetdicom') ?? '', ['-c', script], { timeout: 60_000, maxBuffer: 1 << 28 });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };

  it('finds a name in the character set it asks with, and reads the answer in it', async () => {
    const found = await ask(`
print(json.dumps([
  find('STUDY', charset=['', 'ISO 2022 IR 87'], PatientName='=山田*', StudyInstanceUID='')[0],
  find('STUDY', charset='ISO_IR 192', PatientName='山田^太郎', StudyInstanceUID='')[0],
  find('STUDY', charset='ISO_IR 100', PatientName='DÖRFLER^änne')[0],
  find('STUDY', PatientName='Dorfler*')[0],
]))`) as [number, Record<string, string>][];
    expect(found.map(([status]) => status)).toEqual([0xff00, 0xff00, 0xff00, 0xff00]);
    expect(found.map(([, answer]) => answer['PatientName'])).toEqual(['Yamada^Tarou=山田^太郎=やまだ^たろう', 'Yamada^Tarou=山田^太郎=やまだ^たろう', 'Dörfler^Änne', 'Dörfler^Änne']);
    expect(found.map(([, answer]) => answer['SpecificCharacterSet'])).toEqual(["['', 'ISO 2022 IR 87']", 'ISO_IR 192', 'ISO_IR 100', 'ISO_IR 100']);
  });

  it('finds the real files of many character sets by their own names', async ({ skip }) => {
    const arrivals = realArrivals();
    if (arrivals.length === 0) skip();
    const wanted = arrivals.map(({ attributes }) => [attributes.specificCharacterSet, attributes.patientName, attributes.studyInstanceUid] as const);
    const found = await ask(`
wanted = json.loads(${JSON.stringify(JSON.stringify(wanted))})
out = []
for charset, name, uid in wanted:
    charset = charset if len(charset) > 1 else charset[0]
    own = find('STUDY', charset=charset, PatientName=name, StudyDescription='CHARSET', StudyInstanceUID='')
    utf8 = find('STUDY', charset='ISO_IR 192', PatientName=name, StudyDescription='CHARSET', StudyInstanceUID='')
    out.append([[a.get('StudyInstanceUID') for s, a in own[:-1]], [a.get('PatientName') for s, a in own[:-1]], [a.get('PatientName') for s, a in utf8[:-1]]])
print(json.dumps(out))`) as [string[], string[], string[]][];
    expect(found.length).toBe(wanted.length);
    wanted.forEach(([, name, studyUid], i) => {
      const [studies, own, utf8] = found[i] ?? [[], [], []];
      expect(studies).toContain(studyUid);
      expect(own.map((answer) => answer.replace(/=+$/, ''))).toContain(name);
      expect(utf8.map((answer) => answer.replace(/=+$/, ''))).toContain(name);
    });
  });

  it('walks from patient to image in Patient Root', async () => {
    const found = await ask(`
patient = find('PATIENT', PATIENT_ROOT, PatientID='P1', PatientName='')[0][1]
studies = find('STUDY', PATIENT_ROOT, PatientID=patient['PatientID'], StudyInstanceUID='', StudyDate='')[:-1]
series = [s[1] for study in studies for s in find('SERIES', PATIENT_ROOT, PatientID='P1', StudyInstanceUID=study[1]['StudyInstanceUID'], SeriesInstanceUID='')[:-1]]
images = [i[1] for one in series for i in find('IMAGE', PATIENT_ROOT, PatientID='P1', StudyInstanceUID=one['StudyInstanceUID'], SeriesInstanceUID=one['SeriesInstanceUID'], SOPInstanceUID='', SOPClassUID='')[:-1]]
print(json.dumps([patient, len(studies), len(series), sorted(i['SOPInstanceUID'] for i in images)]))`) as [Record<string, string>, number, number, string[]];
    expect(found).toEqual([expect.objectContaining({ PatientID: 'P1', PatientName: 'Doe^Jane' }), 2, 3, ['2.25.1.1.1', '2.25.1.1.2', '2.25.1.1.3', '2.25.1.2.1', '2.25.2.1.1', '2.25.2.1.2']]);
  });

  it('is told what is wrong with an identifier', async () => {
    const found = await ask(`
out = []
for level, keys in ((None, dict(PatientName='A')), ('EXAM', {}), ('PATIENT', dict(PatientID='P1')), ('IMAGE', dict(InstanceNumber='1'))):
    ds = Dataset()
    if level: ds.QueryRetrieveLevel = level
    for keyword, value in keys.items(): setattr(ds, keyword, value)
    for status, answer in assoc.send_c_find(ds, STUDY_ROOT): out.append([status.Status, str(status.get('OffendingElement', '')), str(status.get('ErrorComment', ''))])
print(json.dumps(out))`) as [number, string, string][];
    expect(found.map(([status]) => status)).toEqual([0xa900, 0xa900, 0xa900, 0xa900]);
    expect(found.map(([, offending]) => offending.toLowerCase())).toEqual(['(0008,0052)', '(0008,0052)', '(0008,0052)', expect.stringContaining('(0020,000d)')]);
    expect(found.every(([, , comment]) => comment.length > 5)).toBe(true);
  });

  it('cancels and may ask again at once', async () => {
    const found = await ask(`
ds = Dataset()
ds.QueryRetrieveLevel = 'STUDY'
ds.StudyDescription = 'MANY'
ds.StudyInstanceUID = ''
seen = []
for status, answer in assoc.send_c_find(ds, STUDY_ROOT, msg_id=7):
    seen.append(status.Status)
    if len(seen) == 2: assoc.send_c_cancel(7, query_model=STUDY_ROOT)
print(json.dumps([seen[-1], len(seen), find('STUDY', StudyInstanceUID='2.25.1')[-1][0], len(find('STUDY', StudyDescription='MANY')) - 1]))`) as number[];
    expect(found[0]).toBe(0xfe00);
    expect(found[1]).toBeLessThan(2_002);
    expect(found.slice(2)).toEqual([0, 2_000]);
  });
});

// gdcmscu 3.0.21 breaks down after it has released any association, also one with DCMTK, before it prints what it found: our side tells how it went.
describe.skipIf(!needs('gdcm'))('GDCM', () => {
  it.each([
    ['--patientroot', '--patient', ['10,20=P1', '10,10=', '20,1200='], 1],
    ['--studyroot', '--study', ['10,10=doe*', '20,d=', '8,20='], 2],
    ['--studyroot', '--series', ['20,d=2.25.1', '20,e='], 2],
  ] as const)('finds with gdcmscu %s %s and releases', async (root, level, keys, matches) => {
    const before = summaries.length;
    await run(program('gdcmscu') ?? '', ['--find', root, level, '--call', 'SPINDLE', '--aetitle', 'GDCM', ...keys.flatMap((key) => ['--key', key]), '127.0.0.1', String(node.port)], { timeout: 30_000 }).catch(() => undefined);
    await until(() => summaries.length > before, 'association ended');
    expect(summaries.at(-1)).toMatchObject({ callingAe: 'GDCM', outcome: 'released', statuses: { '0000': 1 }, tallies: { matches } });
  });
});
