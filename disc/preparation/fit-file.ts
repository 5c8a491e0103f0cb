/**
 * Brings one file into a transfer syntax that the profile of its disc takes, in as many steps as that needs: decoding may change
 * what the profile says of an image, and from one compression to another there is no way but through native pixels.
 */
import { rm } from 'node:fs/promises';
import { strings } from '../../dicom/data-set/data-set.ts';
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import { readHead } from '../../dicom/data-set/stored-data-set.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import type { Transcoder } from '../../dicom/transcoder.ts';
import { isApplianceError } from '../../infra/errors.ts';
import type { ContentOptions } from '../order/content.ts';
import { asksForPhotometric } from '../tables/application-profiles.ts';
import { treatmentOf } from '../treatment.ts';
import type { PreparedFile } from './preparation-book.ts';

export interface FitRequest {
  readonly sopClassUid: string;
  /** The file as it is, with its whole path. */
  readonly from: { readonly file: string; readonly dataSetOffset: number; readonly transferSyntaxUid: string };
  /** Where the new file is to lie. */
  readonly target: string;
  readonly content: Pick<ContentOptions, 'copyType' | 'profile' | 'unconvertible'>;
  readonly transcoder: Transcoder;
  readonly signal: AbortSignal;
  /** Called before the file is converted, and when it cannot be read: throws when it is not what it should be. */
  readonly requireSource?: () => Promise<void>;
}

/** A file that fits. */
export type FittedFile = Pick<PreparedFile, 'bytes' | 'dataSetOffset' | 'dataSetSha256' | 'transferSyntaxUid' | 'pixels'>;

export type Fitting =
  | { readonly kind: 'as-stored' }
  | { readonly kind: 'converted'; readonly made: FittedFile }
  | { readonly kind: 'outside' | 'leave-off'; readonly reason: string };

const decode = decoderFor([]);

/** '' when the head does not say; undefined when it does not matter, or cannot be read, which converting will find out. */
const photometricOf = async (file: string, { sopClassUid, content: { profile }, requireSource }: FitRequest): Promise<string | undefined> => {
  if (!asksForPhotometric(profile, sopClassUid)) return undefined;
  const head = await readHead(file).catch(async (error: unknown) => {
    if (isApplianceError(error, 'INTAKE_CANNOT_UNDERSTAND')) return undefined;
    await requireSource?.();
    throw error;
  });
  return head && (strings(head, TAG.PhotometricInterpretation, decode)[0] ?? '');
};

/** From what leaves the pixels as they were to what does not. */
const LOSSES = ['untouched', 'identical', 'lossy-decoded'] as const satisfies readonly PreparedFile['pixels'][];
const worse = (one: PreparedFile['pixels'], other: PreparedFile['pixels']): PreparedFile['pixels'] => (LOSSES.indexOf(one) > LOSSES.indexOf(other) ? one : other);

/** Decoded, and encoded again. */
const MOST_STEPS = 2;

/** What to do next with a file that may have been converted already. */
const fitFrom = async (from: FitRequest['from'], made: FittedFile | undefined, step: number, request: FitRequest): Promise<Fitting> => {
  const { sopClassUid, content, transcoder, target, signal } = request;
  const photometric = await photometricOf(from.file, request);
  const treatment = treatmentOf({ sopClassUid, transferSyntaxUid: from.transferSyntaxUid, photometric }, content, (one, other) => transcoder.route(one, other));
  switch (treatment.kind) {
    case 'as-stored': return made ? { kind: 'converted', made } : treatment;
    case 'outside': case 'leave-off': return treatment;
    case 'convert': {
      if (step === MOST_STEPS) throw new TypeError('conversions that come to no end');
      if (!made) await request.requireSource?.();
      const { file, dataSetOffset, transferSyntaxUid: fromSyntaxUid } = from;
      const converted = await transcoder.convert({ file, dataSetOffset, fromSyntaxUid, toSyntaxUid: treatment.to, target, signal });
      const next: FittedFile = { ...converted, transferSyntaxUid: treatment.to, pixels: worse(made?.pixels ?? 'untouched', converted.pixels) };
      return fitFrom({ file: target, dataSetOffset: next.dataSetOffset, transferSyntaxUid: treatment.to }, next, step + 1, request);
    }
    default: return treatment satisfies never;
  }
};

/**
 * Makes a file fit, or says why it does not; `target` is there when it was converted, and else is not.
 * @throws {ApplianceError} the codes of the transcoder that say the disk or the process is at fault; an abort throws the reason of the signal
 */
export const fitFile = async (request: FitRequest): Promise<Fitting> => {
  const fitted = await fitFrom(request.from, undefined, 0, request).catch((error: unknown): Fitting => {
    // What the codec refuses it will refuse again: that instance alone pays for it.
    if (!isApplianceError(error, 'TRANSCODE_FAILED', 'TRANSCODE_UNSUPPORTED')) throw error;
    return { kind: request.content.unconvertible === 'leave-off' ? 'leave-off' : 'outside', reason: 'its pixel data cannot be converted' };
  });
  if (fitted.kind !== 'converted') await rm(request.target, { force: true });
  return fitted;
};
