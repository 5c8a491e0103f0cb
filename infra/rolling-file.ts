/** A log file that is turned over at a size: file, file.1 … file.4. Writes are synchronous, so a crash loses no line. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const KEPT = 4;
const LARGEST_BYTES = 20 * 1024 * 1024;

export interface RollingFile {
  write(line: string): void;
}

/** Renames file → file.1 → … → file.4; what was file.4 is gone. */
export const turnOver = (path: string): void => {
  for (let n = KEPT; n >= 1; n--) {
    try {
      renameSync(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
};

/** Opens a log file for appending; its folder is made when absent. */
export const rollingFile = (path: string, largestBytes = LARGEST_BYTES): RollingFile => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  let fd = openSync(path, 'a', 0o640);
  let bytes = fstatSync(fd).size;
  return {
    write(line) {
      if (bytes > 0 && bytes + line.length > largestBytes) {
        closeSync(fd);
        turnOver(path);
        fd = openSync(path, 'a', 0o640);
        bytes = 0;
      }
      bytes += writeSync(fd, line);
    },
  };
};
