/** The information models of Query/Retrieve by the SOP class of their C-FIND. */
import type { QueryLevel } from './query-attributes.ts';
import { UID } from './uids.ts';

/** An information model: its levels from the root down. */
export interface QueryModel {
  readonly levels: readonly QueryLevel[];
  readonly name: string;
  readonly retired: boolean;
  readonly source: string;
}

/** SOP class of the C-FIND to its model. @source PS3.4 C.6, Table C.6.1.3-1, Table C.6.2.3-1; Patient/Study Only: PS3.4 (2004) C.6.3 */
export const QUERY_MODELS: ReadonlyMap<string, QueryModel> = new Map<string, QueryModel>([
  [UID.patientRootFind, { levels: ['PATIENT', 'STUDY', 'SERIES', 'IMAGE'], name: 'Patient Root', retired: false, source: 'PS3.4 C.6.1' }],
  [UID.studyRootFind, { levels: ['STUDY', 'SERIES', 'IMAGE'], name: 'Study Root', retired: false, source: 'PS3.4 C.6.2' }],
  [UID.patientStudyOnlyFind, { levels: ['PATIENT', 'STUDY'], name: 'Patient/Study Only', retired: true, source: 'PS3.4 (2004) C.6.3' }],
]);
