/** What some profiles ask of the pixels of an image, judged from its head. Pure. */
import { strings, uintOf } from '../dicom/data-set/data-set.ts';
import type { DataSet } from '../dicom/data-set/data-set.ts';
import { decoderFor } from '../dicom/data-set/text-decoder.ts';
import { TAG } from '../dicom/tables/tags.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import { itemsOf } from './dicomdir/head.ts';
import type { ApplicationProfileRow, PixelLimits } from './tables/application-profiles.ts';

/** Heads must reach this far to be judged. */
export const LAST_PIXEL_FACT = TAG.BitsStored;

const decode = decoderFor([]);

const photometricBreach = (allowed: NonNullable<PixelLimits['photometric']>, photometric: string, transferSyntaxUid: string): string | undefined => {
  const syntaxes = allowed[photometric];
  if (!syntaxes) return `does not take the photometric interpretation ${photometric || 'of an image that names none'}`;
  return syntaxes.includes(transferSyntaxUid) ? undefined : `does not allow ${photometric} in ${transferSyntaxByUid.get(transferSyntaxUid)?.name ?? transferSyntaxUid}`;
};

/**
 * How the pixels of an image break a profile; undefined when they do not.
 * @source PS3.11 A.3.2, B.3.2 (sizes and bits), C.3.2, C.3.3 (photometric interpretations, region calibration)
 */
export const pixelBreach = ({ pixels }: ApplicationProfileRow, head: DataSet, transferSyntaxUid: string): string | undefined => {
  if (!pixels) return undefined;
  const over = (tag: number, limit: number | undefined): boolean => limit !== undefined && (uintOf(head, tag) ?? Infinity) > limit;
  if (over(TAG.Rows, pixels.rows)) return `takes at most ${pixels.rows} rows`;
  if (over(TAG.Columns, pixels.columns)) return `takes at most ${pixels.columns} columns`;
  if (pixels.bitsStored && !pixels.bitsStored.includes(uintOf(head, TAG.BitsStored) ?? 0)) return `takes ${pixels.bitsStored.join(', ')} bits stored only`;
  if (pixels.frames === 'single' && Number.parseInt(strings(head, TAG.NumberOfFrames, decode)[0] ?? '1', 10) > 1) return 'takes single frames only';
  const regions = head.elements.get(TAG.SequenceOfUltrasoundRegions);
  if (pixels.hasRegions && !(regions && itemsOf(regions)?.length)) return 'takes images with calibrated regions only';
  return pixels.photometric && photometricBreach(pixels.photometric, strings(head, TAG.PhotometricInterpretation, decode)[0] ?? '', transferSyntaxUid);
};
