/** Gathers what the pages show from the instances of a disc, in disc order. Pure. */
import type { PlacedInstance } from '../file-set.ts';
import type { PatientOnDisc } from './disc-facts.ts';

interface Gathered<Facts, Child> { readonly facts: Facts; readonly children: Map<string, Child> }

const under = <T>(map: Map<string, T>, key: string, make: () => T): T => {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
};

type Attributes = PlacedInstance['instance']['attributes'];
interface SeriesCount { readonly facts: Attributes; instances: number }

/** Patients, studies and series with the values of their first instance; objects that belong to no patient are not shown. */
export const patientsOnDisc = (placed: readonly PlacedInstance[]): readonly PatientOnDisc[] => {
  const patients = new Map<string, Gathered<Attributes, Gathered<Attributes, SeriesCount>>>();
  for (const { instance, record } of placed) {
    if (record.under === 'root') continue;
    const facts = instance.attributes;
    const patient = under(patients, String(instance.patientKey), (): Gathered<Attributes, Gathered<Attributes, SeriesCount>> => ({ facts, children: new Map() }));
    const study = under(patient.children, facts.studyInstanceUid, (): Gathered<Attributes, SeriesCount> => ({ facts, children: new Map() }));
    under(study.children, facts.seriesInstanceUid, () => ({ facts, instances: 0 })).instances += 1;
  }
  return [...patients.values()].map(({ facts, children }) => ({
    name: facts.patientName, id: facts.patientId, birthDate: facts.patientBirthDate, sex: facts.patientSex,
    studies: [...children.values()].map((study) => ({
      date: study.facts.studyDate, description: study.facts.studyDescription, accessionNumber: study.facts.accessionNumber,
      series: [...study.children.values()].map((series) => ({ number: series.facts.seriesNumber, modality: series.facts.modality, description: series.facts.seriesDescription, instances: series.instances })),
    })),
  }));
};
