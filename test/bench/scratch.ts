/**
 * Folders of a bench. What a round leaves is emptied at once and removed at the end only: the memory its files took serves
 * the next round, and ext4 passes one by one over inodes that were removed within the last minute, which would slow the next.
 */
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = new Set<string>();

/** A new folder, removed by removeScratch. */
export const scratchFolder = (name: string): string => {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  folders.add(folder);
  return folder;
};

/** Empties every file below a folder nobody uses any more. */
export const putAway = (folder: string): void => {
  folders.add(folder);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) if (entry.isFile()) truncateSync(join(entry.parentPath, entry.name));
};

/** Removes all of them. */
export const removeScratch = (): void => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  folders.clear();
};
