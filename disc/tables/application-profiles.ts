/**
 * The media application profiles a disc may claim. Pure data.
 * A profile is claimed only when every instance on the disc obeys it. Profiles of the SEC, MIME and video families are not here:
 * video is put on as stored, outside the profile.
 */
import { SOP_CLASSES } from '../../dicom/tables/sop-classes.ts';
import type { ExtraKeys } from './profile-keys.ts';

export type ProfileMedium = 'CD' | 'DVD' | 'DVD-DL' | 'BD' | 'BD-DL' | 'BD-RE' | 'BD-RE-DL' | 'USB';

/** What a profile asks of images; what is absent is free. */
export interface ImageLimits {
  /** SOP classes this is about; absent = all images. */
  readonly classes?: readonly string[];
  readonly modality?: string;
  /** At most so many. */
  readonly rows?: number;
  readonly columns?: number;
  readonly samples?: 1;
  readonly bitsAllocated?: readonly number[];
  readonly bitsStored?: readonly number[];
  /** Bits Stored is Bits Allocated. */
  readonly isFilled?: boolean;
  /** High Bit is Bits Stored less one. */
  readonly isLow?: boolean;
  readonly isUnsigned?: boolean;
  readonly hasNoOverlays?: boolean;
  /** Photometric Interpretation → transfer syntaxes allowed for it, '' = those of the profile; others are not allowed. */
  readonly photometric?: Readonly<Record<string, readonly string[] | ''>>;
  readonly frames?: 'single' | 'multi';
  /** Only images with calibrated regions, in space, or in what their pixels mean too. */
  readonly regions?: 'space' | 'space and pixels';
}

export interface ApplicationProfileRow {
  readonly id: string;
  readonly media: readonly ProfileMedium[];
  /** The syntax others are converted to comes first. */
  readonly transferSyntaxes: readonly string[];
  /** SOP classes that have transfer syntaxes of their own in this profile. */
  readonly syntaxesOfClass?: Readonly<Record<string, readonly string[]>>;
  /** Storage SOP classes; absent = any. */
  readonly sopClasses?: readonly string[];
  /** Which keys the profile adds to directory records (disc/tables/profile-keys.ts). */
  readonly extraKeys: ExtraKeys;
  /** The icon of image records, as many pixels wide and high. */
  readonly icon?: { readonly side: 64 | 128; readonly isRequired: boolean };
  /** An image must keep one of those that are about its class; a class that none is about is free. */
  readonly images?: readonly ImageLimits[];
  readonly source: string;
}

const EVLE = '1.2.840.10008.1.2.1';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
const JPEG_EXTENDED = '1.2.840.10008.1.2.4.51';
const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';
const J2K_LOSSLESS = '1.2.840.10008.1.2.4.90';
const J2K = '1.2.840.10008.1.2.4.91';
const RLE = '1.2.840.10008.1.2.5';
const JPEG = [EVLE, JPEG_LOSSLESS, JPEG_BASELINE, JPEG_EXTENDED];
const JPEG2000 = [EVLE, J2K_LOSSLESS, J2K];

const REQUIRED_ICON = { side: 128, isRequired: true } as const;
const OPTIONAL_ICON = { side: 64, isRequired: false } as const;

const BLU_RAY: readonly ProfileMedium[] = ['BD', 'BD-DL', 'BD-RE', 'BD-RE-DL'];

const CT = '1.2.840.10008.5.1.4.1.1.2';
const MR = '1.2.840.10008.5.1.4.1.1.4';
const US_MULTI = '1.2.840.10008.5.1.4.1.1.3.1';
const US = '1.2.840.10008.5.1.4.1.1.6.1';
const SC = '1.2.840.10008.5.1.4.1.1.7';
const GSPS = '1.2.840.10008.5.1.4.1.1.11.1';
const XA = '1.2.840.10008.5.1.4.1.1.12.1';
const DOSE_SR = '1.2.840.10008.5.1.4.1.1.88.67';
const CTMR = [CT, MR, SC, GSPS, DOSE_SR];
const XA1K = [XA, SC, GSPS];
const XA1K_OF_CLASS = { [SC]: [EVLE], [GSPS]: [EVLE] };
const CTMR_OF_CLASS = { [GSPS]: [EVLE], [DOSE_SR]: [EVLE] };

const GREY = { MONOCHROME2: '' } as const;
/** @source PS3.11 Tables E.3-3 to E.3-6 */
const CTMR_IMAGES: readonly ImageLimits[] = [
  { classes: [CT], modality: 'CT', photometric: GREY },
  { classes: [MR], modality: 'MR', photometric: GREY, bitsStored: [8, 12, 13, 14, 15, 16], isLow: true },
  { classes: [SC], samples: 1, photometric: GREY, bitsAllocated: [8, 16], isFilled: true, isLow: true },
  { classes: [SC], samples: 1, photometric: { 'PALETTE COLOR': '' }, bitsAllocated: [8], isFilled: true, isLow: true },
];
/** @source PS3.11 Tables B.3-3, B.3-4 */
const XA1K_IMAGES: readonly ImageLimits[] = [
  { classes: [XA], modality: 'XA', rows: 1024, columns: 1024, bitsStored: [8, 10, 12] },
  { classes: [SC], rows: 1024, columns: 1024, samples: 1, photometric: GREY, bitsAllocated: [8], isFilled: true, isLow: true, isUnsigned: true, hasNoOverlays: true },
];

/** Photometric pairs of the ultrasound profiles. @source PS3.11 Table C.3-2 */
const US_PAIRS = { MONOCHROME2: [EVLE, RLE], RGB: [EVLE, RLE], 'PALETTE COLOR': [EVLE, RLE], YBR_FULL: [RLE], YBR_FULL_422: [EVLE, JPEG_BASELINE] };

const ultrasound = (kind: 'ID' | 'SC' | 'CC', frames: 'SF' | 'MF', medium: 'CDR' | 'DVD'): ApplicationProfileRow => ({
  id: `STD-US-${kind}-${frames}-${medium}`, media: medium === 'CDR' ? ['CD'] : ['DVD', 'DVD-DL'], transferSyntaxes: [EVLE, RLE, JPEG_BASELINE],
  sopClasses: frames === 'SF' ? [US] : [US, US_MULTI], extraKeys: 'none',
  images: [{ photometric: US_PAIRS, frames: frames === 'SF' ? 'single' : 'multi', ...(kind === 'ID' ? {} : { regions: kind === 'SC' ? 'space' as const : 'space and pixels' as const }) }], source: 'PS3.11 C.3',
});

const US_PROFILES: readonly ApplicationProfileRow[] = (['CDR', 'DVD'] as const).flatMap((medium) => (['ID', 'SC', 'CC'] as const).flatMap((kind) => (['SF', 'MF'] as const).map((frames) => ultrasound(kind, frames, medium))));

/** Every profile, general ones first. */
export const APPLICATION_PROFILES: readonly ApplicationProfileRow[] = [
  { id: 'STD-GEN-CD', media: ['CD'], transferSyntaxes: [EVLE], extraKeys: 'K1', source: 'PS3.11 D.3' },
  { id: 'STD-GEN-DVD-JPEG', media: ['DVD', 'DVD-DL'], transferSyntaxes: JPEG, extraKeys: 'K2', source: 'PS3.11 H.3' },
  { id: 'STD-GEN-DVD-J2K', media: ['DVD', 'DVD-DL'], transferSyntaxes: JPEG2000, extraKeys: 'K2', source: 'PS3.11 H.3' },
  { id: 'STD-GEN-BD', media: BLU_RAY, transferSyntaxes: [EVLE], extraKeys: 'K1', source: 'PS3.11 D.3' },
  { id: 'STD-GEN-BD-JPEG', media: BLU_RAY, transferSyntaxes: JPEG, extraKeys: 'K2', source: 'PS3.11 M.3' },
  { id: 'STD-GEN-BD-J2K', media: BLU_RAY, transferSyntaxes: JPEG2000, extraKeys: 'K2', source: 'PS3.11 M.3' },
  { id: 'STD-GEN-USB-JPEG', media: ['USB'], transferSyntaxes: JPEG, extraKeys: 'K2', source: 'PS3.11 J.3' },
  { id: 'STD-GEN-USB-J2K', media: ['USB'], transferSyntaxes: JPEG2000, extraKeys: 'K2', source: 'PS3.11 J.3' },
  { id: 'STD-CTMR-CD', media: ['CD'], transferSyntaxes: [EVLE, JPEG_LOSSLESS], syntaxesOfClass: CTMR_OF_CLASS, sopClasses: CTMR, extraKeys: 'K4', icon: OPTIONAL_ICON, images: CTMR_IMAGES, source: 'PS3.11 E.3' },
  { id: 'STD-CTMR-DVD', media: ['DVD', 'DVD-DL'], transferSyntaxes: [EVLE, JPEG_LOSSLESS], syntaxesOfClass: CTMR_OF_CLASS, sopClasses: CTMR, extraKeys: 'K4', icon: OPTIONAL_ICON, images: CTMR_IMAGES, source: 'PS3.11 E.3' },
  { id: 'STD-XABC-CD', media: ['CD'], transferSyntaxes: [JPEG_LOSSLESS], sopClasses: [XA], extraKeys: 'K5', icon: REQUIRED_ICON, images: [{ modality: 'XA', rows: 512, columns: 512, bitsAllocated: [8], bitsStored: [8] }], source: 'PS3.11 A.3' },
  { id: 'STD-XA1K-CD', media: ['CD'], transferSyntaxes: [JPEG_LOSSLESS], syntaxesOfClass: XA1K_OF_CLASS, sopClasses: XA1K, extraKeys: 'K5', icon: REQUIRED_ICON, images: XA1K_IMAGES, source: 'PS3.11 B.3' },
  { id: 'STD-XA1K-DVD', media: ['DVD', 'DVD-DL'], transferSyntaxes: [JPEG_LOSSLESS, JPEG_BASELINE, JPEG_EXTENDED], syntaxesOfClass: XA1K_OF_CLASS, sopClasses: XA1K, extraKeys: 'K5', icon: REQUIRED_ICON, images: XA1K_IMAGES, source: 'PS3.11 B.3' },
  ...US_PROFILES,
];

/** Claimed when nothing else is asked for, with every image as Explicit VR Little Endian: what the most readers take. */
const DEFAULTS: Readonly<Record<ProfileMedium, string>> = { CD: 'STD-GEN-CD', DVD: 'STD-GEN-DVD-JPEG', 'DVD-DL': 'STD-GEN-DVD-JPEG', BD: 'STD-GEN-BD-JPEG', 'BD-DL': 'STD-GEN-BD-JPEG', 'BD-RE': 'STD-GEN-BD-JPEG', 'BD-RE-DL': 'STD-GEN-BD-JPEG', USB: 'STD-GEN-USB-JPEG' };

const byId: ReadonlyMap<string, ApplicationProfileRow> = new Map(APPLICATION_PROFILES.map((row) => [row.id, row]));

/** The profile of an identifier; undefined when there is none. */
export const profileById = (id: string): ApplicationProfileRow | undefined => byId.get(id);

/** The profile a medium gets when an order names none. @throws {TypeError} when the table misses one */
export const defaultProfile = (medium: ProfileMedium): ApplicationProfileRow => {
  const row = byId.get(DEFAULTS[medium]);
  if (!row) throw new TypeError('no default profile');
  return row;
};

/** What a profile asks of images of a SOP class. */
export const limitsFor = ({ images = [] }: ApplicationProfileRow, sopClassUid: string): readonly ImageLimits[] => images.filter(({ classes }) => classes?.includes(sopClassUid) ?? true);

/**
 * The transfer syntaxes a profile allows for a SOP class, the one to convert to first.
 * @param photometric of an image, to name only those that go with it; one that the profile does not take narrows nothing
 */
export const syntaxesFor = (profile: ApplicationProfileRow, sopClassUid: string, photometric?: string): readonly string[] => {
  const ofClass = profile.syntaxesOfClass?.[sopClassUid] ?? profile.transferSyntaxes;
  const pairs = photometric === undefined ? [] : limitsFor(profile, sopClassUid).map((limits) => limits.photometric?.[photometric]).filter((pair) => pair !== undefined);
  return pairs.length === 0 || pairs.includes('') ? ofClass : ofClass.filter((uid) => pairs.some((pair) => pair.includes(uid)));
};

/** Whether the transfer syntaxes a profile allows depend on the photometric interpretation. */
export const asksForPhotometric = (profileId: string, sopClassUid: string): boolean => {
  const profile = profileById(profileId);
  return profile !== undefined && limitsFor(profile, sopClassUid).some(({ photometric = {} }) => Object.values(photometric).some((pair) => pair !== ''));
};

const KNOWN_CLASSES: ReadonlySet<string> = new Set(SOP_CLASSES.map(({ uid }) => uid));

/** Whether a profile takes a SOP class; classes that no table knows are in none. */
export const takesClass = (profile: ApplicationProfileRow, sopClassUid: string): boolean => (profile.sopClasses ? profile.sopClasses.includes(sopClassUid) : KNOWN_CLASSES.has(sopClassUid));
