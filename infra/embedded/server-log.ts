/** Output files of the embedded servers. A server writes into the file itself, so that it can outlive us. */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { turnOver } from '../rolling-file.ts';

const LARGEST_BYTES = 10 * 1024 * 1024;

export interface ServerLog {
  readonly fd: number;
  readonly path: string;
  /** Closes our own end. */
  close(): Promise<void>;
}

/** Opens the output file of a server for appending; one larger than 10 MiB is turned over first. */
export const openServerLog = async (home: Home, name: string): Promise<ServerLog> => {
  const path = join(home.logs, `${name}.out`);
  const bytes = await stat(path).then(({ size }) => size, (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  });
  if (bytes > LARGEST_BYTES) turnOver(path);
  const handle = await open(path, 'a', 0o640);
  return { fd: handle.fd, path, close: () => handle.close() };
};

/** The last lines of an output file, for a message. */
export const tailOf = async (path: string): Promise<string> => (await readFile(path, 'utf8')).trim().split('\n').slice(-5).join(' | ').slice(-600);
