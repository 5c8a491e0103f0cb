import { describe, expect, it } from 'vitest';
import { createRetrieveActivities } from '../../activities/retrieve.ts';
import type { RetrieveActivities } from '../../activities/retrieve.ts';
import { ApplianceError } from '../../infra/errors.ts';
import type { ErrorCode } from '../../infra/errors.ts';
import { silentLog } from '../../infra/log.ts';
import { activityBench } from '../fixtures/activity-context.ts';
import { remoteAe } from '../dicom/retrieve/harness.ts';

/** The activities with an AE of which every query and retrieval fails. */
const failing = (code: ErrorCode): RetrieveActivities => {
  const fail = (): Promise<never> => Promise.reject(new ApplianceError(code, 'as the test wants it'));
  return createRetrieveActivities({
    retrievals: { retrieval: () => Promise.resolve({ remoteAe: 'PACS', studyInstanceUid: '2.25.1' }), progress: () => Promise.resolve([]) } as never,
    orders: {} as never, scu: { findStudies: fail, findSeries: fail, countInstances: fail, move: fail }, findAe: (title) => Promise.resolve(remoteAe(title, 104)),
    limits: { limitSeconds: 10, attempts: 1 }, tell: () => Promise.resolve(), log: silentLog,
  });
};

describe('retrieving', () => {
  it.each(['ASSOCIATION_TIMED_OUT', 'ASSOCIATION_REJECTED', 'REMOTE_QUERY_FAILED'] as const)('answers what stands against it on the other side: %s', async (code) => {
    expect(await activityBench().run(() => failing(code).askCounts(1))).toBe(code);
    expect(await activityBench().run(() => failing(code).moveToUs(1, null, 10))).toBe(code);
  });

  it('leaves it to the next attempt when all our associations with the AE are in use', async () => {
    await expect(activityBench().run(() => failing('ASSOCIATION_ALL_IN_USE').askCounts(1))).rejects.toMatchObject({ code: 'ASSOCIATION_ALL_IN_USE', row: { retry: 'auto' } });
    await expect(activityBench().run(() => failing('ASSOCIATION_ALL_IN_USE').moveToUs(1, null, 10))).rejects.toMatchObject({ code: 'ASSOCIATION_ALL_IN_USE' });
  });
});
