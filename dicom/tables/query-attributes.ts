/**
 * Keys of the Query/Retrieve information models by the level at which they live: how each is matched, what it is read from.
 * A key is accepted and answered at its own level and at every level below it.
 */
import { TAG } from './tags.ts';

/** Values of Query/Retrieve Level (0008,0052), from the root down. @source PS3.4 C.6.1.1, C.6.2.1 */
export const QUERY_LEVELS = ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'] as const;
export type QueryLevel = (typeof QUERY_LEVELS)[number];

/** How a value in the request is compared; 'none' = only answered. @source PS3.4 C.2.2.2 */
export type QueryMatching =
  /** Single value and wildcards, case-sensitive. */
  | 'text'
  /** Person name: by component group, case and accents folded, wildcards. */
  | 'name'
  /** Single value and range, by meaning. */
  | 'date' | 'time'
  /** Single value and list of UIDs. */
  | 'uid'
  /** Single value, by number. */
  | 'integer'
  | 'none';

export interface QueryAttributeRow {
  readonly tag: number;
  readonly vr: string;
  readonly level: QueryLevel;
  /** U unique, R required, O optional. */
  readonly type: 'U' | 'R' | 'O';
  readonly matching: QueryMatching;
  /** What it is called in a query of the catalog. */
  readonly field: string;
  /** What the reference statement has it do at its own level; null = it does not name the key. */
  readonly reference: 'matched and returned' | 'returned' | null;
  readonly source: string;
}

/** All keys, by level, then tag. @source PS3.4 Tables C.6-1 to C.6-5, C.3.4 (additional attributes) */
export const QUERY_ATTRIBUTES = [
  { tag: TAG.PatientName, vr: 'PN', level: 'PATIENT', type: 'R', matching: 'name', field: 'patientName', reference: 'matched and returned', source: 'PS3.4 Table C.6-1' },
  { tag: TAG.PatientID, vr: 'LO', level: 'PATIENT', type: 'U', matching: 'text', field: 'patientId', reference: 'matched and returned', source: 'PS3.4 Table C.6-1' },
  { tag: TAG.IssuerOfPatientID, vr: 'LO', level: 'PATIENT', type: 'O', matching: 'text', field: 'issuerOfPatientId', reference: null, source: 'PS3.4 Table C.6-1' },
  { tag: TAG.PatientBirthDate, vr: 'DA', level: 'PATIENT', type: 'O', matching: 'date', field: 'patientBirthDate', reference: 'matched and returned', source: 'PS3.4 Table C.6-1' },
  { tag: TAG.PatientSex, vr: 'CS', level: 'PATIENT', type: 'O', matching: 'text', field: 'patientSex', reference: 'matched and returned', source: 'PS3.4 Table C.6-1' },
  { tag: TAG.NumberOfPatientRelatedStudies, vr: 'IS', level: 'PATIENT', type: 'O', matching: 'none', field: 'patientStudies', reference: 'returned', source: 'PS3.4 Table C.3-1' },
  { tag: TAG.NumberOfPatientRelatedSeries, vr: 'IS', level: 'PATIENT', type: 'O', matching: 'none', field: 'patientSeries', reference: 'returned', source: 'PS3.4 Table C.3-1' },
  { tag: TAG.NumberOfPatientRelatedInstances, vr: 'IS', level: 'PATIENT', type: 'O', matching: 'none', field: 'patientInstances', reference: 'returned', source: 'PS3.4 Table C.3-1' },

  { tag: TAG.StudyDate, vr: 'DA', level: 'STUDY', type: 'R', matching: 'date', field: 'studyDate', reference: 'matched and returned', source: 'PS3.4 Table C.6-2' },
  { tag: TAG.StudyTime, vr: 'TM', level: 'STUDY', type: 'R', matching: 'time', field: 'studyTime', reference: null, source: 'PS3.4 Table C.6-2' },
  { tag: TAG.AccessionNumber, vr: 'SH', level: 'STUDY', type: 'R', matching: 'text', field: 'accessionNumber', reference: 'matched and returned', source: 'PS3.4 Table C.6-2' },
  { tag: TAG.ModalitiesInStudy, vr: 'CS', level: 'STUDY', type: 'O', matching: 'text', field: 'modalitiesInStudy', reference: 'matched and returned', source: 'PS3.4 C.3.4' },
  { tag: TAG.SOPClassesInStudy, vr: 'UI', level: 'STUDY', type: 'O', matching: 'uid', field: 'sopClassesInStudy', reference: null, source: 'PS3.4 Table C.6-2' },
  { tag: TAG.InstitutionName, vr: 'LO', level: 'STUDY', type: 'O', matching: 'none', field: 'institutionName', reference: 'returned', source: 'ours: an attribute of the equipment, the first one that a series of the study had' },
  { tag: TAG.ReferringPhysicianName, vr: 'PN', level: 'STUDY', type: 'O', matching: 'name', field: 'referringPhysicianName', reference: 'matched and returned', source: 'PS3.4 Table C.6-2' },
  { tag: TAG.StudyDescription, vr: 'LO', level: 'STUDY', type: 'O', matching: 'text', field: 'studyDescription', reference: 'matched and returned', source: 'PS3.4 Table C.6-2' },
  { tag: TAG.StudyInstanceUID, vr: 'UI', level: 'STUDY', type: 'U', matching: 'uid', field: 'studyInstanceUid', reference: 'matched and returned', source: 'PS3.4 Table C.6-2' },
  { tag: TAG.StudyID, vr: 'SH', level: 'STUDY', type: 'R', matching: 'text', field: 'studyId', reference: 'matched and returned', source: 'PS3.4 Table C.6-2' },
  { tag: TAG.NumberOfStudyRelatedSeries, vr: 'IS', level: 'STUDY', type: 'O', matching: 'none', field: 'studySeries', reference: 'returned', source: 'PS3.4 Table C.3-1' },
  { tag: TAG.NumberOfStudyRelatedInstances, vr: 'IS', level: 'STUDY', type: 'O', matching: 'none', field: 'studyInstances', reference: 'returned', source: 'PS3.4 Table C.3-1' },

  { tag: TAG.SeriesDate, vr: 'DA', level: 'SERIES', type: 'O', matching: 'none', field: 'seriesDate', reference: 'returned', source: 'PS3.4 Table C.6-3' },
  { tag: TAG.Modality, vr: 'CS', level: 'SERIES', type: 'R', matching: 'text', field: 'modality', reference: 'matched and returned', source: 'PS3.4 Table C.6-3' },
  { tag: TAG.StationName, vr: 'SH', level: 'SERIES', type: 'O', matching: 'text', field: 'stationName', reference: null, source: 'PS3.4 Table C.6-3' },
  { tag: TAG.SeriesDescription, vr: 'LO', level: 'SERIES', type: 'O', matching: 'text', field: 'seriesDescription', reference: 'returned', source: 'PS3.4 Table C.6-3' },
  { tag: TAG.BodyPartExamined, vr: 'CS', level: 'SERIES', type: 'O', matching: 'text', field: 'bodyPartExamined', reference: null, source: 'PS3.4 Table C.6-3' },
  { tag: TAG.SeriesInstanceUID, vr: 'UI', level: 'SERIES', type: 'U', matching: 'uid', field: 'seriesInstanceUid', reference: 'matched and returned', source: 'PS3.4 Table C.6-3' },
  { tag: TAG.SeriesNumber, vr: 'IS', level: 'SERIES', type: 'R', matching: 'integer', field: 'seriesNumber', reference: 'matched and returned', source: 'PS3.4 Table C.6-3' },
  { tag: TAG.Laterality, vr: 'CS', level: 'SERIES', type: 'O', matching: 'none', field: 'laterality', reference: null, source: 'PS3.4 Table C.6-3' },
  { tag: TAG.NumberOfSeriesRelatedInstances, vr: 'IS', level: 'SERIES', type: 'O', matching: 'none', field: 'seriesInstances', reference: 'returned', source: 'PS3.4 Table C.3-1' },

  { tag: TAG.ImageType, vr: 'CS', level: 'IMAGE', type: 'O', matching: 'none', field: 'imageType', reference: null, source: 'PS3.4 Table C.6-4' },
  { tag: TAG.SOPClassUID, vr: 'UI', level: 'IMAGE', type: 'O', matching: 'uid', field: 'sopClassUid', reference: 'matched and returned', source: 'PS3.4 Table C.6-4' },
  { tag: TAG.SOPInstanceUID, vr: 'UI', level: 'IMAGE', type: 'U', matching: 'uid', field: 'sopInstanceUid', reference: 'matched and returned', source: 'PS3.4 Table C.6-4' },
  { tag: TAG.ContentDate, vr: 'DA', level: 'IMAGE', type: 'O', matching: 'none', field: 'contentDate', reference: null, source: 'PS3.4 Table C.6-4' },
  { tag: TAG.ContentTime, vr: 'TM', level: 'IMAGE', type: 'O', matching: 'none', field: 'contentTime', reference: null, source: 'PS3.4 Table C.6-4' },
  { tag: TAG.InstanceNumber, vr: 'IS', level: 'IMAGE', type: 'R', matching: 'integer', field: 'instanceNumber', reference: 'matched and returned', source: 'PS3.4 Table C.6-4' },
  { tag: TAG.NumberOfFrames, vr: 'IS', level: 'IMAGE', type: 'O', matching: 'none', field: 'numberOfFrames', reference: null, source: 'PS3.4 Table C.6-4' },
  { tag: TAG.Rows, vr: 'US', level: 'IMAGE', type: 'O', matching: 'none', field: 'rows', reference: null, source: 'PS3.4 Table C.6-4' },
  { tag: TAG.Columns, vr: 'US', level: 'IMAGE', type: 'O', matching: 'none', field: 'columns', reference: null, source: 'PS3.4 Table C.6-4' },
] as const satisfies readonly QueryAttributeRow[];

/** Name of a key in a query of the catalog. */
export type QueryField = (typeof QUERY_ATTRIBUTES)[number]['field'];

/** One key with the narrow name of its field. */
export type QueryAttribute = QueryAttributeRow & { readonly field: QueryField };

/** Finds a key by its tag. @source PS3.4 C.6 */
export const queryAttributeByTag: ReadonlyMap<number, QueryAttribute> = new Map(QUERY_ATTRIBUTES.map((row: QueryAttribute) => [row.tag, row]));

/**
 * Attributes of an identifier that steer the query or describe the answer, and are never matched.
 * @source PS3.4 C.4.1.1.3, C.2.2.2 (0008,0005), PS3.5 7.2 (group lengths are left out elsewhere)
 */
export const QUERY_CONTROL_TAGS: ReadonlySet<number> = new Set([
  TAG.SpecificCharacterSet, TAG.QueryRetrieveLevel, TAG.RetrieveAETitle, TAG.InstanceAvailability, TAG.StorageMediaFileSetID, TAG.StorageMediaFileSetUID,
]);

/** The unique key of each level. @source PS3.4 C.6.1.1, C.6.2.1 */
export const UNIQUE_KEY: Readonly<Record<QueryLevel, QueryField>> = { PATIENT: 'patientId', STUDY: 'studyInstanceUid', SERIES: 'seriesInstanceUid', IMAGE: 'sopInstanceUid' };

/** True when `level` is at or above `below`. */
export const isAtOrAbove = (level: QueryLevel, below: QueryLevel): boolean => QUERY_LEVELS.indexOf(level) <= QUERY_LEVELS.indexOf(below);
