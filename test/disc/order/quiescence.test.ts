import { describe, expect, it } from 'vitest';
import { quietUntil } from '../../../disc/order/quiescence.ts';

describe('the quiet period', () => {
  it('runs from the last stored instance', () => expect(quietUntil({ quietSeconds: 30, longestWaitSeconds: 0 }, 0, 100_000)).toBe(130_000));
  it('never goes beyond the longest wait from the first instance', () => expect(quietUntil({ quietSeconds: 30, longestWaitSeconds: 60 }, 10_000, 65_000)).toBe(70_000));
});
