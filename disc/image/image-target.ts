/**
 * The file an image is written to: `<file>.part` until it is complete and on disk, then `<file>`.
 * Nothing is left behind when the image is given up.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ApplianceError } from '../../infra/errors.ts';

export interface ImageTarget {
  /** Writes all of `bytes` behind what was written before; one call at a time. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Hands to the disk what was written so far, without waiting. */
  readonly flush: () => void;
  /** Makes the file durable under its own name. */
  readonly complete: () => Promise<void>;
  /** Removes the unfinished file. Does nothing after complete(). */
  readonly discard: () => Promise<void>;
}

/** Handed to the disk early, so that the last flush does not wait for the whole image. */
const FLUSH_BYTES = 16 * 1024 * 1024;
/** The image holds patient data: readable by the appliance and its group only. */
const MODE = 0o640;

const failed = (what: string, cause: unknown): ApplianceError => new ApplianceError('DISC_IMAGE_FAILED', what, { cause });

const syncDirectory = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Opens the part file, emptying one that a crash left behind.
 * @throws {ApplianceError} DISC_IMAGE_FAILED here and from write() and complete(), for instance when the disk is full
 */
export const openImageTarget = async (file: string): Promise<ImageTarget> => {
  const part = `${file}.part`;
  const handle = await open(part, 'w', MODE).catch((error: unknown) => { throw failed('the image file cannot be made', error); });
  let unflushed = 0;
  let flushing: Promise<void> | undefined;
  let flushFailure: unknown;
  let isOpen = true;
  let leftover: string | undefined = part;

  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };

  const flush = (): void => {
    if (flushing !== undefined || flushFailure !== undefined) return;
    unflushed = 0;
    flushing = handle.datasync().then(
      () => { flushing = undefined; },
      (error: unknown) => { flushFailure = error; },
    );
  };
  const settle = async (): Promise<void> => {
    await flushing;
    if (flushFailure !== undefined) throw failed('the image cannot be written', flushFailure);
  };
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (let from = 0; from < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, from, bytes.length - from)
        .catch((error: unknown) => { throw failed('the image cannot be written', error); });
      from += bytesWritten;
    }
    unflushed += bytes.length;
    if (flushFailure !== undefined) await settle();
    if (unflushed >= FLUSH_BYTES) flush();
  };
  const complete = async (): Promise<void> => {
    await settle();
    try {
      await handle.sync();
      await close();
      await rename(part, file);
      leftover = file;
      await syncDirectory(dirname(file));
      leftover = undefined;
    } catch (error) {
      throw failed('the image cannot be made durable', error);
    }
  };
  const discard = async (): Promise<void> => {
    await flushing;
    await close();
    if (leftover !== undefined) await rm(leftover, { force: true });
  };
  return { write, flush, complete, discard };
};
