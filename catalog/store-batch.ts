/**
 * The hot path: one group of arrivals becomes rows in one transaction. Rows go in by ascending UID, so parallel batches
 * that overlap wait for each other and never for one another in a ring.
 */
import type { Insertable, Selectable } from 'kysely';
import type { ArrivedInstance, StoreOutcome } from './books/instance-index.ts';
import { StaleIds } from './database.ts';
import type { Database } from './database.ts';
import type { InTransaction, SeriesArrival } from './dialects/dialect.ts';
import type { Parents } from './identities.ts';
import { fileColumns, heldInstance, instanceRow } from './instance-rows.ts';
import type { ParentsCache } from './parents-cache.ts';
import type { InstanceTable } from './tables.ts';

type InstanceRow = Insertable<InstanceTable>;
type Known = Pick<Selectable<InstanceTable>, 'id' | 'sop_instance_uid' | 'series_key' | 'study_key' | 'is_held' | 'counts' | 'is_pushed' | 'path' | 'bytes' | 'data_set_offset' | 'data_set_sha256' | 'transfer_syntax_uid'>;

const isSameContent = (known: Known, arrival: ArrivedInstance): boolean =>
  known.data_set_sha256 === arrival.file.dataSetSha256 && known.transfer_syntax_uid === arrival.file.transferSyntaxUid;

const knownRows = (trx: InTransaction, uids: readonly string[]): Promise<Known[]> =>
  trx.selectFrom('instance').where('sop_instance_uid', 'in', [...uids]).orderBy('variant')
    .select(['id', 'sop_instance_uid', 'series_key', 'study_key', 'is_held', 'counts', 'is_pushed', 'path', 'bytes', 'data_set_offset', 'data_set_sha256', 'transfer_syntax_uid']).execute();

/** Puts the file of a known instance that was no longer held in its place again. */
const holdAgain = async (trx: InTransaction, known: Known, arrival: ArrivedInstance): Promise<boolean> => {
  const { numUpdatedRows } = await trx.updateTable('instance').set({ is_held: 1, ...fileColumns(arrival.file), stored_at: arrival.storedAt }).where('id', '=', known.id).where('is_held', '=', 0).executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  if (known.counts === 1) await trx.updateTable('series').set((eb) => ({ held_instances: eb('held_instances', '+', 1) })).where('id', '=', known.series_key).execute();
  return true;
};

const summed = (added: readonly { arrival: ArrivedInstance; parents: Parents }[]): readonly SeriesArrival[] => {
  const bySeries = new Map<number, SeriesArrival>();
  for (const { arrival, parents } of added) {
    const { instances, bytes, lastStoredAt, isPushed } = bySeries.get(parents.seriesKey) ?? { instances: 0, bytes: 0, lastStoredAt: arrival.storedAt, isPushed: false };
    bySeries.set(parents.seriesKey, {
      seriesKey: parents.seriesKey, studyKey: parents.studyKey, instances: instances + 1, bytes: bytes + arrival.file.bytes,
      lastStoredAt: arrival.storedAt > lastStoredAt ? arrival.storedAt : lastStoredAt, isPushed: isPushed || arrival.origin.kind === 'pushed',
    });
  }
  return [...bySeries.values()].sort((a, b) => a.studyKey - b.studyKey || a.seriesKey - b.seriesKey);
};

/** A group made ready: its rows, and the first row of each UID by ascending UID. */
interface Batch {
  readonly arrivals: readonly ArrivedInstance[];
  readonly parents: readonly Parents[];
  readonly rows: readonly InstanceRow[];
  readonly firstOfUid: ReadonlyMap<string, number>;
  readonly uids: readonly string[];
  /** Studies to lock beforehand: all where there are several, else none. */
  readonly studies: readonly number[];
}

const batchOf = (arrivals: readonly ArrivedInstance[], parents: readonly Parents[]): Batch => {
  const rows = arrivals.map((arrival, i) => instanceRow(arrival, parents[i] as Parents));
  const firstOfUid = new Map<string, number>();
  rows.forEach((row, i) => { if (!firstOfUid.has(row.sop_instance_uid)) firstOfUid.set(row.sop_instance_uid, i); });
  const studies = [...new Set(parents.map((p) => p.studyKey))].sort((a, b) => a - b);
  return { arrivals, parents, rows, firstOfUid, uids: [...firstOfUid.keys()].sort(), studies: studies.length > 1 ? studies : [] };
};

const firstRows = ({ uids, rows, firstOfUid }: Batch): readonly InstanceRow[] => uids.map((uid) => rows[firstOfUid.get(uid) as number] as InstanceRow);

const storeOnce = async (database: Database, trx: InTransaction, batch: Batch): Promise<readonly StoreOutcome[]> => {
  const { arrivals, parents, rows, firstOfUid, uids, studies } = batch;
  await database.engine.lockRows(trx, 'study', studies);
  const inserted = await database.engine.insertInstances(trx, firstRows(batch));

  const isRepeated = rows.length > uids.length;
  const toCompare = isRepeated ? uids : uids.filter((uid) => !inserted.has(uid));
  const known = new Map<string, Known[]>();
  if (toCompare.length > 0) for (const row of await knownRows(trx, toCompare)) known.set(row.sop_instance_uid, [...(known.get(row.sop_instance_uid) ?? []), row]);

  const added: { arrival: ArrivedInstance; parents: Parents }[] = [];
  const outcomes: StoreOutcome[] = [];
  for (const [i, arrival] of arrivals.entries()) {
    const uid = (rows[i] as InstanceRow).sop_instance_uid;
    const insertedId = inserted.get(uid);
    if (insertedId !== undefined && firstOfUid.get(uid) === i) {
      added.push({ arrival, parents: parents[i] as Parents });
      outcomes.push({ outcome: 'added', instanceId: insertedId });
      continue;
    }
    const contents = known.get(uid) ?? [];
    const same = contents.find((k) => isSameContent(k, arrival));
    if (!same) outcomes.push({ outcome: 'differs', held: contents.map(heldInstance) });
    else outcomes.push({ outcome: same.is_held === 0 && await holdAgain(trx, same, arrival) ? 'added' : 'already-held', instanceId: same.id });
  }

  const gained = summed(added);
  if (gained.length > 0 && await database.engine.recordArrivals(trx, gained) !== gained.length) throw new StaleIds('a remembered series is not in the catalog');
  return outcomes;
};

/** New UIDs in one statement where the engine can; only what is left needs to be compared. */
const storeInTwo = async (database: Database, batch: Batch): Promise<readonly StoreOutcome[]> => {
  const { arrivals, parents, rows, firstOfUid, studies } = batch;
  const { storeNew } = database.engine;
  if (storeNew === undefined) return database.write((trx) => storeOnce(database, trx, batch));
  const made = await database.read(() => storeNew(firstRows(batch), studies));
  const idOf = (i: number): number | undefined => {
    const uid = (rows[i] as InstanceRow).sop_instance_uid;
    return firstOfUid.get(uid) === i ? made.get(uid) : undefined;
  };
  const left = arrivals.map((_, i) => i).filter((i) => idOf(i) === undefined);
  const rest = left.length === 0 ? [] : await database.write((trx) => storeOnce(database, trx, batchOf(left.map((i) => arrivals[i] as ArrivedInstance), left.map((i) => parents[i] as Parents))));
  const outcomeOfLeft = new Map(left.map((i, at) => [i, rest[at] as StoreOutcome]));
  return arrivals.map((_, i) => outcomeOfLeft.get(i) ?? { outcome: 'added', instanceId: idOf(i) as number });
};

/**
 * Stores a group of arrivals in one transaction, or new ones in one and known ones in another; answers in the same order.
 * @throws CATALOG_UNAVAILABLE
 */
export const storeBatch = async (database: Database, cache: ParentsCache, arrivals: readonly ArrivedInstance[]): Promise<readonly StoreOutcome[]> => {
  if (arrivals.length === 0) return [];
  const attempt = async (): Promise<readonly StoreOutcome[]> => {
    const parents = await cache.of(arrivals);
    return storeInTwo(database, batchOf(arrivals, parents));
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof StaleIds)) throw error;
    cache.clear();
    return attempt();
  }
};
