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
}

/** What an order or rule that says nothing gets. */
export const DEFAULT_CONTENT: ContentOptions = { copyType: 'patient', profile: '', unconvertible: 'keep', language: '', webContent: '', reports: '', viewers: null };

/** Content options with what is not said filled in: rows written before an option existed lack it. */
export const contentOptions = (said: Partial<ContentOptions> | undefined): ContentOptions => ({ ...DEFAULT_CONTENT, ...said });

/** Copies that hold what other people made readable; a teaching copy would tell who the patient is, a legal one holds DICOM files only. */
const mayHoldExtras = ({ copyType }: Pick<ContentOptions, 'copyType'>): boolean => copyType === 'patient' || copyType === 'physician';

/** True when a disc gets the folder of web pages. @param isDefault what the appliance is set to */
export const hasWebContent = (content: Pick<ContentOptions, 'copyType' | 'webContent'>, isDefault: boolean): boolean =>
  mayHoldExtras(content) && (content.webContent === '' ? isDefault : content.webContent === 'yes');

/** True when a disc gets reports and documents as files. */
export const hasReports = (content: Pick<ContentOptions, 'copyType' | 'reports'>): boolean =>
  mayHoldExtras(content) && (content.reports === '' ? content.copyType === 'physician' : content.reports === 'yes');

/** True when files that a person attached to the order go on its first disc. */
export const hasAttachments = mayHoldExtras;
