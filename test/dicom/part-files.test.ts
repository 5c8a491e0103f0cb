import { closeSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPartFiles } from '../../dicom/part-files.ts';
import { until } from './association/harness.ts';

describe('part files', () => {
  let directory: string;
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'part-files-')); });
  // Files are still being opened ahead when a test ends.
  afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const names = (): readonly string[] => readdirSync(directory);
  const descriptors = (): number => readdirSync('/proc/self/fd').length;

  it('are opened one at a time when nothing is to be opened ahead', async () => {
    const files = createPartFiles(directory, 0);
    const opened = [files.open(), files.open(), files.open()];
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(names()).toHaveLength(3);
    for (const { fd } of opened) closeSync(fd);
  });

  it('are opened ahead once instances follow each other, each handed out once', async () => {
    const files = createPartFiles(directory, 3);
    const opened = [files.open()];
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(names()).toHaveLength(1);
    opened.push(files.open());
    await until(() => names().length === 5, 'three files ahead');
    for (let more = 0; more < 20; more += 1) {
      opened.push(files.open());
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(new Set(opened.map(({ part }) => part)).size).toBe(22);
    expect(new Set(opened.map(({ fd }) => fd)).size).toBe(22);
    for (const { fd } of opened) closeSync(fd);
  });

  it('leave nothing behind when the stream ends', async () => {
    const before = descriptors();
    const files = createPartFiles(directory, 4);
    const opened = Array.from({ length: 10 }, () => files.open());
    await until(() => names().length > 10, 'files ahead');
    for (const { fd, part } of opened) { closeSync(fd); rmSync(part); }
    await until(() => names().length === 0 && descriptors() <= before, 'all files ahead removed');
    const again = files.open();
    expect(names()).toHaveLength(1);
    closeSync(again.fd);
  });

  it('tell that the folder is gone, and go on when it is back', async () => {
    const files = createPartFiles(directory, 2);
    const opened = [files.open(), files.open()];
    await until(() => names().length === 4, 'files ahead');
    await until(() => names().length === 2, 'files ahead removed');
    renameSync(directory, `${directory}-away`);
    expect(() => files.open()).toThrow('ENOENT');
    renameSync(`${directory}-away`, directory);
    opened.push(files.open());
    for (const { fd } of opened) closeSync(fd);
  });
});
