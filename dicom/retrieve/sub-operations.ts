/**
 * The sub-operations of one retrieve: counts them, tells the requester how far they are, and gives the final answer.
 * Pending responses are few: one early, then one for a number of sub-operations or a while.
 */
import type { Exchange, ResponseFields } from '../association/service.ts';
import { errorComment } from '../error-comment.ts';
import { failureReason } from '../store-request.ts';
import type { StoreResult } from '../store-request.ts';
import { STATUS } from '../tables/statuses.ts';
import { encodeFailedList } from './failed-list.ts';

export interface SubOperationCounts {
  readonly remaining: number;
  readonly completed: number;
  readonly failed: number;
  readonly warning: number;
}

export interface SubOperations {
  readonly counts: SubOperationCounts;
  /** Why sub-operations failed, and how many each. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Notes the end of one; the reason of a failed one goes to Error Comment and log. */
  settle(sopInstanceUid: string, result: StoreResult): void;
  /** Sends a pending response when one is due, or at once when `isForced`. */
  tell(isForced?: boolean): Promise<void>;
  /** Sends the final response; answers its status. */
  finish(): Promise<number>;
}

/** Sub-operations after which the requester hears of them, at the latest. */
const GROUP = 64;
/** The same in time, in milliseconds. */
const INTERVAL_MS = 1_000;

/** The status that a retrieve ends with. @source PS3.4 C.4.2.3.1, Tables C.4-2 and C.4-3 */
export const finalStatus = ({ completed, failed, warning }: SubOperationCounts, isCancelled: boolean): number => {
  if (isCancelled) return STATUS.cancel;
  if (failed === 0 && warning === 0) return STATUS.success;
  return completed === 0 && warning === 0 ? STATUS.cannotPerformSubOperations : STATUS.subOperationsFailed;
};

/** Starts counting `total` sub-operations of a request. `nowMs` is any steady clock. */
export const createSubOperations = (exchange: Exchange, total: number, nowMs: () => number): SubOperations => {
  let completed = 0;
  let warning = 0;
  const failed: string[] = [];
  const reasons = new Map<string, number>();
  let toldAt = 0;
  let toldOf = 0;
  const done = (): number => completed + warning + failed.length;
  // What arrived after counting is sent too.
  const counts = (): SubOperationCounts => ({ remaining: Math.max(0, total - done()), completed, failed: failed.length, warning });
  const mainReason = (): string => [...reasons].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  return {
    get counts() {
      return counts();
    },
    reasons,
    settle: (sopInstanceUid, result) => {
      if (result.outcome === 'stored') completed += 1;
      else if (result.outcome === 'warning') warning += 1;
      else {
        failed.push(sopInstanceUid);
        const reason = failureReason(result);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    },
    tell: async (isForced = false) => {
      if (exchange.signal.aborted || (!isForced && done() - toldOf < GROUP && nowMs() - toldAt < INTERVAL_MS)) return;
      toldAt = nowMs();
      toldOf = done();
      await exchange.respond({ status: STATUS.pending, ...counts() });
    },
    finish: async () => {
      const { remaining, ...ended } = counts();
      const isCancelled = exchange.signal.aborted && remaining > 0;
      const status = finalStatus(counts(), isCancelled);
      const fields: ResponseFields = { status, ...ended, ...(isCancelled ? { remaining } : {}), ...(failed.length === 0 ? {} : { errorComment: errorComment(mainReason()) }) };
      if (failed.length === 0) await exchange.respond(fields);
      else await exchange.respond(fields, encodeFailedList(failed, exchange.context.transferSyntax));
      return status;
    },
  };
};
