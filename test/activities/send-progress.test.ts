import { describe, expect, it } from 'vitest';
import { createSendProgress } from '../../activities/send-progress.ts';
import type { SendState } from '../../activities/send-progress.ts';

describe('progress of a sending', () => {
  it('moves its border behind the oldest that is not settled', () => {
    const progress = createSendProgress(undefined);
    for (const id of [3, 5, 9]) expect(progress.begin(id)).toBe(true);
    progress.settle(5, 'stored');
    expect(progress.state()).toMatchObject({ upTo: 2, beyond: [5], stored: 1 });
    progress.settle(3, 'warning');
    expect(progress.state()).toMatchObject({ upTo: 8, beyond: [], stored: 1, warnings: 1 });
    progress.settle(9, 'failed');
    expect(progress.state()).toEqual({ upTo: 9, beyond: [], stored: 1, warnings: 1, failed: 1, failedInstanceIds: [9] });
  });

  it('goes on from an earlier attempt and takes nothing twice', () => {
    const first = createSendProgress(undefined);
    for (const id of [1, 2, 3, 4]) first.begin(id);
    first.settle(1, 'stored');
    first.settle(3, 'stored');
    const second = createSendProgress(JSON.parse(JSON.stringify(first.state())) as SendState);
    expect(second.settledUpTo()).toBe(1);
    expect([2, 3, 4, 5].map((id) => second.begin(id))).toEqual([true, false, true, true]);
    for (const id of [5, 4, 2, 2]) second.settle(id, 'stored');
    expect(second.state()).toEqual({ upTo: 5, beyond: [], stored: 5, warnings: 0, failed: 0, failedInstanceIds: [] });
  });

  it('keeps the first hundred failed ids', () => {
    const progress = createSendProgress(undefined);
    for (let id = 1; id <= 150; id += 1) { progress.begin(id); progress.settle(id, 'failed'); }
    expect(progress.summary()).toMatchObject({ failed: 150, failedInstanceIds: Array.from({ length: 100 }, (_, n) => n + 1) });
  });
});
