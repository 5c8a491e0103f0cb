/**
 * Group commit of arrivals: while as many catalog transactions run as may, the next arrivals gather.
 * Refuses nothing; a failed transaction fails all its arrivals.
 */
import type { ArrivedInstance, InstanceIndex, StoreOutcome } from '../catalog/books/instance-index.ts';
import { ApplianceError } from '../infra/errors.ts';

/** Arrivals in one transaction at most. */
export const MAX_BATCH = 200;
/** Transactions at a time: while one waits for the disk, the database works on the other. More only wait for each other. */
export const LANES = 2;

export interface IndexBatcher {
  /** @throws {ApplianceError} INTAKE_INDEX_UNAVAILABLE; whether the row exists is then not known */
  store(arrival: ArrivedInstance): Promise<StoreOutcome>;
}

interface Waiting {
  readonly arrival: ArrivedInstance;
  resolve(outcome: StoreOutcome): void;
  reject(error: unknown): void;
}

/** Makes the batcher before an index. */
export const createIndexBatcher = (index: Pick<InstanceIndex, 'store'>): IndexBatcher => {
  let waiting: Waiting[] = [];
  let running = 0;

  const runBatch = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const outcomes = await index.store(batch.map((entry) => entry.arrival));
      batch.forEach((entry, at) => {
        const outcome = outcomes[at];
        if (outcome === undefined) entry.reject(new TypeError('catalog answered fewer outcomes than arrivals'));
        else entry.resolve(outcome);
      });
    } catch (cause) {
      const error = new ApplianceError('INTAKE_INDEX_UNAVAILABLE', 'catalog did not take the instance', { cause });
      for (const entry of batch) entry.reject(error);
    }
  };

  const run = async (): Promise<void> => {
    running += 1;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      await runBatch(batch);
    }
    running -= 1;
  };

  return {
    store: (arrival) =>
      new Promise((resolve, reject) => {
        waiting.push({ arrival, resolve, reject });
        if (running < LANES) void run();
      }),
  };
};
