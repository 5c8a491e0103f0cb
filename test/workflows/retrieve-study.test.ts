import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadWorkflows, PENDING, VirtualRun } from './harness.ts';
import type { Creator, Fakes } from './harness.ts';

let creator: Creator;
beforeAll(async () => { creator = await loadWorkflows(); }, 120_000);
afterAll(() => creator.destroy());

interface Series { readonly id: number; readonly expected: number; held: number }

/** A remote AE and the catalog, played by the test. `move` says what one C-MOVE brings and answers. */
const makeRemote = (series: Series[], over: Partial<{ counts: () => string; move: (part: number | null) => string | typeof PENDING; attempts: number; limitSeconds: number }> = {}) => {
  const moves: (number | null)[] = [];
  const ends: string[] = [];
  const bring = (part: number | null, upTo = 1): string => {
    for (const one of series) if (part === null || one.id === part) one.held = Math.max(one.held, Math.floor(one.expected * upTo));
    return '';
  };
  const fakes: Fakes = {
    retrievalLimits: () => ({ attempts: over.attempts ?? 3, limitSeconds: over.limitSeconds ?? 3600 }),
    askCounts: () => over.counts?.() ?? '',
    retrievalState: () => ({ expected: series.reduce((n, s) => n + s.expected, 0), held: series.reduce((n, s) => n + s.held, 0), missing: series.filter((s) => s.held < s.expected).map((s) => s.id) }),
    moveToUs: (_id: number, part: number | null) => { moves.push(part); return over.move ? over.move(part) : bring(part); },
    endRetrieval: (_id: number, end: string, reason: string) => { ends.push(`${end} ${reason}`.trim()); },
  };
  return { fakes, moves, ends, bring };
};
const run = async (fakes: Fakes, body: (run: VirtualRun) => Promise<void>): Promise<void> => {
  const virtual = await VirtualRun.start(creator, 'retrieveStudy', [{ retrievalId: 7 }], fakes);
  try { await body(virtual); } finally { await virtual.dispose(); }
};
const two = (): Series[] => [{ id: 1, expected: 10, held: 0 }, { id: 2, expected: 4, held: 0 }];

describe('retrieveStudy', () => {
  it('is complete when the catalog holds what the AE says it holds', async () => {
    const remote = makeRemote(two());
    await run(remote.fakes, (virtual) => {
      expect([virtual.value, remote.moves, remote.ends]).toEqual([{ end: 'complete' }, [null], ['COMPLETE']]);
      return Promise.resolve();
    });
  });

  it('has nothing sent that is here already', async () => {
    const remote = makeRemote([{ id: 1, expected: 3, held: 3 }]);
    await run(remote.fakes, (virtual) => {
      expect([virtual.value, remote.moves]).toEqual([{ end: 'complete' }, []]);
      return Promise.resolve();
    });
  });

  it('asks again for the series that lack instances only', async () => {
    const series = two();
    const remote = makeRemote(series, { move: (part) => (part === null ? (series[0]!.held = 10, series[1]!.held = 1, 'REMOTE_INCOMPLETE') : remote.bring(part)) });
    await run(remote.fakes, async (virtual) => {
      await virtual.advance(60_000);
      expect([virtual.value, remote.moves]).toEqual([{ end: 'complete' }, [null, 2]]);
    });
  });

  it('waits for what is still coming after the AE said it was done', async () => {
    const series = two();
    const remote = makeRemote(series, { move: () => '' });
    await run(remote.fakes, async (virtual) => {
      expect(virtual.outcome).toBe('running');
      for (let held = 1; held <= 10; held++) { series[0]!.held = held; series[1]!.held = Math.min(held, 4); await virtual.advance(4_000); }
      expect([virtual.value, remote.moves]).toEqual([{ end: 'complete' }, [null]]);
    });
  });

  it('does not take a Success for completeness', async () => {
    const series = two();
    const remote = makeRemote(series, { move: () => { series[0]!.held = 5; return ''; } });
    await run(remote.fakes, async (virtual) => {
      await virtual.advance(600_000);
      expect([virtual.value, remote.moves, remote.ends]).toEqual([{ end: 'failed', reason: 'REMOTE_INCOMPLETE' }, [null, 1, 2, 1, 2], ['FAILED REMOTE_INCOMPLETE']]);
    });
  });

  it.each(['REMOTE_MOVE_REFUSED', 'REMOTE_UNKNOWN_AE', 'ASSOCIATION_REJECTED'])('ends at once with %s', async (code) => {
    const remote = makeRemote(two(), { move: () => code });
    await run(remote.fakes, async (virtual) => {
      await virtual.advance(10_000);
      expect([virtual.value, remote.moves]).toEqual([{ end: 'failed', reason: code }, [null]]);
    });
  });

  it('ends at once when the AE does not know the study', async () => {
    const remote = makeRemote([], { counts: () => 'REMOTE_NOT_FOUND' });
    await run(remote.fakes, (virtual) => {
      expect([virtual.value, remote.moves, remote.ends]).toEqual([{ end: 'failed', reason: 'REMOTE_NOT_FOUND' }, [], ['FAILED REMOTE_NOT_FOUND']]);
      return Promise.resolve();
    });
  });

  it('asks an AE that is away again, and gives up after the attempts allowed', async () => {
    let asked = 0;
    const remote = makeRemote(two(), { attempts: 4, counts: () => { asked += 1; return 'ASSOCIATION_TIMED_OUT'; } });
    await run(remote.fakes, async (virtual) => {
      await virtual.advance(300_000);
      expect([virtual.value, asked, remote.ends]).toEqual([{ end: 'failed', reason: 'ASSOCIATION_TIMED_OUT' }, 4, ['FAILED ASSOCIATION_TIMED_OUT']]);
    });
  });

  it('ends within its time however slowly things come', async () => {
    const series: Series[] = [{ id: 1, expected: 100_000, held: 0 }];
    const remote = makeRemote(series, { limitSeconds: 120, attempts: 20, move: () => '' });
    await run(remote.fakes, async (virtual) => {
      for (let second = 0; second < 180 && virtual.outcome === 'running'; second++) { series[0]!.held += 1; await virtual.advance(1_000); }
      expect(virtual.value).toEqual({ end: 'failed', reason: 'REMOTE_INCOMPLETE' });
      expect(virtual.now - Date.UTC(2030, 0, 1)).toBeLessThan(140_000);
    });
  });

  it('is cancelled with its order, and says so in the catalog', async () => {
    const remote = makeRemote(two(), { move: () => PENDING });
    await run(remote.fakes, async (virtual) => {
      await virtual.cancel();
      await virtual.endCancelled('moveToUs');
      expect([virtual.value, remote.ends]).toEqual([{ end: 'cancelled' }, ['CANCELLED']]);
    });
  });

  it('shows how far it is', async () => {
    const remote = makeRemote(two(), { move: () => PENDING });
    await run(remote.fakes, async (virtual) => {
      await virtual.signal('retrieveProgress', { held: 5, remaining: 9 });
      expect(await virtual.query('__temporal_workflow_metadata')).toMatchObject({ currentDetails: '**5 of 14** instances are here; the other AE has 9 left to send' });
    });
  });
});
