/** What every database engine must do for the catalog; one suite, run on each engine that is there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AeDraft } from '../../catalog/books/ae-book.ts';
import type { ArrivedInstance, StoreOutcome } from '../../catalog/books/instance-index.ts';
import type { PlaceOrder } from '../../catalog/books/order-book.ts';
import type { RetrieveSelection } from '../../catalog/books/retrieve-book.ts';
import type { Arrival, RuleDraft } from '../../catalog/books/rule-book.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import { migrateCatalog } from '../../catalog/migrate.ts';
import { openCatalog } from '../../catalog/open.ts';
import type { BurnRule } from '../../disc/order/burn-rule.ts';
import { after, makeArrival, makeSeries, T0 } from '../catalog/make-arrival.ts';
import type { ArrivalSketch } from '../catalog/make-arrival.ts';
import { describeQueries } from './catalog-queries.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';

const OPTIONS: PlaceOrder['options'] = { copies: 1, media: 'any', robot: 'any', priority: 3, comment: '', labelTemplate: 'standard', allowSeveralPatients: false, retention: 'default', content: DEFAULT_CONTENT };
const RULE: RuleDraft = {
  name: 'all studies', position: 1, isEnabled: true, also: false, condition: {}, grouping: 'study', quietSeconds: 60, longestWaitSeconds: 0, copies: 1, media: 'any', robot: 'any', priority: 3, labelTemplate: 'standard', retention: 'default', content: DEFAULT_CONTENT,
};

const idOf = (outcome: StoreOutcome | undefined): number => outcome && outcome.outcome !== 'differs' ? outcome.instanceId : Number.NaN;
const outcomes = (all: readonly StoreOutcome[]): readonly string[] => all.map((o) => o.outcome);

export const describeCatalog = (name: string, makeDatabaseUrl: () => Promise<string>): void => {
  describe(`catalog on ${name}`, { timeout: 60_000 }, () => {
    let catalog: Catalog;
    let url: string;
    let clock = T0;
    let studyCount = 1000;
    /** A study number no other test uses, with a patient of its own. */
    const fresh = (sketch: ArrivalSketch = {}): ArrivalSketch & { study: number } => {
      studyCount++;
      return { study: studyCount, patientId: `P${studyCount}`, accessionNumber: `A${studyCount}`, ...sketch };
    };
    const studyOf = async (study: number): Promise<number> => {
      const { studies } = await catalog.studies.search({ studyInstanceUid: `2.25.${study}`, limit: 10 });
      return studies[0]?.studyId ?? Number.NaN;
    };
    const place = (key: string, selection: PlaceOrder['selection'], options: Partial<PlaceOrder['options']> = {}): ReturnType<Catalog['orders']['place']> =>
      catalog.orders.place({ requestKey: key, source: 'api', placedBy: 'anna', selection, options: { ...OPTIONS, ...options } });
    /** Stores a study, orders it, plans and composes one volume; answers what tests go on with. */
    const composed = async (sketch = fresh(), options: Partial<PlaceOrder['options']> = {}) => {
      const stored = await catalog.instances.store(makeSeries(3, sketch));
      const studyId = await studyOf(sketch.study);
      const { orderId } = await place(`composed-${sketch.study}`, { studies: [studyId] }, options);
      await catalog.orders.setState(orderId, 'CREATING', 'NORMAL', '');
      const brief = await catalog.orders.brief(orderId);
      const [volume] = await catalog.orders.recordVolumes(orderId, 'CD', [{ parts: brief.series.map(({ seriesId }) => ({ seriesId })) }]);
      const volumeId = volume?.volumeId ?? Number.NaN;
      await catalog.orders.recordComposed(volumeId, { imageBytes: 5000, imageSha256: 'ab', certificate: { gate: 'ok', shortCode: '7K2QMX9WT4' }, leftOff: [], instances: stored.map((o, i) => ({ instanceId: idOf(o), fileId: `DICOM/I${i}`, sha256: 'cd' })) });
      return { sketch, studyId, orderId, volumeId, ids: stored.map(idOf) };
    };
    const burned = async (sketch = fresh(), options: Partial<PlaceOrder['options']> = {}) => {
      const made = await composed(sketch, options);
      const job = await catalog.discs.openJob(made.volumeId, 1, 1, 'virtual');
      await catalog.discs.jobSubmitted(job.jobKey, 'ref-1');
      await catalog.discs.jobEnded(job.jobKey, { state: 'GOOD', error: '', discs: [{ n: 1, result: 'good', place: 'out/1/000001', error: '', at: after(10) }] });
      await catalog.orders.setState(made.orderId, 'DONE', 'NORMAL', '');
      return { ...made, job };
    };

    beforeAll(async () => {
      url = await makeDatabaseUrl();
      await migrateCatalog(url);
      catalog = await openCatalog({ databaseUrl: url, now: () => clock });
    });
    afterAll(async () => { await catalog?.close(); });

    describeQueries({ catalog: () => catalog, fresh, burned, makeDatabaseUrl });

    describe('schema', () => {
      it('is migrated once when several starters begin at the same time', async () => {
        const other = await makeDatabaseUrl();
        await Promise.all([migrateCatalog(other), migrateCatalog(other), migrateCatalog(other)]);
        const opened = await openCatalog({ databaseUrl: other });
        await opened.ping();
        expect(await opened.operations.lastId()).toBe(0);
        await opened.close();
      });
    });

    describe('storing', () => {
      it('adds new instances and answers already-held for the same content', async () => {
        const batch = makeSeries(5, fresh());
        expect(outcomes(await catalog.instances.store(batch))).toEqual(Array(5).fill('added'));
        const again = await catalog.instances.store(batch);
        expect(outcomes(again)).toEqual(Array(5).fill('already-held'));
        expect(new Set(again.map(idOf)).size).toBe(5);
      });

      it('takes the same UID twice in one batch', async () => {
        const one = makeArrival(fresh());
        const other = makeArrival({ ...fresh(), sopInstanceUid: one.attributes.sopInstanceUid, content: 'other' });
        expect(outcomes(await catalog.instances.store([one, one, other]))).toEqual(['added', 'already-held', 'differs']);
      });

      it('answers differs with every held content for the same UID with other content', async () => {
        const sketch = fresh();
        const [first] = await catalog.instances.store([makeArrival(sketch)]);
        const [second] = await catalog.instances.store([makeArrival({ ...sketch, content: 'changed' })]);
        expect(second).toMatchObject({ outcome: 'differs', held: [{ instanceId: idOf(first), isHeld: true, file: makeArrival(sketch).file }] });
      });

      it('keeps UIDs and patient ids that differ in case or accents apart', async () => {
        const ids = ['idA', 'ida', 'idÀ', 'idÁ'];
        for (const [i, patientId] of ids.entries()) await catalog.instances.store([makeArrival({ study: 500 + i, patientId })]);
        const keys = await Promise.all(ids.map(async (patientId) => (await catalog.studies.search({ patientId, limit: 10 })).studies.map((s) => s.patientKey)));
        expect(keys.map((k) => k.length)).toEqual([1, 1, 1, 1]);
        expect(new Set(keys.flat()).size).toBe(4);
      });

      it('gives each UID one row when eight batches with overlapping UIDs arrive at once', async () => {
        const sketch = fresh();
        const all = makeSeries(60, sketch);
        const batches = Array.from({ length: 8 }, (_, b) => [...all.slice(b * 5, b * 5 + 25)].sort(() => (b % 2 === 0 ? 1 : -1)));
        const results = await Promise.all(batches.map((batch) => catalog.instances.store(batch)));
        const idsOfUid = new Map<string, Set<number>>();
        results.forEach((result, b) => result.forEach((o, i) => {
          const uid = (batches[b] as ArrivedInstance[])[i]?.attributes.sopInstanceUid ?? '';
          idsOfUid.set(uid, (idsOfUid.get(uid) ?? new Set()).add(idOf(o)));
        }));
        expect([...idsOfUid.values()].every((ids) => ids.size === 1)).toBe(true);
        expect(results.flat().filter((o) => o.outcome === 'added')).toHaveLength(60);
        const study = (await catalog.studies.study(await studyOf(sketch.study)))?.study;
        expect(study).toMatchObject({ instances: 60, heldInstances: 60, bytes: 60_000 });
      });

      it('counts the same whether instances come one by one or together', async () => {
        const counted = async (store: (arrivals: readonly ArrivedInstance[]) => Promise<unknown>): Promise<unknown> => {
          const sketch = fresh();
          await store([1, 2, 3].flatMap((instance) => [1, 2].map((series) => makeArrival({ ...sketch, series, instance, bytes: 1_000 * instance, storedAt: after(instance * 10), kind: instance === 2 ? 'pushed' : 'retrieved' }))));
          const found = await catalog.studies.study(await studyOf(sketch.study));
          const { instances, heldInstances, bytes, lastStoredAt } = found?.study ?? {};
          return { study: { instances, heldInstances, bytes, lastStoredAt }, series: found?.series.map((one) => [one.number, one.instances, one.heldInstances, one.bytes]), arrivals: (await arrivalsOf(sketch.study)).map(({ isPushed }) => isPushed) };
        };
        const together = await counted((arrivals) => catalog.instances.store(arrivals));
        expect(together).toMatchObject({ study: { instances: 6, heldInstances: 6, bytes: 12_000 }, arrivals: [true, true] });
        expect(await counted(async (arrivals) => { for (const one of arrivals) await catalog.instances.store([one]); })).toEqual(together);
      });

      it('holds an instance again that was deleted', async () => {
        const sketch = fresh();
        const [stored] = await catalog.instances.store([makeArrival(sketch)]);
        expect(await catalog.retention.markDeleted([idOf(stored)])).toEqual([idOf(stored)]);
        expect((await catalog.instances.held(`2.25.${sketch.study}.1.1`))[0]?.isHeld).toBe(false);
        expect(await catalog.instances.store([makeArrival(sketch)])).toEqual([{ outcome: 'added', instanceId: idOf(stored) }]);
        expect((await catalog.studies.study(await studyOf(sketch.study)))?.study).toMatchObject({ instances: 1, heldInstances: 1 });
      });

      it('gives back every attribute of an instance, also where it differs from its series', async () => {
        const sketch = fresh();
        const arrivals = [makeArrival(sketch), makeArrival({ ...sketch, instance: 2, rows: null, imageType: 'DERIVED', seriesDescription: '' })];
        await catalog.instances.store(arrivals);
        const { orderId } = await place(`attributes-${sketch.study}`, { studies: [await studyOf(sketch.study)] });
        const { series } = await catalog.orders.brief(orderId);
        const [volume] = await catalog.orders.recordVolumes(orderId, 'DVD', [{ parts: series.map(({ seriesId }) => ({ seriesId })) }]);
        const found = await catalog.instances.instancesOfVolume(volume?.volumeId ?? 0);
        expect(found.map((i) => i.attributes)).toEqual(arrivals.map((a) => a.attributes));
        expect(found.map((i) => i.file)).toEqual(arrivals.map((a) => a.file));
      });
    });

    describe('who a patient is', () => {
      it('never groups an empty patient id beyond its study', async () => {
        const [a, b] = [fresh({ patientId: '' }), fresh({ patientId: '' })];
        await catalog.instances.store([makeArrival(a), makeArrival(b)]);
        const found = await Promise.all([a, b].map(async (s) => (await catalog.studies.study(await studyOf(s.study)))?.study));
        expect(found[0]?.patientKey).not.toBe(found[1]?.patientKey);
        expect(found.flatMap((s) => s?.concerns)).toEqual([]);
      });

      it('keeps one study id under two patients apart and has a person look at both', async () => {
        const sketch = fresh();
        await catalog.instances.store([makeArrival(sketch)]);
        await catalog.instances.store([makeArrival({ ...sketch, instance: 2, patientId: 'someone else', patientName: 'Other^One' })]);
        const { studies } = await catalog.studies.search({ studyInstanceUid: `2.25.${sketch.study}`, limit: 10 });
        expect(studies.map((s) => [s.instances, s.concerns])).toEqual([[1, ['PATIENT_DIFFERS']], [1, ['PATIENT_DIFFERS']]]);
        await expect(place(`two-${sketch.study}`, { studies: studies.map((s) => s.studyId) })).rejects.toMatchObject({ code: 'ORDER_SEVERAL_PATIENTS' });
      });

      it('has a person look when one patient id comes with two names, but not for case, padding or empty values', async () => {
        const patientId = `TWO${++studyCount}`;
        const say = (study: number, patientName: string, patientBirthDate: string): ArrivedInstance => makeArrival({ study, patientId, patientName, patientBirthDate });
        const numbers = Array.from({ length: 5 }, () => ++studyCount);
        const [s1, s2, s3, s4, s5] = numbers as [number, number, number, number, number];
        await catalog.instances.store([say(s1, 'Doe^John', '19600101'), say(s2, 'DOE^JOHN^^', '19600101'), say(s3, '', '')]);
        expect((await catalog.studies.search({ patientId, limit: 10 })).studies.flatMap((s) => s.concerns)).toEqual([]);
        await Promise.all([catalog.instances.store([say(s4, 'Doe^Jane', '')]), catalog.instances.store([say(s5, 'Doe^Jim', '')])]);
        const { studies } = await catalog.studies.search({ patientId, limit: 10 });
        const concerned = studies.filter((s) => s.concerns.includes('PATIENT_DIFFERS')).map((s) => s.studyInstanceUid).sort();
        expect(concerned).toEqual([s1, s2, s4, s5].map((n) => `2.25.${n}`).sort());
        expect(new Set(studies.map((s) => s.patientKey)).size).toBe(1);
      });

      it('never lets a rule order mix patients of one study id', async () => {
        const rule = await catalog.rules.create({ ...RULE, name: 'mixing', grouping: 'study' }, 'anna', 'api');
        const sketch = fresh();
        await catalog.instances.store([makeArrival(sketch), makeArrival({ ...sketch, instance: 2, patientId: 'strange' })]);
        const groups = await watchAll(rule, sketch.study);
        expect(groups).toHaveLength(2);
        for (const groupId of groups) {
          const placed = await catalog.rules.orderGroup(groupId, after(1));
          const detail = await catalog.orders.detail(placed.result === 'ordered' ? placed.orderId : '');
          expect(detail?.patients).toHaveLength(1);
          expect(detail?.order.instances).toBe(1);
          expect((await catalog.orders.brief(detail?.order.orderId ?? '')).concerns).toEqual(['PATIENT_DIFFERS']);
        }
      });
    });

    const arrivalsOf = async (study: number): Promise<readonly Arrival[]> => {
      const { studies } = await catalog.studies.search({ studyInstanceUid: `2.25.${study}`, limit: 10 });
      const series = (await Promise.all(studies.map((s) => catalog.studies.study(s.studyId)))).flatMap((d) => d?.series.map((s) => s.seriesId) ?? []);
      return (await catalog.rules.arrivals(1000)).filter(({ seriesId }) => series.includes(seriesId));
    };

    /** Logs and confirms, as a look at the outbox does. */
    const seen = async (taken: readonly Arrival[]): Promise<void> => {
      await catalog.rules.logArrivals(taken);
      await catalog.rules.confirmArrivals(taken);
    };

    /** Lets a rule watch what arrived of a study; answers its groups. */
    const watchAll = async (rule: BurnRule, study: number): Promise<readonly number[]> => {
      const mine = await arrivalsOf(study);
      const groups = await catalog.rules.watch(mine.map(({ seriesId }) => ({ rule, seriesId })));
      await seen(mine);
      return [...new Set(groups.map(({ groupId }) => groupId))];
    };

    describe('conflicting contents', () => {
      it('asks: both contested, the study in conflict, the order waits, and settling withdraws discs of the loser', async () => {
        const { sketch, studyId, ids, job } = await burned();
        const newcomer = makeArrival({ ...sketch, content: 'corrected', storedAt: after(30) });
        expect((await catalog.instances.store([newcomer]))[0]?.outcome).toBe('differs');
        const { instanceId } = await catalog.instances.storeConflicting(newcomer, 'ask');
        expect((await catalog.studies.study(studyId))?.study).toMatchObject({ state: 'CONFLICT', concerns: ['STUDY_CONFLICT'], instances: 3 });
        expect((await catalog.instances.conflicts(studyId))[0]?.candidates.map((c) => c.instanceId)).toEqual([ids[0], instanceId]);
        const { orderId } = await place(`conflict-${sketch.study}`, { studies: [studyId] });
        expect((await catalog.orders.brief(orderId)).concerns).toEqual(['STUDY_CONFLICT']);
        expect(await catalog.instances.settleConflict(instanceId, 'anna')).toEqual({ studyId, withdrawnDiscs: [job.serial] });
        expect((await catalog.studies.study(studyId))?.study).toMatchObject({ state: 'NORMAL', concerns: [], instances: 3, goodDiscs: 0 });
        expect((await catalog.discs.disc(job.serial))?.disc.state).toBe('WITHDRAWN');
        expect((await catalog.orders.brief(orderId)).concerns).toEqual([]);
        const [volume] = await catalog.orders.recordVolumes(orderId, 'CD', [{ parts: (await catalog.orders.brief(orderId)).series.map(({ seriesId }) => ({ seriesId })) }]);
        expect((await catalog.instances.instancesOfVolume(volume?.volumeId ?? 0)).map((i) => i.instanceId).sort()).toEqual([ids[1], ids[2], instanceId].sort());
      });

      it('decides at once for the newest or for the held content', async () => {
        const { sketch, studyId, job } = await burned();
        await catalog.instances.storeConflicting(makeArrival({ ...sketch, content: 'late' }), 'held');
        expect((await catalog.discs.disc(job.serial))?.disc.state).toBe('READY');
        await catalog.instances.storeConflicting(makeArrival({ ...sketch, content: 'later' }), 'newest');
        expect((await catalog.discs.disc(job.serial))?.disc.state).toBe('WITHDRAWN');
        expect((await catalog.studies.study(studyId))?.study).toMatchObject({ state: 'NORMAL', instances: 3 });
        expect(await catalog.instances.held(`2.25.${sketch.study}.1.1`)).toHaveLength(3);
      });
    });

    describe('search', () => {
      it('finds words in any order, folded, with wildcards taken literally', async () => {
        const sketch = fresh({ patientName: 'Żółć^Łucja=山田^太郎', studyDescription: '100% [bone]_scan' });
        await catalog.instances.store([makeArrival(sketch)]);
        const found = async (text: string): Promise<number> => (await catalog.studies.search({ text, limit: 10 })).studies.filter((s) => s.studyInstanceUid === `2.25.${sketch.study}`).length;
        expect(await Promise.all(['ZOLC', 'BONE zolc', '山田', '100%', '[bone]_', `a${sketch.study}`].map(found))).toEqual([1, 1, 1, 1, 1, 1]);
        expect(await Promise.all(['1%0', 'b_ne', 'zolc nothing', '[a-z]one'].map(found))).toEqual([0, 0, 0, 0]);
      });

      it('pages newest first without gaps or repeats', async () => {
        const patientId = `PAGES${++studyCount}`;
        for (let i = 0; i < 7; i++) await catalog.instances.store([makeArrival({ study: ++studyCount, patientId, storedAt: after(1000 + Math.floor(i / 2)) })]);
        const seen: Date[] = [];
        const ids = new Set<number>();
        let cursor: string | null = null;
        do {
          const page: Awaited<ReturnType<Catalog['studies']['search']>> = await catalog.studies.search({ patientId, limit: 3, ...(cursor === null ? {} : { after: cursor }) });
          for (const s of page.studies) { seen.push(s.lastStoredAt); ids.add(s.studyId); }
          cursor = page.next;
        } while (cursor !== null);
        expect(ids.size).toBe(7);
        expect(seen.map((d) => d.getTime())).toEqual(seen.map((d) => d.getTime()).sort((a, b) => b - a));
      });
    });

    describe('orders', () => {
      it('answers the same order for the same key, also when asked twice at once', async () => {
        const sketch = fresh();
        await catalog.instances.store(makeSeries(2, sketch));
        const studyId = await studyOf(sketch.study);
        const placed = await Promise.all([1, 2, 3].map(() => place('one-key', { studies: [studyId] })));
        expect(new Set(placed.map((p) => p.orderId)).size).toBe(1);
        expect(placed.filter((p) => !p.existed)).toHaveLength(1);
        expect(placed[0]?.orderId).toMatch(/^o[a-z2-7]{12}$/);
        await expect(place('one-key', { studies: [studyId] }, { copies: 2 })).rejects.toMatchObject({ code: 'ORDER_KEY_REUSED' });
        expect((await catalog.orders.detail(placed[0]?.orderId ?? ''))?.log.map((l) => l.event)).toEqual(['order.placed']);
      });

      it('refuses empty, unknown and no longer held selections', async () => {
        await expect(place('empty', { studies: [] })).rejects.toMatchObject({ code: 'ORDER_NOTHING_SELECTED' });
        await expect(place('unknown', { studies: [999_999_999] })).rejects.toMatchObject({ code: 'CATALOG_NOT_FOUND' });
        const sketch = fresh();
        const [stored] = await catalog.instances.store(makeSeries(2, sketch));
        await catalog.retention.markDeleted([idOf(stored)]);
        await expect(place('gone', { studies: [await studyOf(sketch.study)] })).rejects.toMatchObject({ code: 'ORDER_INSTANCE_NOT_HELD', details: { missing: 1, selected: 2 } });
      });

      it('moves by the lifecycle, notes each change once, and closes for good', async () => {
        const { orderId } = await composed();
        await catalog.orders.setState(orderId, 'CREATING', 'OUT_OF_SUPPLIES', 'blank discs');
        await catalog.orders.setState(orderId, 'CREATING', 'OUT_OF_SUPPLIES', 'blank discs');
        await catalog.orders.setHeldBack(orderId, true, 'anna');
        await catalog.orders.requestCancel(orderId, 'anna');
        await catalog.orders.setState(orderId, 'CANCELLED', 'CANCELLED_BY_USER', '');
        await catalog.orders.setState(orderId, 'CANCELLED', 'CANCELLED_BY_USER', '');
        await expect(catalog.orders.setState(orderId, 'CREATING', 'NORMAL', '')).rejects.toMatchObject({ code: 'ORDER_STATE' });
        await expect(catalog.orders.setPriority(orderId, 1, 'anna')).rejects.toMatchObject({ code: 'ORDER_STATE' });
        const detail = await catalog.orders.detail(orderId);
        expect(detail?.log.map((l) => l.event)).toEqual(['order.placed', 'order.state', 'order.state', 'order.held-back', 'order.cancel-requested', 'order.state']);
        expect(detail?.order).toMatchObject({ state: 'CANCELLED', isHeldBack: true, isCancelRequested: true });
        expect(detail?.order.endedAt).toBeInstanceOf(Date);
      });

      it('clears the concerns of an order a person released', async () => {
        const sketch = fresh();
        await catalog.instances.store([makeArrival(sketch), makeArrival({ ...sketch, instance: 2, patientName: 'Other^Name' })]);
        const { orderId } = await place(`release-${sketch.study}`, { studies: [await studyOf(sketch.study)] });
        expect((await catalog.orders.brief(orderId)).concerns).toEqual(['PATIENT_DIFFERS']);
        await catalog.orders.release(orderId, 'anna');
        expect((await catalog.orders.brief(orderId)).concerns).toEqual([]);
        expect((await catalog.orders.detail(orderId))?.log.at(-1)).toMatchObject({ event: 'order.released', who: 'anna' });
      });

      it('writes the volume plan once and the report entries once', async () => {
        const { orderId, volumeId } = await composed();
        expect(await catalog.orders.recordVolumes(orderId, 'CD', [{ parts: [] }, { parts: [] }])).toEqual([{ volumeId, index: 1, of: 1 }]);
        await catalog.orders.report(orderId, [{ kind: 'note', reason: 'a' }]);
        await catalog.orders.report(orderId, [{ kind: 'note', reason: 'a' }, { kind: 'left-off', reason: 'b', sopInstanceUid: '2.25.1' }]);
        expect((await catalog.orders.detail(orderId))?.report).toEqual([{ kind: 'note', reason: 'a' }, { kind: 'left-off', reason: 'b', sopInstanceUid: '2.25.1' }]);
      });
    });

    describe('volumes', () => {
      it('take stretches of a series in the order of its instance numbers', async () => {
        const sketch = fresh();
        const stored = await catalog.instances.store(makeSeries(5, sketch));
        const { orderId } = await place(`stretch-${sketch.study}`, { studies: [await studyOf(sketch.study)] });
        const [series] = (await catalog.orders.brief(orderId)).series;
        const volumes = await catalog.orders.recordVolumes(orderId, 'CD', [{ parts: [{ seriesId: series!.seriesId, from: 0, instances: 3 }] }, { parts: [{ seriesId: series!.seriesId, from: 3, instances: 2 }] }]);
        const held = await Promise.all(volumes.map(async ({ volumeId }) => (await catalog.instances.instancesOfVolume(volumeId)).map((one) => one.instanceId)));
        expect((await catalog.instances.instancesOfOrder(orderId)).map((one) => one.instanceId)).toEqual(held.flat());
        expect([...held.flat()].sort((a, b) => a - b)).toEqual(stored.map(idOf).sort((a, b) => a - b));
        expect(held.map((ids) => ids.length)).toEqual([3, 2]);
        const { others } = await catalog.orders.volume(volumes[0]!.volumeId);
        expect(others).toMatchObject([{ index: 2, series: [{ instances: 2 }] }]);
      });

      it('that are made again keep who they are and what they held, under the options of their first order', async () => {
        const content = { ...DEFAULT_CONTENT, language: 'de' as const };
        const made = await burned(fresh(), { content });
        await catalog.orders.recordComposed(made.volumeId, { imageBytes: 5000, imageSha256: 'ef', certificate: { gate: 'ok' }, leftOff: [made.ids[2]!], instances: made.ids.slice(0, 2).map((instanceId, i) => ({ instanceId, fileId: `DICOM/I${i}`, sha256: 'cd' })) });
        const first = await catalog.orders.volume(made.volumeId);
        clock = after(500);
        const { orderId } = await place(`again-${made.sketch.study}`, { volume: made.volumeId }, { copies: 2 });
        expect((await catalog.orders.detail(orderId))?.order).toMatchObject({ instances: 3, options: { copies: 2, media: 'CD', content } });
        const [again] = await catalog.orders.recordVolumes(orderId, 'CD', [{ parts: [] }, { parts: [] }]);
        const second = await catalog.orders.volume(again!.volumeId);
        for (const key of ['fileSetId', 'fileSetUid', 'index', 'of', 'createdAt'] as const) expect(second.volume[key]).toEqual(first.volume[key]);
        expect(second.original).toEqual({ orderId: first.order.orderId, imageSha256: 'ef', certificate: { gate: 'ok' } });
        expect(first.original).toBeUndefined();
        expect(await catalog.instances.instancesOfVolume(again!.volumeId)).toHaveLength(3);
        expect(await catalog.orders.firstMaking(made.orderId)).toEqual({ orderId: made.orderId, certificate: null, leftOff: new Set() });
        await catalog.orders.recordComposed(again!.volumeId, { imageBytes: 5000, imageSha256: 'ef', certificate: { gate: 'again' }, leftOff: [made.ids[2]!], instances: [] });
        const third = await place(`third-${made.sketch.study}`, { volume: again!.volumeId });
        expect(await catalog.orders.firstMaking(third.orderId)).toEqual({ orderId: made.orderId, certificate: { gate: 'again' }, leftOff: new Set([made.ids[2]]) });
      });

      it('for a stick are made again on whatever is asked for then', async () => {
        const { orderId, studyId } = await composed(fresh(), { content: { ...DEFAULT_CONTENT, target: 'folder' } });
        const placed = await place(`usb-${orderId}`, { studies: [studyId] }, { content: { ...DEFAULT_CONTENT, target: 'folder' } });
        const brief = await catalog.orders.brief(placed.orderId);
        const [volume] = await catalog.orders.recordVolumes(placed.orderId, 'USB', [{ parts: brief.series.map(({ seriesId }) => ({ seriesId })) }]);
        expect((await catalog.orders.volume(volume!.volumeId)).volume.media).toBe('USB');
        const again = await place(`usb-again-${orderId}`, { volume: volume!.volumeId });
        expect((await catalog.orders.detail(again.orderId))?.order.options).toMatchObject({ media: 'any', content: { target: 'folder' } });
      });
    });

    describe('jobs and discs', () => {
      it('opens one job per copy and attempt, with a serial that never repeats', async () => {
        const { volumeId } = await composed();
        const jobs = await Promise.all([1, 1, 2, 2].map((copy) => catalog.discs.openJob(volumeId, copy, 1, 'virtual')));
        expect(new Set(jobs.map((j) => j.jobKey)).size).toBe(2);
        expect(new Set(jobs.map((j) => j.serial)).size).toBe(2);
        expect(jobs[0]?.serial).toMatch(/^SP-\d{9}$/);
        expect(jobs[0]?.jobKey).toMatch(/^J[A-Z2-7]{15}$/);
      });

      it('writes the discs of a job exactly once, bad ones with serials of their own', async () => {
        const { orderId, volumeId, studyId, ids } = await composed();
        const job = await catalog.discs.openJob(volumeId, 1, 1, 'virtual');
        await expect(catalog.discs.jobEnded(job.jobKey, { state: 'GOOD', error: '', discs: [] })).rejects.toMatchObject({ code: 'ORDER_STATE' });
        await catalog.discs.jobSubmitted(job.jobKey, 'r1');
        await catalog.discs.jobSubmitted(job.jobKey, 'r1');
        const end = { state: 'GOOD' as const, error: '', discs: [{ n: 1, result: 'bad' as const, place: 'reject/1', error: 'ROBOT_WRITE_FAILED', at: after(5) }, { n: 2, result: 'good' as const, place: 'out/1', error: '', at: after(9) }] };
        await Promise.all([catalog.discs.jobEnded(job.jobKey, end), catalog.discs.jobEnded(job.jobKey, end)]);
        await catalog.discs.jobEnded(job.jobKey, end);
        await expect(catalog.discs.jobEnded(job.jobKey, { ...end, state: 'BAD' })).rejects.toMatchObject({ code: 'ORDER_STATE' });
        const { discs } = await catalog.discs.list({ orderId, limit: 10 });
        expect(discs.map((d) => [d.serial, d.state])).toEqual([[job.serial, 'READY'], [`${job.serial}-B1`, 'BAD']]);
        expect((await catalog.orders.detail(orderId))?.order.copiesGood).toBe(1);
        expect((await catalog.studies.study(studyId))?.study.goodDiscs).toBe(1);
        expect(await catalog.discs.certificate(job.serial)).toEqual({ gate: 'ok', shortCode: '7K2QMX9WT4' });
        expect(await catalog.discs.certificate('SP-NONE')).toBeUndefined();
        const logged = await catalog.discs.disc(job.serial);
        expect((await catalog.orders.volume(logged?.disc.volumeId ?? Number.NaN)).volume.certificateCode).toBe('7K2QMX9WT4');
        expect(logged?.instances.map((i) => [i.instanceId, i.fileId])).toEqual(ids.map((id, i) => [id, `DICOM/I${i}`]));
        expect(logged?.disc.madeAt).toEqual(after(9));
        expect((await catalog.discs.list({ studyId, text: 'anna', limit: 10 })).discs).toHaveLength(2);
      });

      it('lets a person end a lost job as found', async () => {
        const { volumeId } = await composed();
        const job = await catalog.discs.openJob(volumeId, 1, 1, 'virtual');
        await catalog.discs.jobSubmitted(job.jobKey, 'r1');
        await catalog.discs.jobEnded(job.jobKey, { state: 'LOST', error: 'ROBOT_JOB_LOST', discs: [] });
        await catalog.discs.jobEnded(job.jobKey, { state: 'GOOD', error: '', discs: [{ n: 1, result: 'good', place: 'out/1', error: '', at: after(5) }] });
        expect((await catalog.discs.job(job.jobKey))?.state).toBe('GOOD');
        expect((await catalog.discs.disc(job.serial))?.disc.state).toBe('READY');
        expect((await catalog.discs.labelFacts(job.jobKey)).volume.volumeId).toBe(volumeId);
      });
    });

    describe('releases', () => {
      it('let single instances leave for teaching, once each, and are taken back; each step is logged without the reason', async () => {
        const sketch = fresh();
        const ids = (await catalog.instances.store(makeSeries(3, sketch))).map(idOf);
        const from = await catalog.operations.lastId();
        expect(await catalog.releases.release([ids[0]!, ids[1]!], { purpose: 'teaching', who: 'anna', reason: 'Mr Müller is not to be seen' })).toBe(2);
        expect(await catalog.releases.release([ids[1]!, ids[1]!], { purpose: 'teaching', who: 'bert', reason: '' })).toBe(0);
        expect([...(await catalog.releases.among(ids, 'teaching'))].sort(([a], [b]) => a - b).map(([id, { by, reason }]) => [id, by, reason])).toEqual([[ids[0], 'anna', 'Mr Müller is not to be seen'], [ids[1], 'anna', 'Mr Müller is not to be seen']]);
        await catalog.releases.revoke(ids[0]!, { purpose: 'teaching', who: 'bert' });
        await catalog.releases.revoke(ids[0]!, { purpose: 'teaching', who: 'bert' });
        expect([...(await catalog.releases.among(ids, 'teaching')).keys()]).toEqual([ids[1]]);
        const logged = (await catalog.operations.since(from, 100)).filter(({ subjectKind }) => subjectKind === 'instance');
        expect(logged.map(({ event, who, subject }) => [event, who, subject])).toEqual([['instance.released', 'anna', String(ids[0])], ['instance.released', 'anna', String(ids[1])], ['instance.release-revoked', 'bert', String(ids[0])]]);
        expect(JSON.stringify(logged)).not.toContain('Müller');
        await expect(catalog.releases.release([987_654_321], { purpose: 'teaching', who: 'anna', reason: '' })).rejects.toThrow('CATALOG_NOT_FOUND');
        await expect(catalog.releases.revoke(987_654_321, { purpose: 'teaching', who: 'anna' })).rejects.toThrow('CATALOG_NOT_FOUND');
      });

      it('find the instances of a study and of a series, and whose data a selection holds', async () => {
        const sketch = fresh({ patientName: 'Ziegler^Otto', patientBirthDate: '19660606' });
        await catalog.instances.store([...makeSeries(2, { ...sketch, series: 1 }), ...makeSeries(1, { ...sketch, series: 2 })]);
        const studyId = await studyOf(sketch.study);
        const instances = await catalog.instances.instancesOfStudy(studyId);
        expect(instances).toHaveLength(3);
        expect(await catalog.instances.instancesOfSeries(instances[2]!.seriesKey)).toHaveLength(1);
        expect(await catalog.instances.instance(instances[1]!.instanceId)).toEqual(instances[1]);
        expect(await catalog.instances.instance(987_654_321)).toBeUndefined();
        expect(await catalog.orders.patientsOf({ studies: [studyId] })).toEqual([{ name: 'Ziegler^Otto', id: sketch.patientId, birthDate: '19660606' }]);
      });
    });

    describe('AE registry', () => {
      const AE: AeDraft = { aeTitle: 'ARCHIVE', host: 'archive.example', port: 104, tls: false, maxAssociations: 2, preferredTransferSyntaxes: [], services: ['store', 'query'], notes: 'the archive of the house' };

      it('keeps AEs by title, refuses a second one, stale changes and changes of those from a file', async () => {
        const made = await catalog.aes.create(AE, 'anna');
        expect(made).toMatchObject({ ...AE, version: 1, source: 'api', changedBy: 'anna' });
        await expect(catalog.aes.create({ ...AE, host: 'other' }, 'ben')).rejects.toMatchObject({ code: 'CATALOG_CONFLICT' });
        expect(await catalog.aes.change('ARCHIVE', 1, { ...AE, port: 11_112 }, 'ben')).toMatchObject({ version: 2, port: 11_112, changedBy: 'ben' });
        await expect(catalog.aes.change('ARCHIVE', 1, AE, 'cid')).rejects.toMatchObject({ code: 'CATALOG_CONFLICT' });
        await expect(catalog.aes.change('NOBODY', 1, AE, 'cid')).rejects.toMatchObject({ code: 'CATALOG_NOT_FOUND' });
        expect(await catalog.aes.find('ARCHIVE')).toMatchObject({ host: 'archive.example', port: 11_112, tls: false, maxAssociations: 2 });
        // Titles are told apart by case.
        expect(await catalog.aes.find('archive')).toBeUndefined();
        await catalog.aes.remove('ARCHIVE', 2, 'ben');
        expect(await catalog.aes.ae('ARCHIVE')).toBeUndefined();
        const log = await catalog.operations.list({ subjectKind: 'ae', subject: 'ARCHIVE', limit: 10 });
        expect(log.map((row) => [row.who, row.result])).toEqual([['ben', 'removed'], ['ben', 'changed'], ['anna', 'created']]);
      });

      it('makes the AEs of the file exactly those of the file', async () => {
        await catalog.aes.create({ ...AE, aeTitle: 'BOTH' }, 'anna');
        await catalog.aes.importFileAes([{ ...AE, aeTitle: 'BOTH', port: 5 }, { ...AE, aeTitle: 'ONCE' }]);
        await catalog.aes.importFileAes([{ ...AE, aeTitle: 'BOTH', port: 5 }]);
        expect((await catalog.aes.aes()).map((ae) => [ae.aeTitle, ae.source, ae.port, ae.version])).toEqual([['BOTH', 'file', 5, 2]]);
        await expect(catalog.aes.remove('BOTH', 2, 'ben')).rejects.toMatchObject({ code: 'API_FORBIDDEN' });
        await catalog.aes.importFileAes([]);
        expect(await catalog.aes.aes()).toEqual([]);
      });

      it('counts unknown callers by title and host, and forgets them when the title is registered', async () => {
        await catalog.aes.noteCallers([{ callingAe: 'CT1', host: '10.0.0.7', reason: 'calling-ae', calls: 2, lastSeenAt: after(10) }, { callingAe: 'CT1', host: '10.0.0.8', reason: 'calling-ae', calls: 1, lastSeenAt: after(11) }]);
        await catalog.aes.noteCallers([{ callingAe: 'CT1', host: '10.0.0.7', reason: 'called-ae', calls: 3, lastSeenAt: after(20) }]);
        const callers = await catalog.aes.callers();
        expect(callers).toMatchObject([{ callingAe: 'CT1', host: '10.0.0.7', reason: 'called-ae', calls: 5, firstSeenAt: after(10), lastSeenAt: after(20) }, { host: '10.0.0.8', calls: 1 }]);
        expect(await catalog.aes.caller(callers[0]?.callerId ?? 0)).toEqual(callers[0]);
        await catalog.aes.create({ ...AE, aeTitle: 'CT1' }, 'anna');
        expect(await catalog.aes.callers()).toEqual([]);
        // A call from before comes late; a call from elsewhere is news.
        await catalog.aes.noteCallers([{ callingAe: 'CT1', host: '10.0.0.7', reason: 'calling-ae', calls: 1, lastSeenAt: after(21) }, { callingAe: 'CT1', host: '10.0.0.8', reason: 'caller-address', calls: 1, lastSeenAt: after(21) }]);
        expect((await catalog.aes.callers()).map(({ host }) => host)).toEqual(['10.0.0.8']);
      });

      it('remembers no more than the 200 unknown callers seen last', async () => {
        await catalog.aes.noteCallers(Array.from({ length: 205 }, (_, n) => ({ callingAe: `FLOOD${n}`, host: '10.0.0.9', reason: 'calling-ae', calls: 1, lastSeenAt: after(100 + n) })));
        const callers = await catalog.aes.callers();
        expect(callers).toHaveLength(200);
        expect(callers.at(-1)?.callingAe).toBe('FLOOD5');
      });
    });

    describe('rules and groups', () => {
      it('keeps versions, refuses stale changes and changes of file rules', async () => {
        const made = await catalog.rules.create({ ...RULE, name: 'mine' }, 'anna', 'api');
        const changed = await catalog.rules.change(made.id, 1, { ...RULE, name: 'mine', copies: 2 }, 'ben');
        expect(changed).toMatchObject({ version: 2, copies: 2 });
        await expect(catalog.rules.change(made.id, 1, RULE, 'ben')).rejects.toMatchObject({ code: 'CATALOG_CONFLICT' });
        expect(await catalog.rules.rule(made.id)).toMatchObject({ changedBy: 'ben', copies: 2 });
        await catalog.rules.remove(made.id, 2, 'ben');
        expect(await catalog.rules.rule(made.id)).toBeUndefined();
        await catalog.rules.importFileRules([{ ...RULE, name: 'f1' }, { ...RULE, name: 'f2' }]);
        await catalog.rules.importFileRules([{ ...RULE, name: 'f1', copies: 3 }]);
        const fromFile = (await catalog.rules.rules()).filter((r) => r.source === 'file');
        expect(fromFile.map((r) => [r.name, r.copies, r.isEnabled])).toEqual([['f1', 3, true], ['f2', 1, false]]);
        await expect(catalog.rules.change(fromFile[0]?.id ?? 0, 2, RULE, 'ben')).rejects.toMatchObject({ code: 'API_FORBIDDEN' });
        const before = (await catalog.rules.rules()).length;
        await catalog.rules.ensureDefaultRule({ ...RULE, name: 'default' });
        expect(await catalog.rules.rules()).toHaveLength(before);
      });

      it('orders a quiet group once, then only what came later as a supplement', async () => {
        const rule = await catalog.rules.create({ ...RULE, name: 'quiet' }, 'anna', 'api');
        const sketch = fresh({ patientName: 'Quast^Ida', studyDescription: 'CT head' });
        await catalog.instances.store(makeSeries(3, { ...sketch, storedAt: after(100) }));
        const [groupId = 0] = await watchAll(rule, sketch.study);
        expect(await catalog.rules.openGroups()).toContain(groupId);
        expect(await catalog.rules.studiesOfGroups([groupId, 987_654_321])).toEqual(new Map([[groupId, [{ patientName: 'Quast^Ida', patientId: sketch.patientId, description: 'CT head' }]]]));
        expect(await catalog.rules.group(groupId)).toMatchObject({ openInstances: 3, firstStoredAt: after(100), lastStoredAt: after(100) });
        expect(await catalog.rules.orderGroup(groupId, after(99))).toEqual({ result: 'newer', lastStoredAt: after(100) });
        const first = await catalog.rules.orderGroup(groupId, after(100));
        expect(first.result).toBe('ordered');
        expect(await catalog.rules.orderGroup(groupId, after(100))).toEqual({ result: 'empty' });
        expect(await catalog.rules.openGroups()).not.toContain(groupId);
        await catalog.instances.store([makeArrival({ ...sketch, instance: 9, storedAt: after(200) })]);
        await watchAll(rule, sketch.study);
        const second = await catalog.rules.orderGroup(groupId, after(200));
        const detail = await catalog.orders.detail(second.result === 'ordered' ? second.orderId : '');
        expect(detail?.order).toMatchObject({ isSupplement: true, instances: 1, ruleId: rule.id, requestKey: `rule-${rule.id}-g${groupId}-n2` });
      });

      it('tells of retrieved instances as such until one of the series is pushed', async () => {
        const sketch = fresh({ kind: 'retrieved' });
        await catalog.instances.store(makeSeries(2, sketch));
        const mine = await arrivalsOf(sketch.study);
        expect(mine.map(({ isPushed }) => isPushed)).toEqual([false]);
        await catalog.instances.store([makeArrival({ ...sketch, instance: 9, kind: 'pushed' })]);
        expect((await arrivalsOf(sketch.study)).map(({ isPushed }) => isPushed)).toEqual([true]);
        await catalog.instances.store([makeArrival({ ...sketch, instance: 10, kind: 'retrieved' })]);
        expect((await arrivalsOf(sketch.study)).map(({ isPushed }) => isPushed)).toEqual([true]);
      });

      it('logs what arrived once, in sums, whether it came before or after the look', async () => {
        const sketch = fresh();
        const studyId = await catalog.instances.store(makeSeries(2, sketch)).then(() => studyOf(sketch.study));
        const logged = async () => (await catalog.operations.list({ subjectKind: 'study', subject: String(studyId), limit: 50 })).filter(({ event }) => event === 'instances.stored').map(({ details }) => details['instances']).reverse();
        expect(await logged()).toEqual([]);
        const taken = await arrivalsOf(sketch.study);
        await catalog.instances.store([makeArrival({ ...sketch, instance: 7 })]);
        await catalog.rules.logArrivals(taken);
        expect(await logged()).toEqual([3]);
        await catalog.rules.logArrivals(taken);
        expect(await logged()).toEqual([3]);
        await catalog.instances.store([makeArrival({ ...sketch, instance: 8 }), makeArrival({ ...sketch, instance: 9 })]);
        await catalog.rules.confirmArrivals(await arrivalsOf(sketch.study));
        expect(await arrivalsOf(sketch.study)).toHaveLength(1);
        await seen(await arrivalsOf(sketch.study));
        expect(await logged()).toEqual([3, 2]);
        expect(await arrivalsOf(sketch.study)).toEqual([]);
      });

      it('loses no arrival to the log while many store and one looks', async () => {
        const sketch = fresh();
        await catalog.instances.store([makeArrival({ ...sketch, instance: 1 })]);
        const studyId = await studyOf(sketch.study);
        let isStoring = true;
        const looking = (async () => {
          for (;;) {
            const wasStoring = isStoring;
            await seen(await arrivalsOf(sketch.study));
            if (!wasStoring) return;
          }
        })();
        await Promise.all(Array.from({ length: 4 }, async (_, lane) => {
          for (let i = 0; i < 12; i++) await catalog.instances.store([makeArrival({ ...sketch, series: 1 + (i % 2), instance: 10 + lane * 20 + i })]);
        }));
        isStoring = false;
        await looking;
        const log = (await catalog.operations.list({ subjectKind: 'study', subject: String(studyId), limit: 200 })).filter(({ event }) => event === 'instances.stored');
        expect(log.reduce((sum, { details }) => sum + Number(details['instances']), 0)).toBe(49);
        expect(await arrivalsOf(sketch.study)).toEqual([]);
      });

      it('lets several rules watch several series in one call, and opens what an order closed', async () => {
        const rules = [await catalog.rules.create({ ...RULE, name: 'one', grouping: 'series' }, 'anna', 'api'), await catalog.rules.create({ ...RULE, name: 'two' }, 'anna', 'api')] as const;
        const sketch = fresh();
        await catalog.instances.store([...makeSeries(1, { ...sketch, storedAt: after(10) }), ...makeSeries(1, { ...sketch, series: 2, storedAt: after(5) })]);
        const mine = await arrivalsOf(sketch.study);
        const wishes = mine.flatMap(({ seriesId }) => rules.map((rule) => ({ rule, seriesId })));
        const groups = await catalog.rules.watch(wishes);
        expect(groups.map(({ isOpened }) => isOpened)).toEqual([true, true, true, true]);
        expect(new Set(groups.map(({ groupId }) => groupId)).size).toBe(3);
        expect(await catalog.rules.watch(wishes)).toEqual(groups.map(({ groupId }) => ({ groupId, isOpened: false })));
        const ofStudy = groups[wishes.findIndex(({ rule }) => rule === rules[1])]?.groupId ?? 0;
        expect(await catalog.rules.group(ofStudy)).toMatchObject({ openInstances: 2, firstStoredAt: after(5), lastStoredAt: after(10) });
        await seen(mine);
        expect(await catalog.rules.orderGroup(ofStudy, after(10))).toMatchObject({ result: 'ordered' });
        await catalog.instances.store([makeArrival({ ...sketch, series: 2, instance: 9, storedAt: after(20) })]);
        const later = await catalog.rules.watch((await arrivalsOf(sketch.study)).flatMap(({ seriesId }) => rules.map((rule) => ({ rule, seriesId }))));
        expect(later.map(({ groupId, isOpened }) => [groupId === ofStudy, isOpened])).toEqual([[false, false], [true, true]]);
        await expect(catalog.rules.watch([{ rule: rules[0], seriesId: 987_654_321 }])).rejects.toMatchObject({ code: 'CATALOG_NOT_FOUND' });
        expect(await catalog.rules.watch([])).toEqual([]);
      });

      it('keeps an arrival that came after it was read when the older version is confirmed', async () => {
        const sketch = fresh();
        await catalog.instances.store([makeArrival(sketch)]);
        const { series = [] } = await catalog.studies.study(await studyOf(sketch.study)) ?? {};
        const mine = async () => (await catalog.rules.arrivals(1000)).filter((a) => a.seriesId === series[0]?.seriesId);
        const taken = await mine();
        await catalog.instances.store([makeArrival({ ...sketch, instance: 2 })]);
        await catalog.rules.logArrivals(await mine());
        await catalog.rules.confirmArrivals(taken);
        expect(await mine()).toHaveLength(1);
        await seen(await mine());
        expect(await mine()).toEqual([]);
      });

      it('puts every instance into exactly one order of the rule while storing and ordering race', async () => {
        const rule = await catalog.rules.create({ ...RULE, name: 'racing' }, 'anna', 'api');
        const sketch = fresh();
        await catalog.instances.store([makeArrival({ ...sketch, instance: 1 })]);
        const [groupId = 0] = await watchAll(rule, sketch.study);
        const orders = new Set<string>();
        const orderOnce = async (): Promise<void> => {
          const placed = await catalog.rules.orderGroup(groupId, after(1_000_000));
          if (placed.result === 'ordered') orders.add(placed.orderId);
        };
        const storing = (async () => {
          for (let i = 0; i < 20; i++) {
            await catalog.instances.store(Array.from({ length: 5 }, (_, k) => makeArrival({ ...sketch, instance: 10 + i * 5 + k })));
            await watchAll(rule, sketch.study);
          }
        })();
        const ordering = Promise.all([1, 2].map(async () => { for (let i = 0; i < 20; i++) await orderOnce(); }));
        await Promise.all([storing, ordering]);
        await watchAll(rule, sketch.study);
        await orderOnce();
        const details = await Promise.all([...orders].map((o) => catalog.orders.detail(o)));
        expect(details.reduce((sum, d) => sum + (d?.order.instances ?? 0), 0)).toBe(101);
        expect(await catalog.rules.orderGroup(groupId, after(1_000_000))).toEqual({ result: 'empty' });
      });
    });

    describe('retrieve', () => {
      /** Two studies of one patient, the first with two series of two, and the same study UID under another patient. */
      const scene = async () => {
        const first = fresh();
        const second = { ...fresh(), patientId: first.patientId ?? '' };
        const stored = await catalog.instances.store([
          ...makeSeries(2, first), ...makeSeries(2, { ...first, series: 2, transferSyntaxUid: '1.2.840.10008.1.2.4.70' }), ...makeSeries(1, second),
          makeArrival({ ...first, patientId: `OTHER${first.study}`, series: 3 }),
        ]);
        return { first, second, ids: stored.map(idOf), patientId: first.patientId ?? '', study: `2.25.${first.study}` };
      };
      const idsOf = async (selection: RetrieveSelection): Promise<readonly number[]> => (await catalog.retrieve.page(selection, 0, 100)).map((one) => one.instanceId);

      it('finds by each level and only where every key holds', async () => {
        const { first, second, ids, patientId, study } = await scene();
        expect(await idsOf({ patientId })).toEqual(ids.slice(0, 5));
        expect(await idsOf({ studyInstanceUids: [study] })).toEqual([...ids.slice(0, 4), ids[5]]);
        expect(await idsOf({ patientId, studyInstanceUids: [study, `2.25.${second.study}`] })).toEqual(ids.slice(0, 5));
        expect(await idsOf({ studyInstanceUids: [study], seriesInstanceUids: [`${study}.2`] })).toEqual(ids.slice(2, 4));
        expect(await idsOf({ studyInstanceUids: [`2.25.${second.study}`], seriesInstanceUids: [`${study}.2`] })).toEqual([]);
        expect(await idsOf({ sopInstanceUids: [`${study}.1.2`, `${study}.2.1`, `${study}.1.2`, '2.25.404'] })).toEqual([ids[1], ids[2]]);
        expect(await idsOf({ patientId: patientId.toLowerCase() })).toEqual([]);
        const studyKey = (await catalog.studies.search({ patientId, limit: 10 })).studies.find((one) => one.studyInstanceUid === `2.25.${first.study}`);
        expect(await idsOf({ studyKeys: [studyKey?.studyId ?? 0] })).toEqual(ids.slice(0, 4));
        expect(await idsOf({ patientKeys: [studyKey?.patientKey ?? 0] })).toEqual(ids.slice(0, 5));
        expect(await idsOf({ instanceIds: [ids[4] ?? 0, ids[0] ?? 0] })).toEqual([ids[0], ids[4]]);
      });

      it('takes the issuer of the patient id into account where it is named', async () => {
        const sketch = fresh();
        await catalog.instances.store([makeArrival({ ...sketch, issuerOfPatientId: 'A' }), makeArrival({ ...sketch, issuerOfPatientId: 'B', study: sketch.study + 500_000 })]);
        expect(await idsOf({ patientId: sketch.patientId ?? '' })).toHaveLength(2);
        expect(await idsOf({ patientId: sketch.patientId ?? '', issuerOfPatientId: 'B' })).toHaveLength(1);
      });

      it('names nothing without a key or with an empty list', async () => {
        expect(await idsOf({})).toEqual([]);
        expect(await idsOf({ issuerOfPatientId: 'A' })).toEqual([]);
        expect(await idsOf({ studyInstanceUids: [] })).toEqual([]);
        expect(await catalog.retrieve.plan({})).toEqual({ instances: 0, kinds: [] });
      });

      it('counts by SOP class and transfer syntax', async () => {
        const { patientId } = await scene();
        const plan = await catalog.retrieve.plan({ patientId });
        expect(plan.instances).toBe(5);
        expect(Object.fromEntries(plan.kinds.map((kind) => [kind.transferSyntaxUid, kind.instances]))).toEqual({ '1.2.840.10008.1.2.1': 3, '1.2.840.10008.1.2.4.70': 2 });
      });

      it('pages by id, over lists longer than one statement carries too', async () => {
        const sketch = fresh();
        const stored = (await catalog.instances.store(makeSeries(7, sketch))).map(idOf);
        const uids = [...Array.from({ length: 2500 }, (_, i) => `2.25.77.${i}`), ...[7, 1, 3, 2, 6, 5, 4].map((n) => `2.25.${sketch.study}.1.${n}`)];
        const seen: number[] = [];
        for (let after = 0; ;) {
          const page = await catalog.retrieve.page({ sopInstanceUids: uids }, after, 3);
          if (page.length === 0) break;
          seen.push(...page.map((one) => one.instanceId));
          after = page.at(-1)?.instanceId ?? 0;
        }
        expect(seen).toEqual(stored);
        expect((await catalog.retrieve.plan({ sopInstanceUids: uids })).instances).toBe(7);
      });

      it('leaves superseded contents out and says what is contested or no longer held', async () => {
        const sketch = fresh();
        const [contested, superseded] = [makeArrival(sketch), makeArrival({ ...sketch, instance: 2 })];
        await catalog.instances.store([contested, superseded]);
        await catalog.instances.storeConflicting(makeArrival({ ...sketch, content: 'asked' }), 'ask');
        const { instanceId } = await catalog.instances.storeConflicting(makeArrival({ ...sketch, instance: 2, content: 'newer' }), 'newest');
        const page = await catalog.retrieve.page({ studyInstanceUids: [`2.25.${sketch.study}`] }, 0, 10);
        expect(page.map((one) => [one.sopInstanceUid, one.isContested])).toEqual([[contested.attributes.sopInstanceUid, true], [superseded.attributes.sopInstanceUid, false]]);
        expect(page[1]?.instanceId).toBe(instanceId);
        expect(page[0]).toMatchObject({ isHeld: true, sopClassUid: contested.attributes.sopClassUid, file: contested.file });
        await catalog.retention.markDeleted([instanceId]);
        expect((await catalog.retrieve.page({ instanceIds: [instanceId] }, 0, 10)).map((one) => one.isHeld)).toEqual([false]);
      });
    });

    describe('retention', () => {
      const deletable = async (now: Date, defaultRetention: 'archive' | 'buffer' = 'archive'): Promise<readonly number[]> =>
        (await catalog.retention.deletable({ now, graceHours: 1, defaultRetention, limit: 1000 })).map((i) => i.instanceId);

      it('lets go only of buffered instances on a good disc whose orders are done and whose grace time passed', async () => {
        clock = after(50);
        const { ids, sketch, studyId } = await burned(fresh(), { retention: 'buffer' });
        const kept = await burned();
        expect(await deletable(after(50 + 60))).toEqual([]);
        const free = await deletable(after(50 + 3601));
        for (const id of ids) expect(free).not.toContain(id);
        await watchAll(await catalog.rules.create({ ...RULE, name: 'buffer', isEnabled: true }, 'anna', 'api'), sketch.study);
        expect(await deletable(after(50 + 3601))).toEqual(expect.not.arrayContaining(ids));
        const open = await catalog.rules.openGroups();
        const { orderId } = await orderOf(open.at(-1) ?? 0);
        await catalog.orders.requestCancel(orderId, 'anna');
        await catalog.orders.setState(orderId, 'CANCELLED', 'CANCELLED_BY_USER', '');
        expect((await deletable(after(50 + 3601))).filter((id) => ids.includes(id))).toEqual(ids);
        const { orderId: again } = await place(`again-${sketch.study}`, { studies: [studyId] });
        expect((await deletable(after(50 + 3601))).filter((id) => ids.includes(id))).toEqual([]);
        expect(await catalog.retention.markDeleted(ids)).toEqual([]);
        await catalog.orders.setState(again, 'CANCELLED', 'CANCELLED_BY_USER', '');
        expect([...await catalog.retention.markDeleted(ids)].sort()).toEqual([...ids].sort());
        expect((await catalog.studies.study(studyId))?.study).toMatchObject({ instances: 3, heldInstances: 0 });
        expect((await deletable(after(50 + 3601))).filter((id) => kept.ids.includes(id))).toEqual([]);
      });

      const orderOf = async (groupId: number): Promise<{ orderId: string }> => {
        const placed = await catalog.rules.orderGroup(groupId, after(1_000_000));
        return { orderId: placed.result === 'ordered' ? placed.orderId : '' };
      };

      it('counts what is held', async () => {
        const totals = await catalog.retention.totals();
        expect(totals.heldInstances).toBeGreaterThan(0);
        expect(totals.heldBytes).toBeGreaterThanOrEqual(totals.heldInstances * 1000);
        expect(totals.instances).toBeGreaterThan(totals.heldInstances);
      });
    });

    describe('commitments', () => {
      const promise = async (sketch: ArrivalSketch & { study: number }, transactionUid: string): Promise<number> => {
        const uids = [1, 2].map((instance) => makeArrival({ ...sketch, instance }).attributes.sopInstanceUid);
        const held = await catalog.commitments.candidates(uids);
        const { commitmentId } = await catalog.commitments.record({
          transactionUid, callingAe: 'CT1', calledAe: 'SPINDLE', notHeldReason: 0x0112, nextTryAt: clock,
          items: uids.map((sopInstanceUid) => ({ sopInstanceUid, sopClassUid: '1.2', instanceId: held.find((one) => one.sopInstanceUid === sopInstanceUid)?.instanceId ?? null, failureReason: held.some((one) => one.sopInstanceUid === sopInstanceUid) ? 0 : 0x0112 })),
        });
        return commitmentId;
      };

      it('keep what was promised until each promise is taken back', async () => {
        const made = await burned(fresh(), { retention: 'buffer' });
        await seen(await catalog.rules.arrivals(10_000));
        const deletable = (): Promise<number> => catalog.retention.deletable({ now: after(1_000_000), graceHours: 1, defaultRetention: 'archive', limit: 10_000 }).then((rows) => rows.filter(({ instanceId }) => made.ids.includes(instanceId)).length);
        const [first, second] = [await promise(made.sketch as ArrivalSketch & { study: number }, '2.25.71'), await promise(made.sketch as ArrivalSketch & { study: number }, '2.25.72')];
        expect(await deletable()).toBe(1);
        await catalog.commitments.revoke(first, 'anna');
        expect(await deletable()).toBe(1);
        expect(await catalog.retention.markDeleted(made.ids)).toEqual([made.ids[2]]);
        await catalog.commitments.revoke(second, 'anna');
        expect(await deletable()).toBe(2);
      });

      it('do not promise what was deleted in between', async () => {
        const sketch = fresh();
        const stored = await catalog.instances.store(makeSeries(2, sketch));
        const [one, two] = makeSeries(2, sketch).map(({ attributes }) => attributes.sopInstanceUid) as [string, string];
        expect(await catalog.retention.markDeleted([idOf(stored[1])])).toHaveLength(1);
        const { commitmentId, items } = await catalog.commitments.record({
          transactionUid: '2.25.73', callingAe: 'CT1', calledAe: 'SPINDLE', notHeldReason: 0x0112, nextTryAt: clock,
          items: [one, two].map((sopInstanceUid, n) => ({ sopInstanceUid, sopClassUid: '1.2', instanceId: idOf(stored[n]), failureReason: 0 })),
        });
        expect(items.map(({ failureReason }) => failureReason)).toEqual([0, 0x0112]);
        expect(await catalog.commitments.commitment(commitmentId)).toMatchObject({ committed: 1, refused: 1, state: 'PENDING' });
      });

      it('are due until delivered or given up, the longest due first', async () => {
        const sketch = fresh();
        const [first, second] = [await promise(sketch, '2.25.74'), await promise(sketch, '2.25.75')];
        const dueIds = async (at: Date): Promise<readonly number[]> => (await catalog.commitments.due(at, 1000)).map(({ commitmentId }) => commitmentId).filter((id) => [first, second].includes(id));
        expect([(await catalog.commitments.find('CT1', '2.25.74'))?.commitmentId, await catalog.commitments.find('CT2', '2.25.74')]).toEqual([first, undefined]);
        await catalog.commitments.tried(first, new Date(clock.getTime() + 5_000));
        expect(await dueIds(clock)).toEqual([second]);
        expect(await dueIds(new Date(clock.getTime() + 5_000))).toEqual([second, first]);
        await catalog.commitments.end(second, 'DELIVERED');
        await catalog.commitments.end(second, 'GIVEN-UP');
        expect([await dueIds(new Date(clock.getTime() + 5_000)), (await catalog.commitments.commitment(second)).state, (await catalog.commitments.commitment(first)).attempts]).toEqual([[first], 'DELIVERED', 1]);
        const page = await catalog.commitments.list({ limit: 1 });
        expect((await catalog.commitments.list({ limit: 1, after: page.next ?? '' })).commitments.map(({ commitmentId }) => commitmentId)).toEqual([first]);
      });
    });

    describe('retrieving', () => {
      const placeRemote = (key: string, studyInstanceUids: readonly string[], options: Partial<PlaceOrder['options']> = {}): ReturnType<Catalog['orders']['placeRemote']> =>
        catalog.orders.placeRemote({ requestKey: key, source: 'api', placedBy: 'anna', remote: { aeTitle: 'PACS', studyInstanceUids }, options: { ...OPTIONS, ...options } });

      it('places an order without instances that waits for the remote AE, once under one key', async () => {
        const { study } = fresh();
        const { orderId } = await placeRemote('remote-1', [`2.25.${study}`, `2.25.${study}`]);
        expect(await placeRemote('remote-1', [`2.25.${study}`])).toEqual({ orderId, existed: true });
        await expect(placeRemote('remote-1', [`2.25.${study}`, '2.25.9'])).rejects.toMatchObject({ code: 'ORDER_KEY_REUSED' });
        await expect(placeRemote('remote-2', [])).rejects.toMatchObject({ code: 'ORDER_NOTHING_SELECTED' });
        expect((await catalog.orders.detail(orderId))).toMatchObject({ order: { state: 'PENDING', info: 'RETRIEVING', waitingFor: 'PACS to send the studies', instances: 0 }, retrievals: [{ remoteAe: 'PACS', studyInstanceUid: `2.25.${study}`, state: 'OPEN' }] });
      });

      it('counts what is held, whoever sent it, against what the remote AE tells', async () => {
        const sketch = fresh();
        const { orderId } = await placeRemote(`remote-${sketch.study}`, [`2.25.${sketch.study}`]);
        const [retrievalId = Number.NaN] = (await catalog.orders.brief(orderId)).retrievals;
        await catalog.retrievals.expect(retrievalId, [{ seriesInstanceUid: `2.25.${sketch.study}.1`, instances: 3 }, { seriesInstanceUid: `2.25.${sketch.study}.7`, instances: 1 }]);
        await catalog.retrievals.expect(retrievalId, [{ seriesInstanceUid: `2.25.${sketch.study}.1`, instances: 4 }, { seriesInstanceUid: `2.25.${sketch.study}.2`, instances: 2 }]);
        await catalog.instances.store([...makeSeries(2, sketch), ...makeSeries(1, { ...sketch, series: 2, kind: 'retrieved' })]);
        const changed = makeArrival({ ...sketch, series: 2, instance: 1, content: 'other', kind: 'retrieved' });
        await catalog.instances.storeConflicting(changed, 'ask');
        expect((await catalog.retrievals.progress(retrievalId)).map(({ seriesInstanceUid, expected, held }) => [seriesInstanceUid, expected, held])).toEqual([[`2.25.${sketch.study}.1`, 4, 2], [`2.25.${sketch.study}.2`, 2, 1]]);
      });

      it('makes what has arrived the selection of the order, once', async () => {
        const sketch = fresh();
        const { orderId } = await placeRemote(`remote-${sketch.study}`, [`2.25.${sketch.study}`]);
        await expect(catalog.orders.selectRetrieved(orderId)).rejects.toMatchObject({ code: 'ORDER_NOTHING_SELECTED' });
        await catalog.instances.store(makeSeries(3, { ...sketch, kind: 'retrieved' }));
        await Promise.all([catalog.orders.selectRetrieved(orderId), catalog.orders.selectRetrieved(orderId)]);
        await catalog.instances.store([makeArrival({ ...sketch, instance: 9 })]);
        await catalog.orders.selectRetrieved(orderId);
        const brief = await catalog.orders.brief(orderId);
        expect([brief.retrievals, brief.series.map(({ instances, bytes }) => [instances, bytes])]).toEqual([[], [[3, 3000]]]);
        expect((await catalog.orders.detail(orderId))?.order).toMatchObject({ instances: 3, bytes: 3000 });
      });

      it('does not put two patients on one disc because they were ordered together', async () => {
        const [one, two] = [fresh(), fresh()];
        await catalog.instances.store([...makeSeries(1, one), ...makeSeries(1, two)]);
        const uids = [`2.25.${one.study}`, `2.25.${two.study}`];
        const strict = await placeRemote(`strict-${one.study}`, uids);
        await expect(catalog.orders.selectRetrieved(strict.orderId)).rejects.toMatchObject({ code: 'ORDER_SEVERAL_PATIENTS' });
        const lenient = await placeRemote(`lenient-${one.study}`, uids, { allowSeveralPatients: true });
        await catalog.orders.selectRetrieved(lenient.orderId);
        expect((await catalog.orders.brief(lenient.orderId)).series).toHaveLength(2);
      });

      it('tells what is being retrieved, and for a day what was', async () => {
        const { study } = fresh();
        const { orderId } = await placeRemote(`remote-${study}`, [`2.25.${study}`]);
        expect(await catalog.retrievals.openAes()).toContain('PACS');
        expect(await catalog.retrievals.expecting(`2.25.${study}`)).toEqual([{ remoteAe: 'PACS', isOpen: true }]);
        const [retrievalId = Number.NaN] = (await catalog.orders.brief(orderId)).retrievals;
        await catalog.retrievals.end(retrievalId, 'FAILED', 'REMOTE_INCOMPLETE');
        await catalog.retrievals.end(retrievalId, 'FAILED', 'REMOTE_INCOMPLETE');
        expect(await catalog.retrievals.expecting(`2.25.${study}`)).toEqual([{ remoteAe: 'PACS', isOpen: false }]);
        expect(await catalog.retrievals.retrieval(retrievalId)).toMatchObject({ orderId, state: 'FAILED', reason: 'REMOTE_INCOMPLETE' });
        expect((await catalog.operations.list({ subjectKind: 'order', subject: orderId, limit: 9 })).filter(({ event }) => event === 'retrieval.ended')).toHaveLength(1);
        const before = clock;
        clock = new Date(clock.getTime() + 25 * 3_600_000);
        expect(await catalog.retrievals.expecting(`2.25.${study}`)).toEqual([]);
        clock = before;
      });

      it('ends with its order', async () => {
        const { study } = fresh();
        const { orderId } = await placeRemote(`remote-${study}`, [`2.25.${study}`]);
        await catalog.orders.setState(orderId, 'CANCELLED', 'CANCELLED_BY_USER', '');
        expect(await catalog.retrievals.expecting(`2.25.${study}`)).toEqual([{ remoteAe: 'PACS', isOpen: false }]);
      });

      it('keeps what is held while its study is being retrieved', async () => {
        const made = await burned(fresh(), { retention: 'buffer' });
        const deletable = (): Promise<number> => catalog.retention.deletable({ now: after(1_000_000), graceHours: 1, defaultRetention: 'archive', limit: 10_000 }).then((rows) => rows.filter(({ instanceId }) => made.ids.includes(instanceId)).length);
        await seen(await catalog.rules.arrivals(10_000));
        expect(await deletable()).toBe(3);
        const { orderId } = await placeRemote(`remote-${made.sketch.study}`, [`2.25.${made.sketch.study}`]);
        expect(await deletable()).toBe(0);
        expect(await catalog.retention.markDeleted(made.ids)).toEqual([]);
        await catalog.orders.setState(orderId, 'CANCELLED', 'CANCELLED_BY_USER', '');
        expect(await deletable()).toBe(3);
      });
    });

    describe('operation log and sessions', () => {
      it('never skips a row of a reader that follows while many write', async () => {
        const start = await catalog.operations.lastId();
        const seen: number[] = [];
        let isWriting = true;
        const reading = (async () => {
          let last = start;
          for (;;) {
            const wasWriting = isWriting;
            const rows = await catalog.operations.since(last, 1000);
            for (const row of rows) { seen.push(row.id); last = row.id; }
            if (!wasWriting && rows.length === 0) return;
          }
        })();
        await Promise.all(Array.from({ length: 6 }, async (_, w) => {
          for (let i = 0; i < 15; i++) await catalog.operations.write({ who: `w${w}`, event: 'robot.condition', subject: 'virtual', subjectKind: 'robot', result: 'seen', details: { i } });
        }));
        isWriting = false;
        await reading;
        expect(seen).toEqual(Array.from({ length: 90 }, (_, i) => start + 1 + i));
      });

      it('lets a login token in once and a session until it ends', async () => {
        await catalog.sessions.addLoginToken('t1', after(100));
        expect(await catalog.sessions.useLoginToken('t1', after(60))).toBe(true);
        expect(await catalog.sessions.useLoginToken('t1', after(60))).toBe(false);
        expect(await catalog.sessions.useLoginToken('t2', after(60))).toBe(false);
        await catalog.sessions.addSession('s1', 'anna', after(100));
        expect(await catalog.sessions.session('s1', after(60))).toEqual({ who: 'anna' });
        expect(await catalog.sessions.session('s1', after(101))).toBeUndefined();
        await catalog.sessions.endSession('s1');
        expect(await catalog.sessions.session('s1', after(60))).toBeUndefined();
      });

      it('keeps the last report of each robot', async () => {
        await catalog.robots.report({ name: 'left', capabilities: { drives: 1 }, health: { up: true } });
        await catalog.robots.report({ name: 'Left', capabilities: {}, health: { up: true } });
        await catalog.robots.report({ name: 'left', capabilities: { drives: 2 }, health: { up: false } });
        expect((await catalog.robots.all()).map(({ name, capabilities, health }) => ({ name, capabilities, health }))).toEqual([
          { name: 'Left', capabilities: {}, health: { up: true } }, { name: 'left', capabilities: { drives: 2 }, health: { up: false } },
        ]);
      });

      it('keeps names and patient ids out of the operation log', async () => {
        const rows = JSON.stringify(await catalog.operations.since(0, 10_000));
        expect(rows).not.toMatch(/Müller|P10\d\d|19700101/);
      });
    });
  });
};
