/** Instances to be given to other AEs, by C-MOVE, C-GET or sending. */
import type { StoredFile } from './instance-index.ts';

/** Instances by unique keys of the wire, or by our own; all keys that are given must hold. No key at all names nothing. */
export interface RetrieveSelection {
  readonly patientId?: string;
  /** Counts only beside patientId. */
  readonly issuerOfPatientId?: string;
  readonly studyInstanceUids?: readonly string[];
  readonly seriesInstanceUids?: readonly string[];
  readonly sopInstanceUids?: readonly string[];
  readonly patientKeys?: readonly number[];
  readonly studyKeys?: readonly number[];
  readonly seriesKeys?: readonly number[];
  readonly instanceIds?: readonly number[];
}

export interface RetrievableInstance {
  readonly instanceId: number;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly file: StoredFile;
  readonly isHeld: boolean;
  /** A person must say which content counts before it is given away. */
  readonly isContested: boolean;
}

export interface RetrieveBook {
  /** How many instances a selection names, and of which kinds. */
  plan(selection: RetrieveSelection): Promise<{ readonly instances: number; readonly kinds: readonly { readonly sopClassUid: string; readonly transferSyntaxUid: string; readonly instances: number }[] }>;
  /** Counting instances of a selection by ascending id, from behind `afterInstanceId` (0 = from the first). */
  page(selection: RetrieveSelection, afterInstanceId: number, limit: number): Promise<readonly RetrievableInstance[]>;
}
