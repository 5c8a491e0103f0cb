/** Makes the file of one instance for a teaching copy: de-identified first, then brought into what the profile wants. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/catalog.ts';
import type { DeidentifiedFile } from '../../dicom/deidentify/deidentify.ts';
import type { Transcoder } from '../../dicom/transcoder.ts';
import { isApplianceError } from '../../infra/errors.ts';
import type { ContentOptions } from '../order/content.ts';
import { treatmentOf } from '../treatment.ts';
import type { PreparationLine } from './preparation-book.ts';
import { anonymousAttributes, attributesOf, heldBackText, holdReasonsOf } from './teaching.ts';
import type { Teaching } from './teaching.ts';

export interface TeachRequest {
  readonly content: ContentOptions;
  readonly storeDirectory: string;
  /** Folder of the order below the spool. */
  readonly folder: string;
  readonly transcoder: Transcoder;
  readonly signal: AbortSignal;
}

/** A full disk or a vanished folder is no fault of the instance. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && error.cause instanceof Error && 'syscall' in error.cause;

/** The file in the transfer syntax of the disc, under `name`; undefined when the profile wants it left off. */
const fit = async (instance: VolumeInstance, made: DeidentifiedFile, files: { readonly plain: string; readonly name: string }, request: TeachRequest): Promise<Pick<DeidentifiedFile, 'bytes' | 'dataSetOffset' | 'dataSetSha256' | 'transferSyntaxUid'> & { readonly pixels: 'untouched' | 'identical' | 'lossy-decoded' } | { readonly reason: string }> => {
  const { transcoder, content, folder, signal } = request;
  const target = join(folder, files.name);
  const asIs = async (): Promise<typeof made & { pixels: 'untouched' }> => {
    await rename(files.plain, target);
    return { ...made, pixels: 'untouched' };
  };
  const treatment = treatmentOf(instance, content, (from, to) => transcoder.route(from, to));
  switch (treatment.kind) {
    case 'as-stored': case 'outside': return asIs();
    case 'leave-off': return { reason: treatment.reason };
    case 'convert':
      try {
        const converted = await transcoder.convert({ file: files.plain, dataSetOffset: made.dataSetOffset, fromSyntaxUid: made.transferSyntaxUid, toSyntaxUid: treatment.to, target, signal });
        return { ...converted, transferSyntaxUid: treatment.to };
      } catch (error) {
        if (!isApplianceError(error, 'TRANSCODE_FAILED', 'TRANSCODE_UNSUPPORTED')) throw error;
        return content.unconvertible === 'leave-off' ? { reason: 'its pixel data cannot be converted' } : asIs();
      }
    default: return treatment satisfies never;
  }
};

/**
 * Prepares one instance of a teaching copy; always answers a line, so that no stored file gets on such a disc.
 * @throws {ApplianceError} DISC_DEIDENTIFY_FAILED when the disk is at fault; the codes of the transcoder that say the same
 * @source PS3.15 E.1 to E.3
 */
export const teach = async (instance: VolumeInstance, { deidentifier, released, keptOff }: Teaching, request: TeachRequest): Promise<PreparationLine> => {
  const { instanceId, file: { path, dataSetSha256: sourceSha256, transferSyntaxUid: fromSyntaxUid } } = instance;
  const stored = join(request.storeDirectory, path);
  const without = (reason: string): PreparationLine => ({ instanceId, kind: 'leave-off', sourceSha256, reason, attributes: anonymousAttributes(instance.attributes, deidentifier) });
  const reasons = await holdReasonsOf(stored).catch((error: unknown) => {
    if (!isApplianceError(error, 'INTAKE_CANNOT_UNDERSTAND')) throw error;
    return undefined;
  });
  if (reasons === undefined) return without('it cannot be read, so nothing can be said of what it holds');
  if (reasons.length > 0 && (keptOff.has(instanceId) || !released.has(instanceId))) return without(heldBackText(reasons));

  const plain = join(request.folder, `d${instanceId}`);
  try {
    await rm(plain, { force: true });
    const made = await deidentifier.deidentify({ file: stored, target: plain, keepDocument: released.has(instanceId), signal: request.signal }).catch((error: unknown) => {
      if (!isApplianceError(error, 'DISC_DEIDENTIFY_FAILED') || isOfSystem(error)) throw error;
      return undefined;
    });
    if (made === undefined) return without('it cannot be de-identified');
    const attributes = await attributesOf(plain, made);
    const name = `i${instanceId}`;
    const done = await fit({ ...instance, attributes, file: { path: plain, ...made } }, made, { plain, name }, request);
    if ('reason' in done) return without(done.reason);
    const { bytes, dataSetOffset, dataSetSha256, transferSyntaxUid, pixels } = done;
    return { instanceId, kind: 'converted', sourceSha256, name, bytes, dataSetOffset, dataSetSha256, fromSyntaxUid, transferSyntaxUid, pixels, attributes, ...(reasons.length > 0 ? { needsRelease: true } : {}) };
  } finally {
    await rm(plain, { force: true });
  }
};
