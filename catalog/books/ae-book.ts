/** The AE registry, and the callers it does not know. */
import type { FindAe, RemoteAe } from '../../dicom/remote-ae.ts';
import type { AeService } from '../../dicom/tables/ae-services.ts';

/** What a person or spindle.yaml says about an AE. */
export interface AeDraft extends RemoteAe {
  /** What it may ask of us. */
  readonly services: readonly AeService[];
  readonly notes: string;
}

export interface RegisteredAe extends AeDraft {
  /** 'file' = from `peers` of spindle.yaml: changed there. */
  readonly source: 'api' | 'file';
  readonly version: number;
  readonly changedBy: string;
  readonly changedAt: Date;
}

/** A calling AE that the registry does not know as it calls: refused, or let in as unknown. One row per title and host. */
export interface UnknownCaller {
  readonly callerId: number;
  readonly callingAe: string;
  readonly host: string;
  /** Why it was refused last, e.g. 'calling-ae'; 'let-in' when it was not. */
  readonly reason: string;
  readonly calls: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export interface CallerNote {
  readonly callingAe: string;
  readonly host: string;
  readonly reason: string;
  readonly calls: number;
  readonly lastSeenAt: Date;
}

export interface AeBook {
  /** All, by title. */
  aes(): Promise<readonly RegisteredAe[]>;
  ae(aeTitle: string): Promise<RegisteredAe | undefined>;
  readonly find: FindAe;
  /** Takes the title off the unknown callers as well. @throws CATALOG_CONFLICT when the title is registered */
  create(draft: AeDraft, who: string): Promise<RegisteredAe>;
  /** The title stays. @throws CATALOG_CONFLICT when `version` is not the current one; CATALOG_NOT_FOUND; API_FORBIDDEN for AEs from a file */
  change(aeTitle: string, version: number, draft: AeDraft, who: string): Promise<RegisteredAe>;
  remove(aeTitle: string, version: number, who: string): Promise<void>;
  /** Makes the AEs of `source: file` exactly these: adds, changes, takes over those of the same title, removes what is gone. */
  importFileAes(drafts: readonly AeDraft[]): Promise<void>;
  /** Adds to what is remembered of unknown callers; only the 200 seen last are kept. */
  noteCallers(notes: readonly CallerNote[]): Promise<void>;
  /** Seen last first. */
  callers(): Promise<readonly UnknownCaller[]>;
  caller(callerId: number): Promise<UnknownCaller | undefined>;
}
