import { describe, expect, it } from 'vitest';
import type { ArrivedInstance } from '../../catalog/books/instance-index.ts';
import { LANES, MAX_BATCH, createIndexBatcher } from '../../dicom/index-batcher.ts';

const arrival = (n: number): ArrivedInstance => ({ storedAt: new Date(n) }) as unknown as ArrivedInstance;

describe('index batcher', () => {
  it('gathers what comes while two transactions run, in order and at most 200 at once', async () => {
    const sizes: number[] = [];
    const ends: (() => void)[] = [];
    const batcher = createIndexBatcher({
      store: async (arrivals) => {
        sizes.push(arrivals.length);
        await new Promise<void>((resolve) => ends.push(resolve));
        return arrivals.map(({ storedAt }) => ({ outcome: 'added', instanceId: storedAt.getTime() }));
      },
    });
    const answers = Array.from({ length: LANES + MAX_BATCH + 5 }, (_, n) => batcher.store(arrival(n)));
    for (let batch = 0; batch < LANES + 2; batch += 1) {
      while (ends.length <= batch) await new Promise((resolve) => setImmediate(resolve));
      ends[batch]?.();
    }
    const outcomes = await Promise.all(answers);
    expect(sizes).toEqual([...Array.from({ length: LANES }, () => 1), MAX_BATCH, 5]);
    expect(outcomes.map((outcome) => (outcome.outcome === 'added' ? outcome.instanceId : -1))).toEqual(answers.map((_, n) => n));
  });

  it('fails all arrivals of a failed transaction, and none of the next', async () => {
    let times = 0;
    const batcher = createIndexBatcher({
      store: async (arrivals) => {
        times += 1;
        if (times === LANES + 1) throw new TypeError('away');
        return arrivals.map(() => ({ outcome: 'added', instanceId: 1 }));
      },
    });
    const first = Array.from({ length: LANES }, () => batcher.store(arrival(0)));
    const failing = [batcher.store(arrival(1)), batcher.store(arrival(2))];
    await Promise.all(first);
    for (const one of failing) await expect(one).rejects.toMatchObject({ code: 'INTAKE_INDEX_UNAVAILABLE' });
    await expect(batcher.store(arrival(3))).resolves.toMatchObject({ outcome: 'added' });
  });

  it('refuses a catalog that answers too few outcomes', async () => {
    await expect(createIndexBatcher({ store: async () => [] }).store(arrival(0))).rejects.toThrow('fewer outcomes');
  });
});
