/**
 * The directory tree of a volume, made from the paths of its files, with the level 1 name of every entry.
 * Refuses names, depths and sizes that one of the trees of the volume cannot carry.
 */
import { ApplianceError } from '../../infra/errors.ts';
import type { ImageFile } from './image-file.ts';
import { isFileIdComponent, isoNames } from './iso-names.ts';

export interface TreeFile {
  readonly kind: 'file';
  readonly name: string;
  readonly isoName: string;
  /** Position in the list of files of the volume. */
  readonly index: number;
  readonly bytes: number;
}

export interface TreeDirectory {
  readonly kind: 'directory';
  readonly name: string;
  readonly isoName: string;
  readonly entries: readonly TreeEntry[];
}

export type TreeEntry = TreeFile | TreeDirectory;

/** The root counts as level 1, so a path of 8 components puts its file into a directory of level 8. */
const MAX_COMPONENTS = 8;
/** A Joliet identifier has 64 UCS-2 characters; a file spends two on `;1`. */
const MAX_DIRECTORY_NAME = 64;
const MAX_FILE_NAME = 62;

const invalid = (what: string, path: string): ApplianceError =>
  new ApplianceError('DISC_FILE_SET_INVALID', `${what}: ${path}`, { details: { path } });

// eslint-disable-next-line no-control-regex -- control characters are exactly what is refused here
const FORBIDDEN = /[\u0000-\u001f\u007f*/:;?\\\ud800-\udfff]/;

const checkName = (name: string, limit: number, path: string): void => {
  if (name === '' || name === '.' || name === '..') throw invalid('a component of the path is empty or only dots', path);
  if (name.length > limit) throw invalid(`a component of the path has more than ${limit} characters`, path);
  if (FORBIDDEN.test(name)) throw invalid('a component of the path has characters Joliet does not carry', path);
  // Windows cannot open a name that ends so.
  if (/[. ]$/.test(name)) throw invalid('a component of the path ends with a dot or a space', path);
};

const isDicomPath = (file: ImageFile, components: readonly string[]): boolean =>
  file.hashDataSetFrom !== undefined || file.path === 'DICOMDIR' || components[0] === 'DICOM';

const checkFile = (file: ImageFile, components: readonly string[], maxFileBytes: number): void => {
  if (components.length > MAX_COMPONENTS) throw invalid('the path is deeper than 8 levels', file.path);
  components.forEach((name, at) => {
    checkName(name, at === components.length - 1 ? MAX_FILE_NAME : MAX_DIRECTORY_NAME, file.path);
  });
  if (isDicomPath(file, components) && !components.every(isFileIdComponent)) throw invalid('not a legal File ID', file.path);
  if (!Number.isSafeInteger(file.bytes) || file.bytes < 0) throw invalid('the length is no count of bytes', file.path);
  if (file.bytes > maxFileBytes) throw invalid(`the file has more than the ${maxFileBytes} bytes that this kind of volume carries`, file.path);
  if ('data' in file.content && file.content.data.length !== file.bytes) throw invalid('content and length disagree', file.path);
  const from = file.hashDataSetFrom;
  if (from !== undefined && (!Number.isSafeInteger(from) || from < 0 || from > file.bytes)) {
    throw invalid('the data set starts outside the file', file.path);
  }
  if (file.expectDataSetSha256 !== undefined && (from === undefined || !/^[0-9a-f]{64}$/.test(file.expectDataSetSha256))) {
    throw invalid('the expected digest is no SHA-256 of a data set', file.path);
  }
};

interface Branch {
  readonly directories: Map<string, Branch>;
  readonly files: Map<string, { readonly index: number; readonly bytes: number }>;
  /** Names without case, because Windows opens only one of two that differ in nothing else; undefined while all are plain. */
  folded: Map<string, string> | undefined;
}

const createBranch = (): Branch => ({ directories: new Map(), files: new Map(), folded: undefined });

/** Of two such names none differs from the other only in case: those of DICOM files are, so that a full disc needs no second list of them. */
const PLAIN = /^[A-Z0-9_.]+$/;

const foldedNames = ({ directories, files }: Branch): Map<string, string> =>
  new Map([...directories.keys(), ...files.keys()].map((name) => [name.toLowerCase(), name]));

const claim = (branch: Branch, name: string, path: string): void => {
  if (branch.folded === undefined && PLAIN.test(name)) return;
  branch.folded ??= foldedNames(branch);
  const folded = name.toLowerCase();
  const holder = branch.folded.get(folded);
  if (holder !== undefined && holder !== name) throw invalid('two names differ only in case', path);
  branch.folded.set(folded, name);
};

const descend = (branch: Branch, name: string, path: string): Branch => {
  if (branch.files.has(name)) throw invalid('a file and a directory have the same name', path);
  const known = branch.directories.get(name);
  if (known !== undefined) return known;
  claim(branch, name, path);
  const made = createBranch();
  branch.directories.set(name, made);
  return made;
};

const place = (root: Branch, file: ImageFile, index: number, maxFileBytes: number): void => {
  const components = file.path.split('/');
  checkFile(file, components, maxFileBytes);
  const name = components.at(-1) ?? '';
  const branch = components.slice(0, -1).reduce((at, component) => descend(at, component, file.path), root);
  if (branch.files.has(name)) throw invalid('two files have the same path', file.path);
  if (branch.directories.has(name)) throw invalid('a file and a directory have the same name', file.path);
  claim(branch, name, file.path);
  branch.files.set(name, { index, bytes: file.bytes });
};

const finish = (branch: Branch, name: string, isoName: string): TreeDirectory => {
  const directories = [...branch.directories];
  const files = [...branch.files];
  const names = isoNames([
    ...directories.map(([entry]) => ({ name: entry, isDirectory: true })),
    ...files.map(([entry]) => ({ name: entry, isDirectory: false })),
  ]);
  const entries: TreeEntry[] = [
    ...directories.map(([entry, below], at) => finish(below, entry, names[at] ?? entry)),
    ...files.map(([entry, { index, bytes }], at): TreeFile =>
      ({ kind: 'file', name: entry, isoName: names[directories.length + at] ?? entry, index, bytes })),
  ];
  return { kind: 'directory', name, isoName, entries };
};

/**
 * Makes the tree of the given files; directories exist only through their files. Names obey Joliet in every kind of volume,
 * so that a volume is not refused for the medium it happens to be planned for.
 * @throws {ApplianceError} DISC_FILE_SET_INVALID for names, depths, lengths and duplicates the volume cannot carry
 * @source ECMA-119 6.8.2.1, 7.5, 7.6, 10.1; PS3.10 8.2; PS3.12 F.2.2.2
 */
export const buildImageTree = (files: readonly ImageFile[], maxFileBytes: number): TreeDirectory => {
  const root = createBranch();
  files.forEach((file, index) => { place(root, file, index, maxFileBytes); });
  return finish(root, '', '');
};
