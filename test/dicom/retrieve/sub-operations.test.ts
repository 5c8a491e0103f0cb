import { describe, expect, it } from 'vitest';
import type { Exchange, ResponseFields } from '../../../dicom/association/service.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import { encodeFailedList } from '../../../dicom/retrieve/failed-list.ts';
import { createSubOperations, finalStatus } from '../../../dicom/retrieve/sub-operations.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';

const fakeExchange = (signal = new AbortController().signal): { readonly exchange: Exchange; readonly sent: { readonly fields: ResponseFields; readonly dataSet?: Buffer }[] } => {
  const sent: { fields: ResponseFields; dataSet?: Buffer }[] = [];
  const respond: Exchange['respond'] = (fields, dataSet) => { sent.push(dataSet === undefined ? { fields } : { fields, dataSet }); return Promise.resolve(); };
  return { sent, exchange: { signal, respond, context: { id: 1, abstractSyntax: UID.studyRootMove, transferSyntax: UID.implicitLittleEndian } } as unknown as Exchange };
};
const STORED = { outcome: 'stored', comment: '', status: 0 } as const;

describe('sub-operations', () => {
  it.each([
    ['success when all are stored', { completed: 3, failed: 0, warning: 0, remaining: 0 }, false, 0x0000],
    ['success when there was nothing', { completed: 0, failed: 0, warning: 0, remaining: 0 }, false, 0x0000],
    ['a warning when some failed', { completed: 1, failed: 2, warning: 0, remaining: 0 }, false, 0xb000],
    ['a warning when all warned', { completed: 0, failed: 0, warning: 2, remaining: 0 }, false, 0xb000],
    ['a warning when some warned and the others failed', { completed: 0, failed: 1, warning: 1, remaining: 0 }, false, 0xb000],
    ['a failure when all failed', { completed: 0, failed: 2, warning: 0, remaining: 0 }, false, 0xa702],
    ['cancel when cancelled', { completed: 0, failed: 2, warning: 0, remaining: 1 }, true, 0xfe00],
  ])('end with %s', (_name, counts, isCancelled, status) => {
    expect(finalStatus(counts, isCancelled)).toBe(status);
  });

  it('tell rarely: at once when forced, after a second, or after 64', async () => {
    let nowMs = 5_000;
    const { exchange, sent } = fakeExchange();
    const operations = createSubOperations(exchange, 200, () => nowMs);
    await operations.tell(true);
    for (let n = 0; n < 63; n += 1) { operations.settle(`1.${n}`, STORED); await operations.tell(); }
    expect(sent.map(({ fields }) => fields)).toEqual([{ status: 0xff00, remaining: 200, completed: 0, failed: 0, warning: 0 }]);
    operations.settle('1.64', STORED);
    await operations.tell();
    expect(sent).toHaveLength(2);
    operations.settle('1.65', { outcome: 'warning', comment: '', status: 0xb000 });
    nowMs += 1_001;
    await operations.tell();
    expect(sent.at(-1)?.fields).toEqual({ status: 0xff00, remaining: 135, completed: 64, failed: 0, warning: 1 });
  });

  it('name the failed ones and the main reason at the end', async () => {
    const { exchange, sent } = fakeExchange();
    const operations = createSubOperations(exchange, 4, () => 0);
    operations.settle('1.1', STORED);
    operations.settle('1.2', { outcome: 'refused', status: 0xa700, comment: 'disk of Doe^John is full' });
    operations.settle('1.3', { outcome: 'unreadable', comment: 'no longer held' });
    operations.settle('1.4', { outcome: 'unreadable', comment: 'no longer held' });
    expect(await operations.finish()).toBe(0xb000);
    expect(sent[0]?.fields).toEqual({ status: 0xb000, completed: 1, failed: 3, warning: 0, errorComment: 'unreadable: no longer held' });
    expect(readElements(sent[0]?.dataSet ?? Buffer.alloc(0), UID.implicitLittleEndian).elements.get(TAG.FailedSOPInstanceUIDList)?.value.toString('latin1')).toBe('1.2\\1.3\\1.4\0');
    expect([...operations.reasons]).toEqual([['refused A700', 1], ['unreadable: no longer held', 2]]);
  });

  it('say what remains after a cancel, and tell nothing more', async () => {
    const controller = new AbortController();
    const { exchange, sent } = fakeExchange(controller.signal);
    const operations = createSubOperations(exchange, 5, () => 0);
    operations.settle('1.1', STORED);
    controller.abort('cancelled');
    await operations.tell(true);
    expect(await operations.finish()).toBe(0xfe00);
    expect(sent).toEqual([{ fields: { status: 0xfe00, remaining: 4, completed: 1, failed: 0, warning: 0 } }]);
  });
});

describe('the failed list', () => {
  const uids = (count: number): string[] => Array.from({ length: count }, (_, n) => `1.2.826.0.1.3680043.8.498.1234567890123456789012345678901234567.${String(n).padStart(4, '0')}`.slice(0, 64));

  it.each([['implicit', UID.implicitLittleEndian], ['explicit', UID.explicitLittleEndian], ['big endian', UID.explicitBigEndian]])('reads back in %s', (_name, syntax) => {
    for (const count of [1, 2, 900]) {
      const element = readElements(encodeFailedList(uids(count), syntax), syntax).elements.get(TAG.FailedSOPInstanceUIDList);
      expect(element?.value.toString('latin1').replace(/\0$/, '').split('\\')).toEqual(uids(count));
    }
  });

  it('is UN where a UI would be too long', () => {
    const element = readElements(encodeFailedList(uids(2000), UID.explicitLittleEndian), UID.explicitLittleEndian).elements.get(TAG.FailedSOPInstanceUIDList);
    expect(element?.vr).toBe('UN');
    expect(element?.value.toString('latin1').replace(/\0$/, '').split('\\')).toHaveLength(2000);
  });
});
