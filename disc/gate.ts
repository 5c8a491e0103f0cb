/**
 * The gate: reads a finished image back by code that shares nothing with the writer but tables, and says whether it may be burned.
 * Checks both trees, every name, every directory record and offset, every file against the plan and the manifest.
 * @source PS3.10 7–8; PS3.3 F.3–F.4; PS3.12 Annex F; ECMA-119
 */
import { RETIRED_RECORDS, sopClassByUid } from '../dicom/tables/sop-classes.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import { UID } from '../dicom/tables/uids.ts';
import { digestExtents } from './reader/digest-extents.ts';
import { readDicomdir } from './reader/dicomdir-reader.ts';
import type { Directory, DirectoryRecord } from './reader/dicomdir-reader.ts';
import { rawText, readFileHead } from './reader/element-reader.ts';
import type { Encoding, FileHead } from './reader/element-reader.ts';
import { openImage, readIsoVolume, SECTOR } from './reader/iso9660-reader.ts';
import type { ImageBytes, IsoEntry } from './reader/iso9660-reader.ts';
import { readLabelFacts } from './reader/label-facts.ts';
import type { LabelFacts } from './reader/label-facts.ts';

export interface GateInput {
  readonly imageFile: string;
  readonly bytes: number;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  /** Every file that must be on the volume and nothing else, with its digest. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  /** The instances among them. */
  readonly instances: readonly { readonly fileId: string; readonly sopInstanceUid: string }[];
}

export interface GateResult {
  readonly isAccepted: boolean;
  /** Codes and File IDs; no patient data. Empty when accepted. */
  readonly problems: readonly string[];
  readonly counts: { readonly files: number; readonly directories: number; readonly records: number; readonly instances: number; readonly bytesCompared: number };
  /** What the label must show, as it stands on the volume. */
  readonly label: LabelFacts;
}

const HEAD_BYTES = 32 << 10;
const MAX_HEAD_BYTES = 32 << 20;
/** All identifying elements lie before this tag. */
const HEAD_UNTIL = 0x00200014;
const FILE_ID_PART = /^[A-Z0-9_]{1,8}$/;
const PLAIN_NAME = /^[A-Z0-9_]{1,8}(\.[A-Z0-9_]{0,3})?$/;

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

/** Reads the image back and judges it. Never throws for a bad image; the caller refuses when `isAccepted` is false. */
export const checkVolume = async (input: GateInput): Promise<GateResult> => {
  const image = openImage(input.imageFile);
  try {
    const problems: string[] = [];
    if (image.bytes !== input.bytes) problems.push(`the image has ${image.bytes} bytes, ${input.bytes} were written`);
    const volume = readIsoVolume(image);
    problems.push(...volume.problems);
    if (volume.systemId.trim() !== '') problems.push('the system identifier is not blank');
    if (volume.volumeId !== input.fileSetId.padEnd(32, ' ')) problems.push('the volume identifier is not the File-set ID');

    const files = new Map(volume.primary.filter((entry) => !entry.isDirectory).map((entry) => [entry.path, entry]));
    checkNames(volume.primary, problems);
    checkJoliet(volume.primary, volume.joliet, problems);
    await checkFiles(input, image, files, problems);

    const dicomdir = files.get('DICOMDIR');
    const directory: Directory = dicomdir ? readDicomdir(image.read(dicomdir.sector * SECTOR, dicomdir.bytes)) : { fileSetId: '', fileSetUid: '', transferSyntaxUid: '', sopClassUid: '', records: [], problems: ['there is no DICOMDIR'] };
    problems.push(...directory.problems);
    if (directory.fileSetId !== input.fileSetId) problems.push('the DICOMDIR names another File-set ID');
    if (directory.fileSetUid !== input.fileSetUid) problems.push('the DICOMDIR names another File-set UID');
    if (directory.transferSyntaxUid !== UID.explicitLittleEndian) problems.push('the DICOMDIR is not in Explicit VR Little Endian');
    if (directory.sopClassUid !== UID.mediaStorageDirectory) problems.push('the DICOMDIR has another SOP class');
    const heads = checkRecords(input, image, files, directory, problems);
    checkUnique(directory, problems);

    return {
      isAccepted: problems.length === 0, problems,
      counts: {
        files: files.size, directories: volume.primary.length - files.size, records: directory.records.length, instances: heads.length,
        bytesCompared: input.files.reduce((sum, file) => sum + file.bytes, 0),
      },
      label: readLabelFacts(heads),
    };
  } finally {
    image.close();
  }
};

const checkNames = (entries: readonly IsoEntry[], problems: string[]): void => {
  for (const entry of entries) {
    const name = entry.path.split('/').at(-1) ?? '';
    const isDicom = entry.path === 'DICOMDIR' || entry.path.startsWith('DICOM/');
    if (!(isDicom || entry.isDirectory ? FILE_ID_PART : PLAIN_NAME).test(name)) problems.push(`${entry.path}: illegal name`);
    if (entry.level > 8 || entry.path.split('/').length > 8) problems.push(`${entry.path}: lies too deep`);
  }
};

const checkJoliet = (primary: readonly IsoEntry[], joliet: readonly IsoEntry[] | undefined, problems: string[]): void => {
  if (!joliet) { problems.push('there is no Joliet tree'); return; }
  const extents = (entries: readonly IsoEntry[]): readonly string[] => entries.filter((entry) => !entry.isDirectory).map((entry) => `${entry.sector}+${entry.bytes}`).sort();
  if (JSON.stringify(extents(primary)) !== JSON.stringify(extents(joliet))) problems.push('the two trees do not hold the same files');
  const names = new Set(joliet.map((entry) => entry.path));
  for (const entry of primary) if (entry.path.startsWith('DICOM') && !names.has(entry.path)) problems.push(`${entry.path}: missing in the Joliet tree`);
};

const checkFiles = async (input: GateInput, image: ImageBytes, files: ReadonlyMap<string, IsoEntry>, problems: string[]): Promise<void> => {
  const wanted = new Set(input.files.map((file) => file.path));
  for (const path of files.keys()) if (!wanted.has(path)) problems.push(`${path}: not planned, but on the volume`);
  const present = input.files.filter((file) => {
    const entry = files.get(file.path);
    if (!entry) problems.push(`${file.path}: missing`);
    else if (entry.bytes !== file.bytes) problems.push(`${file.path}: ${entry.bytes} bytes instead of ${file.bytes}`);
    else return true;
    return false;
  });
  const digests = await digestExtents(input.imageFile, image, present.map((file) => ({ offset: (files.get(file.path)?.sector ?? 0) * SECTOR, bytes: file.bytes })));
  for (const [n, file] of present.entries()) if (digests[n] !== file.sha256) problems.push(`${file.path}: content differs from the manifest`);
};

const checkRecords = (input: GateInput, image: ImageBytes, files: ReadonlyMap<string, IsoEntry>, directory: Directory, problems: string[]): readonly FileHead[] => {
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
  if (inRecord(0x00041510) !== inFile(0x00080016) || head.mediaSopClassUid !== inFile(0x00080016)) problems.push('SOP class differs between record, meta and data set');
  if (inRecord(0x00041511) !== inFile(0x00080018) || head.mediaSopInstanceUid !== inFile(0x00080018)) problems.push('SOP instance differs between record, meta and data set');
  if (inFile(0x00080018) !== sopInstanceUid) problems.push('holds another instance than planned');
  if (inRecord(0x00041512) !== head.transferSyntaxUid) problems.push('transfer syntax differs between record and meta');
  const row = sopClassByUid.get(inFile(0x00080016));
  if (!row || row.record !== record.type || RETIRED_RECORDS.has(row.record)) problems.push(`record type ${record.type} does not fit the SOP class`);
  if (record.depth === 0) return problems;
  const series = record.parent, study = series?.parent, patient = study?.parent;
  if (series?.type !== 'SERIES' || study?.type !== 'STUDY' || patient?.type !== 'PATIENT' || patient.parent) return [...problems, 'does not lie under PATIENT, STUDY and SERIES'];
  const same = (above: DirectoryRecord, tag: number, what: string, mayBeFilled: boolean): void => {
    const value = inFile(tag);
    if (mayBeFilled && value === '') return;
    if (rawText(above.elements.get(tag)) !== value) problems.push(`${what} differs from its ${above.type} record`);
  };
  same(series, 0x0020000e, 'Series Instance UID', false);
  same(study, 0x0020000d, 'Study Instance UID', false);
  same(patient, 0x00100020, 'Patient ID', true);
  return problems;
};

/** One record per patient, study and series; every required group key has a value. */
const checkUnique = (directory: Directory, problems: string[]): void => {
  const keys: Record<string, number> = { PATIENT: 0x00100020, STUDY: 0x0020000d, SERIES: 0x0020000e };
  const required: Record<string, readonly number[]> = { PATIENT: [0x00100020], STUDY: [0x00080020, 0x00080030, 0x00200010, 0x0020000d], SERIES: [0x00080060, 0x0020000e, 0x00200011] };
  const seen = new Set<string>();
  for (const record of directory.records) {
    for (const tag of required[record.type] ?? []) if (rawText(record.elements.get(tag)) === '') problems.push(`${record.type} record at ${record.at}: an empty required key`);
    const key = keys[record.type];
    if (key === undefined) continue;
    // A patient of another issuer may carry the same Patient ID: told apart by the issuer in the record.
    const identity = `${record.type} ${rawText(record.elements.get(key))} ${record.type === 'PATIENT' ? rawText(record.elements.get(0x00100021)) : ''}`;
    if (seen.has(identity)) problems.push(`two ${record.type} records for one ${record.type.toLowerCase()}`);
    seen.add(identity);
    if (record.lower === 0) problems.push(`${record.type} record at ${record.at}: holds nothing`);
  }
};
