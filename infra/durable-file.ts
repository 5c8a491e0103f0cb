/**
 * Small files that survive a power cut: written beside the target, synced, renamed, folder synced.
 * Not for instance files, which are streamed by the instance store.
 */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Makes renames and removals inside a folder durable. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Replaces the file in one step; a reader sees the old content or the new, never a part. */
export const writeDurably = async (path: string, content: string | Uint8Array, options: { mode?: number } = {}): Promise<void> => {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(beside, 'wx', options.mode ?? 0o640);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
};

/** Writes a value as JSON, durably. */
export const writeJsonFile = (path: string, value: unknown, options: { mode?: number } = {}): Promise<void> =>
  writeDurably(path, `${JSON.stringify(value, null, 2)}\n`, options);

/** Reads a JSON file; undefined when it is absent. Throws SyntaxError when it is no JSON. */
export const readJsonFile = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
