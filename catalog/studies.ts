/** What the console and the API see of studies, series and instances. Read only. */
import { sql } from 'kysely';
import { ApplianceError } from '../infra/errors.ts';
import type { SeriesSummary, StudyDirectory, StudySearch, StudySummary } from './books/study-directory.ts';
import type { Database } from './database.ts';
import type { Executor } from './dialects/dialect.ts';
import { fit, fitKey, foldForSearch, likePart } from './folding.ts';
import { like } from './like.ts';
import { discQuery, discRow } from './order-rows.ts';

const studyQuery = (db: Executor) => db.selectFrom('study').innerJoin('patient', 'patient.id', 'study.patient_key').selectAll('study')
  .select(['patient.name', 'patient.patient_id', 'patient.issuer_of_patient_id', 'patient.birth_date', 'patient.sex']);

type StudyQueryRow = Awaited<ReturnType<ReturnType<typeof studyQuery>['executeTakeFirstOrThrow']>>;

interface Sums { readonly series: number; readonly instances: number; readonly held: number; readonly bytes: number; readonly modalities: readonly string[] }

const sumsOf = async (db: Executor, ids: readonly number[]): Promise<ReadonlyMap<number, Sums>> => {
  const rows = await db.selectFrom('series').where('study_key', 'in', [...ids]).select(['study_key', 'modality', 'instances', 'held_instances', 'bytes']).orderBy('id').execute();
  const sums = new Map<number, Sums>();
  for (const row of rows) {
    const s = sums.get(row.study_key) ?? { series: 0, instances: 0, held: 0, bytes: 0, modalities: [] };
    const modalities = row.modality === '' || s.modalities.includes(row.modality) ? s.modalities : [...s.modalities, row.modality];
    sums.set(row.study_key, { series: s.series + 1, instances: s.instances + row.instances, held: s.held + row.held_instances, bytes: s.bytes + row.bytes, modalities });
  }
  return sums;
};

const summaries = async (db: Executor, rows: readonly StudyQueryRow[]): Promise<readonly StudySummary[]> => {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const sums = await sumsOf(db, ids);
  const contested = new Set((await db.selectFrom('instance').select('study_key').where('study_key', 'in', ids).where('is_contested', '=', 1).distinct().execute()).map((row) => row.study_key));
  const discs = await db.selectFrom('volume_study').innerJoin('disc', 'disc.volume_key', 'volume_study.volume_key').where('volume_study.study_key', 'in', ids).where('disc.state', '=', 'READY')
    .groupBy('volume_study.study_key').select((eb) => ['volume_study.study_key', eb.fn.countAll<number>().as('discs')]).execute();
  return rows.map((row) => {
    const s = sums.get(row.id) ?? { series: 0, instances: 0, held: 0, bytes: 0, modalities: [] };
    return {
      studyId: row.id, patientKey: row.patient_key, studyInstanceUid: row.study_instance_uid, patientName: row.name, patientId: row.patient_id, issuerOfPatientId: row.issuer_of_patient_id, birthDate: row.birth_date, sex: row.sex,
      studyDate: row.study_date, studyTime: row.study_time, description: row.description, accessionNumber: row.accession_number, studyIdText: row.study_id_text, referringPhysicianName: row.referring_physician_name, institutionName: row.institution_name,
      modalities: s.modalities, series: s.series, instances: s.instances, heldInstances: s.held, bytes: s.bytes, firstStoredAt: row.first_stored_at, lastStoredAt: row.last_stored_at,
      state: contested.has(row.id) ? 'CONFLICT' : 'NORMAL', concerns: [...(row.patient_differs === 1 ? ['PATIENT_DIFFERS'] : []), ...(contested.has(row.id) ? ['STUDY_CONFLICT'] : [])],
      goodDiscs: Number(discs.find((d) => d.study_key === row.id)?.discs ?? 0),
    };
  });
};

const cursorOf = (row: { readonly last_stored_at: Date; readonly id: number }): string => `${row.last_stored_at.getTime()}-${row.id}`;

const fromCursor = (cursor: string): { at: Date; id: number } => {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(cursor);
  if (!match) throw new ApplianceError('API_INVALID', 'the paging cursor is not one of ours');
  return { at: new Date(Number(match[1])), id: Number(match[2]) };
};

const searchStudies = (database: Database, search: StudySearch): ReturnType<StudyDirectory['search']> => database.read(async (db) => {
  let query = studyQuery(db).where('study.id', 'in', db.selectFrom('series').select('series.study_key').where('series.instances', '>', 0))
    .orderBy('study.last_stored_at', 'desc').orderBy('study.id', 'desc');
  for (const word of foldForSearch(search.text ?? '').split(' ').filter((w) => w !== '')) query = query.where(like('study.search_text', likePart(word)));
  if (search.patientId !== undefined) query = query.where('patient.patient_id', '=', fitKey(search.patientId, 192));
  if (search.accessionNumber !== undefined) query = query.where('study.accession_number', '=', fit(search.accessionNumber, 192));
  if (search.studyInstanceUid !== undefined) query = query.where('study.study_instance_uid', '=', fit(search.studyInstanceUid, 64));
  if (search.modality !== undefined) query = query.where('study.id', 'in', db.selectFrom('series').select('series.study_key').where('series.modality', '=', search.modality));
  if (search.dateFrom !== undefined) query = query.where('study.study_date', '>=', search.dateFrom);
  if (search.dateTo !== undefined) query = query.where('study.study_date', '<=', search.dateTo).where('study.study_date', '!=', '');
  if (search.after !== undefined) {
    const { at, id } = fromCursor(search.after);
    query = query.where((eb) => eb.or([eb('study.last_stored_at', '<', at), eb.and([eb('study.last_stored_at', '=', at), eb('study.id', '<', id)])]));
  }
  const rows = await database.engine.first(query, search.limit + 1).execute();
  const page = rows.slice(0, search.limit);
  const last = page.at(-1);
  return { studies: await summaries(db, page), next: rows.length > search.limit && last ? cursorOf(last) : null };
});

const seriesOf = async (db: Executor, studyId: number): Promise<readonly SeriesSummary[]> => {
  const rows = await db.selectFrom('series').where('study_key', '=', studyId).orderBy('id').selectAll().execute();
  return rows.map((row) => ({
    seriesId: row.id, seriesInstanceUid: row.series_instance_uid, modality: row.modality, number: row.series_number, description: row.description, bodyPart: row.body_part, station: row.station,
    instances: row.instances, heldInstances: row.held_instances, bytes: row.bytes, callingAe: row.calling_ae,
  }));
};

/** The study directory over one database. */
export const createStudyDirectory = (database: Database): StudyDirectory => ({
  search: (search) => searchStudies(database, search),
  study: (studyId) => database.read(async (db) => {
    const [study] = await summaries(db, await studyQuery(db).where('study.id', '=', studyId).execute());
    if (!study) return undefined;
    const discs = await discQuery(db).where('disc.volume_key', 'in', db.selectFrom('volume_study').select('volume_key').where('study_key', '=', studyId)).orderBy('disc.id', 'desc').execute();
    return { study, series: await seriesOf(db, studyId), discs: discs.map(discRow) };
  }),
  instances: (seriesId) => database.read(async (db) => {
    const rows = await db.selectFrom('instance').where('series_key', '=', seriesId).where('counts', '=', 1).orderBy('sort_number').orderBy('id')
      .select(['id', 'sop_instance_uid', 'instance_number', 'sop_class_uid', 'transfer_syntax_uid', 'bytes', 'is_held']).execute();
    return rows.map((row) => ({ instanceId: row.id, sopInstanceUid: row.sop_instance_uid, number: row.instance_number, sopClassUid: row.sop_class_uid, transferSyntaxUid: row.transfer_syntax_uid, bytes: row.bytes, isHeld: row.is_held === 1 }));
  }),
});

/** Round trip without touching a table. */
export const ping = (database: Database): Promise<void> => database.read(async (db) => { await sql`select 1`.execute(db); });
