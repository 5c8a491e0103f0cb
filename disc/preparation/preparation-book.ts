/** What preparing an order found of each instance that is not put on as stored. */
import type { IndexedAttributes } from '../../dicom/attributes.ts';
import { bookNamed } from './book.ts';
import type { Book } from './book.ts';

/** A file made from a stored one. */
export interface PreparedFile {
  readonly instanceId: number;
  readonly kind: 'converted';
  /** Digest of the stored data set it was made from. */
  readonly sourceSha256: string;
  /** Name below the folder of the order; no patient data. */
  readonly name: string;
  readonly bytes: number;
  readonly dataSetOffset: number;
  readonly dataSetSha256: string;
  readonly fromSyntaxUid: string;
  readonly transferSyntaxUid: string;
  readonly pixels: 'untouched' | 'identical' | 'lossy-decoded';
  /** On teaching copies: what the new file says, in place of what the catalog holds. */
  readonly attributes?: IndexedAttributes;
  /** On teaching copies: only a release lets it leave. */
  readonly needsRelease?: boolean;
}

/** An instance that is put on as stored outside the profile, or not at all. */
export interface NotPrepared {
  readonly instanceId: number;
  readonly kind: 'outside' | 'leave-off';
  readonly sourceSha256: string;
  readonly reason: string;
  /** On teaching copies: what may be told of it. */
  readonly attributes?: IndexedAttributes;
}

export type PreparationLine = PreparedFile | NotPrepared;

/** What was prepared for the discs of one order, and where. */
export interface Preparation {
  readonly folder: string;
  readonly lines: ReadonlyMap<number, PreparationLine>;
}

/** For discs whose files all go on as stored. */
export const NOTHING_PREPARED: Preparation = { folder: '', lines: new Map() };

/** What preparing an order found; nothing is noted of what is put on as stored. */
export const preparationBook: Book<PreparationLine> = bookNamed('prepared.jsonl');
