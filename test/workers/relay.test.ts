import { describe, expect, it } from 'vitest';
import { createNudges } from '../../workers/relay.ts';

describe('waking groups', () => {
  it('leaves a group alone that was woken lately, and wakes it again after a while', () => {
    let now = 0;
    const nudges = createNudges(() => now);
    expect(nudges.isDue(1)).toBe(true);
    nudges.note(1);
    expect([nudges.isDue(1), nudges.isDue(2)]).toEqual([false, true]);
    now = 9_999;
    expect(nudges.isDue(1)).toBe(false);
    now = 10_000;
    expect(nudges.isDue(1)).toBe(true);
  });

  it('wakes a group at once that begins to collect anew', () => {
    const nudges = createNudges(() => 0);
    nudges.note(1);
    nudges.forget(1);
    expect(nudges.isDue(1)).toBe(true);
  });
});
