/**
 * Bytes of ISO 9660 directory records, directories and path tables, of either hierarchy.
 * Positions come from iso-hierarchy.ts and the planner; nothing here decides one.
 */
import { identifierBytes, pathRecordBytes, recordBytes, recordOffset, type Hierarchy, type HierarchyKind, type PlacedDirectory } from './iso-hierarchy.ts';

/** Writes a 16-bit number little-endian, then big-endian. @source ECMA-119 7.2.3 */
export const writeBoth16 = (into: Buffer, at: number, value: number): void => {
  into.writeUInt16LE(value, at);
  into.writeUInt16BE(value, at + 2);
};

/** Writes a 32-bit number little-endian, then big-endian. @source ECMA-119 7.3.3 */
export const writeBoth32 = (into: Buffer, at: number, value: number): void => {
  into.writeUInt32LE(value, at);
  into.writeUInt32BE(value, at + 4);
};

/** Bytes of text as big-endian UCS-2. */
export const ucs2 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

const encodeIdentifier = (kind: HierarchyKind, identifier: string): Buffer =>
  kind === 'joliet' ? ucs2(identifier) : Buffer.from(identifier, 'latin1');

interface RecordFields {
  readonly identifier: Buffer;
  readonly sector: number;
  readonly bytes: number;
  readonly isDirectory: boolean;
  readonly recordedAt: Date;
}

/** Writes one directory record at `at` and gives its end. The target is zeroed already. @source ECMA-119 9.1 */
export const writeRecord = (into: Buffer, at: number, fields: RecordFields): number => {
  const { identifier, recordedAt } = fields;
  const length = recordBytes(identifier.length);
  into[at] = length;
  writeBoth32(into, at + 2, fields.sector);
  writeBoth32(into, at + 10, fields.bytes);
  into.set([
    recordedAt.getUTCFullYear() - 1900, recordedAt.getUTCMonth() + 1, recordedAt.getUTCDate(),
    recordedAt.getUTCHours(), recordedAt.getUTCMinutes(), recordedAt.getUTCSeconds(), 0,
  ], at + 18);
  into[at + 25] = fields.isDirectory ? 2 : 0;
  writeBoth16(into, at + 28, 1);
  into[at + 32] = identifier.length;
  into.set(identifier, at + 33);
  return at + length;
};

/** Identifier of a directory in its own first record, and of its parent in the second. @source ECMA-119 7.6.2 */
export const SELF_IDENTIFIER = Buffer.from([0]);
const PARENT_IDENTIFIER = Buffer.from([1]);

const pick = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new TypeError(`plan has no entry ${index}`);
  return item;
};

/** What a directory needs to know of the rest of the volume. */
export interface RecordContext {
  readonly hierarchy: Hierarchy;
  /** First sector of each file of the volume, 0 for an empty one. */
  readonly fileSectors: readonly number[];
  readonly recordedAt: Date;
}

/** Gives the extent of every directory, in the order of the hierarchy, one at a time. @source ECMA-119 6.8.1 */
export const encodeDirectory = (directory: PlacedDirectory, context: RecordContext): Buffer => {
  const { hierarchy, fileSectors, recordedAt } = context;
  const extent = Buffer.alloc(directory.bytes);
  const parent = pick(hierarchy.directories, directory.parentNumber - 1);
  let end = writeRecord(extent, 0, { ...position(directory), identifier: SELF_IDENTIFIER, isDirectory: true, recordedAt });
  end = writeRecord(extent, end, { ...position(parent), identifier: PARENT_IDENTIFIER, isDirectory: true, recordedAt });
  let child = firstChild(hierarchy, directory);
  for (const { entry, identifier } of directory.entries) {
    const encoded = encodeIdentifier(hierarchy.kind, identifier);
    const target = entry.kind === 'file'
      ? { sector: pick(fileSectors, entry.index), bytes: entry.bytes }
      : position(pick(hierarchy.directories, child++));
    const start = recordOffset(end, recordBytes(encoded.length));
    end = writeRecord(extent, start, { ...target, identifier: encoded, isDirectory: entry.kind === 'directory', recordedAt });
  }
  return extent;
};

const position = ({ sector, bytes }: PlacedDirectory): { sector: number; bytes: number } => ({ sector, bytes });

/** Children of one directory stand together in the path table; a binary search by parent finds the first. */
const firstChild = ({ directories }: Hierarchy, { number }: PlacedDirectory): number => {
  let low = 1;
  let high = directories.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pick(directories, middle).parentNumber < number) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Gives one path table: type L has little-endian numbers, type M big-endian ones. @source ECMA-119 6.9, 9.4 */
export const encodePathTable = ({ kind, directories, pathTableBytes }: Hierarchy, type: 'L' | 'M'): Buffer => {
  const table = Buffer.alloc(pathTableBytes);
  let end = 0;
  for (const { identifier, number, sector, parentNumber } of directories) {
    const length = number === 1 ? 1 : identifierBytes(kind, identifier);
    table[end] = length;
    if (type === 'L') {
      table.writeUInt32LE(sector, end + 2);
      table.writeUInt16LE(parentNumber, end + 6);
    } else {
      table.writeUInt32BE(sector, end + 2);
      table.writeUInt16BE(parentNumber, end + 6);
    }
    if (number !== 1) table.set(encodeIdentifier(kind, identifier), end + 8);
    end += pathRecordBytes(length);
  }
  return table;
};
