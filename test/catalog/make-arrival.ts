/** Makes arrivals of invented patients for catalog tests. */
import { createHash } from 'node:crypto';
import type { ArrivedInstance } from '../../catalog/books/instance-index.ts';
import type { IndexedAttributes } from '../../dicom/attributes.ts';

export interface ArrivalSketch extends Partial<IndexedAttributes> {
  /** Ordinals that make UIDs. */
  readonly study?: number;
  readonly series?: number;
  readonly instance?: number;
  /** Text the data set digest is made of; the UID unless told. */
  readonly content?: string;
  readonly bytes?: number;
  readonly storedAt?: Date;
  readonly kind?: 'pushed' | 'retrieved';
  readonly callingAe?: string;
  readonly transferSyntaxUid?: string;
}

export const T0 = new Date('2026-03-01T10:00:00.000Z');

export const after = (seconds: number): Date => new Date(T0.getTime() + seconds * 1000);

export const makeArrival = (sketch: ArrivalSketch = {}): ArrivedInstance => {
  const { study = 1, series = 1, instance = 1, content, bytes = 1000, storedAt = T0, kind = 'pushed', callingAe = 'CT1', transferSyntaxUid = '1.2.840.10008.1.2.1', ...own } = sketch;
  const sopInstanceUid = own.sopInstanceUid ?? `2.25.${study}.${series}.${instance}`;
  const digest = createHash('sha256').update(content ?? sopInstanceUid).digest('hex');
  const attributes: IndexedAttributes = {
    specificCharacterSet: ['ISO_IR 192'], patientId: 'P1', issuerOfPatientId: '', patientName: 'Müller^Anna', patientBirthDate: '19700101', patientSex: 'F', studyInstanceUid: `2.25.${study}`,
    studyDate: '20260301', studyTime: '101500', studyId: 'S1', studyDescription: 'CT Thorax', accessionNumber: 'A100', referringPhysicianName: 'Doc^A', institutionName: 'House',
    seriesInstanceUid: `2.25.${study}.${series}`, seriesNumber: String(series), seriesDescription: 'axial', seriesDate: '20260301', modality: 'CT', bodyPartExamined: 'CHEST', stationName: 'CT1ST', laterality: '',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2', sopInstanceUid, instanceNumber: String(instance), rows: 512, columns: 512, numberOfFrames: null, imageType: 'ORIGINAL\\PRIMARY', contentDate: '20260301', contentTime: '101501',
    burnedInAnnotation: 'NO', ...own,
  };
  return {
    attributes, storedAt, origin: { callingAe, calledAe: 'SPINDLE', host: '10.0.0.7', kind },
    file: { path: `ab/${digest.slice(0, 32)}.dcm`, bytes, dataSetOffset: 400, dataSetSha256: digest, transferSyntaxUid },
  };
};

/** A series of `count` instances. */
export const makeSeries = (count: number, sketch: ArrivalSketch = {}): readonly ArrivedInstance[] =>
  Array.from({ length: count }, (_, i) => makeArrival({ ...sketch, instance: i + 1 }));
