/** What every database engine must do for DICOM queries; called within the suite of a catalog. */
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { CatalogMatch, CatalogQuery, QueryCondition } from '../../catalog/books/query-book.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { openDatabase } from '../../catalog/database.ts';
import { openEngine } from '../../catalog/dialects/open-engine.ts';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { statements as first } from '../../catalog/migrations/0001-first.ts';
import { renderTable } from '../../catalog/migrations/sketch.ts';
import { openCatalog } from '../../catalog/open.ts';
import type { QueryField } from '../../dicom/tables/query-attributes.ts';
import { T0, after, makeArrival, makeSeries } from '../catalog/make-arrival.ts';
import type { ArrivalSketch } from '../catalog/make-arrival.ts';

export interface QueryContract {
  catalog(): Catalog;
  fresh(sketch?: ArrivalSketch): ArrivalSketch & { study: number };
  /** Stores three instances of a study and burns them on one disc. */
  makeDatabaseUrl(): Promise<string>;
  burned(sketch: ArrivalSketch & { study: number }): Promise<{ readonly volumeId: number; readonly ids: readonly number[] }>;
}

const condition = (kind: 'exact' | 'pattern', field: QueryField, ...values: readonly string[]): QueryCondition => ({ kind, field, values, matchesEmpty: false });
const name = (key: string, isFuzzy = false, field: QueryField = 'patientName'): QueryCondition => ({ kind: 'name', field, key, isFuzzy, matchesEmpty: false });
const range = (field: QueryField, from: string, to: string, matchesEmpty = false): QueryCondition => ({ kind: 'range', field, from, to, matchesEmpty });

/** A database as the first version left it, with one study; the columns of later versions are not there. */
const firstVersion = async (databaseUrl: string): Promise<void> => {
  const database = openDatabase(await openEngine(databaseUrl, 1, () => undefined), () => T0);
  await database.read(async (db) => {
    const engine = database.engine.name;
    for (const statement of [...renderTable(engine, { name: 'schema_version', columns: ['version int', 'applied_at time'], primary: ['version'] }), ...first(engine)]) await sql.raw(statement).execute(db);
    await sql`insert into schema_version (version, applied_at) values (1, ${T0})`.execute(db);
    await sql`insert into patient (patient_id, issuer_of_patient_id, study_scope, name, birth_date, sex) values ('OLD', '', '', 'Older^Ünal=山田', '1950.01.02', 'M')`.execute(db);
    await sql`insert into study (patient_key, study_instance_uid, study_date, study_time, study_id_text, description, accession_number, referring_physician_name, institution_name, search_text, patient_differs, first_stored_at, last_stored_at)
      select id, '2.25.7', '20250101', '1015', '', '', '', 'Réf^Doc', '', '', 0, ${T0}, ${T0} from patient`.execute(db);
    await sql`insert into series (study_key, series_instance_uid, modality, series_number, description, body_part, station, calling_ae, called_ae, attributes, instances, held_instances, bytes, arrivals, last_stored_at)
      select id, '2.25.7.1', 'CT', '1', '', '', '', '', '', '{}', 1, 1, 1, 1, ${T0} from study`.execute(db);
  });
  await database.close();
};

export const describeQueries = ({ catalog, fresh, burned, makeDatabaseUrl }: QueryContract): void => {
  const find = async (level: CatalogQuery['level'], conditions: readonly QueryCondition[], fields: readonly QueryField[], wantsFileSet = false): Promise<readonly CatalogMatch[]> => {
    const found: CatalogMatch[] = [];
    for await (const page of catalog().queries.find({ level, conditions, fields: new Set(fields), wantsFileSet })) found.push(...page);
    return found;
  };
  const values = async (level: CatalogQuery['level'], conditions: readonly QueryCondition[], ...fields: readonly QueryField[]) => (await find(level, conditions, fields)).map((match) => match.values);
  const names = async (...conditions: readonly QueryCondition[]): Promise<readonly (string | undefined)[]> => (await values('STUDY', conditions, 'patientName')).map((v) => v.patientName).sort();

  describe('queries', () => {
    it('find what an earlier version stored', async () => {
      const url = await makeDatabaseUrl();
      await firstVersion(url);
      await migrateCatalog(url);
      const opened = await openCatalog({ databaseUrl: url });
      for (const conditions of [[name('older^unal')], [name('=山田')], [range('patientBirthDate', '19500102', '19500102')], [range('studyDate', '20250101', '')], [range('studyTime', '10', '11')], [name('REF*', false, 'referringPhysicianName')]]) {
        const found: CatalogMatch[] = [];
        for await (const page of opened.queries.find({ level: 'STUDY', conditions, fields: new Set(['patientName']), wantsFileSet: false })) found.push(...page);
        expect(found.map((match) => match.values)).toEqual([{ patientName: 'Older^Ünal=山田' }]);
      }
      await opened.close();
    });

    it('find a study at each level, with the values of the levels above', async () => {
      const sketch = fresh();
      await catalog().instances.store([...makeSeries(3, sketch), makeArrival({ ...sketch, series: 2, modality: 'SR', sopClassUid: '1.2.840.10008.5.1.4.1.1.88.33', seriesDate: '20260302' })]);
      const uid = `2.25.${sketch.study}`;
      const inStudy = condition('exact', 'studyInstanceUid', uid);
      expect(await values('PATIENT', [condition('pattern', 'patientId', sketch.patientId ?? '')], 'patientId', 'patientName', 'patientSex', 'patientBirthDate', 'patientStudies', 'patientSeries', 'patientInstances'))
        .toEqual([{ patientId: sketch.patientId, patientName: 'Müller^Anna', patientSex: 'F', patientBirthDate: '19700101', patientStudies: '1', patientSeries: '2', patientInstances: '4' }]);
      expect(await values('STUDY', [inStudy], 'patientId', 'studyInstanceUid', 'studyDate', 'studyTime', 'studyId', 'accessionNumber', 'modalitiesInStudy', 'sopClassesInStudy', 'institutionName', 'referringPhysicianName', 'studySeries', 'studyInstances'))
        .toEqual([{ patientId: sketch.patientId, studyInstanceUid: uid, studyDate: '20260301', studyTime: '101500', studyId: 'S1', accessionNumber: sketch.accessionNumber, modalitiesInStudy: 'CT\\SR', sopClassesInStudy: '1.2.840.10008.5.1.4.1.1.2\\1.2.840.10008.5.1.4.1.1.88.33', institutionName: 'House', referringPhysicianName: 'Doc^A', studySeries: '2', studyInstances: '4' }]);
      expect(await values('SERIES', [inStudy], 'patientId', 'studyInstanceUid', 'seriesInstanceUid', 'modality', 'seriesNumber', 'seriesDate', 'seriesInstances', 'studyInstances', 'bodyPartExamined'))
        .toEqual([
          { patientId: sketch.patientId, studyInstanceUid: uid, seriesInstanceUid: `${uid}.1`, modality: 'CT', seriesNumber: '1', seriesDate: '20260301', seriesInstances: '3', studyInstances: '4', bodyPartExamined: 'CHEST' },
          { patientId: sketch.patientId, studyInstanceUid: uid, seriesInstanceUid: `${uid}.2`, modality: 'SR', seriesNumber: '2', seriesDate: '20260302', seriesInstances: '1', studyInstances: '4', bodyPartExamined: 'CHEST' },
        ]);
      expect(await values('IMAGE', [condition('exact', 'seriesInstanceUid', `${uid}.1`), condition('exact', 'instanceNumber', '2', '02')], 'studyInstanceUid', 'seriesInstanceUid', 'sopInstanceUid', 'sopClassUid', 'instanceNumber', 'rows', 'numberOfFrames', 'imageType'))
        .toEqual([{ studyInstanceUid: uid, seriesInstanceUid: `${uid}.1`, sopInstanceUid: `${uid}.1.2`, sopClassUid: '1.2.840.10008.5.1.4.1.1.2', instanceNumber: '2', rows: '512', numberOfFrames: '', imageType: 'ORIGINAL\\PRIMARY' }]);
    });

    it('take wildcards for what they are and nothing else for a wildcard', async () => {
      for (const [i, text] of ['Q_1%', 'Q_12', 'QX12', 'q_1%', 'Q[1]!', 'Q_1%!'].entries()) await catalog().instances.store([makeArrival(fresh({ patientId: text, patientName: `Wild^${i}` }))]);
      const ids = async (...patterns: readonly string[]) => (await values('PATIENT', [condition('pattern', 'patientId', ...patterns)], 'patientId')).map((v) => v.patientId).sort();
      expect(await ids('Q_1%')).toEqual(['Q_1%']);
      expect(await ids('Q_1?')).toEqual(['Q_1%', 'Q_12']);
      expect(await ids('Q_1*')).toEqual(['Q_1%', 'Q_1%!', 'Q_12']);
      expect(await ids('Q[*')).toEqual(['Q[1]!']);
      expect(await ids('*%')).toEqual(['Q_1%', 'q_1%']);
      expect(await ids('*!')).toEqual(['Q[1]!', 'Q_1%!']);
      expect(await ids('Q?12', 'q_1%')).toEqual(['QX12', 'Q_12', 'q_1%']);
    });

    it('compare names by component group, without case and accents', async () => {
      const yamada = 'Yamada^Tarou=山田^太郎=やまだ^たろう';
      for (const patientName of [yamada, 'Żółć^Łukasz', 'Zolczak^Jan', 'van der Berg^Bo^^Dr^', 'Παπαδόπουλος^Γιώργος', '洪^吉洞']) await catalog().instances.store([makeArrival(fresh({ patientName, studyDescription: 'names' }))]);
      const own = condition('pattern', 'studyDescription', 'names');
      expect(await names(own, name('YAMADA^tarou'))).toEqual([yamada]);
      expect(await names(own, name('yamada'))).toEqual([]);
      expect(await names(own, name('ya?ada*'))).toEqual([yamada]);
      expect(await names(own, name('=山田*'))).toEqual([yamada]);
      expect(await names(own, name('yamada*=佐藤*'))).toEqual([]);
      expect(await names(own, name('*==やまだ^*'))).toEqual([yamada]);
      expect(await names(own, name('山田^太郎'))).toEqual([yamada]);
      expect(await names(own, name('やまだ*'))).toEqual([yamada]);
      expect(await names(own, name('洪*'))).toEqual(['洪^吉洞']);
      expect(await names(own, name('zolc*'))).toEqual(['Zolczak^Jan', 'Żółć^Łukasz']);
      expect(await names(own, name('ŻÓŁĆ^łukasz'))).toEqual(['Żółć^Łukasz']);
      expect(await names(own, name('Van Der Berg^Bo^^Dr'))).toEqual(['van der Berg^Bo^^Dr^']);
      expect(await names(own, name('*berg*'))).toEqual(['van der Berg^Bo^^Dr^']);
      expect(await names(own, name('ΠΑΠΑΔΟΠΟΥΛΟΣ*'))).toEqual(['Παπαδόπουλος^Γιώργος']);
      expect(await names(own, name('jan zolc', true))).toEqual(['Zolczak^Jan']);
      expect(await names(own, name('berg bo', true))).toEqual(['van der Berg^Bo^^Dr^']);
      expect(await names(own, name('erg', true))).toEqual([]);
      expect(await names(own, name('doc^*', false, 'referringPhysicianName'), name('zolczak^jan'))).toEqual(['Zolczak^Jan']);
    });

    it('take a name key that ends in ^* for one with or without a given name', async () => {
      for (const patientName of ['Solo', 'Solo^A', 'Solomon^B']) await catalog().instances.store([makeArrival(fresh({ patientName }))]);
      expect(await names(name('SOLO^*'))).toEqual(['Solo', 'Solo^A']);
      expect(await names(name('SOLO*'))).toEqual(['Solo', 'Solo^A', 'Solomon^B']);
    });

    it('compare dates and times by meaning, each range with both of its ends', async () => {
      const times = [['20210101', '0800'], ['2021.01.02', '09:30:00'], ['20210103', '235959.5'], ['', '']] as const;
      for (const [studyDate, studyTime] of times) await catalog().instances.store([makeArrival(fresh({ studyDate, studyTime, studyDescription: 'dates' }))]);
      const own = condition('pattern', 'studyDescription', 'dates');
      const dates = async (...conditions: readonly QueryCondition[]) => (await values('STUDY', [own, ...conditions], 'studyDate')).map((v) => v.studyDate);
      expect(await dates(range('studyDate', '20210102', '20210102'))).toEqual(['2021.01.02']);
      expect(await dates(range('studyDate', '', '20210102'))).toEqual(['20210101', '2021.01.02']);
      expect(await dates(range('studyDate', '2021.01.02', ''))).toEqual(['2021.01.02', '20210103']);
      expect(await dates(range('studyTime', '0800', '0800'))).toEqual(['20210101']);
      expect(await dates(range('studyTime', '09', '09'))).toEqual(['2021.01.02']);
      expect(await dates(range('studyTime', '235959', '235959'))).toEqual(['20210103']);
      expect(await dates(range('studyTime', '', '0930'))).toEqual(['20210101', '2021.01.02']);
      expect(await dates(range('studyTime', '2200', '0200'))).toEqual([]);
      const moment = (fromDate: string, fromTime: string, toDate: string, toTime: string): QueryCondition => ({ kind: 'moment', from: { date: fromDate, time: fromTime }, to: { date: toDate, time: toTime }, matchesEmpty: false });
      expect(await dates(moment('20210101', '0900', '20210103', '0100'))).toEqual(['2021.01.02']);
      expect(await dates(moment('20210101', '0800', '20210103', '235959'))).toEqual(['20210101', '2021.01.02', '20210103']);
      expect(await dates(moment('20210102', '0931', '', ''))).toEqual(['20210103']);
    });

    it('answer entities with an empty required key after the others, each once, where asked to', async () => {
      for (const [accessionNumber, studyDate] of [['', '20220101'], ['EMPTY1', ''], ['EMPTY2', '20220101'], ['', '']] as const) await catalog().instances.store([makeArrival(fresh({ accessionNumber, studyDate, studyDescription: 'empties' }))]);
      const own = condition('pattern', 'studyDescription', 'empties');
      const found = async (...conditions: readonly QueryCondition[]) => (await values('STUDY', [own, ...conditions], 'accessionNumber', 'studyDate')).map((v) => `${v.accessionNumber}/${v.studyDate}`);
      const accession: QueryCondition = { kind: 'pattern', field: 'accessionNumber', values: ['EMPTY2'], matchesEmpty: true };
      expect(await found(accession)).toEqual(['EMPTY2/20220101', '/20220101', '/']);
      expect(await found({ ...accession, matchesEmpty: false })).toEqual(['EMPTY2/20220101']);
      expect(await found(range('studyDate', '20220101', '', true))).toEqual(['/20220101', 'EMPTY2/20220101', 'EMPTY1/', '/']);
      expect(await found(accession, range('studyDate', '20210101', '20211231', true))).toEqual(['/']);
    });

    it('match modalities and SOP classes of a study by any of its series and instances', async () => {
      const sketch = fresh({ studyDescription: 'mixed' });
      await catalog().instances.store([makeArrival({ ...sketch, modality: 'PT', sopClassUid: '1.2.840.10008.5.1.4.1.1.128' }), makeArrival({ ...sketch, series: 2, modality: 'CT' })]);
      const own = condition('pattern', 'studyDescription', 'mixed');
      for (const modality of ['PT', 'CT', 'P?']) expect(await values('STUDY', [own, condition('pattern', 'modalitiesInStudy', modality)], 'modalitiesInStudy')).toEqual([{ modalitiesInStudy: 'CT\\PT' }]);
      expect(await values('STUDY', [own, condition('pattern', 'modalitiesInStudy', 'MR')], 'modalitiesInStudy')).toEqual([]);
      expect(await values('STUDY', [own, condition('exact', 'sopClassesInStudy', '1.2.840.10008.5.1.4.1.1.128')], 'studyDescription')).toHaveLength(1);
    });

    it('page through many matches in the order of their index, each once', async () => {
      const sketches = Array.from({ length: 120 }, (_, i) => fresh({ patientName: `Paged^${String(i % 7)}`, studyDate: `2019010${i % 5 + 1}`, studyDescription: 'paged' }));
      await catalog().instances.store(sketches.map((sketch) => makeArrival(sketch)));
      const expected = sketches.map((sketch) => `2.25.${sketch.study}`).sort();
      for (const by of [condition('pattern', 'studyDescription', 'paged'), name('paged*'), range('studyDate', '20190101', '20190105')]) {
        for (const level of ['STUDY', 'SERIES', 'IMAGE'] as const) {
          const uids = (await values(level, [by, condition('pattern', 'studyDescription', 'paged')], 'studyInstanceUid')).map((v) => v.studyInstanceUid);
          expect([...uids].sort()).toEqual(expected);
        }
      }
      expect(await values('PATIENT', [name('paged*')], 'patientId')).toHaveLength(120);
    });

    it('take lists of thousands of UIDs', async () => {
      const sketches = [fresh(), fresh(), fresh()];
      await catalog().instances.store(sketches.map((sketch) => makeArrival(sketch)));
      const uids = Array.from({ length: 3_000 }, (_, i) => `2.25.99.${i}`);
      sketches.forEach((sketch, i) => { uids[i * 1_400 + 7] = `2.25.${sketch.study}`; });
      expect((await values('STUDY', [condition('exact', 'studyInstanceUid', ...uids)], 'studyInstanceUid')).map((v) => v.studyInstanceUid).sort()).toEqual(sketches.map((sketch) => `2.25.${sketch.study}`).sort());
    });

    it('say where an entity is: here, on the newest good disc that holds all of it, or nowhere', async () => {
      const sketch = fresh();
      const { ids } = await burned(sketch);
      const uid = `2.25.${sketch.study}`;
      const at = async (level: CatalogQuery['level'], field: QueryField, value: string, wantsFileSet = true) => {
        const found = await find(level, [condition('exact', field, value)], [], wantsFileSet);
        return found.map(({ availability, fileSet }) => [availability, fileSet?.id.slice(0, 2) ?? '']);
      };
      const everywhere = async (wantsFileSet = true) => [
        await at('PATIENT', 'patientId', sketch.patientId ?? '', wantsFileSet), await at('STUDY', 'studyInstanceUid', uid, wantsFileSet), await at('SERIES', 'seriesInstanceUid', `${uid}.1`, wantsFileSet), await at('IMAGE', 'sopInstanceUid', `${uid}.1.1`, wantsFileSet),
      ];
      expect(await everywhere()).toEqual(Array(4).fill([['ONLINE', 'SP']]));
      expect(await everywhere(false)).toEqual(Array(4).fill([['ONLINE', '']]));
      await catalog().retention.markDeleted(ids);
      expect(await everywhere(false)).toEqual(Array(4).fill([['OFFLINE', 'SP']]));
      await catalog().instances.store([makeArrival({ ...sketch, instance: 4 })]);
      expect(await everywhere()).toEqual([[['OFFLINE', '']], [['OFFLINE', '']], [['OFFLINE', '']], [['OFFLINE', 'SP']]]);
      const late = await catalog().instances.held(`${uid}.1.4`);
      await catalog().retention.markDeleted(late.map((row) => row.instanceId));
      expect(await everywhere()).toEqual([[['UNAVAILABLE', '']], [['UNAVAILABLE', '']], [['UNAVAILABLE', '']], [['OFFLINE', 'SP']]]);
    });

    it('count only instances that count', async () => {
      const sketch = fresh();
      await catalog().instances.store(makeSeries(2, sketch));
      await catalog().instances.storeConflicting(makeArrival({ ...sketch, content: 'other', storedAt: after(5) }), 'ask');
      const uid = `2.25.${sketch.study}`;
      expect(await values('STUDY', [condition('exact', 'studyInstanceUid', uid)], 'studyInstances')).toEqual([{ studyInstances: '2' }]);
      expect(await values('IMAGE', [condition('exact', 'studyInstanceUid', uid)], 'instanceNumber')).toEqual([{ instanceNumber: '1' }, { instanceNumber: '2' }]);
    });

    it('never show a study whose every instance moved elsewhere', async () => {
      const [one, other] = [fresh(), fresh()];
      await catalog().instances.store([makeArrival(one)]);
      await catalog().instances.storeConflicting(makeArrival({ ...other, sopInstanceUid: `2.25.${one.study}.1.1`, content: 'moved' }), 'newest');
      expect(await values('STUDY', [condition('exact', 'studyInstanceUid', `2.25.${one.study}`)], 'studyInstances')).toEqual([]);
      expect(await values('PATIENT', [condition('exact', 'patientId', one.patientId ?? '')], 'patientId')).toEqual([]);
      expect(await values('STUDY', [condition('exact', 'studyInstanceUid', `2.25.${other.study}`)], 'studyInstances')).toEqual([{ studyInstances: '1' }]);
    });
  });
};
