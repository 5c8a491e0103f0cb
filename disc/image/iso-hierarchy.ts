/**
 * Positions of one ISO 9660 directory hierarchy, primary or Joliet: path tables first, then the directories.
 * Follows from names alone, so it is laid out before any file has a position. Encodes nothing.
 */
import { MAX_ISO_FILE_BYTES, SECTOR_BYTES, sectorsFor } from './sectors.ts';
import type { TreeDirectory, TreeEntry } from './image-tree.ts';

export type HierarchyKind = 'primary' | 'joliet';

/** One entry of a directory with its recorded identifier. */
export interface PlacedEntry {
  readonly entry: TreeEntry;
  readonly identifier: string;
}

export interface PlacedDirectory {
  readonly tree: TreeDirectory;
  readonly identifier: string;
  /** Ordinal in the path table, from 1. */
  readonly number: number;
  readonly parentNumber: number;
  readonly sector: number;
  /** Whole sectors. */
  readonly bytes: number;
  readonly entries: readonly PlacedEntry[];
}

export interface Hierarchy {
  readonly kind: HierarchyKind;
  readonly pathTableBytes: number;
  readonly typeLSector: number;
  readonly typeMSector: number;
  /** In the order of the path table; the root is the first. */
  readonly directories: readonly PlacedDirectory[];
  readonly endSector: number;
}

const identifierOf = (kind: HierarchyKind, entry: TreeEntry): string => {
  if (kind === 'joliet') return entry.kind === 'file' ? `${entry.name};1` : entry.name;
  if (entry.kind === 'directory') return entry.isoName;
  return entry.isoName.includes('.') ? `${entry.isoName};1` : `${entry.isoName}.;1`;
};

/** Primary names compare as padded with spaces to 8 and 3, Joliet names by their UCS-2 units without the version. */
const sortKey = (kind: HierarchyKind, entry: TreeEntry): string => {
  if (kind === 'joliet') return entry.name;
  const [base = '', extension = ''] = entry.isoName.split('.');
  return base.padEnd(8) + extension.padEnd(3);
};

/** On a bridge only UDF shows a file that is too long here: half a file would be worse than none. */
const isCarried = (entry: TreeEntry): boolean => entry.kind === 'directory' || entry.bytes <= MAX_ISO_FILE_BYTES;

const sortEntries = (kind: HierarchyKind, entries: readonly TreeEntry[]): readonly PlacedEntry[] =>
  entries
    .filter(isCarried)
    .map((entry) => ({ entry, identifier: identifierOf(kind, entry), key: sortKey(kind, entry) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ entry, identifier }) => ({ entry, identifier }));

/** Bytes of an identifier as recorded. */
export const identifierBytes = (kind: HierarchyKind, identifier: string): number =>
  kind === 'joliet' ? 2 * identifier.length : identifier.length;

const even = (bytes: number): number => bytes + (bytes % 2);

/** Bytes of a directory record, which is padded to an even length. @source ECMA-119 9.1 */
export const recordBytes = (identifierLength: number): number => even(33 + identifierLength);

/** Bytes of a path table record. @source ECMA-119 9.4 */
export const pathRecordBytes = (identifierLength: number): number => even(8 + identifierLength);

/** Offset of a record that must not cross a sector, when `at` is the end of the one before. @source ECMA-119 6.8.1.1 */
export const recordOffset = (at: number, bytes: number): number => {
  const room = SECTOR_BYTES - (at % SECTOR_BYTES);
  return bytes > room ? at + room : at;
};

const directoryBytes = (kind: HierarchyKind, entries: readonly PlacedEntry[]): number => {
  let end = 2 * recordBytes(1);
  for (const { identifier } of entries) {
    const bytes = recordBytes(identifierBytes(kind, identifier));
    end = recordOffset(end, bytes) + bytes;
  }
  return sectorsFor(end) * SECTOR_BYTES;
};

type Unplaced = Omit<PlacedDirectory, 'sector'>;

/** Breadth first over sorted entries gives the order of path tables: level, number of the parent, name. */
const numberDirectories = (kind: HierarchyKind, root: TreeDirectory): readonly Unplaced[] => {
  const numbered: Unplaced[] = [];
  const waiting: { tree: TreeDirectory; identifier: string; parentNumber: number }[] = [{ tree: root, identifier: '\u0000', parentNumber: 1 }];
  // The list grows while it is walked: children join behind all directories of their parent's level.
  for (const { tree, identifier, parentNumber } of waiting) {
    const entries = sortEntries(kind, tree.entries);
    const number = numbered.length + 1;
    numbered.push({ tree, identifier, number, parentNumber, entries, bytes: directoryBytes(kind, entries) });
    for (const { entry, identifier: name } of entries) {
      if (entry.kind === 'directory') waiting.push({ tree: entry, identifier: name, parentNumber: number });
    }
  }
  return numbered;
};

/**
 * Lays one hierarchy out from `startSector`: type L path table, type M path table, then every directory.
 * @source ECMA-119 6.8, 6.9, 9.3; Joliet Specification (ISO 9660 extensions for Unicode)
 */
export const layHierarchyOut = (kind: HierarchyKind, root: TreeDirectory, startSector: number): Hierarchy => {
  const numbered = numberDirectories(kind, root);
  const pathTableBytes = numbered.reduce(
    (sum, { identifier, number }) => sum + pathRecordBytes(number === 1 ? 1 : identifierBytes(kind, identifier)), 0);
  const typeMSector = startSector + sectorsFor(pathTableBytes);
  let sector = typeMSector + sectorsFor(pathTableBytes);
  const directories = numbered.map((directory): PlacedDirectory => {
    const placed = { ...directory, sector };
    sector += directory.bytes / SECTOR_BYTES;
    return placed;
  });
  return { kind, pathTableBytes, typeLSector: startSector, typeMSector, directories, endSector: sector };
};
