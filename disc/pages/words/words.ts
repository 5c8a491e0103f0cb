/**
 * What the pages of a disc say, once per language. Counts stand behind their label, so that no language needs plural forms;
 * {n}, {of} and {what} are replaced. Types only.
 */
export interface Words {
  /** BCP 47 */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** Name of the language in itself. */
  readonly name: string;
  readonly disc: string;
  readonly medicalImages: string;
  /** {n} of {of} */
  readonly discOf: string;
  readonly patients: string;
  readonly studies: string;
  readonly series: string;
  readonly files: string;
  readonly madeOn: string;
  readonly madeWith: string;
  readonly institution: string;
  readonly contact: string;
  readonly profile: string;
  readonly noProfile: string;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  readonly patientId: string;
  readonly born: string;
  readonly male: string;
  readonly female: string;
  readonly otherSex: string;
  readonly accessionNumber: string;
  readonly kind: string;
  readonly description: string;
  readonly noDescription: string;
  readonly noStudyDescription: string;
  readonly noName: string;
  /** Sentence about sets of discs. */
  readonly completeInItself: string;
  readonly otherDiscs: string;
  readonly supplement: string;
  readonly notOnDisc: string;
  readonly notOnDiscWhere: string;
  readonly converted: string;
  readonly keptOutside: string;
  readonly howToOpen: string;
  readonly whatIsDicom: string;
  readonly importSteps: readonly [string, string, string];
  readonly moreInReadme: string;
  readonly reports: string;
  readonly pictures: string;
  readonly viewers: string;
  readonly attachments: string;
  readonly verifiedBy: string;
  readonly notVerified: string;
  readonly notComplete: string;
  /** From a report to an image or another object. */
  readonly reference: string;
  readonly referringPhysician: string;
  /** Stands in for a title. */
  readonly document: string;
  readonly whatIsWhere: string;
  readonly whereDicomdir: string;
  readonly whereDicom: string;
  readonly whereIndex: string;
  readonly whereReadme: string;
  readonly whereManifest: string;
  readonly whereWeb: string;
  readonly whereReports: string;
  readonly whereAttachments: string;
  readonly whereViewers: string;
  readonly notice: string;
  /** {what} = the institution, or whoever the label names */
  readonly confidential: string;
  readonly onTheLabel: string;
  readonly notForDiagnosis: string;
  readonly teachingCopy: string;
  readonly teachingNotice: string;
}
