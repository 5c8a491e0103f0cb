/** What an interrupted delivery left behind: a finished copy that nobody noted, or a part of one. */
import { createHash } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isApplianceError } from '../../infra/errors.ts';
import { verifyZip } from '../zip.ts';
import { copyName } from './deliver.ts';
import type { DeliveredCopy, DeliverRequest } from './deliver.ts';
import { digestFile } from './digest-file.ts';
import { systemCode, targetFailure } from './failure.ts';
import { filesOfImage } from './image-files.ts';
import type { SourceFile } from './source-file.ts';
import { verifyFolder } from './write-folder.ts';

/** As deliverCopy names what it has not finished. */
const PART = /^\.[A-Z0-9_]{1,16}_[A-Za-z0-9_-]{1,32}(\.iso|\.zip)?\.[0-9a-f]{8}\.part$/;

const digestOf = async (file: SourceFile): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of file.open()) hash.update(piece);
  return hash.digest('hex');
};

/** Compares a copy with the image; its digest, '' for a folder. @throws DISC_TARGET_MISMATCH; for a part that is missing the error of the system */
const compare = async (request: DeliverRequest, path: string): Promise<{ readonly files: number; readonly sha256: string }> => {
  const { files } = filesOfImage(request.imageFile, request.read);
  if (request.kind === 'iso') return { files: files.length, sha256: await digestFile(path, request.signal) };
  const wanted = await Promise.all(files.map(async (file) => ({ path: file.path, bytes: file.bytes, sha256: file.sha256 ?? await digestOf(file) })));
  if (request.kind === 'zip') await verifyZip(path, wanted, request.passphrase);
  else await verifyFolder(path, wanted, request.signal);
  return { files: files.length, sha256: request.kind === 'zip' ? await digestFile(path, request.signal) : '' };
};

/**
 * A copy of this request that is there already and is what it must be: an earlier attempt finished it and could not say so.
 * Undefined when there is none, or when what has its name is something else, which deliverCopy then refuses.
 * @throws {ApplianceError} DISC_TARGET_UNREACHABLE and its like when the place cannot be read
 */
export const findCopy = async (request: DeliverRequest): Promise<DeliveredCopy | undefined> => {
  const name = copyName(request.kind, request.fileSetId, request.serial);
  const path = join(request.place, name);
  try {
    const stats = await lstat(path);
    const { files, sha256 } = await compare(request, path);
    if (request.kind === 'iso' && sha256 !== request.imageSha256) return undefined;
    return { name, files, sha256, bytes: request.kind === 'folder' ? filesOfImage(request.imageFile, request.read).files.reduce((sum, { bytes }) => sum + bytes, 0) : stats.size };
  } catch (error) {
    if (isApplianceError(error, 'DISC_TARGET_MISMATCH') || systemCode(error) === 'ENOENT') return undefined;
    throw targetFailure(error, request.signal);
  }
};

/** Removes parts that killed deliveries left in a place, older than `before`; other names are not touched. Answers how many. */
export const sweepParts = async (place: string, before: Date): Promise<number> => {
  let swept = 0;
  for (const name of await readdir(place).catch((): string[] => [])) {
    if (!PART.test(name)) continue;
    const path = join(place, name);
    const stats = await lstat(path).catch(() => undefined);
    if (stats === undefined || stats.mtime >= before) continue;
    await rm(path, { recursive: true, force: true });
    swept += 1;
  }
  return swept;
};

/** Removes the parts of one copy: its deliveries follow each other, so none of them is at work when the next begins. */
export const sweepPartsOf = async ({ kind, fileSetId, serial, place }: Pick<DeliverRequest, 'kind' | 'fileSetId' | 'serial' | 'place'>): Promise<void> => {
  const start = `.${copyName(kind, fileSetId, serial)}.`;
  for (const name of await readdir(place).catch((): string[] => [])) {
    if (name.startsWith(start) && PART.test(name)) await rm(join(place, name), { recursive: true, force: true });
  }
};
