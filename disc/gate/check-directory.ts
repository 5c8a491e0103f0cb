/** What the gate asks of the DICOMDIR by itself: syntax, identifiers, types, keys, one record for each thing. @source PS3.3 F.3-F.5; PS3.10 8 */
import { CURRENT_RECORDS, RETIRED_RECORDS } from '../../dicom/tables/sop-classes.ts';
import type { DirectoryRecordType } from '../../dicom/tables/sop-classes.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import type { Directory, DirectoryRecord } from '../reader/dicomdir-reader.ts';
import { rawText } from '../reader/element-reader.ts';
import type { ReadElement } from '../reader/element-reader.ts';
import type { Report } from '../reader/findings.ts';
import { directoryRecord } from '../tables/directory-records.ts';

/** 0 to 16 characters. @source PS3.10 8.1 */
const FILE_SET_ID = /^[A-Z0-9_]{0,16}$/;
const VALID_UID = /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/;
const MAX_UID = 64;
/** Text of records that may hold more than ASCII. */
const TEXT_TAGS = [TAG.PatientName, TAG.PatientID, TAG.StudyDescription, TAG.StudyID, TAG.SeriesDescription, TAG.InstitutionName] as const;
/** The tag of an item as four little-endian bytes read as one number. */
const ITEM_LITTLE = 0xe000fffe;
const KNOWN_TYPES: ReadonlySet<string> = new Set(CURRENT_RECORDS);

export const isUid = (text: string): boolean => text.length <= MAX_UID && VALID_UID.test(text);

/** Header and identifiers of the directory. */
export const checkDirectoryHead = (directory: Directory, report: Report): void => {
  if (directory.transferSyntaxUid !== UID.explicitLittleEndian) report('dicomdir-syntax', '', 'the DICOMDIR is not in Explicit VR Little Endian');
  if (directory.sopClassUid !== UID.mediaStorageDirectory) report('dicomdir-class', '', 'the DICOMDIR has another SOP class');
  if (!FILE_SET_ID.test(directory.fileSetId)) report('file-set-id', '', 'the File-set ID has other characters than A-Z 0-9 _ or more than 16');
  if (!isUid(directory.fileSetUid)) report('file-set-uid', '', 'the File-set UID is no UID');
  const first = directory.elements.get(TAG.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity);
  if (directory.meta.size > 0 && !first) report('record-offsets', '', 'there is no offset of the first root record');
};

/** A sequence without an item is empty, be its length known or not. */
const hasItem = ({ value }: ReadElement): boolean => value.length >= 8 && (value.readUInt32LE(0) === ITEM_LITTLE || value.readUInt32BE(0) === TAG.Item);

const isEmpty = (element: ReadElement, vr: string): boolean =>
  vr === 'SQ' ? !hasItem(element) : element.value.length === 0 || (vr !== 'US' && vr !== 'UL' && rawText(element) === '');

const checkKeys = (record: DirectoryRecord, report: Report): void => {
  const where = `${record.type} record at ${record.at}`;
  for (const { tag, vr, type } of directoryRecord(record.type)?.keys ?? []) {
    const element = record.elements.get(tag);
    const name = keywordOf(tag);
    if (type === '1' && (!element || isEmpty(element, vr))) report('record-keys', where, `an empty required key: ${name}`);
    if (type === '2' && !element) report('record-keys-2', where, `${name} is missing`);
  }
};

const keywords: ReadonlyMap<number, string> = new Map(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));
const keywordOf = (tag: number): string => keywords.get(tag) ?? tag.toString(16).padStart(8, '0');

/** On a legal copy a private record says by its UID which class the object has that no other record type takes. @source PS3.3 F.6.1; ours: docs/CONFORMANCE.md 4.4 */
const checkPrivate = (record: DirectoryRecord, where: string, isLegal: boolean, report: Report): void => {
  if (!isLegal) { report('private-records', where, 'is private'); return; }
  const uid = rawText(record.elements.get(TAG.PrivateRecordUID));
  if (uid === '' || uid !== rawText(record.elements.get(TAG.ReferencedSOPClassUIDInFile))) report('private-records', where, 'its Private Record UID is not its SOP class');
  if (record.fileId === '') report('records-reference', where, 'references no file');
};

const checkType = (record: DirectoryRecord, isLegal: boolean, report: Report): void => {
  const where = `${record.type} record at ${record.at}`;
  if (record.type === 'PRIVATE') { checkPrivate(record, where, isLegal, report); return; }
  if (RETIRED_RECORDS.has(record.type as DirectoryRecordType)) { report('record-types', where, 'its type is retired'); return; }
  if (!KNOWN_TYPES.has(record.type)) { report('record-types', where, 'its type is not known'); return; }
  const under = directoryRecord(record.type)?.under;
  if (under !== undefined && (record.parent?.type ?? 'root') !== under) report('record-types', where, `lies under ${record.parent?.type ?? 'the root'} instead of ${under}`);
};

const checkText = (record: DirectoryRecord, report: Report): void => {
  if (rawText(record.elements.get(TAG.SpecificCharacterSet)) !== '') return;
  const tag = TEXT_TAGS.find((one) => record.elements.get(one)?.value.some((byte) => byte > 0x7e));
  if (tag !== undefined) report('record-text', `${record.type} record at ${record.at}`, `${keywordOf(tag)} is not ASCII, and no character set is named`);
};

const GROUP_KEYS: Readonly<Record<string, number>> = { PATIENT: TAG.PatientID, STUDY: TAG.StudyInstanceUID, SERIES: TAG.SeriesInstanceUID };

/** Every record by itself, and groups among each other. */
export const checkRecordsAlone = (directory: Directory, isLegal: boolean, report: Report): void => {
  const seen = new Set<string>();
  for (const record of directory.records) {
    checkType(record, isLegal, report);
    checkKeys(record, report);
    checkText(record, report);
    const key = GROUP_KEYS[record.type];
    if (key === undefined) continue;
    if (record.lower === 0) report('records-hold', `${record.type} record at ${record.at}`, 'holds nothing');
    // A patient of another issuer may carry the same Patient ID: told apart by the issuer in the record.
    const value = rawText(record.elements.get(key));
    const identity = `${record.type} ${value} ${record.type === 'PATIENT' ? rawText(record.elements.get(TAG.IssuerOfPatientID)) : ''}`;
    if (value !== '' && seen.has(identity)) report('records-unique', `${record.type} record at ${record.at}`, `two ${record.type} records for one ${record.type.toLowerCase()}`);
    seen.add(identity);
  }
};
