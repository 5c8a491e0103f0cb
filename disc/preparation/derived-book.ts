/** Files for people that were made from stored instances: pictures, readable reports, documents. */
import { bookNamed } from './book.ts';
import type { Book } from './book.ts';

export type DerivedKind = 'picture' | 'thumbnail' | 'htm' | 'pdf' | 'xml';

export interface DerivedFile {
  readonly kind: DerivedKind;
  /** Name below the folder of the order; no patient data. */
  readonly name: string;
  readonly bytes: number;
  /** Of pictures. */
  readonly columns?: number;
  readonly rows?: number;
  /** Counted from 1. */
  readonly frame?: number;
}

export interface DerivedLine {
  readonly instanceId: number;
  /** Digest of the stored data set it was made from. */
  readonly sourceSha256: string;
  /** How it was made; another recipe makes it anew. */
  readonly recipe: string;
  /** Empty where nothing could be made. */
  readonly files: readonly DerivedFile[];
  /** Of a document, as a reader calls it. */
  readonly title: string;
}

export const derivedBook: Book<DerivedLine> = bookNamed('derived.jsonl');
