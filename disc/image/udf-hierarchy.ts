/**
 * Blocks of the UDF directory tree: file set descriptor, then per directory its entry, its identifiers and the entries of its files.
 * Follows from names alone. Blocks count from the start of the partition, or of the metadata file where there is one.
 */
import type { UdfRevisionRow } from '../tables/udf-revisions.ts';
import type { TreeDirectory, TreeFile } from './image-tree.ts';
import { SECTOR_BYTES, sectorsFor } from './sectors.ts';
import { compressedNameBytes } from './udf-encodings.ts';

export interface UdfDirectory {
  readonly name: string;
  /** Ordinal, breadth first, from 0. */
  readonly number: number;
  readonly parentNumber: number;
  /** Ordinal of the first subdirectory; the others follow it. */
  readonly firstChild: number;
  readonly directories: readonly TreeDirectory[];
  readonly files: readonly TreeFile[];
  /** Of the directory's own entry; its identifiers follow it, then one entry per file. */
  readonly block: number;
  /** Bytes of its identifiers. */
  readonly bytes: number;
  /** Ordinal of its first file among all files of the tree. */
  readonly firstFile: number;
}

export interface UdfHierarchy {
  readonly revision: UdfRevisionRow;
  /** The root is the first. */
  readonly directories: readonly UdfDirectory[];
  readonly files: number;
  /** Length of all that was laid out. */
  readonly blocks: number;
}

const IDENTIFIER_HEAD_BYTES = 38;
const TAG_BYTES = 16;
/** A parent has no name. */
const PARENT_BYTES = 40;
/** One identifier of our own lengthens a file identifier so that the tag behind it begins in the next block. @source OSTA UDF 2.3.4.4 */
export const STUFFING_BYTES = 32;

/** Bytes of a file identifier with a name of `nameBytes`. @source ECMA-167 4/14.4 */
export const identifierBytes = (nameBytes: number): number => 4 * Math.ceil((IDENTIFIER_HEAD_BYTES + nameBytes) / 4);

/** Whether the identifier that would end at `end` must be lengthened for the one that follows it. @source OSTA UDF 2.3.4.4 */
export const needsStuffing = ({ keepsTagsInBlocks }: UdfRevisionRow, end: number): boolean => {
  const room = (SECTOR_BYTES - (end % SECTOR_BYTES)) % SECTOR_BYTES;
  return keepsTagsInBlocks && room > 0 && room < TAG_BYTES;
};

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

const directoryBytes = (revision: UdfRevisionRow, names: readonly string[]): number => {
  let end = PARENT_BYTES;
  names.forEach((name, index) => {
    end += identifierBytes(compressedNameBytes(name));
    if (index < names.length - 1 && needsStuffing(revision, end)) end += STUFFING_BYTES;
  });
  return end;
};

/** Names of a directory in the order in which they are recorded. */
export const recordedNames = ({ directories, files }: Pick<UdfDirectory, 'directories' | 'files'>): readonly string[] =>
  [...directories, ...files].map(({ name }) => name);

/** Lays the tree out, breadth first, behind the file set descriptor in block 0. */
export const layUdfOut = (root: TreeDirectory, revision: UdfRevisionRow): UdfHierarchy => {
  const laid: UdfDirectory[] = [];
  const waiting: { tree: TreeDirectory; parentNumber: number }[] = [{ tree: root, parentNumber: 0 }];
  let block = 1;
  let fileCount = 0;
  // The list grows while it is walked: the children of one directory come to stand together.
  for (const { tree, parentNumber } of waiting) {
    const number = laid.length;
    const directories = tree.entries.filter((entry) => entry.kind === 'directory').sort(byName);
    const files = tree.entries.filter((entry) => entry.kind === 'file').sort(byName);
    const bytes = directoryBytes(revision, recordedNames({ directories, files }));
    laid.push({ name: tree.name, number, parentNumber, firstChild: waiting.length, directories, files, block, bytes, firstFile: fileCount });
    for (const below of directories) waiting.push({ tree: below, parentNumber: number });
    block += 1 + sectorsFor(bytes) + files.length;
    fileCount += files.length;
  }
  return { revision, directories: laid, files: fileCount, blocks: block };
};

/** Root and metadata files have 0; 1 to 15 are reserved. @source OSTA UDF 2.3.4.3, 3.2.1.1 */
const FIRST_UNIQUE_ID = 16;

export const directoryUniqueId = (number: number): number => (number === 0 ? 0 : FIRST_UNIQUE_ID - 1 + number);

export const fileUniqueId = ({ directories }: UdfHierarchy, ordinal: number): number => FIRST_UNIQUE_ID - 1 + directories.length + ordinal;

/** Block of the entry of the file with this place in its directory. */
export const fileEntryBlock = (directory: UdfDirectory, at: number): number => directory.block + 1 + sectorsFor(directory.bytes) + at;
