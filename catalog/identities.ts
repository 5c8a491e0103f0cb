/**
 * Finds or makes the patient, study and series rows of arrivals, and notes who the patient is said to be.
 * A patient is (Patient ID, Issuer) by code point; an empty Patient ID never reaches beyond its study.
 * Runs in its own transaction behind one lock: new series are rare, and disagreement between parallel arrivals is never missed.
 */
import type { IndexedAttributes } from '../dicom/attributes.ts';
import type { ArrivedInstance } from './books/instance-index.ts';
import type { Database } from './database.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { comparedIdentity, disagree, fit, fitKey, foldForSearch, sha256 } from './folding.ts';
import type { Identity } from './folding.ts';
import { patientKeys, studyKeys } from './query-keys.ts';
import type { StudyTable } from './tables.ts';

/** The rows an arrival belongs to, and the attributes its series remembers. */
export interface Parents {
  readonly patientKey: number;
  readonly studyKey: number;
  readonly seriesKey: number;
  readonly base: IndexedAttributes;
}

interface Keys { readonly patientId: string; readonly issuer: string; readonly studyScope: string; readonly studyUid: string; readonly seriesUid: string }

const keysOf = (a: IndexedAttributes): Keys => {
  const patientId = fitKey(a.patientId, 192);
  const studyUid = fit(a.studyInstanceUid, 64);
  return { patientId, issuer: fitKey(a.issuerOfPatientId, 192), studyScope: patientId === '' ? studyUid : '', studyUid, seriesUid: fit(a.seriesInstanceUid, 64) };
};

const identityOf = (a: IndexedAttributes): Identity => comparedIdentity({ name: a.patientName, birthDate: a.patientBirthDate, sex: a.patientSex });

/** Two arrivals with the same key have the same parents and the same identity. As received: this runs for every instance. */
export const parentsCacheKey = (a: IndexedAttributes): string =>
  JSON.stringify([a.patientId, a.issuerOfPatientId, a.studyInstanceUid, a.seriesInstanceUid, a.patientName, a.patientBirthDate, a.patientSex]);

const patientRow = async (trx: InTransaction, keys: Keys, a: IndexedAttributes, database: Database): Promise<number> => {
  const known = await trx.selectFrom('patient').selectAll().where('patient_id', '=', keys.patientId).where('issuer_of_patient_id', '=', keys.issuer).where('study_scope', '=', keys.studyScope).executeTakeFirst();
  const said = { name: fit(a.patientName, 400), birth_date: fit(a.patientBirthDate, 16), sex: fit(a.patientSex, 16) };
  if (!known) return database.engine.insertRow(trx, 'patient', { patient_id: keys.patientId, issuer_of_patient_id: keys.issuer, study_scope: keys.studyScope, ...said, ...patientKeys(said) });
  const better = { name: known.name || said.name, birth_date: known.birth_date || said.birth_date, sex: known.sex || said.sex };
  if (better.name !== known.name || better.birth_date !== known.birth_date || better.sex !== known.sex) await trx.updateTable('patient').set({ ...better, ...patientKeys(better) }).where('id', '=', known.id).execute();
  return known.id;
};

const describedStudy = (a: IndexedAttributes): Pick<StudyTable, 'study_date' | 'study_time' | 'study_id_text' | 'description' | 'accession_number' | 'referring_physician_name' | 'institution_name'> => ({
  study_date: fit(a.studyDate, 16), study_time: fit(a.studyTime, 32), study_id_text: fit(a.studyId, 64), description: fit(a.studyDescription, 400),
  accession_number: fit(a.accessionNumber, 192), referring_physician_name: fit(a.referringPhysicianName, 400), institution_name: fit(a.institutionName, 400),
});

const searchText = (known: string, a: IndexedAttributes): string =>
  [...new Set([...known.split('\n'), ...[a.patientName, a.patientId, a.accessionNumber, a.studyDescription].map(foldForSearch)])].filter((t) => t !== '').join('\n').slice(0, 8_000);

const studyRow = async (trx: InTransaction, patientKey: number, keys: Keys, arrival: ArrivedInstance, database: Database): Promise<number> => {
  const a = arrival.attributes;
  const sameUid = await trx.selectFrom('study').selectAll().where('study_instance_uid', '=', keys.studyUid).execute();
  const known = sameUid.find((s) => s.patient_key === patientKey);
  if (known) {
    const said = describedStudy(a);
    const filled = Object.fromEntries((Object.keys(said) as (keyof typeof said)[]).filter((k) => known[k] === '' && said[k] !== '').map((k) => [k, said[k]]));
    const text = searchText(known.search_text, a);
    if (Object.keys(filled).length > 0 || text !== known.search_text) await trx.updateTable('study').set({ ...filled, ...studyKeys({ ...known, ...filled }), search_text: text }).where('id', '=', known.id).execute();
    return known.id;
  }
  if (sameUid.length > 0) await trx.updateTable('study').set({ patient_differs: 1 }).where('study_instance_uid', '=', keys.studyUid).execute();
  const described = describedStudy(a);
  return database.engine.insertRow(trx, 'study', {
    patient_key: patientKey, study_instance_uid: keys.studyUid, ...described, ...studyKeys(described), search_text: searchText('', a),
    patient_differs: sameUid.length > 0 ? 1 : 0, first_stored_at: arrival.storedAt, last_stored_at: arrival.storedAt,
  });
};

const noteIdentity = async (trx: InTransaction, patientKey: number, studyKey: number, identity: Identity, database: Database): Promise<void> => {
  const digest = sha256(JSON.stringify([identity.name, identity.birthDate, identity.sex]));
  const known = await trx.selectFrom('study_identity').innerJoin('study', 'study.id', 'study_identity.study_key').where('study.patient_key', '=', patientKey)
    .select(['study_identity.study_key', 'study_identity.digest', 'study_identity.name', 'study_identity.birth_date', 'study_identity.sex']).execute();
  if (known.some((k) => k.study_key === studyKey && k.digest === digest)) return;
  await database.engine.insertRow(trx, 'study_identity', { study_key: studyKey, digest, name: identity.name, birth_date: identity.birthDate, sex: identity.sex });
  const others = known.filter((k) => disagree(identity, { name: k.name, birthDate: k.birth_date, sex: k.sex })).map((k) => k.study_key);
  if (others.length > 0) await trx.updateTable('study').set({ patient_differs: 1 }).where('id', 'in', [...new Set([studyKey, ...others])]).execute();
};

const seriesRow = async (trx: InTransaction, studyKey: number, keys: Keys, arrival: ArrivedInstance, database: Database): Promise<{ id: number; base: IndexedAttributes }> => {
  const known = await trx.selectFrom('series').select(['id', 'attributes']).where('series_instance_uid', '=', keys.seriesUid).where('study_key', '=', studyKey).executeTakeFirst();
  if (known) return { id: known.id, base: JSON.parse(known.attributes) as IndexedAttributes };
  const a = arrival.attributes;
  const id = await database.engine.insertRow(trx, 'series', {
    study_key: studyKey, series_instance_uid: keys.seriesUid, modality: fit(a.modality, 32), series_number: fit(String(a.seriesNumber ?? ''), 32), description: fit(a.seriesDescription, 400),
    body_part: fit(a.bodyPartExamined, 64), station: fit(a.stationName, 64), calling_ae: fit(arrival.origin.callingAe, 32), called_ae: fit(arrival.origin.calledAe, 32),
    attributes: JSON.stringify(a), instances: 0, held_instances: 0, bytes: 0, arrivals: 0, last_stored_at: arrival.storedAt,
  });
  return { id, base: a };
};

/** Finds or makes the parents of each arrival; call with one arrival per cache key. */
export const ensureParents = (database: Database, arrivals: readonly ArrivedInstance[]): Promise<readonly Parents[]> =>
  database.write(async (trx) => {
    await database.engine.advance(trx, 'identity', 1);
    const made: Parents[] = [];
    for (const arrival of arrivals) {
      const keys = keysOf(arrival.attributes);
      const patientKey = await patientRow(trx, keys, arrival.attributes, database);
      const studyKey = await studyRow(trx, patientKey, keys, arrival, database);
      await noteIdentity(trx, patientKey, studyKey, identityOf(arrival.attributes), database);
      const series = await seriesRow(trx, studyKey, keys, arrival, database);
      made.push({ patientKey, studyKey, seriesKey: series.id, base: series.base });
    }
    return made;
  });
