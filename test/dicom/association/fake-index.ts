/** An in-memory InstanceIndex for tests: same outcomes as the catalog, switchable to failing or slow. */
import type { ArrivedInstance, HeldInstance, InstanceIndex, StoreOutcome } from '../../../catalog/books/instance-index.ts';

export interface FakeIndex extends Pick<InstanceIndex, 'store' | 'held' | 'storeConflicting'> {
  readonly rows: { readonly instanceId: number; readonly arrival: ArrivedInstance }[];
  readonly batches: number[];
  readonly conflicts: { readonly arrival: ArrivedInstance; readonly decision: string }[];
  before: (() => Promise<void>) | undefined;
}

export const createFakeIndex = (): FakeIndex => {
  const rows: FakeIndex['rows'] = [];
  const heldOf = (uid: string): HeldInstance[] =>
    rows.filter((row) => row.arrival.attributes.sopInstanceUid === uid).map((row) => ({ instanceId: row.instanceId, file: row.arrival.file, isHeld: true }));
  const one = (arrival: ArrivedInstance): StoreOutcome => {
    const held = heldOf(arrival.attributes.sopInstanceUid);
    const same = held.find((row) => row.file.dataSetSha256 === arrival.file.dataSetSha256 && row.file.transferSyntaxUid === arrival.file.transferSyntaxUid);
    if (same !== undefined) return { outcome: 'already-held', instanceId: same.instanceId };
    if (held.length > 0) return { outcome: 'differs', held };
    rows.push({ instanceId: rows.length + 1, arrival });
    return { outcome: 'added', instanceId: rows.length };
  };
  const index: FakeIndex = {
    rows, batches: [], conflicts: [], before: undefined,
    store: async (arrivals) => {
      await index.before?.();
      index.batches.push(arrivals.length);
      return arrivals.map(one);
    },
    held: async (uid) => heldOf(uid),
    storeConflicting: async (arrival, decision) => {
      index.conflicts.push({ arrival, decision });
      rows.push({ instanceId: rows.length + 1, arrival });
      return { instanceId: rows.length };
    },
  };
  return index;
};
