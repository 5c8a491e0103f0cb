/** Notes callers that the registry does not know as they call, in few writes however often they call. */
import type { AeBook, CallerNote } from '../catalog/books/ae-book.ts';
import type { AssociationSummary, EventLog } from './association/service.ts';
import { plainAddress } from './caller-policy.ts';
import type { CallerPolicy } from './caller-policy.ts';

export interface CallerNotes {
  note(summary: AssociationSummary): void;
  /** Writes what is noted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface CallerNotesOptions {
  readonly registry: Pick<AeBook, 'noteCallers'>;
  readonly policy: () => CallerPolicy;
  readonly ownTitle: string;
  readonly log: EventLog;
  readonly flushSeconds?: number;
}

const FLUSH_SECONDS = 2;
/** Between two writes; what is more is forgotten. */
const MOST_NOTES = 100;
/** Rejections that a change of the registry, here or there, can cure. */
const CURABLE: ReadonlySet<string> = new Set(['calling-ae', 'caller-address', 'called-ae']);

const reasonOf = ({ outcome, reason, callingAe }: AssociationSummary, { known }: CallerPolicy): string | undefined => {
  if (outcome === 'rejected') return CURABLE.has(reason) ? reason : undefined;
  return known.has(callingAe) ? undefined : 'let-in';
};

/** Makes the notebook. */
export const createCallerNotes = (options: CallerNotesOptions): CallerNotes => {
  const { registry, policy, ownTitle, log } = options;
  let pending = new Map<string, CallerNote>();
  const flush = async (): Promise<void> => {
    if (pending.size === 0) return;
    const notes = [...pending.values()];
    pending = new Map();
    await registry.noteCallers(notes).catch((error: unknown) => log.warn('callers.not-noted', { reason: error instanceof Error ? error.message : String(error) }));
  };
  const timer = setInterval(() => void flush(), (options.flushSeconds ?? FLUSH_SECONDS) * 1000).unref();
  return {
    note(summary) {
      const { callingAe, endedAt } = summary;
      const reason = callingAe === '' || callingAe === ownTitle ? undefined : reasonOf(summary, policy());
      if (reason === undefined) return;
      const host = plainAddress(summary.host);
      const key = `${callingAe} ${host}`;
      const before = pending.get(key);
      if (before === undefined && pending.size >= MOST_NOTES) return;
      pending.set(key, { callingAe, host, reason, calls: (before?.calls ?? 0) + 1, lastSeenAt: endedAt });
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
};
