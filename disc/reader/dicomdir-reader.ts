/**
 * Reads a DICOMDIR by its offsets, as an importing workstation does, and checks every rule on the way.
 * @source PS3.3 F.3, F.4; PS3.10 8
 */
import { TAG } from '../../dicom/tables/tags.ts';
import { AFTER_META, EXPLICIT_LITTLE, itemsOf, rawText, readLevel } from './element-reader.ts';
import type { ReadElement } from './element-reader.ts';

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
  readonly problems: readonly string[];
}

const NO_DIRECTORY: Directory = { fileSetId: '', fileSetUid: '', transferSyntaxUid: '', sopClassUid: '', records: [], problems: [] };

/** The directory of a volume that has none to read. */
export const noDirectory = (problem: string): Directory => ({ ...NO_DIRECTORY, problems: [problem] });

const u32 = (element: ReadElement | undefined): number => (element && element.value.length >= 4 ? element.value.readUInt32LE(0) : Number.NaN);
const u16 = (element: ReadElement | undefined): number => (element && element.value.length >= 2 ? element.value.readUInt16LE(0) : Number.NaN);

/** Reads all records reachable by offsets; whatever breaks a rule becomes a problem. Never throws for a bad directory. */
export const readDicomdir = (bytes: Buffer): Directory => {
  const problems: string[] = [];
  if (bytes.length < 140 || bytes.toString('latin1', 128, 132) !== 'DICM') return noDirectory('DICOMDIR is no Part 10 file');
  const meta = readLevel(bytes, 132, bytes.length, EXPLICIT_LITTLE, AFTER_META);
  const set = readLevel(bytes, meta.end, bytes.length, EXPLICIT_LITTLE);
  if (set.end !== bytes.length) problems.push(`DICOMDIR cannot be followed beyond byte ${set.end}`);
  if (u16(set.elements.get(TAG.FileSetConsistencyFlag)) !== 0) problems.push('the file-set consistency flag is not 0000H');

  const sequence = set.elements.get(TAG.DirectoryRecordSequence);
  const read = sequence ? itemsOf(bytes, sequence) : { items: [], isWhole: false };
  if (!read.isWhole) problems.push('the records cannot be followed item by item');
  const items = new Map(read.items.map((item) => [item.at, item.elements]));
  const reached = new Map<number, DirectoryRecord>();
  const follow = (start: number, parent: DirectoryRecord | undefined): DirectoryRecord | undefined => {
    let last: DirectoryRecord | undefined;
    for (let at = start; at !== 0;) {
      const elements = items.get(at);
      if (!elements) { problems.push(`offset ${at} points at no record`); break; }
      if (reached.has(at)) { problems.push(`record at ${at} is reached twice`); break; }
      if (u16(elements.get(TAG.RecordInUseFlag)) !== 0xffff) problems.push(`record at ${at}: in-use flag is not FFFFH`);
      const record: DirectoryRecord = {
        type: rawText(elements.get(TAG.DirectoryRecordType)), at, next: u32(elements.get(TAG.OffsetOfTheNextDirectoryRecord)), lower: u32(elements.get(TAG.OffsetOfReferencedLowerLevelDirectoryEntity)), depth: (parent?.depth ?? -1) + 1, parent,
        fileId: rawText(elements.get(TAG.ReferencedFileID)).split('\\').map((part) => part.trim()).filter((part) => part !== '').join('/'), elements,
      };
      reached.set(at, record);
      if (Number.isNaN(record.next) || Number.isNaN(record.lower)) { problems.push(`record at ${at} lacks its offsets`); break; }
      if (record.depth > 8) { problems.push(`record at ${at} lies too deep`); break; }
      follow(record.lower, record);
      last = record;
      at = record.next;
    }
    return last;
  };
  const lastRoot = follow(u32(set.elements.get(TAG.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity)) || 0, undefined);
  if (reached.size !== items.size) problems.push(`${items.size - reached.size} of ${items.size} records cannot be reached by offsets`);
  if ((lastRoot?.at ?? 0) !== u32(set.elements.get(TAG.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity))) problems.push('the offset of the last root record is wrong');
  return {
    fileSetId: rawText(set.elements.get(TAG.FileSetID)), fileSetUid: rawText(meta.elements.get(TAG.MediaStorageSOPInstanceUID)), transferSyntaxUid: rawText(meta.elements.get(TAG.TransferSyntaxUID)),
    sopClassUid: rawText(meta.elements.get(TAG.MediaStorageSOPClassUID)), records: [...reached.values()], problems,
  };
};
