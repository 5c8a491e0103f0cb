/**
 * Reads a DICOMDIR by its offsets, as an importing workstation does, and checks every rule on the way.
 * @source PS3.3 F.3, F.4; PS3.10 8
 */
import { TAG } from '../../dicom/tables/tags.ts';
import { createFindings, findingText } from './findings.ts';
import type { Finding, Findings } from './findings.ts';
import { transferSyntaxByUid } from '../../dicom/tables/transfer-syntaxes.ts';
import { AFTER_META, EXPLICIT_LITTLE, itemsOf, rawText, readLevel } from './element-reader.ts';
import type { Encoding, ReadElement } from './element-reader.ts';

export interface DirectoryRecord {
  readonly type: string;
  readonly at: number;
  readonly next: number;
  readonly lower: number;
  readonly depth: number;
  readonly parent: DirectoryRecord | undefined;
  /** File ID components joined by '/', '' when the record references no file. */
  readonly fileId: string;
  readonly elements: ReadonlyMap<number, ReadElement>;
}

export interface Directory {
  readonly fileSetId: string;
  readonly fileSetUid: string;
  readonly transferSyntaxUid: string;
  readonly sopClassUid: string;
  readonly records: readonly DirectoryRecord[];
  /** Elements beside the records. */
  readonly elements: ReadonlyMap<number, ReadElement>;
  readonly meta: ReadonlyMap<number, ReadElement>;
  readonly encoding: Encoding;
  readonly findings: readonly Finding[];
  /** The findings as lines. */
  readonly problems: readonly string[];
}

const NO_DIRECTORY: Omit<Directory, 'findings' | 'problems'> = { fileSetId: '', fileSetUid: '', transferSyntaxUid: '', sopClassUid: '', records: [], elements: new Map(), meta: new Map(), encoding: EXPLICIT_LITTLE };

const withFindings = (directory: Omit<Directory, 'findings' | 'problems'>, findings: Findings): Directory => {
  const list = findings.list();
  return { ...directory, findings: list, problems: list.map(findingText) };
};

/** The directory of a volume that has none to read. */
export const noDirectory = (check: Finding['check'], problem: string): Directory => {
  const findings = createFindings();
  findings.report(check, '', problem);
  return withFindings(NO_DIRECTORY, findings);
};

/** Numbers of a record in the byte order of the file. */
const numbers = ({ isBigEndian }: Encoding): { u32(element: ReadElement | undefined): number; u16(element: ReadElement | undefined): number } => ({
  u32: (element) => (element && element.value.length >= 4 ? (isBigEndian ? element.value.readUInt32BE(0) : element.value.readUInt32LE(0)) : Number.NaN),
  u16: (element) => (element && element.value.length >= 2 ? (isBigEndian ? element.value.readUInt16BE(0) : element.value.readUInt16LE(0)) : Number.NaN),
});

/** Directories in other syntaxes break the rule, and are read all the same to see what else is wrong. */
const encodingFor = (transferSyntaxUid: string): Encoding => {
  const row = transferSyntaxByUid.get(transferSyntaxUid);
  return row && !row.deflated ? { isExplicit: row.explicit, isBigEndian: row.bigEndian } : EXPLICIT_LITTLE;
};

/** Reads all records reachable by offsets; whatever breaks a rule becomes a problem. Never throws for a bad directory. */
export const readDicomdir = (bytes: Buffer): Directory => {
  const findings = createFindings();
  const { report } = findings;
  if (bytes.length < 140 || bytes.toString('latin1', 128, 132) !== 'DICM') return noDirectory('dicomdir-items', 'DICOMDIR is no Part 10 file');
  const meta = readLevel(bytes, 132, bytes.length, EXPLICIT_LITTLE, AFTER_META);
  const transferSyntaxUid = rawText(meta.elements.get(TAG.TransferSyntaxUID));
  const encoding = encodingFor(transferSyntaxUid);
  const { u16, u32 } = numbers(encoding);
  const set = readLevel(bytes, meta.end, bytes.length, encoding);
  if (set.end !== bytes.length) report('dicomdir-items', '', `DICOMDIR cannot be followed beyond byte ${set.end}`);
  if (u16(set.elements.get(TAG.FileSetConsistencyFlag)) !== 0) report('consistency-flag', '', 'the file-set consistency flag is not 0000H');

  const sequence = set.elements.get(TAG.DirectoryRecordSequence);
  const read = sequence ? itemsOf(bytes, sequence, encoding) : { items: [], isWhole: false };
  if (!read.isWhole) report('dicomdir-items', '', 'the records cannot be followed item by item');
  const items = new Map(read.items.map((item) => [item.at, item.elements]));
  const reached = new Map<number, DirectoryRecord>();
  const follow = (start: number, parent: DirectoryRecord | undefined): DirectoryRecord | undefined => {
    let last: DirectoryRecord | undefined;
    for (let at = start; at !== 0;) {
      const elements = items.get(at);
      if (!elements) { report('record-offsets', '', `offset ${at} points at no record`); break; }
      if (reached.has(at)) { report('record-offsets', '', `record at ${at} is reached twice`); break; }
      if (u16(elements.get(TAG.RecordInUseFlag)) !== 0xffff) report('in-use-flags', `record at ${at}`, 'in-use flag is not FFFFH');
      const record: DirectoryRecord = {
        type: rawText(elements.get(TAG.DirectoryRecordType)), at, next: u32(elements.get(TAG.OffsetOfTheNextDirectoryRecord)), lower: u32(elements.get(TAG.OffsetOfReferencedLowerLevelDirectoryEntity)), depth: (parent?.depth ?? -1) + 1, parent,
        fileId: rawText(elements.get(TAG.ReferencedFileID)).split('\\').map((part) => part.trim()).filter((part) => part !== '').join('/'), elements,
      };
      reached.set(at, record);
      if (Number.isNaN(record.next) || Number.isNaN(record.lower)) { report('record-offsets', '', `record at ${at} lacks its offsets`); break; }
      if (record.depth > 8) { report('record-offsets', '', `record at ${at} lies too deep`); break; }
      follow(record.lower, record);
      last = record;
      at = record.next;
    }
    return last;
  };
  const lastRoot = follow(u32(set.elements.get(TAG.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity)) || 0, undefined);
  if (reached.size !== items.size) report('records-reachable', '', `${items.size - reached.size} of ${items.size} records cannot be reached by offsets`);
  if ((lastRoot?.at ?? 0) !== u32(set.elements.get(TAG.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity))) report('last-root-offset', '', 'the offset of the last root record is wrong');
  return withFindings({
    fileSetId: rawText(set.elements.get(TAG.FileSetID)), fileSetUid: rawText(meta.elements.get(TAG.MediaStorageSOPInstanceUID)), transferSyntaxUid,
    sopClassUid: rawText(meta.elements.get(TAG.MediaStorageSOPClassUID)), records: [...reached.values()], elements: set.elements, meta: meta.elements, encoding,
  }, findings);
};
