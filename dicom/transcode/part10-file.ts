/** Writes one converted instance: header, data set, digest on the way; the target appears whole and synced, or not at all. */
import { createHash, randomBytes } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createDeflateRaw } from 'node:zlib';
import { ApplianceError } from '../../infra/errors.ts';
import { syncFolder } from '../../infra/durable-file.ts';

export interface WrittenFile {
  readonly bytes: number;
  readonly dataSetOffset: number;
  /** Over the data set as it lies in the file. */
  readonly dataSetSha256: string;
}

export interface NewFile {
  readonly target: string;
  /** Preamble to the end of group 0002. */
  readonly header: Buffer;
  /** Every piece is used up before the next is asked for. */
  readonly dataSet: AsyncIterable<Uint8Array>;
  readonly deflated: boolean;
  readonly signal?: AbortSignal;
}

const GATHER_BYTES = 256 * 1024;
/** What is written goes to the disk from so many bytes on, while the rest is made. */
const SYNC_BYTES = 4 * 1024 * 1024;

const writing = async <T>(step: () => Promise<T>): Promise<T> => {
  try {
    return await step();
  } catch (cause) {
    throw new ApplianceError('TRANSCODE_WRITE_FAILED', `The converted file cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, { cause });
  }
};

/** Deflates a data set; an odd stream gets its closing 00H. @source PS3.5 A.5 */
async function* deflated(dataSet: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const deflate = createDeflateRaw({ chunkSize: GATHER_BYTES });
  const fed = (async (): Promise<void> => {
    for await (const chunk of dataSet) {
      await new Promise<void>((resolve) => { deflate.write(chunk, () => { resolve(); }); });
      if (deflate.destroyed) return;
    }
    deflate.end();
  })().catch((error: unknown) => { deflate.destroy(error as Error); });
  let bytes = 0;
  try {
    for await (const chunk of deflate as AsyncIterable<Buffer>) { bytes += chunk.length; yield chunk; }
  } finally {
    deflate.destroy();
    await fed;
  }
  if (bytes % 2 === 1) yield Buffer.of(0);
}

/** Puts bytes at the end of a file: several small ones by one write, and all of them on the disk soon, so that the last sync has little left. */
const appender = (handle: FileHandle, hash: Hash) => {
  const small = Buffer.allocUnsafeSlow(GATHER_BYTES);
  let held = 0;
  let unsynced = 0;
  let isSyncing = false;
  let synced = Promise.resolve();
  const put = async (bytes: Uint8Array): Promise<void> => {
    const written = writing(async () => {
      for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
    });
    hash.update(bytes);
    await written;
    unsynced += bytes.length;
    if (unsynced < SYNC_BYTES || isSyncing) return;
    unsynced = 0;
    isSyncing = true;
    synced = synced.then(() => handle.datasync()).finally(() => { isSyncing = false; });
    // A failure is met at the end: the system tells of it once.
    synced.catch(() => undefined);
  };
  const flush = async (): Promise<void> => {
    const bytes = small.subarray(0, held);
    held = 0;
    if (bytes.length > 0) await put(bytes);
  };
  return {
    add: async (bytes: Uint8Array): Promise<void> => {
      if (held + bytes.length > GATHER_BYTES) await flush();
      if (bytes.length > GATHER_BYTES / 2) { await flush(); await put(bytes); return; }
      small.set(bytes, held);
      held += bytes.length;
    },
    end: async (): Promise<void> => {
      await flush();
      await writing(() => synced);
      await writing(() => handle.sync());
    },
  };
};

const fill = async (handle: FileHandle, file: NewFile): Promise<WrittenFile> => {
  const hash = createHash('sha256');
  await writing(() => handle.writeFile(file.header));
  const { add, end } = appender(handle, hash);
  let bytes = file.header.length;
  for await (const piece of file.deflated ? deflated(file.dataSet) : file.dataSet) {
    file.signal?.throwIfAborted();
    await add(piece);
    bytes += piece.length;
  }
  await end();
  return { bytes, dataSetOffset: file.header.length, dataSetSha256: hash.digest('hex') };
};

/**
 * Writes the file beside its target and renames it; a failure leaves neither.
 * @throws {ApplianceError} TRANSCODE_WRITE_FAILED; what the data set throws; the reason of an abort
 * @source PS3.10 7.1
 */
export const writePart10 = async (file: NewFile): Promise<WrittenFile> => {
  const beside = join(dirname(file.target), `.${basename(file.target)}.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await writing(() => open(beside, 'wx', 0o640));
  try {
    let written: WrittenFile;
    try {
      written = await fill(handle, file);
    } finally {
      await handle.close();
    }
    file.signal?.throwIfAborted();
    await writing(() => rename(beside, file.target));
    await writing(() => syncFolder(dirname(file.target)));
    return written;
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
};
