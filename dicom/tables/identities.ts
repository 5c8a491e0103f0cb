/** Attributes that tell who or what: where identities stand, and UIDs that are none. */
import { TAG } from './tags.ts';

/** Identifiers of the patient, the visit and the request; what they hold is looked for in all other text. @source PS3.3 C.7.1.1, C.7.1.3, C.7.2.1, C.3.3 */
export const IDENTIFIER_TAGS: ReadonlySet<number> = new Set([
  TAG.PatientID, TAG.OtherPatientIDs, TAG.AccessionNumber, TAG.PatientBirthName, TAG.PatientAddress, TAG.PatientTelephoneNumbers,
  TAG.MedicalRecordLocator, TAG.PatientMotherBirthName, TAG.AdmissionID,
]);

/** UIDs that name a class, a coding, a transfer syntax, never an instance: they stay when instances get other UIDs. @source PS3.6 Table 6-1 */
export const CLASS_UID_TAGS: ReadonlySet<number> = new Set([
  TAG.SOPClassUID, TAG.RelatedGeneralSOPClassUID, TAG.OriginalSpecializedSOPClassUID, TAG.SOPClassesInStudy, TAG.CodingSchemeUID, TAG.ContextGroupExtensionCreatorUID,
  TAG.ContextUID, TAG.MappingResourceUID, TAG.ReferencedSOPClassUID, TAG.SOPClassesSupported, TAG.AvailableTransferSyntaxUID,
  TAG.FlowTransferSyntaxUID, TAG.MACCalculationTransferSyntaxUID, TAG.EncryptedContentTransferSyntaxUID, TAG.PertinentSOPClassesInStudy, TAG.PertinentSOPClassesInSeries,
]);
