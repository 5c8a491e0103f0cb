/**
 * ZIP files, plain or under AES-256: the one place that knows the library. One file at a time, in bounded memory.
 * Refuses to write over anything; reads back what was written.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Reader, ZipReader, ZipWriter } from '@zip.js/zip.js';
import { ApplianceError } from '../infra/errors.ts';
import { targetFailure } from './targets/failure.ts';
import type { SourceFile } from './targets/source-file.ts';

export interface ZipRequest {
  readonly files: readonly SourceFile[];
  /** Must not exist. */
  readonly target: string;
  /** AES-256 where given (WinZip AE-2); never kept, logged or written. */
  readonly passphrase?: string;
  /** Recorded as the date of every file. */
  readonly modifiedAt: Date;
  /** Deflates; stored as it is otherwise, which is several times faster. */
  readonly compress?: boolean;
  readonly signal?: AbortSignal;
}

export interface WrittenZip {
  readonly bytes: number;
  /** SHA-256 of the whole ZIP, hex. */
  readonly sha256: string;
  /** SHA-256 of every file inside, as it was read. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

const AES_256 = 3;
const DEFLATE_LEVEL = 6;

const mismatch = (what: string, path: string): ApplianceError => new ApplianceError('DISC_TARGET_MISMATCH', what, { details: { path } });

/** Streams a source and checks length and digest at its end. */
const checkedStream = (file: SourceFile, signal: AbortSignal | undefined, done: (sha256: string) => void): ReadableStream<Uint8Array> => {
  const pieces = file.open()[Symbol.asyncIterator]();
  const hash = createHash('sha256');
  let bytes = 0;
  return new ReadableStream({
    async pull(controller) {
      signal?.throwIfAborted();
      const next = await pieces.next();
      if (next.done !== true) {
        bytes += next.value.length;
        hash.update(next.value);
        controller.enqueue(next.value);
        return;
      }
      const sha256 = hash.digest('hex');
      if (bytes !== file.bytes || (file.sha256 !== undefined && file.sha256 !== sha256)) throw mismatch('a file is not what was planned', file.path);
      done(sha256);
      controller.close();
    },
    async cancel() { await pieces.return?.(); },
  }, { highWaterMark: 0 });
};

/** Writes into the handle, one piece after the other. */
const intoFile = (handle: FileHandle, each: (piece: Uint8Array) => void): WritableStream<Uint8Array> => new WritableStream({
  async write(piece) {
    for (let at = 0; at < piece.length;) at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
    each(piece);
  },
});

/**
 * Writes and syncs a ZIP; what is left of a failed one is the caller's to remove.
 * @throws {ApplianceError} DISC_TARGET_FULL, _READ_ONLY, _EXISTS, _UNREACHABLE; DISC_TARGET_MISMATCH when a source is not as planned
 * @source PKWARE APPNOTE 6.3; WinZip AES encryption specification (AE-2)
 */
export const writeZip = async (request: ZipRequest): Promise<WrittenZip> => {
  const { files, signal, passphrase } = request;
  let handle: FileHandle | undefined;
  try {
    handle = await open(request.target, 'wx', 0o640);
    const hash = createHash('sha256');
    let bytes = 0;
    const writer = new ZipWriter(intoFile(handle, (piece) => { hash.update(piece); bytes += piece.length; }), {
      useWebWorkers: false, level: request.compress === true ? DEFLATE_LEVEL : 0, lastModDate: request.modifiedAt, extendedTimestamp: false,
      ...(passphrase === undefined ? {} : { password: passphrase, encryptionStrength: AES_256 }),
    });
    const written: { path: string; bytes: number; sha256: string }[] = [];
    for (const file of files) {
      await writer.add(file.path, { readable: checkedStream(file, signal, (sha256) => { written.push({ path: file.path, bytes: file.bytes, sha256 }); }) }, {
        uncompressedSize: file.bytes,
        // Nothing to encrypt; 7-Zip calls the headers of an encrypted nothing broken.
        ...(file.bytes === 0 ? { password: '' } : {}),
      });
    }
    await writer.close();
    await handle.sync();
    return { bytes, sha256: hash.digest('hex'), files: written };
  } catch (error) {
    throw targetFailure(error, signal);
  } finally {
    await handle?.close();
  }
};

/** Random access to a ZIP on disk. */
class FileReader extends Reader<FileHandle> {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, bytes: number) {
    super(handle);
    this.#handle = handle;
    this.size = bytes;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    for (let at = 0; at < buffer.length;) {
      const { bytesRead } = await this.#handle.read(buffer, at, buffer.length - at, index + at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return buffer;
  }
}

/**
 * Reads a ZIP back and compares every file with its digest.
 * @throws {ApplianceError} DISC_TARGET_MISMATCH when a file is missing, more, or other, or the passphrase does not open it
 */
export const verifyZip = async (path: string, files: WrittenZip['files'], passphrase?: string): Promise<void> => {
  const handle = await open(path, 'r').catch((error: unknown) => { throw targetFailure(error); });
  try {
    const reader = new ZipReader(new FileReader(handle, (await handle.stat()).size), { useWebWorkers: false, ...(passphrase === undefined ? {} : { password: passphrase }) });
    const left = new Map(files.map((file) => [file.path, file]));
    for await (const entry of reader.getEntriesGenerator()) {
      const wanted = left.get(entry.filename);
      if (wanted === undefined || entry.directory) throw mismatch('the ZIP holds a file that was not written', entry.filename);
      left.delete(entry.filename);
      const hash = createHash('sha256');
      await entry.getData(new WritableStream<Uint8Array>({ write(piece) { hash.update(piece); } }));
      if (hash.digest('hex') !== wanted.sha256) throw mismatch('a file reads back other than written', entry.filename);
    }
    await reader.close();
    for (const path of left.keys()) throw mismatch('a file is missing in the ZIP', path);
  } catch (error) {
    if (error instanceof ApplianceError) throw error;
    throw mismatch('the ZIP cannot be read back', error instanceof Error ? error.message.slice(0, 80) : '');
  } finally {
    await handle.close();
  }
};
