import type { Words } from './words.ts';

export const en: Words = {
  language: 'en', direction: 'ltr', name: 'English',
  disc: 'DICOM disc', medicalImages: 'Medical images', discOf: 'Disc {n} of {of}', patients: 'Patients', studies: 'Studies', series: 'Series', files: 'DICOM files',
  madeOn: 'Made on', madeWith: 'Made with', institution: 'Institution', contact: 'Contact', profile: 'Profile', noProfile: 'none', fileSetId: 'File-set ID', fileSetUid: 'File-set UID',
  patientId: 'Patient ID', born: 'born', male: 'male', female: 'female', otherSex: 'other', accessionNumber: 'Accession number', kind: 'Kind', description: 'Description',
  noDescription: 'no description', noStudyDescription: 'Study without description', noName: 'Patient without name',
  completeInItself: 'Each disc is complete in itself and is imported on its own.', otherDiscs: 'On the other discs',
  supplement: 'This disc is a supplement: it holds what came in after an earlier disc of the same examination was made.',
  notOnDisc: 'Not on this disc', notOnDiscWhere: 'Some objects of this order could not be put on the disc. README.TXT names each with the reason.',
  converted: 'Converted for this disc', keptOutside: 'Kept as received, outside the profile',
  howToOpen: 'How to open the images', whatIsDicom: 'This disc holds medical images and documents in the DICOM format. They are opened with a DICOM viewer or imported into a picture archive.',
  importSteps: ['Start your DICOM viewer or the import of your picture archive (PACS).', 'Choose "import from CD", "open DICOMDIR" or a similar command.', 'Choose the drive of this disc, or the file DICOMDIR on it.'],
  moreInReadme: 'More in README.TXT: structure of the disc, checksums, contact.',
  reports: 'Reports and documents', pictures: 'Pictures for the web browser', viewers: 'Viewers on this disc', attachments: 'Attached files',
  verifiedBy: 'Verified by', notVerified: 'Not verified', notComplete: 'Not complete', reference: 'Reference', referringPhysician: 'Referring physician', document: 'Document',
  whatIsWhere: 'What is where', whereDicomdir: 'index of all DICOM files on this disc', whereDicom: 'the DICOM files, one folder per patient, study and series', whereIndex: 'the contents as a page for any web browser',
  whereReadme: 'this file', whereManifest: 'SHA-256 checksum of every other file; on Linux: sha256sum -c SHA256.TXT', whereWeb: 'pictures for the web browser', whereReports: 'reports and documents to read and print', whereAttachments: 'files that the maker added', whereViewers: 'a viewer',
  notice: 'Notice', confidential: 'The files of this disc are confidential medical records, meant for the patient and those who treat the patient. Whoever finds this disc is asked to return it to {what}.',
  onTheLabel: 'the institution named on its label', notForDiagnosis: 'Pages and programs on this disc are not meant for diagnosis; for diagnosis use a certified workstation.',
  teachingCopy: 'Teaching copy', teachingNotice: 'The images on this disc were de-identified for teaching and research: names and numbers are pseudonyms, and what could tell who someone is was removed.',
};
