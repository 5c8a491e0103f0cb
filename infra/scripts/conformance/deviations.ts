/** Chapter 8 of the conformance statement: where this version differs from the reference statement. */
import { IMPLEMENTATION } from '../../../dicom/tables/uids.ts';
import { SOP_CLASSES } from '../../../dicom/tables/sop-classes.ts';
import { TRANSFER_SYNTAXES } from '../../../dicom/tables/transfer-syntaxes.ts';
import { markdownTable } from '../generated-doc.ts';

const more = (rows: readonly { readonly inReference: boolean }[]): number => rows.filter((row) => !row.inReference).length;

const rows = (): readonly (readonly string[])[] => [
  ['Private SOP class Siemens CSA Non-Image Storage', 'accepted and kept; it has no directory record and is left off discs', 'PS3.3 F.5'],
  ['Basic Study Content Notification is listed as a storage class', 'the presentation context is accepted; what arrives is kept like any instance and left off discs', 'PS3.6 A: retired, not a class of PS3.4 Annex B'],
  ['Stored Print and the Hardcopy classes', 'accepted; Hardcopy images get IMAGE records, Stored Print is left off discs because its record is retired', 'PS3.3-2004 Annex F'],
  ['The Storage service class UID is listed as if it were a SOP class', 'never negotiated as an abstract syntax', 'PS3.4 B: a service class'],
  ['C-STORE status 0001 for errors', 'the codes of the Standard: A7xx, A9xx, Cxxx, 0110, 0211 (3.4)', 'PS3.4 Table B.2-1; 0001 is a warning of the N-services'],
  ['Explicit VR Big Endian', 'accepted, marked as retired', 'PS3.5 (2016 on)'],
  ['Every transfer syntax for every SOP class', 'the same; one is chosen per presentation context in the order of 3.2', 'PS3.8 9.3.2.2'],
  ['Implementation Class UID of a toolkit', `our own: \`${IMPLEMENTATION.classUid}\``, 'PS3.7 D.3.3.2'],
  ['List of SOP classes ends with its year', `${more(SOP_CLASSES)} further SOP classes and ${more(TRANSFER_SYNTAXES)} further transfer syntaxes are accepted unless \`storageScope\` is \`reference\``, 'PS3.6 A'],
  ['Query levels named PATIENT, STUDY, SERIES, IMAGES', 'PATIENT, STUDY, SERIES, IMAGE', 'PS3.4 C.6'],
  ['Study Time is no key', 'matched and returned', 'PS3.4 Table C.6-2: required'],
  ['Unique keys of higher levels, Query/Retrieve Level, Retrieve AE Title and file-set are not returned', 'returned (3.5)', 'PS3.4 C.4.1.1.3.2, C.4.1.3.1.1'],
  ['Keys of higher levels are matched, but not returned at SERIES and IMAGE level', 'matched, and returned when asked for', 'PS3.4 C.4.1.3.2'],
  ['Query/Retrieve as provider: C-MOVE without a list of statuses', 'C-MOVE with the statuses of the Standard, and C-GET besides (3.6)', 'PS3.4 C.4.2, C.4.3'],
  ['Query of a third-party archive', 'C-FIND and C-MOVE of the Study Root model, at study and series level (3.7)', ''],
];

/** The whole chapter. */
export const deviations = (): string => [
  markdownTable(['reference statement', 'this version', 'source'], rows()),
  'What the reference statement leaves open and this one says: maximum PDU length, numbers of associations, time limits (3.2), behaviour on failures (3.9), duplicates and conflicts (3.4), character sets (5), media (4).',
].join('\n\n');
