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
  /** Ids of viewers in the order in which they go on each disc; null = those of the setting. */
  readonly viewers: readonly string[] | null;
}

/** What an order or rule that says nothing gets. */
export const DEFAULT_CONTENT: ContentOptions = { copyType: 'patient', profile: '', unconvertible: 'keep', language: '', viewers: null };

/** Content options with what is not said filled in: rows written before an option existed lack it. */
export const contentOptions = (said: Partial<ContentOptions> | undefined): ContentOptions => ({ ...DEFAULT_CONTENT, ...said });
