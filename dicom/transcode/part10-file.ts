/** Writes one converted instance: header, data set, digest on the way; the target appears whole and synced, or not at all. */
import { createHash, randomBytes } from 'node:crypto';
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
  readonly dataSet: AsyncIterable<Uint8Array>;
  readonly deflated: boolean;
  readonly signal?: AbortSignal;
}

const GATHER_BYTES = 256 * 1024;

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
      if (!deflate.write(chunk)) await new Promise<void>((resolve) => { deflate.once('drain', resolve); deflate.once('close', resolve); });
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

/** Joins small pieces, so that a header of some bytes is no write of its own. */
async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    held.push(piece);
    bytes += piece.length;
    if (bytes < GATHER_BYTES) continue;
    yield held.length === 1 ? piece : Buffer.concat(held, bytes);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held, bytes);
}

const fill = async (handle: FileHandle, file: NewFile): Promise<WrittenFile> => {
  const hash = createHash('sha256');
  const put = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length;) at += (await writing(() => handle.write(bytes, at))).bytesWritten;
  };
  await put(file.header);
  let bytes = file.header.length;
  for await (const chunk of gathered(file.deflated ? deflated(file.dataSet) : file.dataSet)) {
    file.signal?.throwIfAborted();
    hash.update(chunk);
    await put(chunk);
    bytes += chunk.length;
  }
  await writing(() => handle.sync());
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
