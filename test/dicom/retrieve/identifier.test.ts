import { describe, expect, it } from 'vitest';
import { readIdentifier } from '../../../dicom/retrieve/identifier.ts';
import { retrieveModelByUid } from '../../../dicom/tables/retrieve-models.ts';
import type { RetrieveModelRow } from '../../../dicom/tables/retrieve-models.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { identifier } from './harness.ts';

const model = (uid: string): RetrieveModelRow => {
  const row = retrieveModelByUid.get(uid);
  if (row === undefined) throw new TypeError('no such model');
  return row;
};
const PATIENT_ROOT = model(UID.patientRootMove);
const STUDY_ROOT = model(UID.studyRootGet);
const ONLY = model(UID.patientStudyOnlyMove);
const read = (row: RetrieveModelRow, bytes: Buffer) => readIdentifier(bytes, UID.explicitLittleEndian, row);

describe('retrieve identifiers', () => {
  it.each([
    ['a patient', PATIENT_ROOT, 'PATIENT', { PatientID: 'P 1' }, { patientId: 'P 1' }],
    ['a patient of an issuer', PATIENT_ROOT, 'PATIENT', { PatientID: 'P1', IssuerOfPatientID: 'HOUSE' }, { patientId: 'P1', issuerOfPatientId: 'HOUSE' }],
    ['a patient without studies below', ONLY, 'PATIENT', { PatientID: 'P1' }, { patientId: 'P1' }],
    ['studies of a patient', PATIENT_ROOT, 'STUDY', { PatientID: 'P1', StudyInstanceUID: ['1.2', '1.3'] }, { patientId: 'P1', studyInstanceUids: ['1.2', '1.3'] }],
    ['studies', STUDY_ROOT, 'STUDY', { StudyInstanceUID: '1.2' }, { studyInstanceUids: ['1.2'] }],
    ['a study, narrowed by a patient', STUDY_ROOT, 'STUDY', { StudyInstanceUID: '1.2', PatientID: 'P1' }, { patientId: 'P1', studyInstanceUids: ['1.2'] }],
    ['series', STUDY_ROOT, 'SERIES', { StudyInstanceUID: '1.2', SeriesInstanceUID: ['1.2.1', '1.2.2'] }, { studyInstanceUids: ['1.2'], seriesInstanceUids: ['1.2.1', '1.2.2'] }],
    ['instances', STUDY_ROOT, 'IMAGE', { StudyInstanceUID: '1.2', SeriesInstanceUID: '1.2.1', SOPInstanceUID: ['1.9', '1.8'] }, { studyInstanceUids: ['1.2'], seriesInstanceUids: ['1.2.1'], sopInstanceUids: ['1.9', '1.8'] }],
  ] as const)('names %s', (_name, row, level, keys, selection) => {
    expect(read(row, identifier(level, keys))).toEqual({ level, selection });
  });

  it('reads a Patient ID in the character set of the identifier', () => {
    expect(read(PATIENT_ROOT, identifier('PATIENT', { PatientID: Buffer.from('Größe').toString('latin1'), SpecificCharacterSet: 'ISO_IR 192' })).selection).toEqual({ patientId: 'Größe' });
  });

  it.each([
    ['no level', STUDY_ROOT, '', { StudyInstanceUID: '1.2' }, TAG.QueryRetrieveLevel],
    ['an unknown level', STUDY_ROOT, 'IMAGES', { StudyInstanceUID: '1.2' }, TAG.QueryRetrieveLevel],
    ['a level its model does not have', STUDY_ROOT, 'PATIENT', { PatientID: 'P1' }, TAG.QueryRetrieveLevel],
    ['a level below Patient/Study Only', ONLY, 'SERIES', { PatientID: 'P1', StudyInstanceUID: '1.2', SeriesInstanceUID: '1.3' }, TAG.QueryRetrieveLevel],
    ['no key of its level', STUDY_ROOT, 'STUDY', {}, TAG.StudyInstanceUID],
    ['an empty key of its level', STUDY_ROOT, 'STUDY', { StudyInstanceUID: '' }, TAG.StudyInstanceUID],
    ['no key of a level above', STUDY_ROOT, 'SERIES', { SeriesInstanceUID: '1.3' }, TAG.StudyInstanceUID],
    ['no patient in Patient Root', PATIENT_ROOT, 'STUDY', { StudyInstanceUID: '1.2' }, TAG.PatientID],
    ['a list of patients', PATIENT_ROOT, 'PATIENT', { PatientID: ['P1', 'P2'] }, TAG.PatientID],
    ['a list above its level', STUDY_ROOT, 'SERIES', { StudyInstanceUID: ['1.2', '1.3'], SeriesInstanceUID: '1.4' }, TAG.StudyInstanceUID],
    ['a key below its level', STUDY_ROOT, 'STUDY', { StudyInstanceUID: '1.2', SeriesInstanceUID: '1.3' }, TAG.SeriesInstanceUID],
    ['a wildcard for a UID', STUDY_ROOT, 'STUDY', { StudyInstanceUID: '1.2.*' }, TAG.StudyInstanceUID],
    ['a hole in a list', STUDY_ROOT, 'STUDY', { StudyInstanceUID: ['1.2', ''] }, TAG.StudyInstanceUID],
    ['a wildcard for a patient', PATIENT_ROOT, 'PATIENT', { PatientID: 'P?' }, TAG.PatientID],
  ] as const)('refuses %s and names the element', (_name, row, level, keys, offendingElement) => {
    expect(() => read(row, identifier(level, keys))).toThrow(expect.objectContaining({ code: 'RETRIEVE_IDENTIFIER', details: { offendingElements: [offendingElement.toString(16).padStart(8, '0')] } }));
  });

  it('refuses bytes that are no data set', () => {
    expect(() => read(STUDY_ROOT, Buffer.from('no data set at all, that is sure'))).toThrow(expect.objectContaining({ code: 'RETRIEVE_IDENTIFIER' }));
  });
});
