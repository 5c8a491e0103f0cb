import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDirectorySync } from '../../dicom/directory-sync.ts';
import { createInstanceStore } from '../../dicom/instance-store.ts';
import type { InstanceStore } from '../../dicom/instance-store.ts';
import { createSpaceGauge } from '../../dicom/space-gauge.ts';
import { storedInstances } from '../../dicom/stored-instances.ts';

let directory: string;
let store: InstanceStore;
const HEADER = Buffer.alloc(200, 1);
const NAME = { sopInstanceUid: '1.2.3', seriesInstanceUid: '1.2' };

const put = async (bytes: string, header = HEADER): ReturnType<ReturnType<InstanceStore['open']>['commit']> => {
  const part = store.open(header);
  part.append([Buffer.from(bytes.slice(0, 3)), Buffer.from(bytes.slice(3))]);
  return part.commit(NAME);
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spindle-store-'));
  store = createInstanceStore({ directory, durable: true, reserveBytes: 0, highWaterPercent: 100 });
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('instance store', () => {
  it('places header and data set under a name of digests', async () => {
    const placed = await put('0123456789');
    expect(placed).toMatchObject({ bytes: 210, dataSetOffset: 200, existed: false });
    expect(readFileSync(store.absolute(placed.path)).subarray(200).toString()).toBe('0123456789');
    expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
  });

  it('answers where the data set begins in the file that was there, whatever its header', async () => {
    const first = await put('0123456789');
    const second = await put('0123456789', Buffer.alloc(300, 1));
    expect(second).toEqual({ ...first, existed: true });
  });

  it('keeps a file that someone else has claimed meanwhile', async () => {
    const first = await put('same');
    const second = await put('same');
    store.discard(first.path);
    expect(existsSync(store.absolute(first.path))).toBe(true);
    store.release(second.path);
    expect(existsSync(store.absolute(first.path))).toBe(true);
  });

  it('discards what nobody else claimed, and removes what the catalog let go', async () => {
    const one = await put('one.');
    store.discard(one.path);
    expect(existsSync(store.absolute(one.path))).toBe(false);
    const two = await put('two.');
    store.release(two.path);
    expect(store.remove(two.path)).toBe(true);
    expect(store.remove(two.path)).toBe(false);
  });

  it('replaces a file whose bytes a power cut took, of whatever length', async () => {
    for (const left of ['', '01234', '0123456788']) {
      const first = await put('0123456789');
      store.release(first.path);
      writeFileSync(store.absolute(first.path), Buffer.concat([HEADER, Buffer.from(left)]));
      const again = await put('0123456789', Buffer.alloc(201, 1));
      expect(again).toMatchObject({ path: first.path, dataSetOffset: 201, existed: false });
      expect(readFileSync(store.absolute(again.path)).subarray(201).toString()).toBe('0123456789');
      expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
      store.discard(again.path);
    }
  });

  it('keeps one file of an instance that comes twice at once', async () => {
    const both = await Promise.all([put('0123456789'), put('0123456789', Buffer.alloc(300, 1))]);
    expect(both.map((placed) => placed.existed).sort()).toEqual([false, true]);
    expect(new Set(both.map((placed) => placed.dataSetOffset)).size).toBe(1);
  });

  it('removes part files of an earlier run at start, and nothing else', async () => {
    const placed = await put('kept');
    writeFileSync(join(directory, 'incoming', 'old.part'), 'x');
    createInstanceStore({ directory, durable: true, reserveBytes: 0, highWaterPercent: 100 });
    expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
    expect(existsSync(store.absolute(placed.path))).toBe(true);
  });

  it('is seen by others without disturbing what is being received', async () => {
    const placed = await put('there');
    const part = store.open(HEADER);
    part.append([Buffer.from('half')]);
    const seen = storedInstances(directory);
    expect(readFileSync(seen.absolute(placed.path)).subarray(HEADER.length).toString()).toBe('there');
    expect([seen.remove(placed.path), seen.remove(placed.path)]).toEqual([true, false]);
    const late = await part.commit(NAME);
    expect(readFileSync(seen.absolute(late.path)).subarray(HEADER.length).toString()).toBe('half');
  });

  it('reads back the head of what it writes', () => {
    const part = store.open(HEADER);
    part.append([Buffer.from('0123456789')]);
    expect(part.head(4).toString()).toBe('0123');
    expect(part.head(100).toString()).toBe('0123456789');
    part.abort();
    part.abort();
    expect(readdirSync(join(directory, 'incoming'))).toEqual([]);
  });

  it('says that a folder is no place for a store', () => {
    writeFileSync(join(directory, 'file'), '');
    expect(() => createInstanceStore({ directory: join(directory, 'file'), durable: true, reserveBytes: 0, highWaterPercent: 100 })).toThrow('INTAKE_STORE_FAILED');
  });
});

describe('space gauge', () => {
  it('keeps the reserve and the high-water mark, and counts down between two looks', () => {
    let now = 0;
    let reads = 0;
    const gauge = createSpaceGauge('/', { reserveBytes: 100, highWaterPercent: 90 }, () => { reads += 1; return { totalBytes: 10_000, freeBytes: 1500 }; }, () => now);
    gauge.take(400);
    expect(() => gauge.take(101)).toThrow('INTAKE_DISK_FULL');
    gauge.take(100);
    expect(reads).toBe(1);
    now = 1000;
    gauge.take(500);
    expect(reads).toBe(2);
  });

  it('says that the disk cannot be asked', () => {
    const gauge = createSpaceGauge('/', { reserveBytes: 0, highWaterPercent: 100 }, () => { throw new TypeError('gone'); });
    expect(() => gauge.take(1)).toThrow('INTAKE_STORE_FAILED');
  });
});

describe('directory sync', () => {
  it('shares one sync among all who ask while another runs, and never counts the running one', async () => {
    const ends: (() => void)[] = [];
    const sync = createDirectorySync(() => new Promise<void>((resolve) => ends.push(resolve)));
    let done = 0;
    const count = (): void => { done += 1; };
    const first = sync('a').then(count);
    const others = [sync('a').then(count), sync('a').then(count), sync('a').then(count)];
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await first;
    expect(done).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await Promise.all(others);
    expect(done).toBe(4);
  });

  it('fails only those whose own sync failed', async () => {
    let times = 0;
    const sync = createDirectorySync(async () => { times += 1; if (times === 1) throw new TypeError('disk'); });
    const [first, second] = await Promise.allSettled([sync('a'), sync('a')]);
    expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled']);
  });
});
