/**
 * The DICOM conformance statement as text, in the order of PS3.2 Annex A. Pure: tables in, Markdown out.
 * States only what this version does; what is missing is named as missing.
 */
import { IMPLEMENTATION } from '../../../dicom/tables/uids.ts';
import { generatedBy, markdownTable } from '../generated-doc.ts';
import { deviations } from './deviations.ts';
import { mediaStorage } from './media.ts';
import { networking } from './networking.ts';
import { security } from './security.ts';
import { characterSets, sopClassTable, transferSyntaxTable } from './tables.ts';

const overview = [
  '## 1. Overview', '',
  'Spindle receives composite instances, keeps and indexes them, answers queries for them, and publishes them on discs as DICOM file-sets. Services of this version:', '',
  markdownTable(['service', 'user (SCU)', 'provider (SCP)'], [
    ['Verification', 'yes', 'yes'],
    ['Storage', 'yes, as a library call', 'yes'],
    ['Query/Retrieve: C-FIND', 'yes, Study Root', 'yes'],
    ['Query/Retrieve: C-MOVE', 'yes, Study Root', 'yes'],
    ['Query/Retrieve: C-GET', 'no', 'yes'],
    ['Storage Commitment, push model', 'no', 'yes'],
    ['Media storage, interchange option', 'file-set creator', 'not applicable'],
  ]),
  '',
  'As provider, Query/Retrieve has the Patient Root, Study Root and Patient/Study Only models.', '',
  'Not in this version, neither as user nor as provider: Modality Worklist, Modality Performed Procedure Step, Instance Availability Notification, Media Creation Management, DICOMweb. A presentation context for any of them is refused with result 3 (abstract syntax not supported).',
].join('\n');

const introduction = [
  '## 2. Introduction', '',
  'Follows the structure of PS3.2. Edition of the Standard: the tables of this version cover the dictionary of 2025. Terms are those of the Standard; words of our own are in [GLOSSARY.md](GLOSSARY.md). *Reference statement* is the conformance statement whose services and tables this product sets out to cover; chapter 8 lists where this version differs from it.',
  '',
  'A statement of conformance does not promise interoperability: test with the systems you connect.',
].join('\n');

const identity = [
  '### 3.1 Identity', '',
  markdownTable(['item', 'value'], [
    ['Implementation Class UID', `\`${IMPLEMENTATION.classUid}\``],
    ['Implementation Version Name', `\`${IMPLEMENTATION.versionName}\``],
  ]),
].join('\n');

/** The whole document. @source PS3.2 Annex A */
export const conformanceStatement = (): string => `${[
  generatedBy('print-conformance.ts'),
  '# DICOM conformance statement of Spindle',
  overview,
  introduction,
  '## 3. Networking',
  identity,
  networking(),
  '## 4. Media interchange',
  mediaStorage(),
  '## 5. Character sets',
  characterSets(),
  '## 6. Security',
  security(),
  '## 7. Annexes',
  '### 7.1 SOP classes accepted for storage',
  sopClassTable(),
  '### 7.2 Transfer syntaxes accepted for storage',
  transferSyntaxTable(),
  '## 8. Deviations from the reference statement',
  deviations(),
].join('\n\n')}\n`;
