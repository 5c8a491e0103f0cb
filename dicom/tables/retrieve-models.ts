/** Query/Retrieve information models as far as retrieving goes: their SOP classes, levels and unique keys. */
import { TAG } from './tags.ts';
import { UID } from './uids.ts';

/** Value of Query/Retrieve Level (0008,0052). @source PS3.4 C.6 */
export type RetrieveLevel = 'PATIENT' | 'STUDY' | 'SERIES' | 'IMAGE';

/** Unique key of each level, from the highest to the lowest level. @source PS3.4 Tables C.6-1 to C.6-4 */
export const UNIQUE_KEYS = [
  { level: 'PATIENT', keyword: 'PatientID', tag: TAG.PatientID, isList: false, source: 'PS3.4 C.6.1.1.2' },
  { level: 'STUDY', keyword: 'StudyInstanceUID', tag: TAG.StudyInstanceUID, isList: true, source: 'PS3.4 C.6.1.1.3' },
  { level: 'SERIES', keyword: 'SeriesInstanceUID', tag: TAG.SeriesInstanceUID, isList: true, source: 'PS3.4 C.6.1.1.4' },
  { level: 'IMAGE', keyword: 'SOPInstanceUID', tag: TAG.SOPInstanceUID, isList: true, source: 'PS3.4 C.6.1.1.5' },
] as const;

/** One information model. */
export interface RetrieveModelRow {
  readonly name: string;
  readonly moveUid: string;
  readonly getUid: string;
  readonly levels: readonly RetrieveLevel[];
  readonly retired: boolean;
  readonly source: string;
}

/** All models, by the numbers of their UIDs. @source PS3.4 C.6 */
export const RETRIEVE_MODELS = [
  { name: 'Patient Root', moveUid: UID.patientRootMove, getUid: UID.patientRootGet, levels: ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'], retired: false, source: 'PS3.4 C.6.1' },
  { name: 'Study Root', moveUid: UID.studyRootMove, getUid: UID.studyRootGet, levels: ['STUDY', 'SERIES', 'IMAGE'], retired: false, source: 'PS3.4 C.6.2' },
  { name: 'Patient/Study Only', moveUid: UID.patientStudyOnlyMove, getUid: UID.patientStudyOnlyGet, levels: ['PATIENT', 'STUDY'], retired: true, source: 'PS3.4-2004 C.6.3' },
] as const satisfies readonly RetrieveModelRow[];

/** Finds a model by its MOVE or GET SOP class. @source PS3.6 Annex A */
export const retrieveModelByUid: ReadonlyMap<string, RetrieveModelRow> = new Map(RETRIEVE_MODELS.flatMap((row) => [[row.moveUid, row], [row.getUid, row]] as const));
