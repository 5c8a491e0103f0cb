/** Instances: what arrived, what is held under which content, and what a volume needs of it. */
import type { IndexedAttributes } from '../../dicom/attributes.ts';

export interface InstanceOrigin {
  readonly callingAe: string;
  readonly calledAe: string;
  readonly host: string;
  /** 'retrieved' = came by our own C-MOVE or C-GET and starts no rule. */
  readonly kind: 'pushed' | 'retrieved';
}

export interface StoredFile {
  /** Path relative to the store folder, '/' separated; carries no patient data. */
  readonly path: string;
  readonly bytes: number;
  /** Where the data set begins in the file. */
  readonly dataSetOffset: number;
  /** SHA-256, hex, of the data set bytes as received. */
  readonly dataSetSha256: string;
  readonly transferSyntaxUid: string;
}

export interface ArrivedInstance {
  readonly attributes: IndexedAttributes;
  readonly file: StoredFile;
  readonly origin: InstanceOrigin;
  readonly storedAt: Date;
}

/** One copy of an instance that the catalog already knows. */
export interface HeldInstance {
  readonly instanceId: number;
  readonly file: StoredFile;
  readonly isHeld: boolean;
}

/**
 * 'added': a new row (or a known instance that was no longer held and is held again).
 * 'already-held': same SOP Instance UID, same data set digest and transfer syntax.
 * 'differs': same SOP Instance UID, another digest: the caller compares the elements and calls resolve().
 */
export type StoreOutcome =
  | { readonly outcome: 'added'; readonly instanceId: number }
  | { readonly outcome: 'already-held'; readonly instanceId: number }
  | { readonly outcome: 'differs'; readonly held: readonly HeldInstance[] };

export interface InstanceIndex {
  /** Stores a whole group of arrivals in one transaction; idempotent. Answers in the same order. Also bumps the arrival outbox per series (pushed ones only). */
  store(arrivals: readonly ArrivedInstance[]): Promise<readonly StoreOutcome[]>;
  /**
   * Keeps an arrival whose UID is known with other content beside the held one. 'ask' marks both contested and the study CONFLICT;
   * 'newest' and 'held' decide at once; the loser stays in the store as superseded, and discs that carry it become WITHDRAWN.
   */
  storeConflicting(arrival: ArrivedInstance, decision: 'ask' | 'newest' | 'held'): Promise<{ readonly instanceId: number }>;
  /** All rows of the UID, for the element comparison. */
  held(sopInstanceUid: string): Promise<readonly HeldInstance[]>;
  /** A person says which content counts. Discs with a loser become WITHDRAWN; the study leaves CONFLICT when nothing is contested any more. */
  settleConflict(winnerInstanceId: number, who: string): Promise<{ readonly studyId: number; readonly withdrawnDiscs: readonly string[] }>;
  conflicts(studyId: number): Promise<readonly { readonly sopInstanceUid: string; readonly candidates: readonly { readonly instanceId: number; readonly storedAt: Date; readonly callingAe: string; readonly bytes: number; readonly patientName: string; readonly patientId: string }[] }[]>;
  /** Everything composing needs, streamed by series and instance number; only instances that count. */
  instancesOfVolume(volumeId: number): Promise<readonly VolumeInstance[]>;
  /** The same for everything an order wants, in the order that the stretches of a plan count. */
  instancesOfOrder(orderId: string): Promise<readonly VolumeInstance[]>;
  instancesOfStudy(studyId: number): Promise<readonly VolumeInstance[]>;
  instancesOfSeries(seriesId: number): Promise<readonly VolumeInstance[]>;
  /** undefined when there is no such instance, or another content of it counts. */
  instance(instanceId: number): Promise<VolumeInstance | undefined>;
}

export interface VolumeInstance {
  readonly instanceId: number;
  readonly attributes: IndexedAttributes;
  readonly file: StoredFile;
  readonly patientKey: number;
  readonly studyKey: number;
  readonly seriesKey: number;
}
