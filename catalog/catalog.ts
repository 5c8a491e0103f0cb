/**
 * What the catalog offers to the other parts: its books, each an interface in books/. SQL lives in the modules beside this one.
 * Ids are surrogate keys (safe integers) unless named Uid, key or serial. All times are UTC Dates.
 */
import type { AeBook } from './books/ae-book.ts';
import type { CommitmentBook } from './books/commitment-book.ts';
import type { DiscLog } from './books/disc-log.ts';
import type { InstanceIndex } from './books/instance-index.ts';
import type { OperationLog } from './books/operation-log.ts';
import type { OrderBook } from './books/order-book.ts';
import type { QueryBook } from './books/query-book.ts';
import type { ReleaseBook } from './books/release-book.ts';
import type { RetentionBook } from './books/retention-book.ts';
import type { RetrievalBook } from './books/retrieval-book.ts';
import type { RetrieveBook } from './books/retrieve-book.ts';
import type { RobotBook } from './books/robot-book.ts';
import type { RuleBook } from './books/rule-book.ts';
import type { SessionBook } from './books/session-book.ts';
import type { StudyDirectory } from './books/study-directory.ts';

export interface Catalog {
  readonly instances: InstanceIndex;
  readonly studies: StudyDirectory;
  readonly queries: QueryBook;
  readonly rules: RuleBook;
  readonly orders: OrderBook;
  readonly discs: DiscLog;
  readonly retrieve: RetrieveBook;
  readonly retention: RetentionBook;
  readonly retrievals: RetrievalBook;
  readonly commitments: CommitmentBook;
  readonly operations: OperationLog;
  readonly sessions: SessionBook;
  readonly robots: RobotBook;
  readonly aes: AeBook;
  readonly releases: ReleaseBook;
  /** Cheap round trip. @throws CATALOG_UNAVAILABLE */
  ping(): Promise<void>;
  close(): Promise<void>;
}
