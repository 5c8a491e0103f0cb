/** Storage commitment: what was asked, promised, answered and revoked. */

/** A held instance that could be promised. */
export interface CommitmentCandidate {
  readonly instanceId: number;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly path: string;
  readonly bytes: number;
}

/** What is answered for one instance. */
export interface CommitmentItem {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  /** The instance that is promised; null where none is. */
  readonly instanceId: number | null;
  /** 0 = committed; else the Failure Reason. @source PS3.3 C.14.1.1 */
  readonly failureReason: number;
}

export interface CommitmentRequest {
  readonly transactionUid: string;
  readonly callingAe: string;
  readonly calledAe: string;
  /** Each SOP Instance UID once. */
  readonly items: readonly CommitmentItem[];
  /** Answered for instances that are gone by the time the promise is written. */
  readonly notHeldReason: number;
  readonly nextTryAt: Date;
}

export interface Commitment {
  readonly commitmentId: number;
  readonly transactionUid: string;
  readonly callingAe: string;
  readonly calledAe: string;
  /** Whether the answer has arrived; a promise stands however this is. */
  readonly state: 'PENDING' | 'DELIVERED' | 'GIVEN-UP';
  readonly committed: number;
  readonly refused: number;
  readonly attempts: number;
  readonly requestedAt: Date;
  readonly nextTryAt: Date;
  readonly endedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string;
}

export interface CommitmentBook {
  /** Held instances of these UIDs, those that count first. */
  candidates(sopInstanceUids: readonly string[]): Promise<readonly CommitmentCandidate[]>;
  /** The first commitment for which this AE used the transaction UID. */
  find(callingAe: string, transactionUid: string): Promise<Commitment | undefined>;
  /** Writes answer and promises in one transaction; from then on retention keeps the promised instances. */
  record(request: CommitmentRequest): Promise<{ readonly commitmentId: number; readonly items: readonly CommitmentItem[] }>;
  /** Commitments whose answer is to be delivered now, the longest due first. */
  due(now: Date, limit: number): Promise<readonly Commitment[]>;
  items(commitmentId: number): Promise<readonly CommitmentItem[]>;
  tried(commitmentId: number, nextTryAt: Date): Promise<void>;
  /** Idempotent. */
  end(commitmentId: number, state: 'DELIVERED' | 'GIVEN-UP'): Promise<void>;
  list(filter: { readonly limit: number; readonly after?: string }): Promise<{ readonly commitments: readonly Commitment[]; readonly next: string | null }>;
  /** @throws CATALOG_NOT_FOUND */
  commitment(commitmentId: number): Promise<Commitment>;
  /** A person takes the promise back; the instances follow the ordinary retention again. Idempotent. @throws CATALOG_NOT_FOUND */
  revoke(commitmentId: number, who: string): Promise<void>;
}
