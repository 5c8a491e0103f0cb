/** What orders fetch from remote AEs. */

/** One study that an order has fetched from a remote AE. */
export interface Retrieval {
  readonly retrievalId: number;
  readonly orderId: string;
  readonly remoteAe: string;
  readonly studyInstanceUid: string;
  readonly state: 'OPEN' | 'COMPLETE' | 'FAILED' | 'CANCELLED';
  /** Code of the error that ended it; '' otherwise. */
  readonly reason: string;
  readonly openedAt: Date;
  readonly endedAt: Date | null;
}

/** One series of it: what the AE says it holds, and what we hold. */
export interface RetrievalProgress {
  readonly retrievalSeriesId: number;
  readonly seriesInstanceUid: string;
  readonly expected: number;
  readonly held: number;
}

export interface RetrievalBook {
  /** @throws CATALOG_NOT_FOUND */
  retrieval(retrievalId: number): Promise<Retrieval>;
  /** Notes the series and their numbers of instances as the AE tells them now. */
  expect(retrievalId: number, series: readonly { readonly seriesInstanceUid: string; readonly instances: number }[]): Promise<void>;
  progress(retrievalId: number): Promise<readonly RetrievalProgress[]>;
  end(retrievalId: number, state: Exclude<Retrieval['state'], 'OPEN'>, reason: string): Promise<void>;
  /** Titles of AEs that something is being retrieved from. */
  openAes(): Promise<ReadonlySet<string>>;
  /** Retrievals of a study that are open, or ended within the last day. */
  expecting(studyInstanceUid: string): Promise<readonly { readonly remoteAe: string; readonly isOpen: boolean }[]>;
}
