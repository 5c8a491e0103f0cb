/** Where the files of a store lie. */
import { isAbsolute, resolve, sep } from 'node:path';

/** Finds files by what the catalog says of them: below the store folder; those prepared for one order lie elsewhere and say so in full. */
export const storedFiles = (storeDirectory: string): ((path: string) => string) => {
  // Made once: to resolve every path of tens of thousands takes longer than to read their heads.
  const below = resolve(storeDirectory) + sep;
  return (path) => (isAbsolute(path) ? path : below + path);
};
