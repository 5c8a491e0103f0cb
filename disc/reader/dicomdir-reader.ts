/**
 * Reads a DICOMDIR by its offsets, as an importing workstation does, and checks every rule on the way.
 * @source PS3.3 F.3, F.4; PS3.10 8
 */
import { EXPLICIT_LITTLE, itemsOf, rawText, readLevel } from './element-reader.ts';
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

const T = { fileSetId: 0x00041130, first: 0x00041200, last: 0x00041202, consistency: 0x00041212, sequence: 0x00041220, next: 0x00041400, inUse: 0x00041410, lower: 0x00041420, type: 0x00041430, fileId: 0x00041500 };

const u32 = (element: ReadElement | undefined): number => (element && element.value.length >= 4 ? element.value.readUInt32LE(0) : Number.NaN);
const u16 = (element: ReadElement | undefined): number => (element && element.value.length >= 2 ? element.value.readUInt16LE(0) : Number.NaN);

/** Reads all records reachable by offsets; whatever breaks a rule becomes a problem. Never throws for a bad directory. */
export const readDicomdir = (bytes: Buffer): Directory => {
  const problems: string[] = [];
  if (bytes.length < 140 || bytes.toString('latin1', 128, 132) !== 'DICM') return { fileSetId: '', fileSetUid: '', transferSyntaxUid: '', sopClassUid: '', records: [], problems: ['DICOMDIR is no Part 10 file'] };
  const meta = readLevel(bytes, 132, bytes.length, EXPLICIT_LITTLE, 0x00030000);
  const set = readLevel(bytes, meta.end, bytes.length, EXPLICIT_LITTLE);
  if (set.end !== bytes.length) problems.push(`DICOMDIR cannot be followed beyond byte ${set.end}`);
  if (u16(set.elements.get(T.consistency)) !== 0) problems.push('the file-set consistency flag is not 0000H');

  const sequence = set.elements.get(T.sequence);
  const items = new Map((sequence ? itemsOf(bytes, sequence) : []).map((item) => [item.at, item.elements]));
  const reached = new Map<number, DirectoryRecord>();
  const follow = (start: number, parent: DirectoryRecord | undefined): DirectoryRecord | undefined => {
    let last: DirectoryRecord | undefined;
    for (let at = start; at !== 0;) {
      const elements = items.get(at);
      if (!elements) { problems.push(`offset ${at} points at no record`); break; }
      if (reached.has(at)) { problems.push(`record at ${at} is reached twice`); break; }
      if (u16(elements.get(T.inUse)) !== 0xffff) problems.push(`record at ${at}: in-use flag is not FFFFH`);
      const record: DirectoryRecord = {
        type: rawText(elements.get(T.type)), at, next: u32(elements.get(T.next)), lower: u32(elements.get(T.lower)), depth: (parent?.depth ?? -1) + 1, parent,
        fileId: rawText(elements.get(T.fileId)).split('\\').map((part) => part.trim()).filter((part) => part !== '').join('/'), elements,
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
  const lastRoot = follow(u32(set.elements.get(T.first)) || 0, undefined);
  if (reached.size !== items.size) problems.push(`${items.size - reached.size} of ${items.size} records cannot be reached by offsets`);
  if ((lastRoot?.at ?? 0) !== u32(set.elements.get(T.last))) problems.push('the offset of the last root record is wrong');
  return {
    fileSetId: rawText(set.elements.get(T.fileSetId)), fileSetUid: rawText(meta.elements.get(0x00020003)), transferSyntaxUid: rawText(meta.elements.get(0x00020010)),
    sopClassUid: rawText(meta.elements.get(0x00020002)), records: [...reached.values()], problems,
  };
};
