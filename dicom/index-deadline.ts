/**
 * Gives every word with the index an end: a catalog that hangs then refuses instances instead of keeping their senders
 * waiting. What was begun goes on in the catalog, so a row may still come into being.
 */
import type { InstanceIndex } from '../catalog/books/instance-index.ts';
import { ApplianceError } from '../infra/errors.ts';

/** What taking in needs of the index. */
export type IntakeIndex = Pick<InstanceIndex, 'store' | 'held' | 'storeConflicting'>;

const within = async <T>(limitMs: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ApplianceError('INTAKE_INDEX_UNAVAILABLE', 'catalog did not answer in time')), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * The same index, whose every call settles within `limitMs`.
 * Calls reject with INTAKE_INDEX_UNAVAILABLE when they take longer; whether the row exists is then not known.
 */
export const withDeadline = (index: IntakeIndex, limitMs: number): IntakeIndex => ({
  store: (arrivals) => within(limitMs, index.store(arrivals)),
  held: (sopInstanceUid) => within(limitMs, index.held(sopInstanceUid)),
  storeConflicting: (arrival, decision) => within(limitMs, index.storeConflicting(arrival, decision)),
});
