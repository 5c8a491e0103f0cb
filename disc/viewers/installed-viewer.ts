/** A viewer as it lies on the shelf. Types only. */
import type { ViewerPackage } from '../viewer-package.ts';

export interface InstalledViewer {
  readonly viewer: ViewerPackage;
  /** Folder with the files of the package. */
  readonly folder: string;
  /** False: no new disc gets it; a disc that is made again still does. */
  readonly isEnabled: boolean;
  readonly installedAt: Date;
}
