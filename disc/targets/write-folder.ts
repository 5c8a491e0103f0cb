/** Files into a new folder, each synced: for a stick that is pulled out the moment the light goes off. */
import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ApplianceError } from '../../infra/errors.ts';
import { syncFolder } from '../../infra/durable-file.ts';
import { digestFile } from './digest-file.ts';
import type { SourceFile } from './source-file.ts';

export interface WrittenFolderFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const mismatch = (what: string, path: string): ApplianceError => new ApplianceError('DISC_TARGET_MISMATCH', what, { details: { path } });

const writeOne = async (folder: string, source: SourceFile, signal: AbortSignal | undefined): Promise<WrittenFolderFile> => {
  const handle = await open(join(folder, ...source.path.split('/')), 'wx', 0o644);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of source.open()) {
      signal?.throwIfAborted();
      for (let at = 0; at < piece.length;) at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
      hash.update(piece);
      bytes += piece.length;
    }
    const sha256 = hash.digest('hex');
    if (bytes !== source.bytes || (source.sha256 !== undefined && source.sha256 !== sha256)) throw mismatch('a file is not what the manifest says', source.path);
    await handle.sync();
    return { path: source.path, bytes, sha256 };
  } finally {
    await handle.close();
  }
};

/** Folders of a path below the root, the outer before the inner. */
const foldersOf = (path: string): readonly string[] => {
  const parent = dirname(path);
  return parent === '.' ? [] : [...foldersOf(parent), parent];
};

/** Writes the files into `folder`, which must be new, and syncs files and folders. Errors of the system pass as they are. */
export const writeFolder = async (folder: string, files: readonly SourceFile[], signal?: AbortSignal): Promise<readonly WrittenFolderFile[]> => {
  await mkdir(folder, { mode: 0o755 });
  const folders = [...new Set(files.flatMap(({ path }) => foldersOf(path)))];
  for (const inner of folders) await mkdir(join(folder, ...inner.split('/')), { mode: 0o755 });
  const written: WrittenFolderFile[] = [];
  for (const file of files) written.push(await writeOne(folder, file, signal));
  for (const inner of [...folders].reverse()) await syncFolder(join(folder, ...inner.split('/')));
  await syncFolder(folder);
  return written;
};

/**
 * Reads the files back. What the system still holds in memory may be answered from there: a stick is judged by its sync first.
 * @throws {ApplianceError} DISC_TARGET_MISMATCH when one is other than written
 */
export const verifyFolder = async (folder: string, files: readonly WrittenFolderFile[], signal?: AbortSignal): Promise<void> => {
  for (const file of files) {
    if (await digestFile(join(folder, ...file.path.split('/')), signal) !== file.sha256) throw mismatch('a file reads back other than written', file.path);
  }
};
