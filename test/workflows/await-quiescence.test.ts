import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWorkflows, VirtualRun } from './harness.ts';
import type { Creator } from './harness.ts';

const START = Date.UTC(2030, 0, 1);
let creator: Creator;
beforeAll(async () => { creator = await loadWorkflows(); }, 120_000);
afterAll(() => creator.destroy());

/** A catalog with one group, played by the test. */
const makeGroup = (over: Partial<{ quietSeconds: number; longestWaitSeconds: number }> = {}) => {
  const group = { ruleId: 1, grouping: 'study', firstStoredAt: START, lastStoredAt: START, quietSeconds: 30, longestWaitSeconds: 0, openInstances: 3, ...over };
  const ordered: number[] = [];
  return {
    group, ordered,
    fakes: {
      groupState: () => ({ ...group }),
      orderGroup: (_id: number, cutOff: number) => {
        if (group.lastStoredAt > cutOff) return { result: 'newer', lastStoredAt: group.lastStoredAt };
        ordered.push(cutOff);
        return { result: 'ordered', orderId: 'o1' };
      },
    },
  };
};

const run = async (test: ReturnType<typeof makeGroup>, body: (run: VirtualRun) => Promise<void>): Promise<void> => {
  const virtual = await VirtualRun.start(creator, 'awaitQuiescence', [{ groupId: 7 }], test.fakes, START);
  try { await body(virtual); } finally { await virtual.dispose(); }
};

describe('awaitQuiescence', () => {
  it('orders the group once it was quiet for the period', async () => {
    const test = makeGroup();
    await run(test, async (virtual) => {
      await virtual.advance(29_000);
      expect(test.ordered).toEqual([]);
      await virtual.advance(1_000);
      expect([virtual.outcome, virtual.value]).toEqual(['completed', 'o1']);
    });
  });

  it('waits on when the catalog knows of later instances, without any signal', async () => {
    const test = makeGroup();
    await run(test, async (virtual) => {
      await virtual.advance(20_000);
      test.group.lastStoredAt = START + 20_000;
      await virtual.advance(20_000);
      expect(test.ordered).toEqual([]);
      await virtual.advance(10_000);
      expect(virtual.outcome).toBe('completed');
    });
  });

  it('orders at the longest wait although instances keep coming', async () => {
    const test = makeGroup({ longestWaitSeconds: 60 });
    await run(test, async (virtual) => {
      for (let second = 10; second <= 70; second += 10) {
        test.group.lastStoredAt = START + second * 1000;
        await virtual.advance(10_000);
      }
      expect(virtual.outcome).toBe('completed');
      expect(virtual.now).toBeGreaterThanOrEqual(START + 60_000);
      expect(test.ordered).toHaveLength(1);
    });
  });

  it('orders at once when a person flushes', async () => {
    const test = makeGroup();
    await run(test, async (virtual) => {
      await virtual.update('flushNow', { by: 'clerk' });
      expect(virtual.outcome).toBe('completed');
    });
  });

  it('waits while held and goes on when released', async () => {
    const test = makeGroup();
    await run(test, async (virtual) => {
      await virtual.update('holdGroup', { by: 'clerk' });
      await virtual.advance(3_600_000);
      expect([virtual.outcome, virtual.attributes.get('BlockedOn')]).toEqual(['running', 'HELD']);
      await virtual.update('releaseGroup', { by: 'clerk' });
      expect(virtual.outcome).toBe('completed');
    });
  });

  it('ends without an order when nothing is open', async () => {
    const test = makeGroup();
    test.group.openInstances = 0;
    await run(test, async (virtual) => expect([virtual.outcome, virtual.value]).toEqual(['completed', 'empty']));
  });

  it('continues as new in a long collection and keeps that it is due by the first instance', async () => {
    const test = makeGroup();
    await run(test, async (virtual) => {
      virtual.suggestContinueAsNew = true;
      test.group.lastStoredAt = START + 10_000;
      await virtual.advance(30_000);
      expect([virtual.outcome, virtual.value]).toEqual(['continuedAsNew', [{ groupId: 7, isHeld: false }]]);
    });
  });
});
