import { afterEach, describe, expect, it } from 'vitest';
import { createAssociationPlaces } from '../../dicom/association-places.ts';
import { createQueryRetrieveScu } from '../../dicom/query-retrieve-scu.ts';
import { sendAll } from '../../dicom/storage-scu.ts';
import type { SendAllOptions, SendSource } from '../../dicom/storage-scu.ts';
import { createQueryScp } from '../../dicom/query-scp.ts';
import type { RemoteAe } from '../../dicom/remote-ae.ts';
import type { StoreResult } from '../../dicom/store-request.ts';
import { silentLog } from '../../infra/log.ts';
import { startNode, until } from './association/harness.ts';
import type { TestNode } from './association/harness.ts';
import { remoteAe } from './retrieve/harness.ts';
import { heldFiles } from './sendable-files.ts';

const ae = (maxAssociations: number, aeTitle = 'PACS'): Pick<RemoteAe, 'aeTitle' | 'maxAssociations'> => ({ aeTitle, maxAssociations });

describe('places of associations', () => {
  it('are as many as the AE may have, and go to those who wait in their order', async () => {
    const places = createAssociationPlaces();
    const [first, second] = [await places.take(ae(2), { seconds: 0 }), await places.take(ae(2), { seconds: 0 })];
    await expect(places.take(ae(2), { seconds: 0 })).rejects.toMatchObject({ code: 'ASSOCIATION_ALL_IN_USE' });
    await places.take(ae(2, 'OTHER'), { seconds: 0 });
    const came: string[] = [];
    const waiting = ['a', 'b'].map(async (name) => { await places.take(ae(2), { seconds: 10 }); came.push(name); });
    first.free();
    first.free();
    await waiting[0];
    expect(came).toEqual(['a']);
    second.free();
    await Promise.all(waiting);
    expect(came).toEqual(['a', 'b']);
  });

  it('are waited for until the time is over or the wait is given up, and then go to the next', async () => {
    const places = createAssociationPlaces();
    const held = await places.take(ae(1), { seconds: 0 });
    const next = Promise.all([
      expect(places.take(ae(1), { seconds: 0.02 })).rejects.toMatchObject({ code: 'ASSOCIATION_ALL_IN_USE' }),
      expect(places.take(ae(1), { seconds: 10, signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ code: 'ASSOCIATION_ABORTED' }),
      expect(places.take(ae(1), { seconds: 10, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ASSOCIATION_ABORTED' }),
    ]);
    const patient = places.take(ae(1), { seconds: 10 });
    await next;
    held.free();
    (await patient).free();
    (await places.take(ae(1), { seconds: 0 })).free();
  });

  it('are due when someone waits and a turn is over, not before', async () => {
    const places = createAssociationPlaces({ turnMs: 30 });
    const place = await places.take(ae(1), { seconds: 0 });
    const waiting = places.take(ae(1), { seconds: 10 });
    expect(place.isDue).toBe(false);
    await expect.poll(() => place.isDue).toBe(true);
    place.free();
    expect((await waiting).isDue).toBe(false);
  });

  it('follow an entry that allows less or more than before', async () => {
    const places = createAssociationPlaces();
    const [first, second] = [await places.take(ae(2), { seconds: 0 }), await places.take(ae(2), { seconds: 0 })];
    first.free();
    const third = await places.take(ae(2), { seconds: 0 });
    let isHad = false;
    const waiting = places.take(ae(1), { seconds: 10 }).then((place) => { isHad = true; return place; });
    second.free();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isHad).toBe(false);
    third.free();
    (await waiting).free();
    (await places.take(ae(1), { seconds: 0 })).free();
  });
});

describe('one AE with one association for all services', () => {
  let test: TestNode | undefined;
  let most = 0;
  let watch: NodeJS.Timeout | undefined;

  afterEach(async () => {
    clearInterval(watch);
    await test?.close();
  });

  const start = async (): Promise<RemoteAe> => {
    const queries = createQueryScp({ aeTitle: 'SPINDLE', queries: { async *find() { yield []; } }, fuzzyNames: false, matchEmpty: true, log: silentLog });
    const node = await startNode({ services: [queries] });
    test = node;
    most = 0;
    node.index.before = async () => { most = Math.max(most, node.node.counters().openAssociations); };
    watch = setInterval(() => { most = Math.max(most, node.node.counters().openAssociations); }, 1);
    return remoteAe('SPINDLE', node.node.port, { maxAssociations: 1 });
  };

  const sending = (to: RemoteAe, source: SendSource, outcomes: StoreResult['outcome'][], more: Partial<SendAllOptions> = {}): ReturnType<typeof sendAll> =>
    sendAll({ to, callingAe: 'SENDER', source, timeoutSeconds: 10, retryPausesMs: [], onOutcome: (_file, { outcome }) => void outcomes.push(outcome), ...more });

  it('lets two sends and a query take turns, and never has two at a time', async () => {
    const to = await start();
    const places = createAssociationPlaces({ turnMs: 0 });
    const scu = createQueryRetrieveScu({ aeTitle: 'SPINDLE', tls: () => ({ checksName: true }), silenceSeconds: 10, queryLimitSeconds: 10, maxAnswers: 10, places });
    const outcomes: StoreResult['outcome'][] = [];
    const order: string[] = [];
    const note = (name: string) => (): void => void order.push(name);
    const [a, b] = [heldFiles('a', 30), heldFiles('b', 30)];
    const ended = await Promise.all([
      sending(to, a, outcomes, { places, onOutcome: (_file, { outcome }) => { outcomes.push(outcome); order.push('a'); } }),
      sending(to, b, outcomes, { places, onOutcome: (_file, { outcome }) => { outcomes.push(outcome); order.push('b'); } }),
      scu.findStudies(to, {}).then(note('query')),
      scu.findStudies(to, {}).then(note('query')),
    ]);
    expect(outcomes).toEqual(Array.from({ length: 60 }, () => 'stored'));
    expect(ended[0].isReached).toBe(true);
    // Neither waits for the end of another.
    expect(order.indexOf('b')).toBeLessThan(order.lastIndexOf('a'));
    expect(order.indexOf('query')).toBeLessThan(order.lastIndexOf('a'));
    await until(() => test?.node.counters().openAssociations === 0, 'all ended');
    expect(most).toBe(1);
  });

  it('holds no instance back in a lane that waits while another lane sends', async () => {
    const to = { ...await start(), maxAssociations: 3 };
    const places = createAssociationPlaces();
    const [taken] = await Promise.all([1, 2].map(() => places.take(to, { seconds: 0 })));
    const outcomes: StoreResult['outcome'][] = [];
    await sending(to, heldFiles('lanes', 20), outcomes, { places, timeoutSeconds: 60 });
    expect(outcomes).toEqual(Array.from({ length: 20 }, () => 'stored'));
    expect(most).toBe(1);
    taken?.free();
  });

  it('tells a send and a query that wait too long what they waited for', async () => {
    const to = await start();
    const places = createAssociationPlaces();
    const place = await places.take(to, { seconds: 0 });
    const outcomes: StoreResult['outcome'][] = [];
    expect(await sending(to, heldFiles('late', 2), outcomes, { places, timeoutSeconds: 0.05 })).toMatchObject({ isReached: false, error: { code: 'ASSOCIATION_ALL_IN_USE' } });
    expect(outcomes).toEqual(['failed', 'failed']);
    const scuWaiting = (silenceSeconds: number): ReturnType<typeof createQueryRetrieveScu> => createQueryRetrieveScu({ aeTitle: 'SPINDLE', tls: () => ({ checksName: true }), silenceSeconds, queryLimitSeconds: 10, maxAnswers: 10, places });
    await expect(scuWaiting(0.05).findStudies(to, {})).rejects.toMatchObject({ code: 'ASSOCIATION_ALL_IN_USE' });
    place.free();
    const scu = scuWaiting(10);
    expect(await scu.findStudies(to, {})).toMatchObject({ isComplete: true });
    // A query that fails gives its place back, too.
    await expect(scu.findStudies({ ...to, port: 1 }, {})).rejects.toMatchObject({ code: 'ASSOCIATION_NO_LISTENER' });
    expect(await scu.findStudies(to, {})).toMatchObject({ isComplete: true });
  });
});
