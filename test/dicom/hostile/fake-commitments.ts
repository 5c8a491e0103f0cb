/** An in-memory CommitmentBook over the rows of a fake index; nothing is ever due, so results go over the association that asked or not at all. */
import type { Commitment, CommitmentBook, CommitmentItem } from '../../../catalog/books/commitment-book.ts';
import type { FakeIndex } from '../association/fake-index.ts';

interface Kept { commitment: Commitment; readonly items: readonly CommitmentItem[] }

export interface FakeCommitments extends CommitmentBook {
  readonly kept: readonly Kept[];
}

export const createFakeCommitments = (rows: () => FakeIndex['rows']): FakeCommitments => {
  const kept: Kept[] = [];
  const of = (commitmentId: number): Kept => {
    const one = kept[commitmentId - 1];
    if (one === undefined) throw new TypeError(`no commitment ${commitmentId}`);
    return one;
  };
  const change = (commitmentId: number, changes: Partial<Commitment>): void => { of(commitmentId).commitment = { ...of(commitmentId).commitment, ...changes }; };
  return {
    kept,
    candidates: async (uids) => rows().filter(({ arrival }) => uids.includes(arrival.attributes.sopInstanceUid)).map(({ instanceId, arrival: { attributes, file } }) =>
      ({ instanceId, sopInstanceUid: attributes.sopInstanceUid, sopClassUid: attributes.sopClassUid, path: file.path, bytes: file.bytes })),
    find: async (callingAe, transactionUid) => kept.find(({ commitment }) => commitment.callingAe === callingAe && commitment.transactionUid === transactionUid)?.commitment,
    record: async ({ transactionUid, callingAe, calledAe, items, nextTryAt }) => {
      const commitmentId = kept.length + 1;
      const committed = items.filter(({ failureReason }) => failureReason === 0).length;
      kept.push({ items, commitment: {
        commitmentId, transactionUid, callingAe, calledAe, state: 'PENDING', committed, refused: items.length - committed, attempts: 0, requestedAt: new Date(), nextTryAt, endedAt: null, revokedAt: null, revokedBy: '',
      } });
      return { commitmentId, items };
    },
    due: async () => [],
    items: async (commitmentId) => of(commitmentId).items,
    tried: async (commitmentId, nextTryAt) => { change(commitmentId, { nextTryAt, attempts: of(commitmentId).commitment.attempts + 1 }); },
    end: async (commitmentId, state) => { change(commitmentId, { state, endedAt: new Date() }); },
    list: async ({ limit }) => ({ commitments: kept.slice(-limit).map(({ commitment }) => commitment), next: null }),
    commitment: async (commitmentId) => of(commitmentId).commitment,
    revoke: async (commitmentId, revokedBy) => { change(commitmentId, { revokedAt: new Date(), revokedBy }); },
  };
};
