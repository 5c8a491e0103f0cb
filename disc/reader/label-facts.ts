/** What a label shows of a volume, taken from the heads of the instances as they stand on it. */
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import { rawText } from './element-reader.ts';
import type { FileHead } from './element-reader.ts';

export interface LabelFacts {
  readonly patients: readonly { readonly name: string; readonly id: string; readonly birthDate: string; readonly sex: string }[];
  readonly studies: readonly { readonly date: string; readonly description: string; readonly modalities: readonly string[]; readonly accession: string }[];
  readonly institution: string;
}

const TAG = { characterSet: 0x00080005, studyDate: 0x00080020, accession: 0x00080050, modality: 0x00080060, institution: 0x00080080, description: 0x00081030, name: 0x00100010, id: 0x00100020, issuer: 0x00100021, birthDate: 0x00100030, sex: 0x00100040, studyUid: 0x0020000d };

/** One entry per patient and study, in the order of the directory; values decoded by each instance's own character set. */
export const readLabelFacts = (heads: readonly FileHead[]): LabelFacts => {
  const patients = new Map<string, LabelFacts['patients'][number]>();
  const studies = new Map<string, { date: string; description: string; modalities: Set<string>; accession: string }>();
  let institution = '';
  for (const head of heads) {
    const raw = (tag: number): string => rawText(head.elements.get(tag));
    const decode = decoderFor(raw(TAG.characterSet).split('\\').map((term) => term.trim()));
    const text = (tag: number, vr: string): string => {
      const element = head.elements.get(tag);
      return element ? decode(element.value, vr).replace(/[\0 ]+$/, '') : '';
    };
    // Without a Patient ID the study tells patients apart.
    const patientKey = raw(TAG.id) === '' ? `study ${raw(TAG.studyUid)}` : `id ${raw(TAG.issuer)} ${raw(TAG.id)}`;
    if (raw(TAG.studyUid) !== '' && !patients.has(patientKey)) patients.set(patientKey, { name: text(TAG.name, 'PN'), id: text(TAG.id, 'LO'), birthDate: raw(TAG.birthDate), sex: raw(TAG.sex) });
    if (raw(TAG.studyUid) !== '') {
      const study = studies.get(raw(TAG.studyUid)) ?? { date: raw(TAG.studyDate), description: '', modalities: new Set<string>(), accession: raw(TAG.accession) };
      if (study.description === '') study.description = text(TAG.description, 'LO');
      if (study.date === '') study.date = raw(TAG.studyDate);
      if (raw(TAG.modality) !== '') study.modalities.add(raw(TAG.modality));
      studies.set(raw(TAG.studyUid), study);
    }
    if (institution === '') institution = text(TAG.institution, 'LO');
  }
  return { patients: [...patients.values()], studies: [...studies.values()].map((study) => ({ ...study, modalities: [...study.modalities] })), institution };
};
