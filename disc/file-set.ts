/**
 * Names of a file-set: which instance lies under which File ID, File-set IDs and UIDs.
 * Names follow from the order of the instances alone and say nothing of the patient.
 */
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import { sopClassByUid } from '../dicom/tables/sop-classes.ts';
import type { CopyType } from './order/content.ts';
import { directoryRecord, PRIVATE_RECORD } from './tables/directory-records.ts';
import type { DirectoryRecordRow } from './tables/directory-records.ts';

export interface PlacedInstance {
  readonly instance: VolumeInstance;
  readonly record: DirectoryRecordRow;
  /** Components of the File ID; joined by '/' they are the path on the disc. */
  readonly fileId: readonly string[];
}

/** Folder of the root that holds every DICOM file. */
const DICOM_FOLDER = 'DICOM';
/** Folder of objects that belong to no patient. */
const SHARED_FOLDER = 'SHARED';

/** True for a legal File ID. @source PS3.10 8.2: 1 to 8 components of 1 to 8 characters of A-Z 0-9 _ */
export const isFileId = (components: readonly string[]): boolean => components.length >= 1 && components.length <= 8 && components.every((name) => /^[A-Z0-9_]{1,8}$/.test(name));

/** The current directory record row of a SOP class, or why there is none. */
const currentRecord = (sopClassUid: string): DirectoryRecordRow | { readonly refusal: string } => {
  const sopClass = sopClassByUid.get(sopClassUid);
  if (!sopClass) return { refusal: 'its SOP class is not known' };
  if (sopClass.isPrivate) return { refusal: 'its SOP class is private' };
  if (sopClass.record === null) return { refusal: 'its SOP class has no directory record' };
  return directoryRecord(sopClass.record) ?? { refusal: `directory records of type ${sopClass.record} are retired or not for patient discs` };
};

/**
 * The directory record row of a SOP class, or why there is none. On a legal copy nothing is left off: classes without a current record,
 * private and unknown ones get a PRIVATE record. @source PS3.3 F.6.1
 */
export const recordOfClass = (sopClassUid: string, copyType: CopyType): DirectoryRecordRow | { readonly refusal: string } => {
  const current = currentRecord(sopClassUid);
  return 'refusal' in current && copyType === 'legal' ? PRIVATE_RECORD : current;
};

const number = (text: string | null | undefined): number => {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? Number.MAX_SAFE_INTEGER : value;
};
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Order of instances on a disc: patient, study, series by number, instance by number; UIDs decide what numbers leave open. */
export const inDiscOrder = (instances: readonly VolumeInstance[]): readonly VolumeInstance[] =>
  [...instances].sort((a, b) =>
    a.patientKey - b.patientKey || a.studyKey - b.studyKey
    || number(a.attributes.seriesNumber) - number(b.attributes.seriesNumber) || compare(a.attributes.seriesInstanceUid, b.attributes.seriesInstanceUid)
    || number(a.attributes.instanceNumber) - number(b.attributes.instanceNumber) || compare(a.attributes.sopInstanceUid, b.attributes.sopInstanceUid));

/** Counts 1, 2, 3… for each new key below a parent. */
const counter = (): ((parent: string, key: string) => number) => {
  const seen = new Map<string, Map<string, number>>();
  return (parent, key) => {
    const children = seen.get(parent) ?? new Map<string, number>();
    seen.set(parent, children);
    const known = children.get(key) ?? children.size + 1;
    children.set(key, known);
    return known;
  };
};

const name = (prefix: string, ordinal: number): string => `${prefix}${String(ordinal).padStart(8 - prefix.length, '0')}`;

/**
 * Gives every instance its File ID: DICOM/PAT00001/ST000001/SE000001/IM000001.
 * The instances come in disc order; the same list gives the same names.
 * @throws {TypeError} when a level holds more entries than its name has digits
 * @source PS3.10 8.2
 */
export const placeInstances = (instances: readonly Omit<PlacedInstance, 'fileId'>[]): readonly PlacedInstance[] => {
  const next = counter();
  const foldersOf = ({ patientKey, attributes }: VolumeInstance): readonly string[] => {
    const patient = name('PAT', next('', String(patientKey)));
    const study = name('ST', next(patient, attributes.studyInstanceUid));
    return [DICOM_FOLDER, patient, study, name('SE', next(patient + study, attributes.seriesInstanceUid))];
  };
  return instances.map(({ record, instance }) => {
    const folders = record.under === 'root' ? [DICOM_FOLDER, SHARED_FOLDER] : foldersOf(instance);
    const fileId = [...folders, name(record.prefix, next(folders.join('/'), instance.attributes.sopInstanceUid))];
    if (!isFileId(fileId)) throw new TypeError('too many entries in one folder of a file-set');
    return { instance, record, fileId };
  });
};
