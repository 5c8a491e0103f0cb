/**
 * Copies beside a disc: the finished image as an image file, a ZIP or a folder, in a place that a setting names.
 * Under a name of its own first, read back, then renamed; nothing there is ever written over.
 */
import { randomBytes } from 'node:crypto';
import { copyFile, link, lstat, open, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplianceError } from '../../infra/errors.ts';
import { syncFolder } from '../../infra/durable-file.ts';
import { verifyZip, writeZip } from '../zip.ts';
import { digestFile } from './digest-file.ts';
import { systemCode, targetFailure } from './failure.ts';
import { filesOfImage, readIsoTree } from './image-files.ts';
import type { ReadVolume } from './image-files.ts';
import { verifyFolder, writeFolder } from './write-folder.ts';

export type TargetKind = 'iso' | 'zip' | 'folder';

export interface DeliverRequest {
  readonly kind: TargetKind;
  /** The finished image, as the gate accepted it. */
  readonly imageFile: string;
  /** SHA-256 of the image, hex. */
  readonly imageSha256: string;
  /** Folder that the setting names; must be there. */
  readonly place: string;
  /** 1 to 16 characters of A-Z 0-9 _. */
  readonly fileSetId: string;
  /** Serial of the copy: 1 to 32 letters, digits, - and _. */
  readonly serial: string;
  readonly createdAt: Date;
  /** Encrypts a ZIP. */
  readonly passphrase?: string;
  /** For images that are not ISO 9660. */
  readonly read?: ReadVolume;
  readonly signal?: AbortSignal;
}

export interface DeliveredCopy {
  /** Name below the place: tells the file-set and the serial, no patient. */
  readonly name: string;
  /** Bytes of the files that were written. */
  readonly bytes: number;
  /** SHA-256 of image or ZIP; '' for a folder. */
  readonly sha256: string;
  /** Files of the volume in it. */
  readonly files: number;
}

const SUFFIX: Readonly<Record<TargetKind, string>> = { iso: '.iso', zip: '.zip', folder: '' };

/** Name of a copy. @throws {TypeError} for parts that are not what they should be */
export const copyName = (kind: TargetKind, fileSetId: string, serial: string): string => {
  if (!/^[A-Z0-9_]{1,16}$/.test(fileSetId) || !/^[A-Za-z0-9_-]{1,32}$/.test(serial)) throw new TypeError('a copy is named by a File-set ID and a serial');
  return `${fileSetId}_${serial}${SUFFIX[kind]}`;
};

type Made = Pick<DeliveredCopy, 'bytes' | 'sha256' | 'files'>;

/** The image itself: a second name for it where the place allows, else a copy. */
const makeIso = async (request: DeliverRequest, beside: string): Promise<Made> => {
  try {
    await link(request.imageFile, beside);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOSPC') throw error;
    // Another file system, or one without links.
    await copyFile(request.imageFile, beside);
  }
  const handle = await open(beside, 'r');
  try {
    await handle.sync();
    if (await digestFile(beside, request.signal) !== request.imageSha256) throw new ApplianceError('DISC_TARGET_MISMATCH', 'the image reads back other than written');
    const { files } = filesOfImage(beside, request.read ?? readIsoTree);
    return { bytes: (await handle.stat()).size, sha256: request.imageSha256, files: files.length };
  } finally {
    await handle.close();
  }
};

const makeZip = async (request: DeliverRequest, beside: string): Promise<Made> => {
  const { files } = filesOfImage(request.imageFile, request.read);
  const secret = request.passphrase === undefined ? {} : { passphrase: request.passphrase };
  const written = await writeZip({ files, target: beside, modifiedAt: request.createdAt, ...secret, ...(request.signal === undefined ? {} : { signal: request.signal }) });
  await verifyZip(beside, written.files, request.passphrase);
  return { bytes: written.bytes, sha256: written.sha256, files: files.length };
};

const makeFolder = async (request: DeliverRequest, beside: string): Promise<Made> => {
  const { files } = filesOfImage(request.imageFile, request.read);
  const written = await writeFolder(beside, files, request.signal);
  await verifyFolder(beside, written, request.signal);
  return { bytes: written.reduce((sum, { bytes }) => sum + bytes, 0), sha256: '', files: files.length };
};

const MAKE = { iso: makeIso, zip: makeZip, folder: makeFolder } as const satisfies Record<TargetKind, (request: DeliverRequest, beside: string) => Promise<Made>>;

const isThere = (path: string): Promise<boolean> => lstat(path).then(() => true, (error: unknown) => {
  if (systemCode(error) === 'ENOENT') return false;
  throw error;
});

/** Gives the finished copy its name, unless something has that name by now. */
const giveName = async (kind: TargetKind, beside: string, final: string): Promise<void> => {
  if (kind !== 'folder') {
    try {
      await link(beside, final);
      await unlink(beside);
      return;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') throw error;
      // Sticks have no links: look, then rename.
    }
  }
  if (await isThere(final)) throw new ApplianceError('DISC_TARGET_EXISTS', 'there is a copy of this name', { details: { reason: 'EEXIST' } });
  await rename(beside, final);
};

/**
 * Makes a copy and reads it back with the digests of the manifest. After a failure nothing of it is left.
 * @throws {ApplianceError} DISC_TARGET_EXISTS, _FULL, _READ_ONLY, _UNREACHABLE, _MISMATCH; DISC_IMAGE_FAILED when the image itself is not sound
 * @throws {TypeError} for a name that is none, or a passphrase for something that is no ZIP
 */
export const deliverCopy = async (request: DeliverRequest): Promise<DeliveredCopy> => {
  if (request.passphrase !== undefined && request.kind !== 'zip') throw new TypeError('only a ZIP takes a passphrase');
  const name = copyName(request.kind, request.fileSetId, request.serial);
  const final = join(request.place, name);
  const beside = join(request.place, `.${name}.${randomBytes(4).toString('hex')}.part`);
  try {
    if (await isThere(final)) throw new ApplianceError('DISC_TARGET_EXISTS', 'there is a copy of this name', { details: { reason: 'EEXIST' } });
    const made = await MAKE[request.kind](request, beside);
    request.signal?.throwIfAborted();
    await giveName(request.kind, beside, final);
    await syncFolder(request.place);
    return { name, ...made };
  } catch (error) {
    await rm(beside, { recursive: true, force: true }).catch(() => undefined);
    throw targetFailure(error, request.signal);
  }
};
