/**
 * Gives complete part files their names below instances/. A file that has the name already is kept when it holds the
 * data set whole, and replaced when it does not: names are given before the bytes are synced, so a power cut may leave a
 * name with less behind it. Such a file has no row, which comes only after the sync.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';

export interface DataSetFacts {
  readonly bytes: number;
  readonly sha256: string;
}

export interface Placed {
  /** Length of the file that was there and stays; the part file is then removed. */
  readonly existingBytes: number | undefined;
  /** Folders whose entries changed. */
  readonly folders: readonly string[];
}

export interface Shelves {
  /** Rejects with errors of the file system; the part file is then still there. */
  place(part: string, file: string, dataSet: DataSetFacts): Promise<Placed>;
}

/** True when the last bytes of the file are the data set. */
const holds = async (file: string, fileBytes: number, { bytes, sha256 }: DataSetFacts): Promise<boolean> => {
  if (fileBytes <= bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { start: fileBytes - bytes, highWaterMark: 1_048_576 })) hash.update(chunk as Buffer);
  return hash.digest('hex') === sha256;
};

/** Makes the shelves below a folder that exists. */
export const createShelves = (root: string): Shelves => {
  const known = new Set<string>();

  /** Makes a folder where it is not known; answers the folders whose entries changed. */
  const shelve = (folder: string): readonly string[] => {
    if (known.has(folder)) return [folder];
    const isNew = mkdirSync(folder, { recursive: true }) !== undefined;
    known.add(folder);
    return isNew ? [folder, dirname(folder), root] : [folder];
  };

  /** Someone may tidy up empty shelves while we run. */
  const rename = (part: string, file: string): readonly string[] => {
    const folder = dirname(file);
    const folders = shelve(folder);
    try {
      renameSync(part, file);
      return folders;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      known.delete(folder);
      const again = shelve(folder);
      renameSync(part, file);
      return again;
    }
  };

  return {
    place: async (part, file, dataSet) => {
      let damaged: number | undefined;
      for (;;) {
        const existing = statSync(file, { throwIfNoEntry: false });
        // Nothing is awaited between this look and the rename: two arrivals of one instance never replace each other's file.
        if (existing === undefined || existing.ino === damaged) return { existingBytes: undefined, folders: rename(part, file) };
        if (await holds(file, existing.size, dataSet)) {
          unlinkSync(part);
          return { existingBytes: existing.size, folders: [dirname(file)] };
        }
        damaged = existing.ino;
      }
    },
  };
};
