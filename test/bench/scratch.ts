/**
 * Folders of a bench. What a round leaves is emptied at once and removed at the end only: the memory its files took serves
 * the next round, and ext4 passes one by one over inodes that were removed within the last minute, which would slow the next.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, readdirSync, rmSync, truncateSync, writeSync } from 'node:fs';
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

/**
 * Uses so much memory for files and gives it back. Where memory is given out on first use, as in most virtual machines,
 * what comes next would else pay for that: several times what the copying itself costs.
 */
export const touchMemory = (bytes: number): void => {
  const folder = scratchFolder('bench-memory');
  const block = Buffer.alloc(1_048_576, 1);
  const file = openSync(join(folder, 'used'), 'w');
  for (let written = 0; written < bytes; written += block.length) writeSync(file, block);
  ftruncateSync(file, 0);
  closeSync(file);
};

/** Removes all of them. */
export const removeScratch = (): void => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  folders.clear();
};
