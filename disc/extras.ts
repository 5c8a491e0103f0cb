/** Files on a disc beside its DICOM files and pages, and how the pages lead to them. Types only. */
import type { ImageFile } from './image/image-file.ts';

/** A way from the pages into the extra files. */
export interface DiscLink {
  readonly kind: 'report' | 'picture' | 'attachment' | 'viewer';
  /** Shown to the reader of the disc. */
  readonly title: string;
  /** Path on the disc exactly as its file is named, with `/`, from the root. */
  readonly href: string;
}

/** What one maker of extra files adds; files may be more than the links name. */
export interface DiscExtra {
  readonly files: readonly ImageFile[];
  readonly links: readonly DiscLink[];
}
