import { describe, expect, it } from 'vitest';
import { inOrder } from '../../infra/in-order.ts';

const all = async <T>(results: AsyncIterable<T>): Promise<T[]> => { const got: T[] = []; for await (const one of results) got.push(one); return got; };

describe('steps that run at the same time', () => {
  it('give their results in their own order, never more at once than asked for', async () => {
    const resolvers: (() => void)[] = [];
    let running = 0;
    let most = 0;
    async function* steps(): AsyncGenerator<() => Promise<number>, void, void> {
      for (let n = 0; n < 9; n += 1) {
        yield async () => {
          most = Math.max(most, ++running);
          // The last of three lets all of them end, itself first.
          await new Promise<void>((resolve) => { resolvers.push(resolve); if (resolvers.length === 3) for (const end of resolvers.splice(0).reverse()) end(); });
          running -= 1;
          return n;
        };
        await Promise.resolve();
      }
    }
    expect(await all(inOrder(steps(), 3))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(most).toBe(3);
  });

  it('throw a failure when its turn comes', async () => {
    const got: string[] = [];
    async function* steps(): AsyncGenerator<() => Promise<string>, void, void> {
      for (const name of ['good', 'bad', 'good']) { yield () => (name === 'bad' ? Promise.reject(new TypeError(name)) : Promise.resolve(name)); await Promise.resolve(); }
    }
    await expect((async () => { for await (const one of inOrder(steps(), 3)) got.push(one); })()).rejects.toThrow('bad');
    expect(got).toEqual(['good']);
  });
});
