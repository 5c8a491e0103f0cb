/**
 * From a placed file to a row: indexes it, settles duplicates, keeps conflicting content beside the held one.
 * Promise: never accounted for without a row, never a row without its file. A file without a row may be left behind;
 * a resend finds and uses it.
 */
import type { ArrivedInstance, InstanceIndex } from '../catalog/books/instance-index.ts';
import { ApplianceError } from '../infra/errors.ts';
import type { EventLog } from './association/service.ts';
import { isAlreadyHeld } from './duplicates.ts';
import type { IndexBatcher } from './index-batcher.ts';
import type { InstanceStore, PlacedFile } from './instance-store.ts';

/** What to do with other content under a known SOP Instance UID. */
export type ConflictDecision = 'ask' | 'newest' | 'held';

export type IntakeOutcome = 'added' | 'already-held' | 'conflicting';

export interface IntakeDeps {
  readonly store: InstanceStore;
  readonly index: Pick<InstanceIndex, 'held' | 'storeConflicting'>;
  readonly batcher: IndexBatcher;
  readonly log: EventLog;
  conflictFor(callingAe: string): ConflictDecision;
}

const unavailable = (cause: unknown): ApplianceError =>
  cause instanceof ApplianceError && cause.code.startsWith('INTAKE_') ? cause : new ApplianceError('INTAKE_INDEX_UNAVAILABLE', 'catalog did not take the instance', { cause });

/** The row names this very path when the file of a known row had been lost and is now there again. */
const drop = async (deps: IntakeDeps, arrival: ArrivedInstance, placed: PlacedFile): Promise<void> => {
  const rows = await deps.index.held(arrival.attributes.sopInstanceUid);
  if (rows.some((row) => row.file.path === placed.path)) deps.store.release(placed.path);
  else deps.store.discard(placed.path);
};

const settle = async (deps: IntakeDeps, arrival: ArrivedInstance, placed: PlacedFile): Promise<IntakeOutcome> => {
  const stored = await deps.batcher.store(arrival);
  if (stored.outcome === 'added') {
    deps.store.release(placed.path);
    return 'added';
  }
  const isSame =
    stored.outcome === 'already-held' ||
    (await isAlreadyHeld({ file: deps.store.absolute(placed.path), transferSyntaxUid: arrival.file.transferSyntaxUid }, stored.held, {
      absolute: (path) => deps.store.absolute(path),
      notComparable: (_file, error) => deps.log.warn('instance.not-comparable', { sopInstanceUid: arrival.attributes.sopInstanceUid, reason: error instanceof Error ? error.message : String(error) }),
    }));
  if (isSame) {
    if (placed.existed) deps.store.release(placed.path);
    else await drop(deps, arrival, placed);
    return 'already-held';
  }
  await deps.index.storeConflicting(arrival, deps.conflictFor(arrival.origin.callingAe));
  deps.store.release(placed.path);
  return 'conflicting';
};

/**
 * Accounts for a placed file; answers what it turned out to be.
 * @throws {ApplianceError} INTAKE_INDEX_UNAVAILABLE when the catalog failed. The row may exist then, so the file stays.
 */
export const takeIn = async (deps: IntakeDeps, arrival: ArrivedInstance, placed: PlacedFile): Promise<IntakeOutcome> => {
  try {
    return await settle(deps, arrival, placed);
  } catch (cause) {
    deps.store.release(placed.path);
    deps.log.error('instance.not-indexed', { path: placed.path, reason: cause instanceof Error ? cause.message : String(cause) });
    throw unavailable(cause);
  }
};
