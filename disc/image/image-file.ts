/** What a caller hands to the planner: the files of one volume. Types only. */

import type { FileSystem } from '../tables/media-types.ts';

/** Makes content from the digests of every other file of the volume, in the order of the plan. */
export type LateContent = (files: readonly { readonly path: string; readonly sha256: string }[]) => Uint8Array;

/** One file of the volume. */
export interface ImageFile {
  /** Path inside the volume with `/`. `DICOMDIR` and everything under `DICOM/` must be legal File IDs. */
  readonly path: string;
  /** Exact length; a source of another length aborts the image. */
  readonly bytes: number;
  /** `late` is asked once all other files are written and must give exactly `bytes` bytes; only the last file of a volume may be late. */
  readonly content: { readonly file: string } | { readonly data: Uint8Array } | { readonly late: LateContent };
  /** Byte offset of the data set: the bytes from here on get a digest of their own. */
  readonly hashDataSetFrom?: number;
  /** SHA-256 in lower-case hex that the data set must have; needs `hashDataSetFrom`. */
  readonly expectDataSetSha256?: string;
}

/** One volume to be planned. */
export interface ImageVolume {
  /** File-set ID, 0 to 16 characters of A-Z 0-9 _. */
  readonly volumeId: string;
  /** Recorded, in UTC, as the date of the volume and of every file. */
  readonly createdAt: Date;
  readonly files: readonly ImageFile[];
  readonly kind: FileSystem;
}
