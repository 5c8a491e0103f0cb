import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSendActivities } from '../../activities/send.ts';
import type { SendState, SendSummary } from '../../activities/send-progress.ts';
import { silentLog } from '../../infra/log.ts';
import { activityBench } from '../fixtures/activity-context.ts';
import type { ActivityBench } from '../fixtures/activity-context.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import { startNode } from '../dicom/association/harness.ts';
import type { TestNode } from '../dicom/association/harness.ts';
import { remoteAe, startRetrieveNode } from '../dicom/retrieve/harness.ts';
import type { RetrieveNode } from '../dicom/retrieve/harness.ts';

const HELD = Array.from({ length: 6 }, (_, n) => makeInstance({ seed: `send ${n}`, studyInstanceUid: uid('send/study') }));
const ALL = { instanceIds: [1, 2, 3, 4, 5, 6] };
let source: RetrieveNode;
let receiver: TestNode;
let written: unknown[];

beforeEach(async () => {
  [source, receiver] = [await startRetrieveNode(), await startNode()];
  await source.hold(HELD);
  written = [];
});
afterEach(async () => {
  await source.close();
  await receiver.close();
});

const run = (bench: ActivityBench<SendState>, port = receiver.node.port): Promise<SendSummary> => {
  const { sendInstances } = createSendActivities({
    aeTitle: 'SPINDLE', book: source.book, fileOf: (path) => `${source.directory}/${path}`, log: silentLog, retryPausesMs: [10],
    operations: { write: (row: unknown) => { written.push(row); return Promise.resolve(); } } as never,
    findAe: (title) => Promise.resolve(title === 'PACS' ? remoteAe('SPINDLE', port) : undefined),
  });
  return bench.run(() => sendInstances({ aeTitle: 'PACS', selection: ALL }));
};
const arrived = (): Set<string> => new Set(receiver.index.rows.map((row) => row.arrival.attributes.sopInstanceUid));

describe('sendInstances', () => {
  it('sends a selection and says what became of it', async () => {
    source.book.notHeld.add(HELD[2]?.sopInstanceUid ?? '');
    expect(await run(activityBench())).toEqual({ stored: 5, warnings: 0, failed: 1, failedInstanceIds: [3] });
    expect(arrived().size).toBe(5);
    expect(written).toMatchObject([{ event: 'instances.sent', result: 'incomplete', details: { stored: 5, failed: 1 } }]);
  });

  it('goes on where the attempt before was', async () => {
    const heartbeatDetails: SendState = { upTo: 2, beyond: [4], stored: 3, warnings: 0, failed: 0, failedInstanceIds: [] };
    expect(await run(activityBench({ heartbeatDetails, attempt: 2 }))).toMatchObject({ stored: 6, failed: 0 });
    expect(arrived()).toEqual(new Set([HELD[2], HELD[4], HELD[5]].map((made) => made?.sopInstanceUid)));
  });

  it('heartbeats ids and counts only', async () => {
    const bench = activityBench<SendState>();
    await run(bench);
    expect(bench.heartbeats.at(-1)).toEqual({ upTo: 6, beyond: [], stored: 6, warnings: 0, failed: 0, failedInstanceIds: [] });
    expect(JSON.stringify(bench.heartbeats)).not.toMatch(/2\.25|Phantom/);
  });

  it('leaves everything to the next attempt when nobody listens', async () => {
    const bench = activityBench<SendState>();
    await expect(run(bench, 1)).rejects.toMatchObject({ code: 'RETRIEVE_CANNOT_SEND' });
    expect(bench.heartbeats.at(-1)).toMatchObject({ upTo: 0, stored: 0, failed: 0 });
  });

  it('knows its destinations', async () => {
    const { sendInstances } = createSendActivities({ aeTitle: 'SPINDLE', book: source.book, fileOf: (path) => path, log: silentLog, operations: {} as never, findAe: () => Promise.resolve(undefined) });
    await expect(activityBench().run(() => sendInstances({ aeTitle: 'NOBODY', selection: ALL }))).rejects.toMatchObject({ code: 'RETRIEVE_DESTINATION_UNKNOWN' });
  });

  it('ends when it is cancelled', async () => {
    const bench = activityBench<SendState>();
    receiver.index.before = () => { bench.cancel(); return new Promise((resolve) => setTimeout(resolve, 20)); };
    await expect(run(bench)).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(written).toEqual([]);
  });
});
