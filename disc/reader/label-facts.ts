/** What a label shows of a volume, taken from the heads of the instances as they stand on it. */
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { rawText } from './element-reader.ts';
import type { FileHead } from './element-reader.ts';

export interface LabelFacts {
  readonly patients: readonly { readonly name: string; readonly id: string; readonly birthDate: string; readonly sex: string }[];
  readonly studies: readonly { readonly date: string; readonly description: string; readonly modalities: readonly string[]; readonly accession: string }[];
  readonly institution: string;
  /** The disc has pages for a web browser. */
  readonly hasWebContent: boolean;
}

/** One entry per patient and study, in the order of the directory; values decoded by each instance's own character set. */
export const readLabelFacts = (heads: readonly Pick<FileHead, 'elements'>[], hasWebContent: boolean): LabelFacts => {
  const patients = new Map<string, LabelFacts['patients'][number]>();
  const studies = new Map<string, { date: string; description: string; modalities: Set<string>; accession: string }>();
  let institution = '';
  for (const head of heads) {
    const raw = (tag: number): string => rawText(head.elements.get(tag));
    const decode = decoderFor(raw(TAG.SpecificCharacterSet).split('\\').map((term) => term.trim()));
    const text = (tag: number, vr: string): string => {
      const element = head.elements.get(tag);
      return element ? decode(element.value, vr).replace(/[\0 ]+$/, '') : '';
    };
    // Without a Patient ID the study tells patients apart.
    const patientKey = raw(TAG.PatientID) === '' ? `study ${raw(TAG.StudyInstanceUID)}` : `id ${raw(TAG.IssuerOfPatientID)} ${raw(TAG.PatientID)}`;
    if (raw(TAG.StudyInstanceUID) !== '' && !patients.has(patientKey)) patients.set(patientKey, { name: text(TAG.PatientName, 'PN'), id: text(TAG.PatientID, 'LO'), birthDate: raw(TAG.PatientBirthDate), sex: raw(TAG.PatientSex) });
    if (raw(TAG.StudyInstanceUID) !== '') {
      const study = studies.get(raw(TAG.StudyInstanceUID)) ?? { date: raw(TAG.StudyDate), description: '', modalities: new Set<string>(), accession: raw(TAG.AccessionNumber) };
      if (study.description === '') study.description = text(TAG.StudyDescription, 'LO');
      if (study.date === '') study.date = raw(TAG.StudyDate);
      if (raw(TAG.Modality) !== '') study.modalities.add(raw(TAG.Modality));
      studies.set(raw(TAG.StudyInstanceUID), study);
    }
    if (institution === '') institution = text(TAG.InstitutionName, 'LO');
  }
  return { patients: [...patients.values()], studies: [...studies.values()].map((study) => ({ ...study, modalities: [...study.modalities] })), institution, hasWebContent };
};
