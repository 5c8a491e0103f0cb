/** Studies and series as the console and the REST interface show them. */
import type { DiscRow } from './disc-row.ts';

export interface StudySummary {
  readonly studyId: number;
  readonly patientKey: number;
  readonly studyInstanceUid: string;
  readonly patientName: string;
  readonly patientId: string;
  readonly issuerOfPatientId: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly studyDate: string;
  readonly studyTime: string;
  readonly description: string;
  readonly accessionNumber: string;
  readonly studyIdText: string;
  readonly referringPhysicianName: string;
  readonly institutionName: string;
  readonly modalities: readonly string[];
  readonly series: number;
  readonly instances: number;
  readonly heldInstances: number;
  readonly bytes: number;
  readonly firstStoredAt: Date;
  readonly lastStoredAt: Date;
  readonly state: 'NORMAL' | 'CONFLICT';
  /** Reasons why a person must look before a disc is made, e.g. 'PATIENT_DIFFERS', 'STUDY_CONFLICT'. */
  readonly concerns: readonly string[];
  readonly goodDiscs: number;
}

export interface SeriesSummary {
  readonly seriesId: number;
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly number: string;
  readonly description: string;
  readonly bodyPart: string;
  readonly station: string;
  readonly instances: number;
  readonly heldInstances: number;
  readonly bytes: number;
  readonly callingAe: string;
}

export interface StudySearch {
  /** Words are AND-ed: parts of name, patient id, accession number, description. */
  readonly text?: string;
  readonly patientId?: string;
  readonly accessionNumber?: string;
  readonly studyInstanceUid?: string;
  readonly modality?: string;
  readonly dateFrom?: string;
  readonly dateTo?: string;
  /** Keyset paging: the cursor of the page before. */
  readonly after?: string;
  /** 1–200 */
  readonly limit: number;
}

export interface StudyDirectory {
  search(search: StudySearch): Promise<{ readonly studies: readonly StudySummary[]; readonly next: string | null }>;
  study(studyId: number): Promise<{ readonly study: StudySummary; readonly series: readonly SeriesSummary[]; readonly discs: readonly DiscRow[] } | undefined>;
  /** Instances of a series, for selection at instance level. */
  instances(seriesId: number): Promise<readonly { readonly instanceId: number; readonly sopInstanceUid: string; readonly number: string; readonly sopClassUid: string; readonly transferSyntaxUid: string; readonly bytes: number; readonly isHeld: boolean }[]>;
}
