/**
 * What stands on an encrypted disc: made from a finished plain image, which the gate accepted and which is thrown away after.
 * Nothing of the plain disc but names of files (which tell nothing) stays readable.
 */
import { join } from 'node:path';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import type { ImageFile } from '../image/image-file.ts';
import { manifestFile } from '../manifest.ts';
import { filesOfImage } from '../targets/image-files.ts';
import type { ReadVolume } from '../targets/image-files.ts';
import { verifyZip, writeZip } from '../zip.ts';
import { renderOpeningPage, renderOpeningText } from './opening-pages.ts';
import type { OpeningFacts } from './opening-pages.ts';
import { requirePassphrase } from './passphrase.ts';
import { secureFileBytes, writeSecureFile } from './secure-file.ts';
import type { Recipients } from './secure-file.ts';

/** Name of the one ZIP of a disc. */
export const SEALED_ZIP = 'IMAGES.ZIP';

export type SealMethod =
  | { readonly kind: 'zip'; readonly passphrase: string; readonly identities?: readonly string[] }
  | { readonly kind: 'cms'; readonly recipients: Recipients };

export interface SealRequest {
  /** The plain image. */
  readonly imageFile: string;
  readonly read?: ReadVolume;
  readonly method: SealMethod;
  /** Empty folder for the encrypted files, as large as the image again. */
  readonly folder: string;
  readonly createdAt: Date;
  readonly opening: Pick<OpeningFacts, 'fileSetId' | 'institution' | 'language'>;
  readonly signal?: AbortSignal;
}

/** Files of a DICOM file-set: what the media security profile wraps. The rest (pages, manifest, viewer) stays off a CMS disc, for it names the patient. */
const isOfFileSet = (path: string): boolean => path === 'DICOMDIR' || path.startsWith('DICOM/');

const sealZip = async (request: SealRequest, method: Extract<SealMethod, { kind: 'zip' }>): Promise<readonly ImageFile[]> => {
  requirePassphrase(method.passphrase, method.identities);
  const { files } = filesOfImage(request.imageFile, request.read);
  const target = join(request.folder, SEALED_ZIP);
  const written = await writeZip({ files, target, passphrase: method.passphrase, modifiedAt: request.createdAt, ...(request.signal === undefined ? {} : { signal: request.signal }) });
  await verifyZip(target, written.files, method.passphrase);
  return [{ path: SEALED_ZIP, bytes: written.bytes, content: { file: target } }];
};

const sealFiles = async (request: SealRequest, { recipients }: Extract<SealMethod, { kind: 'cms' }>): Promise<readonly ImageFile[]> => {
  const { files } = filesOfImage(request.imageFile, request.read);
  const lengthOf = secureFileBytes(recipients);
  const sealed: ImageFile[] = [];
  for (const source of files.filter(({ path }) => isOfFileSet(path))) {
    const target = join(request.folder, String(sealed.length));
    const { bytes } = await writeSecureFile({ source, recipients, target, ...(request.signal === undefined ? {} : { signal: request.signal }) });
    if (bytes !== lengthOf(source.bytes)) throw new TypeError('a Secure DICOM File has another length than was planned');
    sealed.push({ path: source.path, bytes, content: { file: target } });
  }
  return sealed;
};

/**
 * Encrypts the contents of a plain image and answers the files of the disc: the encrypted ones, two pages that explain how to open
 * them, and the manifest, in the order in which an image takes them.
 * @throws {ApplianceError} DISC_PASSPHRASE_WEAK; DISC_ENCRYPT_FAILED when the encrypted files cannot be written; DISC_IMAGE_FAILED for an image that is not sound
 * @source PS3.15 D.1; PS3.11 D (STD-GEN-SEC); a ZIP is of no DICOM profile
 */
export const sealVolume = async (request: SealRequest): Promise<readonly ImageFile[]> => {
  const { method, opening } = request;
  try {
    const sealed = method.kind === 'zip' ? await sealZip(request, method) : await sealFiles(request, method);
    const facts: OpeningFacts = { ...opening, method: method.kind, ...(method.kind === 'zip' ? { file: SEALED_ZIP } : {}) };
    const pages = ([['README.TXT', renderOpeningText(facts)], ['INDEX.HTM', renderOpeningPage(facts)]] as const).map(([path, data]): ImageFile => ({ path, bytes: data.length, content: { data } }));
    const files = [...sealed, ...pages];
    return [...files, manifestFile(files.map(({ path }) => path), new Map())];
  } catch (error) {
    if (!isApplianceError(error, 'DISC_TARGET_FULL', 'DISC_TARGET_READ_ONLY', 'DISC_TARGET_EXISTS', 'DISC_TARGET_UNREACHABLE', 'DISC_TARGET_MISMATCH')) throw error;
    // The place is our own spool here, not the one of a person.
    throw new ApplianceError('DISC_ENCRYPT_FAILED', 'the encrypted ZIP could not be written', { details: error.details });
  }
};
