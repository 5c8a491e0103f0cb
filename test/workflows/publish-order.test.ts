import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import { loadWorkflows, PENDING, VirtualRun } from './harness.ts';
import type { Creator } from './harness.ts';

let creator: Creator;
beforeAll(async () => { creator = await loadWorkflows(); }, 120_000);
afterAll(() => creator.destroy());

const LIMITS = { capacityBytes: 1_000, volumeOverheadBytes: 100, instanceOverheadBytes: 10 };

/** The catalog side of one order, played by the test. */
const makeOrder = () => {
  const brief = {
    orderId: 'o1', state: 'PENDING', isHeldBack: false, isCancelRequested: false, trigger: 'rule', grouping: 'study', concerns: [] as string[],
    options: { copies: 2, media: 'any', robot: 'any', priority: 3, labelTemplate: 'default', allowSeveralPatients: false, retention: 'default', content: DEFAULT_CONTENT },
    series: [{ seriesId: 1, studyId: 1, instances: 1, bytes: 500 }, { seriesId: 2, studyId: 1, instances: 1, bytes: 600 }],
  };
  const states: string[] = [];
  const reports: string[] = [];
  let prepared: () => unknown = () => undefined;
  let dropped = 0;
  let choice: unknown = { robot: 'virtual', media: 'CD', limits: LIMITS, remakes: 2 };
  return {
    brief, states, reports,
    setPrepared: (next: () => unknown) => { prepared = next; },
    dropped: () => dropped,
    setChoice: (next: unknown) => { choice = next; },
    fakes: {
      orderBrief: () => structuredClone(brief),
      prepareOrder: () => prepared() ?? structuredClone(brief.series),
      dropPrepared: () => { dropped += 1; },
      setOrderState: (_id: string, state: string, info: string, waitingFor: string) => { states.push(`${state} ${info}${waitingFor ? ` <${waitingFor}>` : ''}`); brief.state = state; },
      chooseRobot: () => choice,
      recordVolumes: (_id: string, _media: string, plan: unknown[]) => plan.map((_, n) => ({ volumeId: 100 + n, index: n + 1, of: plan.length })),
      reportOrder: (_id: string, entries: { reason: string }[]) => { reports.push(...entries.map((e) => e.reason)); },
    },
  };
};

/** The same for an order of studies that are not here yet. */
const makeRemoteOrder = () => {
  const test = makeOrder();
  const series = test.brief.series;
  const remote = Object.assign(test.brief, { retrievals: [7, 8], series: [] as typeof series });
  let against = '';
  return {
    ...test, refuse: (code: string) => { against = code; },
    fakes: { ...test.fakes, selectRetrieved: () => { if (against === '') Object.assign(remote, { retrievals: [], series }); return against; } },
  };
};

const run = async (test: ReturnType<typeof makeOrder>, body: (run: VirtualRun) => Promise<void>): Promise<void> => {
  const virtual = await VirtualRun.start(creator, 'publishOrder', [{ orderId: 'o1' }], test.fakes);
  try { await body(virtual); } finally { await virtual.dispose(); }
};

describe('publishOrder', () => {
  it('burns one child per planned volume and is DONE when all are good', async () => {
    const test = makeOrder();
    await run(test, async (virtual) => {
      expect(virtual.children.map((c) => [c.id, c.args])).toEqual([
        ['order-o1-v1', [{ volumeId: 100, copies: 2, robot: 'virtual', remakes: 2 }]], ['order-o1-v2', [{ volumeId: 101, copies: 2, robot: 'virtual', remakes: 2 }]],
      ]);
      expect(virtual.attributes.get('VolumeCount')).toBe(2);
      await virtual.resolveChild(0, 'good');
      expect(virtual.outcome).toBe('running');
      await virtual.resolveChild(1, 'good');
      expect([virtual.outcome, virtual.value, test.states.at(-1)]).toEqual(['completed', 'DONE', 'DONE NORMAL']);
    });
  });

  it('has the studies of a remote AE fetched before it prepares and plans', async () => {
    const test = makeRemoteOrder();
    let prepared = 0;
    test.setPrepared(() => { prepared += 1; });
    await run(test, async (virtual) => {
      expect(virtual.children.map(({ id, type, args }) => [id, type, args])).toEqual([['retrieve-7', 'retrieveStudy', [{ retrievalId: 7 }]], ['retrieve-8', 'retrieveStudy', [{ retrievalId: 8 }]]]);
      expect([test.states, virtual.attributes.get('BlockedOn')]).toEqual([['PENDING RETRIEVING <the remote AE to send 2 studies>'], 'RETRIEVING']);
      await virtual.resolveChild(0, { end: 'complete' });
      expect([virtual.children.length, prepared]).toEqual([2, 0]);
      await virtual.resolveChild(1, { end: 'complete' });
      expect(prepared).toBe(1);
      expect(virtual.children.slice(2).map(({ type }) => type)).toEqual(['burnVolume', 'burnVolume']);
    });
  });

  it.each([
    ['NO_INSTANCE', { end: 'failed', reason: 'REMOTE_INCOMPLETE' }], ['NO_INSTANCE', { end: 'failed', reason: 'REMOTE_NOT_FOUND' }],
    ['RETRIEVE_FAILED', { end: 'failed', reason: 'ASSOCIATION_TIMED_OUT' }],
  ])('ends as FAILURE %s without a disc when a study is not all here', async (info, end) => {
    const test = makeRemoteOrder();
    await run(test, async (virtual) => {
      await virtual.resolveChild(0, { end: 'complete' });
      await virtual.resolveChild(1, end);
      expect([virtual.value, test.states.at(-1), virtual.children.length]).toEqual(['FAILURE', `FAILURE ${info}`, 2]);
    });
  });

  it('ends as FAILURE when what was fetched may not go on one disc', async () => {
    const test = makeRemoteOrder();
    test.refuse('ORDER_SEVERAL_PATIENTS');
    await run(test, async (virtual) => {
      await virtual.resolveChild(0, { end: 'complete' });
      await virtual.resolveChild(1, { end: 'complete' });
      expect([virtual.value, test.states.at(-1)]).toEqual(['FAILURE', 'FAILURE RETRIEVE_FAILED']);
    });
  });

  it('has its retrievals cancelled when it is cancelled', async () => {
    const test = makeRemoteOrder();
    await run(test, async (virtual) => {
      await virtual.update('orderChanged', { by: 'clerk', change: 'cancel' });
      expect(virtual.cancelledChildren).toHaveLength(2);
      await virtual.resolveChild(0, { end: 'cancelled' });
      await virtual.resolveChild(1, { end: 'complete' });
      expect([virtual.value, test.states.at(-1)]).toEqual(['CANCELLED', 'CANCELLED CANCELLED_BY_USER']);
    });
  });

  it('asks for no robot where the copy goes beside a disc, and waits while there is no folder for it', async () => {
    const test = makeOrder();
    const asked: unknown[] = [];
    let choice: unknown = null;
    const brief = { ...test.brief, options: { ...test.brief.options, content: { ...DEFAULT_CONTENT, target: 'zip' } } };
    const fakes = { ...test.fakes, orderBrief: () => structuredClone(brief), chooseRobot: (wish: unknown) => { asked.push(wish); return choice; } };
    const virtual = await VirtualRun.start(creator, 'publishOrder', [{ orderId: 'o1' }], fakes);
    expect(test.states.at(-1)).toBe('PENDING CHECK_MCD_OP <a folder for copies: the setting copiesFolder is empty>');
    choice = { robot: '', media: 'USB', limits: { ...LIMITS, capacityBytes: 1e12 }, remakes: 0 };
    await virtual.advance(301_000);
    expect(asked.at(-1)).toMatchObject({ target: 'zip' });
    expect(virtual.children.map((child) => child.args)).toEqual([[{ volumeId: 100, copies: 2, robot: '', remakes: 0, target: 'zip' }]]);
    await virtual.resolveChild(0, 'good');
    expect(virtual.value).toBe('DONE');
    await virtual.dispose();
  });

  it('ends as FAILURE when one volume is not good', async () => {
    const test = makeOrder();
    await run(test, async (virtual) => {
      await virtual.resolveChild(0, 'good');
      await virtual.resolveChild(1, 'failed');
      expect(virtual.value).toBe('FAILURE');
    });
  });

  it('ends as FAILURE with advice when a single series exceeds the medium', async () => {
    const test = makeOrder();
    test.brief.series[0]!.bytes = 2_000;
    await run(test, async (virtual) => {
      expect([virtual.value, test.states.at(-1)]).toEqual(['FAILURE', 'FAILURE INST_OVERSIZED']);
      expect(test.reports[0]).toMatch(/^ORDER_EXCEEDS_MEDIA/);
      expect(virtual.children).toEqual([]);
    });
  });

  it.each(['PATIENT_DIFFERS', 'STUDY_CONFLICT'])('waits for a person while the concern %s stands', async (concern) => {
    const test = makeOrder();
    test.brief.concerns = [concern];
    await run(test, async (virtual) => {
      await virtual.advance(3_600_000);
      expect([virtual.children.length, virtual.attributes.get('BlockedOn')]).toEqual([0, concern]);
      test.brief.concerns = [];
      await virtual.update('orderChanged', { by: 'clerk', change: 'release' });
      expect(virtual.children).toHaveLength(2);
      expect(virtual.attributes.get('BlockedOn')).toBeNull();
    });
  });

  it('plans by the sizes that preparing answered, and drops what was prepared at its end', async () => {
    const test = makeOrder();
    test.setPrepared(() => [{ seriesId: 1, studyId: 1, instances: 1, bytes: 100 }, { seriesId: 2, studyId: 1, instances: 1, bytes: 200 }]);
    await run(test, async (virtual) => {
      expect(virtual.children).toHaveLength(1);
      expect(test.dropped()).toBe(0);
      await virtual.resolveChild(0, 'good');
      expect([virtual.value, test.dropped()]).toEqual(['DONE', 1]);
    });
  });

  it('tells what stopped preparing and tries again', async () => {
    const test = makeOrder();
    test.setPrepared(() => { throw ApplicationFailure.create({ type: 'DISC_SOURCE_LOST', nonRetryable: true }); });
    await run(test, async (virtual) => {
      expect(virtual.attributes.get('BlockedOn')).toBe('PROC_FAILURE');
      expect(test.states.at(-1)).toContain('DISC_SOURCE_LOST');
      test.setPrepared(() => undefined);
      await virtual.advance(300_000);
      expect(virtual.children).toHaveLength(2);
    });
  });

  it('is cancelled while it prepares', async () => {
    const test = makeOrder();
    test.setPrepared(() => PENDING);
    await run(test, async (virtual) => {
      test.brief.isCancelRequested = true;
      await virtual.update('orderChanged', { by: 'clerk', change: 'cancel' });
      expect(virtual.cancelled).toHaveLength(1);
    });
  });

  it('waits while held back, and for a robot that takes the medium', async () => {
    const test = makeOrder();
    test.brief.isHeldBack = true;
    test.setChoice(null);
    await run(test, async (virtual) => {
      expect(virtual.attributes.get('BlockedOn')).toBe('HELD');
      test.brief.isHeldBack = false;
      await virtual.update('orderChanged', { by: 'clerk', change: 'release' });
      expect(virtual.attributes.get('BlockedOn')).toBe('CHECK_MCD_OP');
      test.setChoice({ robot: 'virtual', media: 'CD', limits: LIMITS, remakes: 2 });
      await virtual.advance(300_000);
      expect(virtual.children).toHaveLength(2);
    });
  });

  it('cancels its volumes when a person cancels, and tells what the volumes finally say', async () => {
    const test = makeOrder();
    await run(test, async (virtual) => {
      test.brief.isCancelRequested = true;
      await virtual.update('orderChanged', { by: 'clerk', change: 'cancel' });
      expect(virtual.cancelledChildren).toHaveLength(2);
      await virtual.resolveChild(0, 'cancelled');
      await virtual.resolveChild(1, 'good');
      expect(virtual.value).toBe('CANCELLED');
    });
  });

  it('is cancelled before anything is made when the wish came first', async () => {
    const test = makeOrder();
    test.brief.isCancelRequested = true;
    await run(test, async (virtual) => expect([virtual.value, virtual.children.length]).toEqual(['CANCELLED', 0]));
  });

  it('fails with NO_INSTANCE when nothing selected is held any more', async () => {
    const test = makeOrder();
    test.brief.series = [];
    await run(test, async () => expect(test.states.at(-1)).toBe('FAILURE NO_INSTANCE'));
  });
});
