/** Conditions of a query as SQL: which column a field is compared in, and how. Values are parameters only. */
import { sql } from 'kysely';
import type { Expression, SqlBool } from 'kysely';
import { QUERY_ATTRIBUTES } from '../dicom/tables/query-attributes.ts';
import type { QueryField, QueryLevel } from '../dicom/tables/query-attributes.ts';
import type { QueryCondition } from './books/query-book.ts';
import { like } from './like.ts';
import { dateKey, likePattern, namePatterns, nameWords, timeKey } from './query-keys.ts';

type Holds = Expression<SqlBool>;

/** The column of each field that has one. */
export const COLUMN_OF: Readonly<Partial<Record<QueryField, string>>> = {
  patientName: 'patient.name', patientId: 'patient.patient_id', issuerOfPatientId: 'patient.issuer_of_patient_id', patientBirthDate: 'patient.birth_date', patientSex: 'patient.sex',
  studyInstanceUid: 'study.study_instance_uid', studyDate: 'study.study_date', studyTime: 'study.study_time', accessionNumber: 'study.accession_number', studyId: 'study.study_id_text',
  studyDescription: 'study.description', referringPhysicianName: 'study.referring_physician_name', institutionName: 'study.institution_name',
  seriesInstanceUid: 'series.series_instance_uid', modality: 'series.modality', seriesNumber: 'series.series_number', seriesDescription: 'series.description', bodyPartExamined: 'series.body_part', stationName: 'series.station',
  sopInstanceUid: 'instance.sop_instance_uid', sopClassUid: 'instance.sop_class_uid', instanceNumber: 'instance.instance_number',
};

/** Columns that hold the compared form of a name: alphabetic, ideographic, phonetic. */
const NAME_COLUMNS: Readonly<Partial<Record<QueryField, readonly [string, string, string]>>> = {
  patientName: ['patient.name_alphabetic', 'patient.name_ideographic', 'patient.name_phonetic'],
  referringPhysicianName: ['study.physician_alphabetic', 'study.physician_ideographic', 'study.physician_phonetic'],
};

/** Columns that hold the compared form of a date or time. */
const KEY_COLUMNS: Readonly<Partial<Record<QueryField, string>>> = { patientBirthDate: 'patient.birth_date_key', studyDate: 'study.date_key', studyTime: 'study.time_key' };

/** Fields that are compared with what lies below a study. */
const BELOW_STUDY: Readonly<Partial<Record<QueryField, { readonly column: string; rows(holds: Holds): Holds }>>> = {
  modalitiesInStudy: { column: 'below.modality', rows: (holds) => sql`exists (select below.id from series below where below.study_key = study.id and below.instances > 0 and ${holds})` },
  sopClassesInStudy: { column: 'below.sop_class_uid', rows: (holds) => sql`exists (select below.id from instance below where below.study_key = study.id and below.counts = 1 and ${holds})` },
};

const LEVEL_OF: ReadonlyMap<QueryField, QueryLevel> = new Map(QUERY_ATTRIBUTES.map((row) => [row.field, row.level]));

/** The level whose entities a condition chooses among. */
export const levelOf = (condition: QueryCondition): QueryLevel => (condition.kind === 'moment' ? 'STUDY' : known(LEVEL_OF.get(condition.field), condition.field));

const all = (parts: readonly Holds[]): Holds => sql`(${sql.join(parts, sql` and `)})`;
const any = (parts: readonly Holds[]): Holds => sql`(${sql.join(parts, sql` or `)})`;
const equals = (column: string, value: string): Holds => sql`${sql.ref(column)} = ${value}`;
const hasWildcard = (value: string): boolean => /[*?]/.test(value);
const known = <T>(found: T | undefined, field: QueryField): T => {
  if (found === undefined) throw new TypeError(`${field} is not compared so`);
  return found;
};

const matchesOne = (column: string, values: readonly string[]): Holds =>
  any(values.map((value) => (hasWildcard(value) ? like(column, likePattern(value)) : equals(column, value))));

const inColumn = (column: string, values: readonly string[]): Holds => sql`${sql.ref(column)} in (${sql.join(values)})`;

/** Scripts that are written in the second or third component group, and by some in the first. */
const BEYOND_ALPHABETIC = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** A key without '=' in such a script is looked for in every group. */
const isForEveryGroup = (key: string): boolean => !key.includes('=') && BEYOND_ALPHABETIC.test(key);

const wordHolds = (columns: readonly string[], word: string): Holds => {
  const begins = likePattern(word);
  return any(columns.flatMap((column) => [`${begins}%`, `%^${begins}%`, `% ${begins}%`, `%-${begins}%`].map((pattern) => like(column, pattern))));
};

const nameHolds = (condition: Extract<QueryCondition, { kind: 'name' }>): Holds => {
  const columns = known(NAME_COLUMNS[condition.field], condition.field);
  if (condition.isFuzzy) {
    const words = nameWords(condition.key);
    return words.length === 0 ? sql`1 = 1` : all(words.map((word) => wordHolds(columns, word)));
  }
  if (isForEveryGroup(condition.key)) return any(columns.map((column) => matchesOne(column, namePatterns(condition.key))));
  const groups = condition.key.split('=').slice(0, 3).flatMap((group, i) => (group.trim() === '' || group.trim() === '*' ? [] : [matchesOne(known(columns[i], condition.field), namePatterns(group))]));
  return groups.length === 0 ? sql`1 = 1` : all(groups);
};

const rangeHolds = ({ field, from, to }: Extract<QueryCondition, { kind: 'range' }>): Holds => {
  const column = sql.ref(known(KEY_COLUMNS[field], field));
  const isTime = field === 'studyTime';
  return all([
    sql`${column} <> ''`,
    ...(from === '' ? [] : [sql<SqlBool>`${column} >= ${isTime ? timeKey(from) : dateKey(from)}`]),
    ...(to === '' ? [] : [sql<SqlBool>`${column} <= ${isTime ? timeKey(to, 'last') : dateKey(to)}`]),
  ]);
};

/** The date alone bounds the index; the time only counts on its first and last day. @source PS3.4 C.2.2.2.5.4 */
const momentHolds = ({ from, to }: Extract<QueryCondition, { kind: 'moment' }>): Holds => {
  const [date, time] = [sql.ref('study.date_key'), sql.ref('study.time_key')];
  const parts: Holds[] = [sql`${date} <> ''`];
  if (from.date !== '') {
    const first = dateKey(from.date);
    parts.push(sql`${date} >= ${first}`, sql`(${date} > ${first} or ${time} >= ${timeKey(from.time)})`);
  }
  if (to.date !== '') {
    const last = dateKey(to.date);
    parts.push(sql`${date} <= ${last}`, sql`(${date} < ${last} or (${time} <> '' and ${time} <= ${timeKey(to.time, 'last') || '235959999999'}))`);
  }
  return all(parts);
};

/** The condition on entities that have a value. */
export const holds = (condition: QueryCondition): Holds => {
  switch (condition.kind) {
    case 'name': return nameHolds(condition);
    case 'range': return rangeHolds(condition);
    case 'moment': return momentHolds(condition);
    case 'exact': case 'pattern': {
      const below = BELOW_STUDY[condition.field];
      const compare = condition.kind === 'exact' ? inColumn : matchesOne;
      return below === undefined ? compare(known(COLUMN_OF[condition.field], condition.field), condition.values) : below.rows(compare(below.column, condition.values));
    }
    default: return condition satisfies never;
  }
};

/** The condition on entities whose value is empty. @source PS3.4 C.2.2.1.2 */
export const isEmpty = (condition: QueryCondition): Holds => {
  switch (condition.kind) {
    case 'name': return all(known(NAME_COLUMNS[condition.field], condition.field).map((column) => equals(column, '')));
    case 'range': return equals(known(KEY_COLUMNS[condition.field], condition.field), '');
    case 'moment': return any([equals('study.date_key', ''), equals('study.time_key', '')]);
    case 'exact': case 'pattern': return equals(known(COLUMN_OF[condition.field], condition.field), '');
    default: return condition satisfies never;
  }
};

/** The indexed column by whose order the matches of a condition are best read; '' = few matches, any order; undefined = no index helps. */
export const drivingColumn = (condition: QueryCondition): string | undefined => {
  if ((condition.kind === 'exact' || condition.kind === 'pattern') && condition.field === 'accessionNumber') return condition.values.some((value) => /^[*?]/.test(value)) ? undefined : '';
  if (condition.kind === 'name' && condition.field === 'patientName' && !condition.isFuzzy && !isForEveryGroup(condition.key) && !/^[*?=]/.test(condition.key)) return 'patient.name_alphabetic';
  if (condition.kind === 'moment' || (condition.kind === 'range' && condition.field === 'studyDate')) return 'study.date_key';
  return undefined;
};
