/**
 * Which parts of a de-identified order a person must look at before they may leave: what the profile cannot reach, pixels and
 * documents above all. Pure; the caller keeps who released what.
 */
import { text } from '../data-set/data-set.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import { sopClassByUid } from '../tables/sop-classes.ts';
import type { DirectoryRecordType } from '../tables/sop-classes.ts';
import { TAG } from '../tables/tags.ts';

/** Why, in words for the person. @source PS3.15 E.1.1, E.3.1, E.3.2; PS3.3 C.7.6.1.1 */
export const HOLD_REASONS = {
  'burned-in': 'The image says that names or numbers are burned into its pixels.',
  'burned-in-likely': 'Images of this kind often have names burned in, and this one does not say that it has none.',
  'burned-in-unknown': 'The image does not say whether names are burned in.',
  'recognizable-features': 'The image says that the patient can be recognized by it, e.g. by the face.',
  'overlay-in-pixels': 'Spare bits of the pixel data hold an overlay.',
  'secondary-capture': 'A captured screen or scanned sheet: anything may stand on it.',
  document: 'A document whose content no rule can search.',
  report: 'A report: its text may name the patient in any words.',
  graphics: 'A presentation state whose drawings or text may name the patient.',
  video: 'Video: names may be shown in any frame.',
  unsearchable: 'Raw or private data that no rule can search.',
  attachment: 'A file that is not DICOM.',
} as const satisfies Readonly<Record<string, string>>;

export type HoldReason = keyof typeof HOLD_REASONS;

/** What of an instance decides; all but the last two are indexed attributes. */
export interface HoldFacts {
  readonly sopClassUid: string;
  readonly modality: string;
  /** As in the data set, '' where absent. */
  readonly burnedInAnnotation: string;
  readonly recognizableVisualFeatures: string;
  readonly hasOverlayInPixels: boolean;
}

/** Kinds that are known to burn names in. @source PS3.15 E.3.1 note */
const BURNING_MODALITIES: ReadonlySet<string> = new Set(['US', 'XA', 'IVUS', 'ES', 'XC', 'RF', 'ECG', 'OT', 'SC', 'GM', 'OP', 'OPT', 'DOC']);
const WITH_PIXELS: ReadonlySet<DirectoryRecordType> = new Set<DirectoryRecordType>(['IMAGE', 'RT DOSE']);
const REASON_OF_RECORD: ReadonlyMap<DirectoryRecordType, HoldReason> = new Map<DirectoryRecordType, HoldReason>([
  ['ENCAP DOC', 'document'], ['SR DOCUMENT', 'report'], ['KEY OBJECT DOC', 'report'], ['PRESENTATION', 'graphics'], ['WF PRESENTATION', 'graphics'],
  ['ANNOTATION', 'graphics'], ['RAW DATA', 'unsearchable'], ['SPECTROSCOPY', 'unsearchable'],
]);
const isNamed = (name: string, part: string): boolean => name.includes(part);

const ofPixels = (facts: HoldFacts, isCapture: boolean): readonly HoldReason[] => {
  if (facts.burnedInAnnotation === 'NO') return [];
  if (facts.burnedInAnnotation !== '') return ['burned-in'];
  return [isCapture || BURNING_MODALITIES.has(facts.modality) ? 'burned-in-likely' : 'burned-in-unknown'];
};

/** The reasons to hold an instance back until a person released it; none when the profile alone is enough. @source PS3.15 E.1, E.3.1 to E.3.3 */
export const reasonsToHold = (facts: HoldFacts): readonly HoldReason[] => {
  const row = sopClassByUid.get(facts.sopClassUid);
  if (row === undefined || row.isPrivate || row.record === null) return ['unsearchable'];
  const isCapture = isNamed(row.name, 'Secondary Capture');
  const ofRecord = REASON_OF_RECORD.get(row.record);
  return [
    ...(WITH_PIXELS.has(row.record) ? ofPixels(facts, isCapture) : []),
    ...(isCapture ? ['secondary-capture' as const] : []),
    ...(isNamed(row.name, 'Video') ? ['video' as const] : []),
    ...(facts.recognizableVisualFeatures === 'YES' ? ['recognizable-features' as const] : []),
    ...(facts.hasOverlayInPixels ? ['overlay-in-pixels' as const] : []),
    ...(ofRecord === undefined ? [] : [ofRecord]),
  ];
};

/** The reason to hold back whatever is no instance. */
export const REASON_OF_ATTACHMENTS: HoldReason = 'attachment';

const decode = decoderFor([]);
const OVERLAY_BIT_POSITION = 0x0102;
const OVERLAY_DATA = 0x3000;

/** Overlay planes without data of their own lie in the pixel data. @source PS3.5 8.1.2 (retired) */
const hasOverlayInPixels = (dataSet: DataSet): boolean => [...dataSet.elements.keys()].some((tag) =>
  tag >>> 24 === 0x60 && (tag & 0xffff) === OVERLAY_BIT_POSITION && !dataSet.elements.has(((tag & 0xffff0000) >>> 0) + OVERLAY_DATA));

/** Reads what decides from the elements before the pixel data. */
export const holdFacts = (dataSet: DataSet): HoldFacts => ({
  sopClassUid: text(dataSet, TAG.SOPClassUID, decode), modality: text(dataSet, TAG.Modality, decode), burnedInAnnotation: text(dataSet, TAG.BurnedInAnnotation, decode),
  recognizableVisualFeatures: text(dataSet, TAG.RecognizableVisualFeatures, decode), hasOverlayInPixels: hasOverlayInPixels(dataSet),
});
