/**
 * What a disc is to hold and be beside the selected instances: kind of copy, profile, language, viewers.
 * Pure: no I/O, no clock, no packages; workflows may import it.
 */

/**
 * 'patient' = the images; 'physician' = also the reports as pages anyone can read; 'teaching' = de-identified;
 * 'legal' = every byte as received, with objects of retired and private classes.
 */
export const COPY_TYPES = ['patient', 'physician', 'teaching', 'legal'] as const;
export type CopyType = (typeof COPY_TYPES)[number];

/** Languages of the pages on a disc, by ISO 639-1. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'tr', 'ar', 'ja', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** 'zip' = one ZIP under AES-256 with a passphrase; 'media-security' = every file as Secure DICOM File for the holders of certificates. */
export const ENCRYPTIONS = ['none', 'zip', 'media-security'] as const;
export type Encryption = (typeof ENCRYPTIONS)[number];

/** 'disc' = burned by a robot; the others are copies in the folder of the setting `copiesFolder`. */
export const TARGETS = ['disc', 'iso', 'zip', 'folder'] as const;
export type Target = (typeof TARGETS)[number];

export interface ContentOptions {
  readonly copyType: CopyType;
  /** Identifier of an application profile; '' = the default profile of the medium, with all images as Explicit VR Little Endian. */
  readonly profile: string;
  /** What becomes of an instance that the profile forbids and nobody can convert: on the disc as stored, with no profile claimed, or not on the disc. */
  readonly unconvertible: 'keep' | 'leave-off';
  /** '' = the language of the appliance. */
  readonly language: Language | '';
  /** Pages with pictures for a web browser; '' = as the appliance is set. */
  readonly webContent: '' | 'yes' | 'no';
  /** Reports and documents as files anyone can read; '' = on physician copies. */
  readonly reports: '' | 'yes' | 'no';
  /** Ids of viewers in the order in which they go on each disc; null = those of the setting. */
  readonly viewers: readonly string[] | null;
  readonly encryption: Encryption;
  readonly target: Target;
  /** PEM certificates of those who may open a 'media-security' disc. */
  readonly recipientCertificates: readonly string[];
}

/** What an order or rule that says nothing gets. */
export const DEFAULT_CONTENT: ContentOptions = {
  copyType: 'patient', profile: '', unconvertible: 'keep', language: '', webContent: '', reports: '', viewers: null, encryption: 'none', target: 'disc', recipientCertificates: [],
};

/** Content options with what is not said filled in: rows written before an option existed lack it. */
export const contentOptions = (said: Partial<ContentOptions> | undefined): ContentOptions => ({ ...DEFAULT_CONTENT, ...said });

/** False where nothing but DICOM files can be encrypted. @source PS3.15 D.1 */
export const mayHoldViewers = ({ encryption }: Pick<ContentOptions, 'encryption'>): boolean => encryption !== 'media-security';

/** Copies that hold what other people made readable; a teaching copy would tell who the patient is, a legal one and one encrypted for recipients hold DICOM files only. */
const mayHoldExtras = ({ copyType, encryption }: Pick<ContentOptions, 'copyType' | 'encryption'>): boolean => (copyType === 'patient' || copyType === 'physician') && mayHoldViewers({ encryption });

/** True when a disc gets the folder of web pages. @param isDefault what the appliance is set to */
export const hasWebContent = (content: Pick<ContentOptions, 'copyType' | 'encryption' | 'webContent'>, isDefault: boolean): boolean =>
  mayHoldExtras(content) && (content.webContent === '' ? isDefault : content.webContent === 'yes');

/** True when a disc gets reports and documents as files. */
export const hasReports = (content: Pick<ContentOptions, 'copyType' | 'encryption' | 'reports'>): boolean =>
  mayHoldExtras(content) && (content.reports === '' ? content.copyType === 'physician' : content.reports === 'yes');

/** True when files that a person attached to the order go on its first disc. */
export const hasAttachments = mayHoldExtras;

/** Whether a copy is of files and not of an image: it lies on a stick or in a mail, and no medium bounds it. */
export const isFileCopy = ({ target }: Pick<ContentOptions, 'target'>): boolean => target === 'zip' || target === 'folder';

/** Whether the contents of the volume are encrypted into another image; a ZIP that is the copy itself is encrypted when it is delivered. */
export const isSealed = ({ encryption, target }: Pick<ContentOptions, 'encryption' | 'target'>): boolean => encryption === 'media-security' || (encryption === 'zip' && target !== 'zip');
