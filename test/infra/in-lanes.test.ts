import { describe, expect, it } from 'vitest';
import { inLanes } from '../../infra/in-lanes.ts';

const free = new AbortController().signal;

describe('work in lanes', () => {
  it('begins in order, with no more at a time than there are lanes', async () => {
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    await inLanes([1, 2, 3, 4, 5, 6, 7], 3, free, async (item) => {
      begun.push(item);
      most = Math.max(most, ++running);
      await new Promise((resolve) => { setImmediate(resolve); });
      running -= 1;
    });
    expect([begun, most, running]).toEqual([[1, 2, 3, 4, 5, 6, 7], 3, 0]);
  });

  it('begins nothing after a failure, and waits for what is under way before it is thrown', async () => {
    const ended: number[] = [];
    const run = inLanes([1, 2, 3, 4], 2, free, async (item) => {
      if (item === 1) throw new TypeError('first');
      await new Promise((resolve) => { setImmediate(resolve); });
      ended.push(item);
    });
    await expect(run).rejects.toThrow('first');
    expect(ended).toEqual([2]);
  });

  it('ends at an abort with its reason', async () => {
    const ending = new AbortController();
    const done: number[] = [];
    await expect(inLanes([1, 2, 3], 1, ending.signal, (item) => { done.push(item); if (item === 2) ending.abort(new TypeError('enough')); return Promise.resolve(); })).rejects.toThrow('enough');
    expect(done).toEqual([1, 2]);
  });
});
