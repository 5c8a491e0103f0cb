/** What all objects of the demo study share: patient, study, equipment, and the UIDs that depend on the seed. */
import { createHash } from 'node:crypto';
import { sequence, text } from './elements.ts';
import type { Made } from './elements.ts';

export const STUDY_DATE = '20240115';
export const STUDY_TIME = '093000';

export interface StudyContext {
  readonly seed: number;
  /** A UID of one object of this study, by name. @source PS3.5 B.2 */
  uid(name: string): string;
  /** Elements of patient, study, series and equipment. @source PS3.3 C.7.1.1, C.7.2.1, C.7.3.1, C.7.5.1 */
  common(series: { readonly number: number; readonly modality: string; readonly description: string }): readonly Made[];
}

const uidOf = (name: string): string => {
  const bytes = createHash('sha256').update(`spindle demo ${name}`).digest().subarray(0, 16);
  // Version and variant bits make the digest a UUID of random kind. RFC 9562 5.8
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
};

export const createStudyContext = (seed: number): StudyContext => {
  const uid = (name: string): string => uidOf(`${seed} ${name}`);
  return {
    seed,
    uid,
    common: (series) => [
      text('StudyDate', 'DA', STUDY_DATE),
      text('SeriesDate', 'DA', STUDY_DATE),
      text('ContentDate', 'DA', STUDY_DATE),
      text('StudyTime', 'TM', STUDY_TIME),
      text('SeriesTime', 'TM', STUDY_TIME),
      text('ContentTime', 'TM', STUDY_TIME),
      text('AccessionNumber', 'SH', `DEMO${String(seed).padStart(6, '0')}`),
      text('Modality', 'CS', series.modality),
      text('Manufacturer', 'LO', 'Spindle demo'),
      text('InstitutionName', 'LO', 'Phantom clinic'),
      text('ReferringPhysicianName', 'PN', 'DEMO^REFERRER'),
      text('StudyDescription', 'LO', 'Demo: phantom of a head'),
      text('SeriesDescription', 'LO', series.description),
      text('ManufacturerModelName', 'LO', 'Phantom generator'),
      text('PatientName', 'PN', 'DEMO^PHANTOM'),
      text('PatientID', 'LO', 'DEMO-0001'),
      text('PatientBirthDate', 'DA', '19700101'),
      text('PatientSex', 'CS', 'O'),
      text('DeviceSerialNumber', 'LO', '1'),
      text('SoftwareVersions', 'LO', '1'),
      text('StudyInstanceUID', 'UI', uid('study')),
      text('SeriesInstanceUID', 'UI', uid(`series ${series.number}`)),
      text('StudyID', 'SH', '1'),
      text('SeriesNumber', 'IS', String(series.number)),
    ],
  };
};

/** Reference to an instance. @source PS3.3 10.8 */
export const referenceTo = (sopClassUid: string, sopInstanceUid: string): readonly Made[] =>
  [text('ReferencedSOPClassUID', 'UI', sopClassUid), text('ReferencedSOPInstanceUID', 'UI', sopInstanceUid)];

/** The list of instances that a report speaks of. @source PS3.3 C.17.2.1 */
export const evidence = (context: StudyContext, seriesNumber: number, references: readonly (readonly Made[])[]): Made =>
  sequence('CurrentRequestedProcedureEvidenceSequence', [
    sequence('ReferencedSeriesSequence', [sequence('ReferencedSOPSequence', ...references), text('SeriesInstanceUID', 'UI', context.uid(`series ${seriesNumber}`))]),
    text('StudyInstanceUID', 'UI', context.uid('study')),
  ]);
