/** The files of a store as those see them who do not receive: where they are, and removing them. */
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { storeFailed } from './store-failed.ts';

export interface StoredInstances {
  /** Removes a file that the catalog no longer holds; true when it was there. @throws {ApplianceError} INTAKE_STORE_FAILED */
  remove(path: string): boolean;
  absolute(path: string): string;
}

export const unlinkIfThere = (file: string): boolean => {
  try {
    unlinkSync(file);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw storeFailed('file cannot be removed', cause);
  }
};

/** Any process may hold this, also while another receives. */
export const storedInstances = (directory: string): StoredInstances => ({
  remove: (path) => unlinkIfThere(join(directory, path)),
  absolute: (path) => join(directory, path),
});
