/** What the gate asks of the files that records name: readable, whole, and what their records say of them. @source PS3.3 F.3.2.2, F.5; PS3.10 7 */
import { RETIRED_RECORDS, sopClassByUid } from '../../dicom/tables/sop-classes.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { transferSyntaxByUid } from '../../dicom/tables/transfer-syntaxes.ts';
import { followDataSet } from '../reader/data-set-walk.ts';
import type { DirectoryRecord } from '../reader/dicomdir-reader.ts';
import type { DiscEntry } from '../reader/disc-content.ts';
import { rawText, readFileHead } from '../reader/element-reader.ts';
import type { Encoding, FileHead } from '../reader/element-reader.ts';
import type { Report } from '../reader/findings.ts';
import { isUid } from './check-directory.ts';
import type { Inspection } from './inspection.ts';
import { reading } from './read-tolerantly.ts';

const HEAD_BYTES = 32 << 10;
const MAX_HEAD_BYTES = 32 << 20;
/** All identifying elements lie before this tag. */
const HEAD_UNTIL = TAG.InstanceNumber + 1;
/** A program begins so: DOS and Windows, Linux, scripts, macOS. */
const PROGRAM_MAGICS = ['4d5a', '7f454c46', '2321', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'] as const;
/** TIFF of both byte orders, which the Standard names as a use of the preamble. @source PS3.10 7.1 */
const TIFF_MAGICS = ['49492a00', '4d4d002a'] as const;

const encodingOf = (uid: string): (Encoding & { readonly isDeflated: boolean }) | undefined => {
  const row = transferSyntaxByUid.get(uid);
  return row && { isExplicit: row.explicit, isBigEndian: row.bigEndian, isDeflated: row.deflated };
};

/** Reads the files that records name, one after the other. */
export interface InstanceReader {
  /** The head as far as its identifying elements, or to `until`; undefined, with a report, when there is none to read. It lasts until the next one. */
  readHead(entry: DiscEntry, until?: number): FileHead | undefined;
  /** Reports when the data set of the file whose head was read last cannot be followed to the end of the file; a deflated one is not followed. */
  checkWhole(entry: DiscEntry, head: FileHead): void;
}

/** Makes a reader with memory for one head: tens of thousands cost no more than one. */
export const createInstanceReader = ({ content, report }: Inspection): InstanceReader => {
  const memory = Buffer.allocUnsafe(HEAD_BYTES);
  let start: Buffer = memory.subarray(0, 0);
  return {
    readHead(entry, until = HEAD_UNTIL) {
      for (let want = HEAD_BYTES; ; want *= 8) {
        const bytes = reading(report, 'files-readable', entry, () => content.read(entry, 0, Math.min(want, entry.bytes), memory));
        start = bytes ?? memory.subarray(0, 0);
        const head = bytes && readFileHead(bytes, encodingOf, Math.max(until, HEAD_UNTIL));
        if (head && !head.isWhole && want < entry.bytes && want < MAX_HEAD_BYTES) continue;
        if (bytes && !head) report('files-readable', entry.path, 'cannot be read as a DICOM file');
        return head;
      }
    },
    checkWhole(entry, head) {
      const encoding = encodingOf(head.transferSyntaxUid);
      if (!encoding || encoding.isDeflated) return;
      const read = (offset: number, length: number): Buffer => (offset + length <= start.length ? start.subarray(offset, offset + length) : content.read(entry, offset, length));
      const fault = reading(report, 'files-readable', entry, () => followDataSet(read, head.dataSetAt, entry.bytes, encoding));
      if (fault !== undefined) report('files-whole', entry.path, fault);
    },
  };
};

/** Group 0002, the preamble, and how the data set begins. A disc of ours has empty preambles only. */
export const checkHeader = (head: FileHead, path: string, isOurs: boolean, report: Report): void => {
  const start = head.preamble.toString('hex', 0, 4);
  if (PROGRAM_MAGICS.some((magic) => start.startsWith(magic))) report('preamble-executable', path, 'the preamble is the head of a program');
  if (!head.hasZeroPreamble && (isOurs || !TIFF_MAGICS.some((magic) => start === magic))) report('preamble-empty', path, 'the preamble is not empty');
  if (head.hasZlibHeader) report('deflate-form', path, 'the deflated data set begins with a header of zlib');
  const { meta } = head;
  const length = meta.get(TAG.FileMetaInformationGroupLength);
  if (length?.value.length !== 4 || length.at + 4 + length.value.readUInt32LE(0) !== head.dataSetAt) report('file-meta', path, 'the group length does not lead to the data set');
  const version = meta.get(TAG.FileMetaInformationVersion)?.value;
  if (version?.length !== 2 || version[1] !== 1) report('file-meta', path, 'the version is not 0001');
  for (const [name, tag] of [['SOP class', TAG.MediaStorageSOPClassUID], ['SOP instance', TAG.MediaStorageSOPInstanceUID], ['implementation class', TAG.ImplementationClassUID]] as const) {
    const uid = rawText(meta.get(tag));
    if (uid === '') report('file-meta', path, `no UID of the ${name}`);
    else if (!isUid(uid)) report('uid-form', path, `no valid UID of the ${name}`);
  }
};

/** Record, meta and data set tell of the same instance. */
export const checkIdentity = (record: DirectoryRecord, head: FileHead, report: Report): void => {
  const where = record.fileId;
  const inRecord = (tag: number): string => rawText(record.elements.get(tag));
  const inFile = (tag: number): string => rawText(head.elements.get(tag));
  if (inRecord(TAG.ReferencedSOPClassUIDInFile) !== inFile(TAG.SOPClassUID) || head.mediaSopClassUid !== inFile(TAG.SOPClassUID)) report('record-identity', where, 'SOP class differs between record, meta and data set');
  if (inRecord(TAG.ReferencedSOPInstanceUIDInFile) !== inFile(TAG.SOPInstanceUID) || head.mediaSopInstanceUid !== inFile(TAG.SOPInstanceUID)) report('record-identity', where, 'SOP instance differs between record, meta and data set');
  if (inRecord(TAG.ReferencedTransferSyntaxUIDInFile) !== head.transferSyntaxUid) report('record-identity', where, 'transfer syntax differs between record and meta');
  const row = sopClassByUid.get(inFile(TAG.SOPClassUID));
  if (record.type !== 'PRIVATE' && (!row || row.record !== record.type || RETIRED_RECORDS.has(row.record))) report('record-class', where, `record type ${record.type} does not fit the SOP class`);
};

/** The groups above a record are those of the file. */
export const checkParents = (record: DirectoryRecord, head: FileHead, report: Report): void => {
  if (record.depth === 0) return;
  const where = record.fileId;
  const series = record.parent, study = series?.parent, patient = study?.parent;
  if (series?.type !== 'SERIES' || study?.type !== 'STUDY' || patient?.type !== 'PATIENT' || patient.parent) { report('record-parents', where, 'does not lie under PATIENT, STUDY and SERIES'); return; }
  const same = (above: DirectoryRecord, tag: number, what: string, mayBeFilled: boolean): void => {
    const value = rawText(head.elements.get(tag));
    if (mayBeFilled && value === '') return;
    if (rawText(above.elements.get(tag)) !== value) report('record-parents', where, `${what} differs from its ${above.type} record`);
  };
  same(series, TAG.SeriesInstanceUID, 'Series Instance UID', false);
  same(study, TAG.StudyInstanceUID, 'Study Instance UID', false);
  same(patient, TAG.PatientID, 'Patient ID', true);
};
