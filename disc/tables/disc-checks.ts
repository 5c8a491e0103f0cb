/**
 * Everything a disc is checked for, by name. Pure data: the gate, `check-disc`, the certificate and docs/CHECK-DISC.md use the same rows.
 * `level` is what a finding means on a disc of any maker; `refuses` tells that the gate burns no disc of ours with it.
 */
export type CheckLevel = 'error' | 'warning' | 'note';

/** What must be there for a check to apply. 'plan' = what the volume was meant to be, which only the gate knows; 'sealed' = the same of an encrypted one. */
export type CheckSubject = 'disc' | 'iso' | 'joliet' | 'udf' | 'bridge' | 'dicomdir' | 'manifest' | 'plan' | 'sealed';

export interface DiscCheckRow {
  readonly id: string;
  readonly subject: CheckSubject;
  readonly level: CheckLevel;
  readonly refuses: boolean;
  readonly title: string;
  /** One sentence for the person who holds a disc on which the check fails. */
  readonly advice: string;
  readonly source: string;
}

export const DISC_CHECKS = [
  // File systems.
  { id: 'image-readable', subject: 'disc', level: 'error', refuses: true, title: 'The medium can be read as a disc', advice: 'Read the disc in another drive, or ask its maker for another one.', source: 'ECMA-119 6; ECMA-167 2/8' },
  { id: 'iso-descriptors', subject: 'iso', level: 'error', refuses: true, title: 'ISO 9660 volume descriptors are whole', advice: 'The disc was cut or written wrongly: ask its maker for another one.', source: 'ECMA-119 8' },
  { id: 'iso-cut', subject: 'iso', level: 'error', refuses: true, title: 'The ISO 9660 volume does not reach beyond the medium', advice: 'The disc or image was cut: files at its end are missing; ask for another one.', source: 'ECMA-119 8.4.8' },
  { id: 'iso-size', subject: 'iso', level: 'warning', refuses: true, title: 'Nothing follows the ISO 9660 volume', advice: 'Harmless when it is padding; other sessions of the disc are not looked at.', source: 'ECMA-119 8.4.8' },
  { id: 'iso-identifiers', subject: 'iso', level: 'warning', refuses: true, title: 'System identifier is blank and volume identifier is the File-set ID', advice: 'Readers do not need it; the maker deviates from the CD format.', source: 'PS3.12 F.2.2.1' },
  { id: 'iso-byte-orders', subject: 'iso', level: 'error', refuses: true, title: 'Numbers recorded in both byte orders agree', advice: 'Readers of the other byte order see another disc: the maker must be corrected.', source: 'ECMA-119 7.2.3, 7.3.3' },
  { id: 'iso-directories', subject: 'iso', level: 'error', refuses: true, title: 'ISO 9660 directories can be followed', advice: 'Files may be missing for some readers: copy what can be read and ask for another disc.', source: 'ECMA-119 9.1, 6.8' },
  { id: 'iso-order', subject: 'iso', level: 'warning', refuses: true, title: 'ISO 9660 directories are sorted and name nothing twice', advice: 'Readers that search by order may miss files: the maker must be corrected.', source: 'ECMA-119 9.3' },
  { id: 'iso-path-tables', subject: 'iso', level: 'warning', refuses: true, title: 'Path tables list the directories of the tree', advice: 'Readers that use the path table may miss folders: the maker must be corrected.', source: 'ECMA-119 9.4' },
  { id: 'iso-names', subject: 'iso', level: 'warning', refuses: true, title: 'Names are ISO 9660 level 1, at most 8 levels deep', advice: 'Strict readers of CDs do not see these files.', source: 'ECMA-119 7.5, 10.1; PS3.12 F.2.2.2' },
  { id: 'joliet-tree', subject: 'joliet', level: 'error', refuses: true, title: 'The Joliet tree shows the same files at the same places', advice: 'Windows shows another disc than other systems: the maker must be corrected.', source: 'Joliet Specification' },
  { id: 'udf-recognition', subject: 'udf', level: 'error', refuses: true, title: 'UDF is announced in the volume recognition sequence', advice: 'Some systems do not mount the disc as UDF: the maker must be corrected.', source: 'ECMA-167 2/8.3, 2/9' },
  { id: 'udf-anchors', subject: 'udf', level: 'warning', refuses: true, title: 'At least two anchors point to the volume descriptors', advice: 'Readers that look at the other anchors do not find the volume.', source: 'OSTA UDF 2.2.3; ECMA-167 3/8.4.2' },
  { id: 'udf-descriptors', subject: 'udf', level: 'error', refuses: true, title: 'UDF volume descriptors are whole', advice: 'The disc was cut or written wrongly: ask its maker for another one.', source: 'ECMA-167 3/10; OSTA UDF 2.2' },
  { id: 'udf-reserve', subject: 'udf', level: 'warning', refuses: true, title: 'Main and reserve volume descriptors agree', advice: 'The disc has no valid copy of its descriptors and is lost when they become unreadable.', source: 'ECMA-167 3/8.4.2' },
  { id: 'udf-integrity', subject: 'udf', level: 'warning', refuses: true, title: 'The UDF volume was closed and counts its files rightly', advice: 'The disc was not finished or was changed: systems may ask to repair it.', source: 'ECMA-167 3/10.10; OSTA UDF 2.2.6' },
  { id: 'udf-partitions', subject: 'udf', level: 'error', refuses: true, title: 'The partitions of the UDF volume can be read', advice: 'The disc uses a form of UDF for rewriting (virtual or sparable partition): finalise it, or copy it to another disc.', source: 'OSTA UDF 2.2.8-2.2.10' },
  { id: 'udf-metadata', subject: 'udf', level: 'warning', refuses: true, title: 'Metadata file and its mirror agree', advice: 'The disc has no valid copy of its directories and is lost when they become unreadable.', source: 'OSTA UDF 2.2.13' },
  { id: 'udf-tags', subject: 'udf', level: 'error', refuses: true, title: 'Descriptor tags have their checksum, CRC and location', advice: 'Strict systems do not show these files or refuse the disc.', source: 'ECMA-167 3/7.2, 4/7.2' },
  { id: 'udf-directories', subject: 'udf', level: 'error', refuses: true, title: 'UDF directories can be followed, each reached once', advice: 'Files may be missing for some readers: copy what can be read and ask for another disc.', source: 'ECMA-167 4/8.6, 4/14.4' },
  { id: 'udf-entries', subject: 'udf', level: 'error', refuses: true, title: 'UDF file entries give every byte a place', advice: 'These files are cut or unreadable: ask for another disc.', source: 'ECMA-167 4/14.9, 4/14.14, 4/14.17' },
  { id: 'udf-names', subject: 'udf', level: 'warning', refuses: true, title: 'UDF names are written as they must be', advice: 'Some systems show other names or none.', source: 'OSTA UDF 2.1.1, 2.3.4' },
  { id: 'udf-unique-ids', subject: 'udf', level: 'warning', refuses: true, title: 'Unique ids of UDF entries are unique', advice: 'Systems that tell files apart by the id may mix them up.', source: 'OSTA UDF 2.3.6.5, 3.2.1' },
  { id: 'udf-media', subject: 'udf', level: 'warning', refuses: true, title: 'Every UDF entry may be read by all, none is hidden, and the interchange level is 2', advice: 'Some systems show these files to administrators only.', source: 'PS3.12 J, P, X' },
  { id: 'trees-agree', subject: 'bridge', level: 'error', refuses: true, title: 'ISO 9660 and UDF show the same files with the same bytes', advice: 'What is seen depends on the reader: the maker must be corrected.', source: 'PS3.12 P; ours' },
  { id: 'extents', subject: 'disc', level: 'error', refuses: true, title: 'No two files share a part of their bytes', advice: 'One of the files is overwritten: ask for another disc.', source: 'ours' },
  // Names and pages.
  { id: 'name-case', subject: 'disc', level: 'warning', refuses: true, title: 'DICOM names are upper case as the directory gives them', advice: 'Systems that tell cases apart do not find these files: copy them to names in upper case.', source: 'PS3.10 8.2, 8.5; PS3.12' },
  { id: 'entry-pages', subject: 'disc', level: 'warning', refuses: true, title: 'README.TXT and INDEX.HTM stand in the root', advice: 'A person without DICOM software finds no way in; importing is not affected.', source: 'IHE RAD TF-3 4.47.4.1.2.3' },
  { id: 'autorun', subject: 'disc', level: 'note', refuses: true, title: 'Nothing on the disc starts by itself but a viewer that its order asks for', advice: 'Do not let the disc start programs: open the images with your own software.', source: 'IHE RAD PDI; DRG 2.2' },
  { id: 'web-only', subject: 'disc', level: 'note', refuses: true, title: 'The folder IHE_PDI holds pages and JPEG pictures only', advice: 'Open the pages with care: other files in this folder are not meant for a browser.', source: 'IHE RAD TF-3 4.47 (web content option)' },
  { id: 'web-links', subject: 'disc', level: 'warning', refuses: true, title: 'Links of the pages lead to files on the disc', advice: 'Some pages or pictures cannot be reached in a browser; importing is not affected.', source: 'IHE RAD TF-3 4.47; DRG 3.2.1.9; ours' },
  { id: 'no-dicom', subject: 'disc', level: 'error', refuses: true, title: 'The disc holds DICOM files', advice: 'The disc holds pictures or files of another kind only: ask for a DICOM disc.', source: 'PS3.10 8' },
  // The directory.
  { id: 'dicomdir-present', subject: 'disc', level: 'error', refuses: true, title: 'There is one DICOMDIR, in the root', advice: 'Import the DICOM files by folder; the disc does not conform.', source: 'PS3.10 8.6' },
  { id: 'dicomdir-syntax', subject: 'dicomdir', level: 'error', refuses: true, title: 'The DICOMDIR is in Explicit VR Little Endian', advice: 'Import the DICOM files by folder: many readers refuse this directory.', source: 'PS3.10 8.6' },
  { id: 'dicomdir-class', subject: 'dicomdir', level: 'error', refuses: true, title: 'The DICOMDIR has the class Media Storage Directory', advice: 'Import the DICOM files by folder: readers may refuse this directory.', source: 'PS3.10 8.6; PS3.3 F' },
  { id: 'dicomdir-items', subject: 'dicomdir', level: 'error', refuses: true, title: 'The records of the DICOMDIR can be followed item by item', advice: 'The DICOMDIR is damaged or cut: import the DICOM files by folder.', source: 'PS3.5 7.5; PS3.3 F.3' },
  { id: 'file-set-id', subject: 'dicomdir', level: 'error', refuses: true, title: 'File-set ID has at most 16 characters of A-Z 0-9 _', advice: 'Readers that check it refuse the disc.', source: 'PS3.10 8.1; PS3.3 F.3.2.1' },
  { id: 'file-set-uid', subject: 'dicomdir', level: 'error', refuses: true, title: 'The file-set has a valid UID', advice: 'Readers cannot tell this disc from others.', source: 'PS3.10 8.1' },
  { id: 'consistency-flag', subject: 'dicomdir', level: 'error', refuses: true, title: 'The file-set consistency flag is 0000H', advice: 'The directory calls itself unfinished: import the DICOM files by folder.', source: 'PS3.3 F.3.2.2' },
  { id: 'in-use-flags', subject: 'dicomdir', level: 'error', refuses: true, title: 'Every record is in use', advice: 'Old readers hide these records; check that all images were imported.', source: 'PS3.3 F.3.2.2' },
  { id: 'record-offsets', subject: 'dicomdir', level: 'error', refuses: true, title: 'Every offset points at a record, none in a circle', advice: 'Import the DICOM files by folder: readers miss images, fail or never end.', source: 'PS3.3 F.2.2, F.3.2.2' },
  { id: 'records-reachable', subject: 'dicomdir', level: 'error', refuses: true, title: 'Every record is reached exactly once', advice: 'Import the DICOM files by folder: readers do not show all images.', source: 'PS3.3 F.2.2; ours' },
  { id: 'last-root-offset', subject: 'dicomdir', level: 'warning', refuses: true, title: 'The offset of the last root record is right', advice: 'Readers do not need it; software that adds records to the disc may damage the directory.', source: 'PS3.3 F.3.2.1' },
  { id: 'record-types', subject: 'dicomdir', level: 'error', refuses: true, title: 'Records are of a current type and lie under the right parent', advice: 'Readers may skip these records: check that all images were imported.', source: 'PS3.3 F.4, F.5' },
  { id: 'record-keys', subject: 'dicomdir', level: 'error', refuses: true, title: 'Records carry their required keys, type 1 with a value', advice: 'Strict readers refuse the record; the instance itself may be whole.', source: 'PS3.3 F.5; PS3.11 D.3' },
  { id: 'record-keys-2', subject: 'dicomdir', level: 'warning', refuses: true, title: 'Records carry their type 2 keys, if only empty', advice: 'Strict readers complain; the instance itself may be whole.', source: 'PS3.3 F.5' },
  { id: 'records-unique', subject: 'dicomdir', level: 'error', refuses: true, title: 'One record for each patient, study and series', advice: 'Readers show the same patient, study or series several times.', source: 'PS3.3 F.3.2.2; PS3.11 D.3' },
  { id: 'records-hold', subject: 'dicomdir', level: 'warning', refuses: true, title: 'No patient, study or series record is empty', advice: 'Readers show an entry with nothing in it.', source: 'PS3.3 F.4' },
  { id: 'record-text', subject: 'dicomdir', level: 'warning', refuses: false, title: 'Records with text beyond ASCII name their character set', advice: 'Names may be shown wrongly: compare with the images.', source: 'PS3.3 F.5; PS3.5 6.1' },
  { id: 'private-records', subject: 'dicomdir', level: 'note', refuses: true, title: 'There are no private records, but on our own legal copies', advice: 'Readers may ignore what lies in them.', source: 'PS3.3 F.6.1; DRG 3.1.2.4' },
  // Directory and files.
  { id: 'file-ids', subject: 'dicomdir', level: 'error', refuses: true, title: 'File IDs have 1 to 8 components of 1 to 8 characters of A-Z 0-9 _', advice: 'Strict readers do not open these files: import them by folder.', source: 'PS3.10 8.2' },
  { id: 'references-present', subject: 'dicomdir', level: 'error', refuses: true, title: 'Every referenced file is on the disc', advice: 'Images are missing: ask the maker for a complete disc.', source: 'PS3.10 8.6; ours' },
  { id: 'references-once', subject: 'dicomdir', level: 'error', refuses: true, title: 'No file is referenced twice', advice: 'Readers import the file twice or refuse the disc.', source: 'PS3.3 F.3.2.2' },
  { id: 'files-referenced', subject: 'dicomdir', level: 'error', refuses: true, title: 'Every DICOM file is referenced', advice: 'Readers that use the directory miss these files: import them by folder.', source: 'PS3.10 8.6; PS3.11 D.3' },
  { id: 'no-dicm-elsewhere', subject: 'dicomdir', level: 'error', refuses: true, title: 'Files that are not in the directory have no DICOM header', advice: 'Readers that search folders import these files, others do not.', source: 'PS3.10 8.4' },
  { id: 'records-reference', subject: 'dicomdir', level: 'error', refuses: true, title: 'Every record of an instance references a file', advice: 'Readers cannot open what the record names.', source: 'PS3.3 F.5; PS3.11 D.3' },
  { id: 'files-readable', subject: 'dicomdir', level: 'error', refuses: true, title: 'Every referenced file is a readable DICOM file', advice: 'The file is damaged or of another kind: ask for another disc.', source: 'PS3.10 7.1; PS3.5 7' },
  { id: 'files-whole', subject: 'dicomdir', level: 'error', refuses: false, title: 'Data sets can be followed to the end of their files', advice: 'The file is cut or damaged: ask for another disc.', source: 'PS3.5 7' },
  { id: 'file-meta', subject: 'dicomdir', level: 'warning', refuses: true, title: 'File meta information is complete', advice: 'Strict readers refuse the file.', source: 'PS3.10 7.1' },
  { id: 'deflate-form', subject: 'dicomdir', level: 'warning', refuses: false, title: 'Deflated data sets begin without a header of zlib', advice: 'Strict readers cannot open the file: ask its maker for one in another transfer syntax.', source: 'PS3.5 A.5' },
  { id: 'uid-form', subject: 'dicomdir', level: 'warning', refuses: false, title: 'UIDs of files are written as UIDs', advice: 'Strict readers refuse the file; its maker made the UID up wrongly.', source: 'PS3.5 9.1' },
  { id: 'preamble-executable', subject: 'dicomdir', level: 'error', refuses: true, title: 'No preamble is the head of a program', advice: 'The file can be started as a program: do not open it outside of DICOM software, and scan the disc.', source: 'PS3.10 7.5' },
  { id: 'preamble-empty', subject: 'dicomdir', level: 'note', refuses: true, title: 'Preambles are empty or a TIFF header', advice: 'Harmless for DICOM readers.', source: 'PS3.10 7.1, 7.5' },
  { id: 'record-identity', subject: 'dicomdir', level: 'error', refuses: true, title: 'Record, file meta and data set agree on class, instance and transfer syntax', advice: 'Another image than the directory says: import by folder and compare.', source: 'PS3.3 F.3.2.2; PS3.10 7.1' },
  { id: 'record-class', subject: 'dicomdir', level: 'error', refuses: true, title: 'The record type is the one of the SOP class', advice: 'Readers may treat the object as another kind or skip it.', source: 'PS3.3 F.4, F.5' },
  { id: 'record-parents', subject: 'dicomdir', level: 'error', refuses: true, title: 'Patient, study and series of a file are those of its records', advice: 'Possibly an image of another patient or study: do not import without comparing.', source: 'PS3.3 F.5.1-F.5.3' },
  { id: 'patient-variants', subject: 'dicomdir', level: 'warning', refuses: false, title: 'Name and birth date of a patient are the same in all files', advice: 'Make sure that all images are of the same person before importing.', source: 'ours; import studies name it as a common fault' },
  { id: 'several-patients', subject: 'dicomdir', level: 'note', refuses: false, title: 'The disc holds one patient', advice: 'Choose the right patient when importing.', source: 'ours; import studies name it as a common fault' },
  { id: 'syntax-of-media', subject: 'dicomdir', level: 'warning', refuses: false, title: 'Transfer syntaxes are ones that a profile for discs allows', advice: 'Readers need not support these files: ask for an uncompressed disc if they cannot be opened.', source: 'PS3.11 A-N' },
  { id: 'profile', subject: 'dicomdir', level: 'note', refuses: true, title: 'The general purpose profile of CDs or the claimed profile is kept', advice: 'Readers that support only uncompressed files cannot show all images.', source: 'PS3.11 D.3' },
  // The manifest and the plan.
  { id: 'manifest', subject: 'manifest', level: 'error', refuses: true, title: 'SHA256.TXT lists every other file with its digest', advice: 'Files differ from what was written, or are not listed: ask for another disc.', source: 'ours' },
  { id: 'plan-size', subject: 'plan', level: 'error', refuses: true, title: 'The image is as long as what was written', advice: 'Compose the volume again.', source: 'ours' },
  { id: 'plan-file-systems', subject: 'plan', level: 'error', refuses: true, title: 'The planned file systems are on the volume', advice: 'Compose the volume again.', source: 'ours' },
  { id: 'plan-files', subject: 'plan', level: 'error', refuses: true, title: 'Exactly the planned files are on the volume', advice: 'Compose the volume again.', source: 'ours' },
  { id: 'plan-digests', subject: 'plan', level: 'error', refuses: true, title: 'Every file reads back as it was written', advice: 'Compose the volume again; check the spool disk if it happens twice.', source: 'ours' },
  { id: 'plan-file-set', subject: 'plan', level: 'error', refuses: true, title: 'File-set ID and UID are the planned ones', advice: 'Compose the volume again.', source: 'PS3.10 8.1' },
  { id: 'profile-keys', subject: 'plan', level: 'error', refuses: true, title: 'Records carry the keys and icons that the claimed profile adds', advice: 'Compose the volume again.', source: 'PS3.11 Tables A.3-2, B.3-2, D.3-2, E.3-2, H.3-2' },
  { id: 'plan-instances', subject: 'plan', level: 'error', refuses: true, title: 'Every file holds the planned instance', advice: 'Compose the volume again.', source: 'ours' },
  { id: 'sealed-files', subject: 'sealed', level: 'error', refuses: true, title: 'Every file of an encrypted disc is encrypted, but the pages and the manifest', advice: 'Compose the volume again.', source: 'PS3.15 D.1; ours' },
  { id: 'sealed-dicom', subject: 'sealed', level: 'error', refuses: true, title: 'No DICOM file lies in the clear on an encrypted disc', advice: 'Compose the volume again.', source: 'PS3.10 7.1; ours' },
  { id: 'limits', subject: 'disc', level: 'error', refuses: true, title: 'The check came to its end', advice: 'The disc is larger or stranger than any real one, or the time was too short: check again with more time.', source: 'ours' },
] as const satisfies readonly DiscCheckRow[];

export type DiscCheckId = (typeof DISC_CHECKS)[number]['id'];

const byId: ReadonlyMap<string, DiscCheckRow> = new Map(DISC_CHECKS.map((row) => [row.id, row]));

/** The row of a check. @throws {TypeError} for an id that is not in the table */
export const discCheck = (id: DiscCheckId): DiscCheckRow => {
  const row = byId.get(id);
  if (!row) throw new TypeError('not a check');
  return row;
};
