/**
 * Names in the primary tree of an ISO 9660 level 1 volume: which are legal, and what becomes of those that are not.
 * Knows one directory at a time and refuses nothing itself; image-tree.ts decides which names must be legal as given.
 */

const FILE_ID_COMPONENT = /^[A-Z0-9_]{1,8}$/;
const LEVEL_1_FILE_NAME = /^[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{1,3})?$/;

/**
 * True for one component of a DICOM File ID, which is also a legal level 1 name as it stands.
 * @source PS3.10 8.2, PS3.12 F.2.2.2
 */
export const isFileIdComponent = (name: string): boolean => FILE_ID_COMPONENT.test(name);

/** True for a level 1 file name without its version: 8 characters, at most one dot, 3 characters. @source ECMA-119 7.5, 10.1 */
export const isLevel1FileName = (name: string): boolean => LEVEL_1_FILE_NAME.test(name);

/** A name of one directory, with or without the right to an extension. */
export interface NamedEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

interface NameParts {
  readonly base: string;
  readonly extension: string;
}

const legalCharacters = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9_]/gu, '_');

const cutName = ({ name, isDirectory }: NamedEntry): NameParts => {
  const dot = isDirectory ? -1 : name.lastIndexOf('.');
  // A leading dot makes a hidden file, not an extension.
  const base = dot > 0 ? name.slice(0, dot) : name;
  const extension = dot > 0 ? name.slice(dot + 1) : '';
  return { base: legalCharacters(base).slice(0, 8), extension: legalCharacters(extension).slice(0, 3) };
};

const joinName = ({ base, extension }: NameParts): string => (extension === '' ? base : `${base}.${extension}`);

const numberName = ({ base, extension }: NameParts, ordinal: number): string => {
  const digits = String(ordinal);
  return joinName({ base: `${base.slice(0, 8 - digits.length)}${digits}`, extension });
};

const isLegal = (entry: NamedEntry): boolean =>
  entry.isDirectory ? isFileIdComponent(entry.name) : isLevel1FileName(entry.name);

/**
 * Gives every entry of one directory its own level 1 name, in the order of `entries`.
 * Legal names stay as they are; the others are put in upper case, foreign characters become `_`, and they are cut to 8.3
 * and numbered until they collide with nothing. The result depends on the set of names, not on their order.
 * @source ECMA-119 7.5, 7.6, 10.1; PS3.12 F.2.2
 */
export const isoNames = (entries: readonly NamedEntry[]): readonly string[] => {
  const taken = new Set(entries.filter(isLegal).map(({ name }) => name));
  const derived = new Map<NamedEntry, string>();
  const lastOrdinal = new Map<string, number>();
  const foreign = entries.filter((entry) => !isLegal(entry)).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of foreign) {
    const parts = cutName(entry);
    const wanted = joinName(parts);
    let candidate = wanted;
    for (let ordinal = (lastOrdinal.get(wanted) ?? 0) + 1; taken.has(candidate); ordinal += 1) {
      candidate = numberName(parts, ordinal);
      lastOrdinal.set(wanted, ordinal);
    }
    taken.add(candidate);
    derived.set(entry, candidate);
  }
  return entries.map((entry) => derived.get(entry) ?? entry.name);
};
