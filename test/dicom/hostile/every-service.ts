/** A node of ours with all of its services over books in memory. It holds a small study, and knows itself and one AE that is not there as destinations. */
import type { QueryBook } from '../../../catalog/books/query-book.ts';
import { createQueryScp } from '../../../dicom/query-scp.ts';
import { createStorageCommitmentScp } from '../../../dicom/storage-commitment-scp.ts';
import { silentLog } from '../../../infra/log.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { MadeInstance } from '../../fixtures/make-instance.ts';
import type { TestNodeOptions } from '../association/harness.ts';
import { startRetrieveNode } from '../retrieve/harness.ts';
import type { RetrieveNode } from '../retrieve/harness.ts';
import { createFakeCommitments } from './fake-commitments.ts';
import type { FakeCommitments } from './fake-commitments.ts';

export interface EveryService extends RetrieveNode {
  readonly commitments: FakeCommitments;
  /** Counts what the catalog was asked. */
  readonly queries: { asked: number };
}

/** What it holds from the start: two CT images of one series. */
export const HELD: readonly MadeInstance[] = [1, 2].map((number) =>
  makeInstance({ kind: 'ct', seed: `held/${number}`, patientId: 'P1', studyInstanceUid: '2.25.1', seriesInstanceUid: '2.25.2', sopInstanceUid: `2.25.3${number}`, instanceNumber: number }));

/** Answers whatever is asked with one study. */
const createBook = (queries: { asked: number }): QueryBook => ({ async *find() { queries.asked += 1; yield [{ values: { studyInstanceUid: '2.25.1', patientId: 'P1', patientName: 'Doe^Jane' }, availability: 'ONLINE' }]; } });

export const startEveryService = async (options: TestNodeOptions = {}): Promise<EveryService> => {
  let node: RetrieveNode | undefined = undefined;
  const started = (): RetrieveNode => {
    if (node === undefined) throw new TypeError('asked before the node was up');
    return node;
  };
  const queries = { asked: 0 };
  const commitments = createFakeCommitments(() => started().index.rows);
  node = await startRetrieveNode({
    ...options, retryPausesMs: [], timeoutSeconds: 2,
    services: [
      createQueryScp({ aeTitle: 'SPINDLE', queries: createBook(queries), fuzzyNames: false, matchEmpty: true, log: silentLog }),
      createStorageCommitmentScp({ aeTitle: 'SPINDLE', commitments, absolute: (path) => `${started().directory}/${path}`, keepsForGood: true, log: silentLog, clock: { now: () => new Date() }, sameAssociationMs: 200, leaveMs: 1 }),
    ],
  });
  await node.hold(HELD);
  node.addDestination('SPINDLE', node.node.port);
  node.addDestination('GONE', 1);
  return { ...node, commitments, queries };
};
