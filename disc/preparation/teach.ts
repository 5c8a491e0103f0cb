/** Makes the file of one instance for a teaching copy: de-identified first, then brought into what the profile wants. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { Transcoder } from '../../dicom/transcoder.ts';
import { isApplianceError } from '../../infra/errors.ts';
import type { ContentOptions } from '../order/content.ts';
import { fitFile } from './fit-file.ts';
import type { FittedFile } from './fit-file.ts';
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

/** The file in the transfer syntax of the disc, as `target`; or why the profile wants it left off. What is outside the profile goes on as it is. */
const fit = async (sopClassUid: string, { file, ...made }: { readonly file: string } & Omit<FittedFile, 'pixels'>, target: string, { content, transcoder, signal }: TeachRequest): Promise<FittedFile | { readonly reason: string }> => {
  const fitted = await fitFile({ sopClassUid, from: { file, ...made }, target, content, transcoder, signal });
  switch (fitted.kind) {
    case 'converted': return fitted.made;
    case 'leave-off': return { reason: fitted.reason };
    case 'as-stored': case 'outside':
      await rename(file, target);
      return { ...made, pixels: 'untouched' };
    default: return fitted satisfies never;
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
    const done = await fit(attributes.sopClassUid, { file: plain, ...made }, join(request.folder, name), request);
    if ('reason' in done) return without(done.reason);
    const { bytes, dataSetOffset, dataSetSha256, transferSyntaxUid, pixels } = done;
    return { instanceId, kind: 'converted', sourceSha256, name, bytes, dataSetOffset, dataSetSha256, fromSyntaxUid, transferSyntaxUid, pixels, attributes, ...(reasons.length > 0 ? { needsRelease: true } : {}) };
  } finally {
    await rm(plain, { force: true });
  }
};
