/** What the planner hands to the writer. Types only. */
import type { ImageFile, ImageVolume } from './image-file.ts';

/** Consecutive bytes from the start of a sector: made when their turn comes, or those of one file. */
export type ImageSegment =
  | { readonly sector: number; readonly bytes: number; readonly encode: () => Uint8Array }
  | { readonly sector: number; readonly bytes: number; readonly file: ImageFile };

export interface PlannedFile {
  readonly file: ImageFile;
  /** First sector of the content, 0 for an empty file. */
  readonly sector: number;
  readonly bytes: number;
}

export interface ImagePlan {
  readonly kind: ImageVolume['kind'];
  readonly volumeId: string;
  /** Exact length of the image. */
  readonly totalSectors: number;
  /** Ascending; what no segment covers is zeros. */
  readonly segments: readonly ImageSegment[];
  /** In the order given. */
  readonly files: readonly PlannedFile[];
}

/** A volume as each kind of planner takes it: checked, with its tree and a date that nobody changes. */
export interface CheckedVolume {
  readonly volumeId: string;
  readonly createdAt: Date;
  readonly files: readonly ImageFile[];
}

/** What each kind of planner finds. */
export type Layout = Pick<ImagePlan, 'totalSectors' | 'segments' | 'files'>;
