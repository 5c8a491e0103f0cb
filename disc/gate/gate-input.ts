/** What the gate is told: how the volume was meant to be. */

import type { CopyType } from '../order/content.ts';

export type DiscFileSystem = 'iso9660' | 'joliet' | 'udf';

export interface GateInput {
  readonly imageFile: string;
  readonly bytes: number;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  /** File systems that must be there; ISO 9660 with Joliet when absent. */
  readonly fileSystems?: readonly DiscFileSystem[];
  /** Application profile that the disc claims; '' or absent = none. */
  readonly profile?: string;
  /** 'legal' copies hold objects of retired and private classes, in private records. */
  readonly copyType?: CopyType;
  /** Every file that must be on the volume and nothing else, with its digest. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  /** Those among them that are neither DICOM files nor our own pages. */
  readonly extras?: readonly string[];
  /** The instances among them. */
  readonly instances: readonly { readonly fileId: string; readonly sopInstanceUid: string }[];
}
