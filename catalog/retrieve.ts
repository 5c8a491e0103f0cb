/**
 * What a retrieve or a sending takes: the instances that a level and its unique keys name, as counts first and then in
 * pages by ascending id. Superseded contents are not there; contested ones and those no longer held are, and say so.
 */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { RetrieveBook, RetrieveSelection } from './books/retrieve-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import { FILE_COLUMNS, storedFile } from './instance-rows.ts';
import type { Tables } from './tables.ts';

type Builder = ExpressionBuilder<Tables, 'instance'>;

const LISTS = ['studyInstanceUids', 'seriesInstanceUids', 'sopInstanceUids', 'patientKeys', 'studyKeys', 'seriesKeys', 'instanceIds'] as const satisfies readonly (keyof RetrieveSelection)[];

/** Parameters a statement carries beside the keys. */
const OTHER_PARAMETERS = 16;

/** Without doubled keys, so that no instance comes twice. */
const distinct = (selection: RetrieveSelection): RetrieveSelection =>
  ({ ...selection, ...Object.fromEntries(LISTS.flatMap((name) => (selection[name] === undefined ? [] : [[name, [...new Set<string | number>(selection[name])]]]))) });

/** One selection as several that one statement can carry each; only the longest list is split. */
const portions = (selection: RetrieveSelection, maxParameters: number): readonly RetrieveSelection[] => {
  const unique = distinct(selection);
  const longest = [...LISTS].sort((a, b) => (unique[b]?.length ?? 0) - (unique[a]?.length ?? 0))[0];
  const list = longest === undefined ? undefined : unique[longest];
  if (longest === undefined || list === undefined) return [unique];
  const others = LISTS.reduce((sum, name) => sum + (name === longest ? 0 : unique[name]?.length ?? 0), OTHER_PARAMETERS);
  return chunked<string | number>(list, 1, maxParameters - others).map((part) => ({ ...unique, [longest]: part }));
};

const isNamed = (eb: Builder, selection: RetrieveSelection): Expression<SqlBool> => {
  const { patientId, issuerOfPatientId, studyInstanceUids, seriesInstanceUids, sopInstanceUids, patientKeys, studyKeys, seriesKeys, instanceIds } = selection;
  const all: Expression<SqlBool>[] = [eb('instance.counts', '=', 1)];
  if (patientId !== undefined) {
    const ofPatient = eb.selectFrom('study').innerJoin('patient', 'patient.id', 'study.patient_key').where('patient.patient_id', '=', patientId);
    all.push(eb('instance.study_key', 'in', (issuerOfPatientId === undefined ? ofPatient : ofPatient.where('patient.issuer_of_patient_id', '=', issuerOfPatientId)).select('study.id')));
  }
  if (studyInstanceUids !== undefined) all.push(eb('instance.study_key', 'in', eb.selectFrom('study').where('study.study_instance_uid', 'in', [...studyInstanceUids]).select('study.id')));
  if (seriesInstanceUids !== undefined) all.push(eb('instance.series_key', 'in', eb.selectFrom('series').where('series.series_instance_uid', 'in', [...seriesInstanceUids]).select('series.id')));
  if (sopInstanceUids !== undefined) all.push(eb('instance.sop_instance_uid', 'in', [...sopInstanceUids]));
  if (patientKeys !== undefined) all.push(eb('instance.study_key', 'in', eb.selectFrom('study').where('study.patient_key', 'in', [...patientKeys]).select('study.id')));
  if (studyKeys !== undefined) all.push(eb('instance.study_key', 'in', [...studyKeys]));
  if (seriesKeys !== undefined) all.push(eb('instance.series_key', 'in', [...seriesKeys]));
  if (instanceIds !== undefined) all.push(eb('instance.id', 'in', [...instanceIds]));
  return eb.and(all);
};

/** An empty list names nothing; no key at all would name everything. */
const namesNothing = (selection: RetrieveSelection): boolean =>
  LISTS.some((name) => selection[name]?.length === 0) || (selection.patientId === undefined && LISTS.every((name) => selection[name] === undefined));

/** The retrieve book over one database. */
export const createRetrieveBook = (database: Database): RetrieveBook => ({
  plan: (selection) => database.read(async (db) => {
    const kinds = new Map<string, { sopClassUid: string; transferSyntaxUid: string; instances: number }>();
    for (const portion of namesNothing(selection) ? [] : portions(selection, database.engine.maxParameters)) {
      const rows = await db.selectFrom('instance').where((eb) => isNamed(eb, portion)).groupBy(['sop_class_uid', 'transfer_syntax_uid'])
        .select((eb) => ['sop_class_uid', 'transfer_syntax_uid', eb.fn.countAll<number>().as('instances')]).execute();
      for (const row of rows) {
        const key = `${row.sop_class_uid} ${row.transfer_syntax_uid}`;
        kinds.set(key, { sopClassUid: row.sop_class_uid, transferSyntaxUid: row.transfer_syntax_uid, instances: (kinds.get(key)?.instances ?? 0) + Number(row.instances) });
      }
    }
    return { instances: [...kinds.values()].reduce((sum, kind) => sum + kind.instances, 0), kinds: [...kinds.values()] };
  }),
  page: (selection, afterInstanceId, limit) => database.read(async (db) => {
    const rows = [];
    for (const portion of namesNothing(selection) ? [] : portions(selection, database.engine.maxParameters)) {
      const query = db.selectFrom('instance').where((eb) => isNamed(eb, portion)).where('instance.id', '>', afterInstanceId).orderBy('instance.id')
        .select(['instance.id', 'sop_class_uid', 'sop_instance_uid', 'is_held', 'is_contested', ...FILE_COLUMNS]);
      rows.push(...await database.engine.first(query, limit).execute());
    }
    return rows.sort((a, b) => a.id - b.id).slice(0, limit).map((row) => ({
      instanceId: row.id, sopClassUid: row.sop_class_uid, sopInstanceUid: row.sop_instance_uid, file: storedFile(row), isHeld: row.is_held === 1, isContested: row.is_contested === 1,
    }));
  }),
});
