/** Well-known UIDs that code names, and our own identity. Storage SOP classes and transfer syntaxes have their own tables. */

/** UIDs by use. @source PS3.6 Table A-1 */
export const UID = {
  applicationContext: '1.2.840.10008.3.1.1.1',
  verification: '1.2.840.10008.1.1',
  mediaStorageDirectory: '1.2.840.10008.1.3.10',
  storageCommitmentPush: '1.2.840.10008.1.20.1',
  storageCommitmentPushInstance: '1.2.840.10008.1.20.1.1',
  storageService: '1.2.840.10008.4.2',
  implicitLittleEndian: '1.2.840.10008.1.2',
  explicitLittleEndian: '1.2.840.10008.1.2.1',
  deflatedExplicitLittleEndian: '1.2.840.10008.1.2.1.99',
  explicitBigEndian: '1.2.840.10008.1.2.2',
  jpegBaseline: '1.2.840.10008.1.2.4.50',
  jpegExtended: '1.2.840.10008.1.2.4.51',
  jpegLossless: '1.2.840.10008.1.2.4.57',
  jpegLosslessFirstOrder: '1.2.840.10008.1.2.4.70',
  jpegLsLossless: '1.2.840.10008.1.2.4.80',
  jpegLsNearLossless: '1.2.840.10008.1.2.4.81',
  jpeg2000Lossless: '1.2.840.10008.1.2.4.90',
  jpeg2000: '1.2.840.10008.1.2.4.91',
  mpeg2MainLevel: '1.2.840.10008.1.2.4.100',
  rleLossless: '1.2.840.10008.1.2.5',
  patientRootFind: '1.2.840.10008.5.1.4.1.2.1.1',
  patientRootMove: '1.2.840.10008.5.1.4.1.2.1.2',
  patientRootGet: '1.2.840.10008.5.1.4.1.2.1.3',
  studyRootFind: '1.2.840.10008.5.1.4.1.2.2.1',
  studyRootMove: '1.2.840.10008.5.1.4.1.2.2.2',
  studyRootGet: '1.2.840.10008.5.1.4.1.2.2.3',
  patientStudyOnlyFind: '1.2.840.10008.5.1.4.1.2.3.1',
  patientStudyOnlyMove: '1.2.840.10008.5.1.4.1.2.3.2',
  patientStudyOnlyGet: '1.2.840.10008.5.1.4.1.2.3.3',
  modalityWorklistFind: '1.2.840.10008.5.1.4.31',
  modalityPerformedProcedureStep: '1.2.840.10008.3.1.2.3.3',
  instanceAvailabilityNotification: '1.2.840.10008.5.1.4.33',
  mediaCreationManagement: '1.2.840.10008.5.1.1.33',
  ctImageStorage: '1.2.840.10008.5.1.4.1.1.2',
  secondaryCaptureImageStorage: '1.2.840.10008.5.1.4.1.1.7',
  encapsulatedPdfStorage: '1.2.840.10008.5.1.4.1.1.104.1',
  keyObjectSelectionDocumentStorage: '1.2.840.10008.5.1.4.1.1.88.59',
} as const;

/** Every UID that the Standard itself defines begins so. @source PS3.5 9, PS3.6 Annex A */
export const STANDARD_ROOT = '1.2.840.10008.';

/** Who we are in file meta information and in association negotiation. @source PS3.7 D.3.3.2, PS3.5 B.2 (UUID derived UID) */
export const IMPLEMENTATION = {
  classUid: '2.25.147607489643815867099740778418564945352',
  /** At most 16 characters. */
  versionName: 'SPINDLE_0_1',
} as const;
