/** What the pages of a disc tell: facts gathered from the instances that are on it. Pure. */
import type { ReportEntry, SeriesElsewhere } from '../../catalog/books/order-book.ts';
import type { ExtraLink } from '../disc-extra.ts';

export interface SeriesOnDisc {
  readonly number: string;
  readonly modality: string;
  readonly description: string;
  readonly instances: number;
}

export interface StudyOnDisc {
  readonly date: string;
  readonly description: string;
  readonly accessionNumber: string;
  readonly series: readonly SeriesOnDisc[];
}

export interface PatientOnDisc {
  /** As in the instance, not yet prepared for show. */
  readonly name: string;
  readonly id: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly studies: readonly StudyOnDisc[];
}

/** Another disc of the set; `series` is empty where nothing may be told of it. */
export interface OtherVolume {
  readonly index: number;
  readonly fileSetId: string;
  readonly series: readonly SeriesElsewhere[];
}

export interface DiscFacts {
  readonly institution: string;
  readonly contact: string;
  /** Product name and version. */
  readonly product: string;
  readonly createdAt: Date;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  readonly index: number;
  readonly of: number;
  readonly isSupplement: boolean;
  /** De-identified: names on it are pseudonyms. */
  readonly isTeaching?: boolean;
  /** Application profile the disc claims; '' when it claims none. */
  readonly profile: string;
  readonly patients: readonly PatientOnDisc[];
  readonly report: readonly ReportEntry[];
  readonly otherVolumes: readonly OtherVolume[];
  /** Ways to what lies on the disc beside its DICOM files. */
  readonly links: readonly ExtraLink[];
}

export const instancesOf = (series: readonly SeriesOnDisc[]): number => series.reduce((sum, one) => sum + one.instances, 0);

/** Everything on the disc, counted. */
export const totals = (facts: DiscFacts): { readonly studies: number; readonly series: number; readonly instances: number } => {
  const studies = facts.patients.flatMap((patient) => patient.studies);
  const series = studies.flatMap((study) => study.series);
  return { studies: studies.length, series: series.length, instances: instancesOf(series) };
};
