/** Thread that hashes the spans of one role from blocks in shared memory. Started by block-hashing.ts only. */
import { parentPort, workerData } from 'node:worker_threads';
import { createSpanHasher, type Spans } from './span-hasher.ts';

/** What the thread is started with. */
export interface HashWorkerData {
  readonly ring: SharedArrayBuffer;
  readonly spans: Spans;
}

/** A filled stretch of the ring, a question for the digests so far, or the end of the stream. */
export type HashWorkerOrder = { readonly offset: number; readonly length: number } | 'settled' | 'finish';

/** Length of the stretch that may be filled again, or the digests. */
export type HashWorkerReply = number | Uint8Array;

const { ring, spans } = workerData as HashWorkerData;
const hasher = createSpanHasher(spans);

parentPort?.on('message', (order: HashWorkerOrder) => {
  if (order === 'finish') {
    parentPort?.postMessage(hasher.digests() satisfies HashWorkerReply);
    parentPort?.close();
    return;
  }
  if (order === 'settled') {
    parentPort?.postMessage(hasher.settled() satisfies HashWorkerReply);
    return;
  }
  hasher.update(new Uint8Array(ring, order.offset, order.length));
  parentPort?.postMessage(order.length satisfies HashWorkerReply);
});
