/** What the gate asks of the directory: its records against the instances as they stand on the volume. @source PS3.3 F.3–F.4; PS3.10 8 */
import { RETIRED_RECORDS, sopClassByUid } from '../../dicom/tables/sop-classes.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { transferSyntaxByUid } from '../../dicom/tables/transfer-syntaxes.ts';
import type { Directory, DirectoryRecord } from '../reader/dicomdir-reader.ts';
import { rawText, readFileHead } from '../reader/element-reader.ts';
import type { Encoding, FileHead } from '../reader/element-reader.ts';
import { SECTOR } from '../reader/iso9660-reader.ts';
import type { ImageBytes, IsoEntry } from '../reader/iso9660-reader.ts';
import type { GateInput } from './gate-input.ts';

const HEAD_BYTES = 32 << 10;
const MAX_HEAD_BYTES = 32 << 20;
/** All identifying elements lie before this tag. */
const HEAD_UNTIL = TAG.InstanceNumber + 1;
const FILE_ID_PART = /^[A-Z0-9_]{1,8}$/;

const encodingOf = (uid: string): (Encoding & { readonly isDeflated: boolean }) | undefined => {
  const row = transferSyntaxByUid.get(uid);
  return row && { isExplicit: row.explicit, isBigEndian: row.bigEndian, isDeflated: row.deflated };
};

/** Reads the head of a file on the volume as far as its identifying elements. */
const headOf = (image: ImageBytes, entry: IsoEntry): FileHead | undefined => {
  for (let want = HEAD_BYTES; ; want *= 8) {
    const bytes = image.read(entry.sector * SECTOR, Math.min(want, entry.bytes));
    const head = readFileHead(bytes, encodingOf, HEAD_UNTIL);
    if (!head || head.isWhole || want >= entry.bytes || want >= MAX_HEAD_BYTES) return head;
  }
};

/** Every record that names a file fits the file, and every instance is named once. Answers the heads read, in the order of the directory. */
export const checkRecords = (input: GateInput, image: ImageBytes, files: ReadonlyMap<string, IsoEntry>, directory: Directory, problems: string[]): readonly FileHead[] => {
  const wanted = new Map(input.instances.map((instance) => [instance.fileId, instance.sopInstanceUid]));
  const referenced = new Set<string>();
  const heads: FileHead[] = [];
  for (const record of directory.records) {
    const isGroup = record.type === 'PATIENT' || record.type === 'STUDY' || record.type === 'SERIES';
    if (record.fileId === '') { if (!isGroup) problems.push(`${record.type} record at ${record.at}: references no file`); continue; }
    if (referenced.has(record.fileId)) problems.push(`${record.fileId}: referenced twice`);
    referenced.add(record.fileId);
    if (!record.fileId.split('/').every((part) => FILE_ID_PART.test(part)) || record.fileId.split('/').length > 8) problems.push(`${record.fileId}: illegal File ID`);
    const entry = files.get(record.fileId);
    const uid = wanted.get(record.fileId);
    if (!entry || uid === undefined) { problems.push(`${record.fileId}: referenced, but not an instance of this volume`); continue; }
    const head = headOf(image, entry);
    if (!head) { problems.push(`${record.fileId}: cannot be read as a DICOM file`); continue; }
    heads.push(head);
    problems.push(...checkRecord(record, head, uid).map((problem) => `${record.fileId}: ${problem}`));
  }
  for (const fileId of wanted.keys()) if (!referenced.has(fileId)) problems.push(`${fileId}: not referenced by the DICOMDIR`);
  return heads;
};

const checkRecord = (record: DirectoryRecord, head: FileHead, sopInstanceUid: string): readonly string[] => {
  const problems: string[] = [];
  const inRecord = (tag: number): string => rawText(record.elements.get(tag));
  const inFile = (tag: number): string => rawText(head.elements.get(tag));
  if (!head.hasZeroPreamble) problems.push('the preamble is not empty');
  if (inRecord(TAG.ReferencedSOPClassUIDInFile) !== inFile(TAG.SOPClassUID) || head.mediaSopClassUid !== inFile(TAG.SOPClassUID)) problems.push('SOP class differs between record, meta and data set');
  if (inRecord(TAG.ReferencedSOPInstanceUIDInFile) !== inFile(TAG.SOPInstanceUID) || head.mediaSopInstanceUid !== inFile(TAG.SOPInstanceUID)) problems.push('SOP instance differs between record, meta and data set');
  if (inFile(TAG.SOPInstanceUID) !== sopInstanceUid) problems.push('holds another instance than planned');
  if (inRecord(TAG.ReferencedTransferSyntaxUIDInFile) !== head.transferSyntaxUid) problems.push('transfer syntax differs between record and meta');
  const row = sopClassByUid.get(inFile(TAG.SOPClassUID));
  if (!row || row.record !== record.type || RETIRED_RECORDS.has(row.record)) problems.push(`record type ${record.type} does not fit the SOP class`);
  if (record.depth === 0) return problems;
  const series = record.parent, study = series?.parent, patient = study?.parent;
  if (series?.type !== 'SERIES' || study?.type !== 'STUDY' || patient?.type !== 'PATIENT' || patient.parent) return [...problems, 'does not lie under PATIENT, STUDY and SERIES'];
  const same = (above: DirectoryRecord, tag: number, what: string, mayBeFilled: boolean): void => {
    const value = inFile(tag);
    if (mayBeFilled && value === '') return;
    if (rawText(above.elements.get(tag)) !== value) problems.push(`${what} differs from its ${above.type} record`);
  };
  same(series, TAG.SeriesInstanceUID, 'Series Instance UID', false);
  same(study, TAG.StudyInstanceUID, 'Study Instance UID', false);
  same(patient, TAG.PatientID, 'Patient ID', true);
  return problems;
};

/** One record per patient, study and series; every required group key has a value. */
export const checkUnique = (directory: Directory, problems: string[]): void => {
  const keys: Record<string, number> = { PATIENT: TAG.PatientID, STUDY: TAG.StudyInstanceUID, SERIES: TAG.SeriesInstanceUID };
  const required: Record<string, readonly number[]> = { PATIENT: [TAG.PatientID], STUDY: [TAG.StudyDate, TAG.StudyTime, TAG.StudyID, TAG.StudyInstanceUID], SERIES: [TAG.Modality, TAG.SeriesInstanceUID, TAG.SeriesNumber] };
  const seen = new Set<string>();
  for (const record of directory.records) {
    for (const tag of required[record.type] ?? []) if (rawText(record.elements.get(tag)) === '') problems.push(`${record.type} record at ${record.at}: an empty required key`);
    const key = keys[record.type];
    if (key === undefined) continue;
    // A patient of another issuer may carry the same Patient ID: told apart by the issuer in the record.
    const identity = `${record.type} ${rawText(record.elements.get(key))} ${record.type === 'PATIENT' ? rawText(record.elements.get(TAG.IssuerOfPatientID)) : ''}`;
    if (seen.has(identity)) problems.push(`two ${record.type} records for one ${record.type.toLowerCase()}`);
    seen.add(identity);
    if (record.lower === 0) problems.push(`${record.type} record at ${record.at}: holds nothing`);
  }
};
