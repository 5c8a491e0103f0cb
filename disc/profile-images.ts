/** What some profiles ask of images, judged from their heads. Pure. */
import type { VolumeInstance } from '../catalog/books/instance-index.ts';
import { strings, uintOf } from '../dicom/data-set/data-set.ts';
import type { DataSet } from '../dicom/data-set/data-set.ts';
import { decoderFor } from '../dicom/data-set/text-decoder.ts';
import { TAG } from '../dicom/tables/tags.ts';
import { transferSyntaxByUid } from '../dicom/tables/transfer-syntaxes.ts';
import { itemsOf } from './dicomdir/head.ts';
import { limitsFor } from './tables/application-profiles.ts';
import type { ApplicationProfileRow, ImageLimits } from './tables/application-profiles.ts';

/** Heads must reach this far to be judged: behind the last overlay group. @source PS3.3 C.9.2 */
export const LAST_IMAGE_FACT = 0x601fffff;
const FIRST_OVERLAY = 0x60000000;

const decode = decoderFor([]);
const first = (head: DataSet, tag: number): string => strings(head, tag, decode)[0] ?? '';

const photometricBreach = (allowed: NonNullable<ImageLimits['photometric']>, photometric: string, transferSyntaxUid: string): string | undefined => {
  const syntaxes = allowed[photometric];
  if (syntaxes === undefined) return `does not take ${photometric === '' ? 'images without photometric interpretation' : `the photometric interpretation ${photometric}`}`;
  return syntaxes === '' || syntaxes.includes(transferSyntaxUid) ? undefined : `does not allow ${photometric} in ${transferSyntaxByUid.get(transferSyntaxUid)?.name ?? transferSyntaxUid}`;
};

const bitsBreach = (limits: ImageLimits, head: DataSet): string | undefined => {
  const [allocated = 0, stored = 0, high = -1] = [TAG.BitsAllocated, TAG.BitsStored, TAG.HighBit].map((tag) => uintOf(head, tag));
  if (limits.bitsAllocated && !limits.bitsAllocated.includes(allocated)) return `takes ${limits.bitsAllocated.join(' or ')} bits allocated only`;
  if (limits.bitsStored && !limits.bitsStored.includes(stored)) return `takes ${limits.bitsStored.join(', ')} bits stored only`;
  if (limits.isFilled && stored !== allocated) return 'takes images with as many bits stored as allocated only';
  if (limits.isLow && high !== stored - 1) return 'takes images with the high bit below bits stored only';
  return limits.isUnsigned && uintOf(head, TAG.PixelRepresentation) !== 0 ? 'takes unsigned pixels only' : undefined;
};

const contentBreach = (limits: ImageLimits, head: DataSet): string | undefined => {
  if (limits.frames === 'single' && Number.parseInt(first(head, TAG.NumberOfFrames) || '1', 10) > 1) return 'takes single frames only';
  if (limits.hasNoOverlays && [...head.elements.keys()].some((tag) => tag >= FIRST_OVERLAY && tag <= LAST_IMAGE_FACT)) return 'takes no overlays in such images';
  if (limits.regions === undefined) return undefined;
  const sequence = head.elements.get(TAG.SequenceOfUltrasoundRegions);
  const regions = (sequence && itemsOf(sequence)) ?? [];
  if (regions.length === 0) return 'takes images with calibrated regions only';
  return limits.regions === 'space and pixels' && !regions.every(({ elements }) => elements.has(TAG.PixelComponentOrganization)) ? 'takes regions with calibrated pixels only' : undefined;
};

const breachOf = (limits: ImageLimits, head: DataSet, transferSyntaxUid: string): string | undefined => {
  const over = (tag: number, limit: number | undefined): boolean => limit !== undefined && (uintOf(head, tag) ?? Infinity) > limit;
  if (limits.modality !== undefined && first(head, TAG.Modality) !== limits.modality) return `takes such images of modality ${limits.modality} only`;
  if (over(TAG.Rows, limits.rows)) return `takes at most ${limits.rows} rows`;
  if (over(TAG.Columns, limits.columns)) return `takes at most ${limits.columns} columns`;
  if (limits.samples !== undefined && uintOf(head, TAG.SamplesPerPixel) !== limits.samples) return 'takes one sample per pixel only';
  return (limits.photometric && photometricBreach(limits.photometric, first(head, TAG.PhotometricInterpretation), transferSyntaxUid)) ?? bitsBreach(limits, head) ?? contentBreach(limits, head);
};

/**
 * How an image breaks a profile; undefined when it does not.
 * @source PS3.11 Tables A.3-3, B.3-3, B.3-4, E.3-3 to E.3-6 (attribute values); C.3.2, C.3.3 (photometric interpretations, region calibration)
 */
export const imageBreach = (profile: ApplicationProfileRow, head: DataSet, { attributes, file }: VolumeInstance): string | undefined => {
  const breaches = limitsFor(profile, attributes.sopClassUid).map((limits) => breachOf(limits, head, file.transferSyntaxUid));
  return breaches.includes(undefined) ? undefined : breaches[0];
};
