/** What the gate is told: how the volume was meant to be. */

export interface GateInput {
  readonly imageFile: string;
  readonly bytes: number;
  readonly fileSetId: string;
  readonly fileSetUid: string;
  /** Every file that must be on the volume and nothing else, with its digest. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  /** The instances among them. */
  readonly instances: readonly { readonly fileId: string; readonly sopInstanceUid: string }[];
}
