/** What a page of found entities needs beyond its own rows: counts, modalities, where it is held, and on which disc. A few statements a page. */
import type { QueryField, QueryLevel } from '../dicom/tables/query-attributes.ts';
import type { CatalogMatch, CatalogQuery } from './books/query-book.ts';
import { chunked } from './dialects/dialect.ts';
import type { Executor } from './dialects/dialect.ts';
import { restoredAttributes } from './instance-rows.ts';

/** A found row: wanted columns under their field names, and these. Which are there depends on the level. */
export type FoundRow = Readonly<Partial<Record<QueryField, string>>> & {
  readonly id: number;
  readonly patient_key: number;
  readonly study_key: number;
  readonly series_instances: number;
  readonly series_held: number;
  readonly base: string;
  readonly is_held: number;
  readonly attributes: string;
  /** Value of the column in whose order the page was read. */
  readonly driver: string;
};

interface Sums { readonly studies: number; readonly series: number; readonly instances: number; readonly held: number }
type ByKey<T> = ReadonlyMap<number, T>;

const NOTHING: Sums = { studies: 0, series: 0, instances: 0, held: 0 };

const distinct = (keys: readonly number[]): readonly number[] => [...new Set(keys)];

const sumsOf = async (db: Executor, of: 'patient_key' | 'study_key', keys: readonly number[]): Promise<ByKey<Sums>> => {
  const key = of === 'patient_key' ? 'study.patient_key' : 'series.study_key';
  const rows = await db.selectFrom('series').innerJoin('study', 'study.id', 'series.study_key').where(key, 'in', [...keys]).where('series.instances', '>', 0).groupBy(key)
    .select((eb) => [`${key} as key` as const, eb.fn.count<number>('study.id').distinct().as('studies'), eb.fn.count<number>('series.id').as('series_count'), eb.fn.sum<number>('series.instances').as('instances'), eb.fn.sum<number>('series.held_instances').as('held')]).execute();
  return new Map(rows.map((row) => [row.key, { studies: Number(row.studies), series: Number(row.series_count), instances: Number(row.instances), held: Number(row.held) }]));
};

const gathered = (rows: readonly { readonly study_key: number; readonly value: string }[]): ByKey<string> => {
  const found = new Map<number, string>();
  for (const { study_key, value } of rows) if (value !== '') found.set(study_key, found.has(study_key) ? `${found.get(study_key) ?? ''}\\${value}` : value);
  return found;
};

const modalitiesOf = async (db: Executor, studies: readonly number[]): Promise<ByKey<string>> =>
  gathered(await db.selectFrom('series').where('study_key', 'in', [...studies]).where('instances', '>', 0).select(['study_key', 'modality as value']).distinct().orderBy('study_key').orderBy('value').execute());

const sopClassesOf = async (db: Executor, studies: readonly number[]): Promise<ByKey<string>> =>
  gathered(await db.selectFrom('instance').where('study_key', 'in', [...studies]).where('counts', '=', 1).select(['study_key', 'sop_class_uid as value']).distinct().orderBy('study_key').orderBy('value').execute());

/** The column of an instance (joined to its study) that says to which entity of a level it belongs. */
const OWNER = { PATIENT: 'study.patient_key', STUDY: 'instance.study_key', SERIES: 'instance.series_key', IMAGE: 'instance.id' } as const satisfies Record<QueryLevel, string>;

/** Entities with an instance that is neither held nor on a good disc. */
const lostOf = async (db: Executor, level: QueryLevel, ids: readonly number[]): Promise<ReadonlySet<number>> => {
  if (ids.length === 0) return new Set();
  const rows = await db.selectFrom('instance').innerJoin('study', 'study.id', 'instance.study_key').where(OWNER[level], 'in', [...ids]).where('instance.counts', '=', 1).where('instance.is_held', '=', 0)
    .where((eb) => eb.not(eb.exists(eb.selectFrom('volume_instance').innerJoin('disc', 'disc.volume_key', 'volume_instance.volume_key').whereRef('volume_instance.instance_key', '=', 'instance.id')
      .where('volume_instance.is_left_off', '=', 0).where('disc.state', '=', 'READY').select('disc.id'))))
    .select(`${OWNER[level]} as key`).distinct().execute();
  return new Set(rows.map((row) => row.key));
};

interface FileSet { readonly id: string; readonly uid: string }

/** Of each entity, the file-set of the newest good disc that holds all of its instances. */
const fileSetsOf = async (db: Executor, level: QueryLevel, wanted: ByKey<number>): Promise<ByKey<FileSet>> => {
  const found = new Map<number, FileSet>();
  if (wanted.size === 0) return found;
  const owner = OWNER[level];
  const rows = await db.selectFrom('instance').innerJoin('study', 'study.id', 'instance.study_key').innerJoin('volume_instance', 'volume_instance.instance_key', 'instance.id')
    .where(owner, 'in', [...wanted.keys()]).where('instance.counts', '=', 1).where('volume_instance.is_left_off', '=', 0)
    .groupBy(owner).groupBy('volume_instance.volume_key').select((eb) => [`${owner} as key` as const, 'volume_instance.volume_key', eb.fn.countAll<number>().as('covered')]).execute();
  const whole = rows.filter((row) => Number(row.covered) === wanted.get(row.key));
  const discs: { readonly volume_key: number; readonly file_set_id: string; readonly file_set_uid: string }[] = [];
  for (const volumes of chunked(distinct(whole.map((row) => row.volume_key)), 1, 1000)) {
    discs.push(...await db.selectFrom('disc').innerJoin('volume', 'volume.id', 'disc.volume_key').where('disc.volume_key', 'in', [...volumes]).where('disc.state', '=', 'READY')
      .orderBy('disc.made_at', 'desc').orderBy('disc.id', 'desc').select(['disc.volume_key', 'volume.file_set_id', 'volume.file_set_uid']).execute());
  }
  for (const [key] of wanted) {
    const covering = new Set(whole.filter((row) => row.key === key).map((row) => row.volume_key));
    const disc = discs.find((candidate) => covering.has(candidate.volume_key));
    if (disc) found.set(key, { id: disc.file_set_id, uid: disc.file_set_uid });
  }
  return found;
};

/** Fields that are read from the attributes a series and its instances remember. */
const REMEMBERED = ['seriesDate', 'laterality', 'imageType', 'contentDate', 'contentTime', 'numberOfFrames', 'rows', 'columns'] as const;

/** True when the remembered attributes are needed for an answer. */
export const isRemembering = (fields: ReadonlySet<QueryField>): boolean => REMEMBERED.some((field) => fields.has(field));

const remembered = (row: FoundRow, wanted: readonly (typeof REMEMBERED)[number][]): Partial<Record<QueryField, string>> => {
  if (wanted.length === 0) return {};
  const attributes = restoredAttributes(row.base, row.attributes ?? '{}');
  return Object.fromEntries(wanted.map((field) => [field, String(attributes[field] ?? '')]));
};

const sizeOf = (level: QueryLevel, row: FoundRow, patients: ByKey<Sums>, studies: ByKey<Sums>): { readonly instances: number; readonly held: number } => {
  switch (level) {
    case 'PATIENT': return patients.get(row.id) ?? NOTHING;
    case 'STUDY': return studies.get(row.id) ?? NOTHING;
    case 'SERIES': return { instances: row.series_instances, held: row.series_held };
    case 'IMAGE': return { instances: 1, held: row.is_held };
    default: return level satisfies never;
  }
};

/** The matches of one page, in its order; studies and patients of which nothing counts any more are left out. */
export const completed = async (db: Executor, query: CatalogQuery, found: readonly FoundRow[]): Promise<readonly CatalogMatch[]> => {
  const { level, fields } = query;
  const asks = (...names: readonly QueryField[]): boolean => names.some((name) => fields.has(name));
  const none = <T>(): ByKey<T> => new Map();
  const studyKeys = level === 'PATIENT' ? [] : distinct(found.map((row) => row.study_key));
  const patients = level === 'PATIENT' || asks('patientStudies', 'patientSeries', 'patientInstances') ? await sumsOf(db, 'patient_key', distinct(found.map((row) => row.patient_key))) : none<Sums>();
  const studies = level === 'STUDY' || (level !== 'PATIENT' && asks('studySeries', 'studyInstances')) ? await sumsOf(db, 'study_key', studyKeys) : none<Sums>();
  const modalities = asks('modalitiesInStudy') ? await modalitiesOf(db, studyKeys) : none<string>();
  const sopClasses = asks('sopClassesInStudy') ? await sopClassesOf(db, studyKeys) : none<string>();

  const sizes = new Map(found.map((row) => [row.id, sizeOf(level, row, patients, studies)]));
  const rows = found.filter(({ id }) => (sizes.get(id) ?? NOTHING).instances > 0);
  const partly = rows.filter(({ id }) => { const size = sizes.get(id) ?? NOTHING; return size.held < size.instances; }).map(({ id }) => id);
  const lost = await lostOf(db, level, partly);
  const fileSets = await fileSetsOf(db, level, new Map((query.wantsFileSet ? rows.map(({ id }) => id) : partly).map((id) => [id, (sizes.get(id) ?? NOTHING).instances])));

  const kept = REMEMBERED.filter((field) => fields.has(field));
  const isPartly = new Set(partly);
  return rows.map((row) => {
    const [patient, study] = [patients.get(row.patient_key) ?? NOTHING, studies.get(row.study_key) ?? NOTHING];
    const counted: Partial<Record<QueryField, string>> = {
      patientStudies: String(patient.studies), patientSeries: String(patient.series), patientInstances: String(patient.instances), studySeries: String(study.series), studyInstances: String(study.instances),
      seriesInstances: String(row.series_instances), modalitiesInStudy: modalities.get(row.study_key) ?? '', sopClassesInStudy: sopClasses.get(row.study_key) ?? '', ...remembered(row, kept),
    };
    const values = Object.fromEntries([...fields].map((field) => [field, row[field] ?? counted[field] ?? '']));
    const fileSet = fileSets.get(row.id);
    return { values, availability: lost.has(row.id) ? 'UNAVAILABLE' : isPartly.has(row.id) ? 'OFFLINE' : 'ONLINE', ...(fileSet === undefined ? {} : { fileSet }) };
  });
};
