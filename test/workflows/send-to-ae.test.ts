import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWorkflows, VirtualRun } from './harness.ts';
import type { Creator, Fakes } from './harness.ts';

let creator: Creator;
beforeAll(async () => { creator = await loadWorkflows(); }, 120_000);
afterAll(() => creator.destroy());

const run = async (fakes: Fakes): Promise<unknown> => {
  const virtual = await VirtualRun.start(creator, 'sendToAe', [{ aeTitle: 'STATION', selection: { studyKeys: [1] } }], fakes);
  try { return virtual.value; } finally { await virtual.dispose(); }
};

describe('sendToAe', () => {
  it('answers what was sent', async () => {
    expect(await run({ sendInstances: () => ({ stored: 4, warnings: 1, failed: 2, failedInstanceIds: [7, 8] }) })).toEqual({ stored: 4, warnings: 1, failed: 2, error: '' });
  });
  it('ends with the code of what stood against sending', async () => {
    expect(await run({ sendInstances: () => { throw ApplicationFailure.create({ type: 'RETRIEVE_DESTINATION_UNKNOWN', nonRetryable: true }); } })).toMatchObject({ stored: 0, error: 'RETRIEVE_DESTINATION_UNKNOWN' });
  });
});
