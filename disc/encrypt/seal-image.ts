/**
 * The image of an encrypted disc, from a plain image that the gate accepted. The plain one is left to the caller to throw away.
 * Made again it differs: keys, salts and initialization vectors are random each time, for one that can be guessed protects nothing.
 */
import { mkdir, rm } from 'node:fs/promises';
import { ApplianceError } from '../../infra/errors.ts';
import { SECTOR_BYTES } from '../image/sectors.ts';
import { planImage, writeImage } from '../image/write-image.ts';
import type { WrittenFile } from '../image/write-image.ts';
import type { ContentOptions, Language } from '../order/content.ts';
import { readAnyTree } from '../targets/image-files.ts';
import { mediaType } from '../tables/media-types.ts';
import type { MediaTypeRow } from '../tables/media-types.ts';
import { readRecipient } from './recipient.ts';
import { sealVolume } from './sealed-volume.ts';
import type { SealMethod } from './sealed-volume.ts';

export interface SealImageRequest {
  /** The plain image. */
  readonly plainFile: string;
  /** Where the encrypted image goes. */
  readonly imageFile: string;
  /** Work folder of this volume; emptied before and removed after. */
  readonly folder: string;
  readonly volume: { readonly fileSetId: string; readonly media: MediaTypeRow['media']; readonly createdAt: Date };
  readonly method: SealMethod;
  readonly institution: string;
  readonly language: Language;
  readonly signal?: AbortSignal;
}

export interface SealedImage {
  readonly image: { readonly path: string; readonly bytes: number; readonly sectors: number; readonly sha256: string };
  readonly files: readonly WrittenFile[];
}

/**
 * How the contents of an order are encrypted.
 * @throws {ApplianceError} DISC_RECIPIENT_INVALID when a certificate cannot be used at `now`
 */
export const sealMethod = async ({ encryption, recipientCertificates }: Pick<ContentOptions, 'encryption' | 'recipientCertificates'>, passphrase: () => Promise<string>, now: Date): Promise<SealMethod> =>
  (encryption === 'zip' ? { kind: 'zip', passphrase: await passphrase() } : { kind: 'cms', recipients: { certificates: recipientCertificates.map((certificate) => readRecipient(certificate, now)) } });

/**
 * Encrypts the plain image into another one.
 * @throws {ApplianceError} what sealVolume throws; ORDER_EXCEEDS_MEDIA when the encrypted volume is larger than the medium; DISC_IMAGE_FAILED
 */
export const sealImage = async (request: SealImageRequest): Promise<SealedImage> => {
  const { folder, volume, signal } = request;
  const { fileSystem, sectors } = mediaType(volume.media);
  const abort = signal === undefined ? {} : { signal };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o750 });
  try {
    const sealed = await sealVolume({
      imageFile: request.plainFile, read: readAnyTree, method: request.method, folder, createdAt: volume.createdAt,
      opening: { fileSetId: volume.fileSetId, institution: request.institution, language: request.language }, ...abort,
    });
    const plan = planImage({ volumeId: volume.fileSetId, createdAt: volume.createdAt, kind: fileSystem, files: sealed });
    if (plan.totalSectors > sectors) throw new ApplianceError('ORDER_EXCEEDS_MEDIA', 'the encrypted volume is larger than the medium', { details: { bytes: plan.totalSectors * SECTOR_BYTES, capacityBytes: sectors * SECTOR_BYTES } });
    const written = await writeImage(plan, { file: request.imageFile }, abort);
    return { image: { path: request.imageFile, bytes: written.bytes, sectors: written.sectors, sha256: written.sha256 }, files: written.files };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
