import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallerNote, RegisteredAe } from '../../catalog/books/ae-book.ts';
import type { AssociationSummary } from '../../dicom/association/service.ts';
import { createCallerList } from '../../dicom/caller-list.ts';
import type { CallerList, CallerListOptions } from '../../dicom/caller-list.ts';
import { createCallerNotes } from '../../dicom/caller-notes.ts';
import { admit } from '../../dicom/caller-policy.ts';
import type { CallerPolicy } from '../../dicom/caller-policy.ts';

const ae = (aeTitle: string, host: string): RegisteredAe =>
  ({ aeTitle, host, port: 104, tls: false, services: ['store'], preferredTransferSyntaxes: [], maxAssociations: 2, notes: '', version: 1, source: 'api', changedBy: 'anna', changedAt: new Date(0) });

const setUp = async (options: Partial<CallerListOptions> = {}): Promise<{ readonly list: CallerList; readonly registry: { aes: RegisteredAe[]; isAway: boolean }; readonly events: string[] }> => {
  const registry = { aes: [ae('CT1', 'ct1.example')], isAway: false };
  const events: string[] = [];
  const write = (event: string): void => void events.push(event);
  const list = await createCallerList({
    registry: { aes: () => (registry.isAway ? Promise.reject(new TypeError('away')) : Promise.resolve(registry.aes)) }, unknown: 'reject', checksAddress: true, refreshSeconds: 3600,
    self: { aeTitle: 'SPINDLE', addresses: ['127.0.0.1'] }, log: { debug: write, info: write, warn: write, error: write }, resolve: () => Promise.resolve(['10.0.0.7', '::ffff:10.0.0.8']), ...options,
  });
  onTestFinished(() => list.close());
  return { list, registry, events };
};

describe('the list of callers', () => {
  it('takes a change of the registry without a restart', async () => {
    const { list, registry } = await setUp({ refreshSeconds: 0.01 });
    expect(admit(list.policy(), 'MR1', '10.0.0.9')).toEqual({ refused: 'calling-ae' });
    registry.aes = [ae('MR1', '10.0.0.9')];
    await expect.poll(() => list.policy().known.has('MR1')).toBe(true);
    expect(list.policy().known.has('CT1')).toBe(false);
  });

  it('stays as it was while the registry is out of reach, and says so once', async () => {
    const { list, registry, events } = await setUp();
    registry.isAway = true;
    await list.refresh();
    await list.refresh();
    expect(list.policy().known.has('CT1')).toBe(true);
    registry.isAway = false;
    await list.refresh();
    expect(events).toEqual(['callers.stale', 'callers.fresh-again']);
  });

  it('knows every address of a host name, keeps the last ones when the name service fails, and asks it anew after a minute', async () => {
    let answers: readonly string[] | undefined = ['10.0.0.7', '::ffff:10.0.0.8'];
    let asked = 0;
    let now = 0;
    const { list } = await setUp({ now: () => now, resolve: () => { asked += 1; return answers === undefined ? Promise.reject(new TypeError('no')) : Promise.resolve(answers); } });
    const isIn = (host: string): boolean => 'caller' in admit(list.policy(), 'CT1', host);
    expect([isIn('10.0.0.7'), isIn('10.0.0.8'), isIn('10.0.0.9')]).toEqual([true, true, false]);
    await list.refresh();
    expect(asked).toBe(1);
    answers = undefined;
    now = 61_000;
    await list.refresh();
    expect([asked, isIn('10.0.0.7')]).toEqual([2, true]);
    answers = ['10.0.0.9'];
    now = 122_000;
    await list.refresh();
    expect([isIn('10.0.0.7'), isIn('10.0.0.9')]).toEqual([false, true]);
  });

  it('lets our own health check in from this machine, to nothing but Verification', async () => {
    const { list } = await setUp();
    expect(admit(list.policy(), 'SPINDLE', '127.0.0.1')).toMatchObject({ caller: { services: new Set() } });
    expect(admit(list.policy(), 'SPINDLE', '10.0.0.9')).toEqual({ refused: 'caller-address' });
  });

  it('does not check addresses unless told so', async () => {
    const { list } = await setUp({ checksAddress: false });
    expect(admit(list.policy(), 'CT1', '192.168.1.1')).toMatchObject({ caller: { services: new Set(['store']) } });
  });
});

describe('notes about callers', () => {
  const policy: CallerPolicy = { known: new Map([['CT1', { services: new Set() }]]), unknown: 'accept' };
  const summary = (callingAe: string, changes: Partial<AssociationSummary> = {}): AssociationSummary => ({
    id: '1', callingAe, calledAe: 'SPINDLE', host: '::ffff:10.0.0.7', implementationClassUid: '', implementationVersionName: '', startedAt: new Date(0), endedAt: new Date(5), outcome: 'released', reason: '', bytesReceived: 0,
    requests: 1, statuses: {}, tallies: {}, refusedSopClasses: [], ...changes,
  });
  const rejected = (reason: string): Partial<AssociationSummary> => ({ outcome: 'rejected', reason });

  it('are written together, one for each caller, however often it calls', async () => {
    const written: (readonly CallerNote[])[] = [];
    const notes = createCallerNotes({ registry: { noteCallers: (batch) => { written.push(batch); return Promise.resolve(); } }, policy: () => policy, ownTitle: 'SPINDLE', log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }, flushSeconds: 3600 });
    for (const one of [summary('MR1'), summary('MR1', rejected('calling-ae')), summary('CT1', rejected('caller-address')), summary('CT1'), summary('SPINDLE'), summary(''), summary('MR2', rejected('local-limit'))]) notes.note(one);
    await notes.close();
    expect(written).toEqual([[
      { callingAe: 'MR1', host: '10.0.0.7', reason: 'calling-ae', calls: 2, lastSeenAt: new Date(5) },
      { callingAe: 'CT1', host: '10.0.0.7', reason: 'caller-address', calls: 1, lastSeenAt: new Date(5) },
    ]]);
  });

  it('are few at a time, and lost without harm when the catalog is away', async () => {
    let most = 0;
    const events: string[] = [];
    const notes = createCallerNotes({ registry: { noteCallers: (batch) => { most = batch.length; return Promise.reject(new TypeError('away')); } }, policy: () => policy, ownTitle: 'SPINDLE', log: { debug: () => undefined, info: () => undefined, warn: (event) => void events.push(event), error: () => undefined }, flushSeconds: 3600 });
    for (let n = 0; n < 500; n += 1) notes.note(summary(`FLOOD${n}`));
    await notes.close();
    expect([most, events]).toEqual([100, ['callers.not-noted']]);
  });
});
