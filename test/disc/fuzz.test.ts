import { closeSync, copyFileSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDisc } from '../../disc/check-disc.ts';
import { makeUdfImage } from '../fixtures/make-udf-image.ts';
import { needs } from '../fixtures/peers.ts';
import { random } from '../fixtures/random.ts';
import { uid } from '../fixtures/make-instance.ts';
import { composeDisc } from './composed-disc.ts';
import type { ComposedDisc } from './composed-disc.ts';
import { makeFolder, run } from './image/judges.ts';

/** Mutations of all kinds together. */
const COUNT = Number(process.env['DISC_FUZZ_MUTATIONS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_125);
/** One check may take so long; a loop without end takes longer. */
const MOST_MS = 5_000;
const MOST_GROWN_BYTES = 700 << 20;
const NUMBERS = [0, 1, 2, 8, 17, 0xff, 0x800, 0xffff, 0x10000, 0x3fffffff, 0x7fffffff, 0x80000000, 0xfffee000, 0xe000fffe, 0xfffffffe, 0xffffffff] as const;

interface Range { readonly from: number; readonly to: number }

/** Changes a file in place inside of the ranges that are followed, and answers how to undo it. */
const mutateFile = (file: string, original: Buffer, ranges: readonly Range[], next: () => number): (() => void) => {
  const below = (limit: number): number => Math.floor(next() * limit);
  const fd = openSync(file, 'r+');
  const touched: { readonly at: number; readonly bytes: number }[] = [];
  const place = (bytes: number): number => {
    const { from, to } = ranges[below(ranges.length)] ?? { from: 0, to: original.length };
    const at = Math.min(from + below(Math.max(1, to - from)), original.length - bytes);
    touched.push({ at, bytes });
    return at;
  };
  let isCut = false;
  const kind = below(10);
  for (let times = 1 + below(6); times > 0; times -= 1) {
    if (kind < 3) writeSync(fd, Buffer.from([below(256)]), 0, 1, place(1));
    else if (kind < 7) { const four = Buffer.alloc(4); four.writeUInt32LE(NUMBERS[below(NUMBERS.length)] ?? 0); writeSync(fd, four, 0, 4, place(4)); }
    else if (kind === 7) { const from = place(64); const to = place(64); writeSync(fd, original, from, 64, to); }
    else if (kind === 8) writeSync(fd, Buffer.alloc(256, below(2) * 255), 0, 256, place(256));
    else { ftruncateSync(fd, below(original.length)); isCut = true; }
  }
  closeSync(fd);
  return () => {
    const back = openSync(file, 'r+');
    if (isCut) writeSync(back, original, 0, original.length, 0);
    else for (const { at, bytes } of touched) writeSync(back, original, at, bytes, at);
    closeSync(back);
  };
};

/** Checks so many mutations; answers how many were found to have an error. */
const fuzz = async (path: string, file: string, ranges: readonly Range[], seed: number): Promise<number> => {
  const original = readFileSync(file);
  const next = random(seed);
  let found = 0;
  for (let n = 0; n < Math.ceil(COUNT / 4); n += 1) {
    const undo = mutateFile(file, original, ranges, next);
    const from = performance.now();
    const report = await checkDisc(path, { isThorough: n % 4 === 0, isOver: () => false });
    const took = performance.now() - from;
    if (took > MOST_MS) throw new TypeError(`mutation ${n} of seed ${seed} took ${Math.round(took)} ms`);
    if (report.findings.length > 0) found += 1;
    undo();
  }
  expect(readFileSync(file).equals(original)).toBe(true);
  return found;
};

let disc: ComposedDisc;
beforeAll(async () => {
  disc = await composeDisc(Array.from({ length: 6 }, (_, n) => ({ seed: `fuzz/${n}`, studyInstanceUid: uid('fuzz/study'), seriesInstanceUid: uid('fuzz/series'), instanceNumber: n + 1, undefinedLengths: n % 2 === 0 })));
});
afterAll(() => { disc.remove(); });

describe(`mutated discs, ${COUNT} of them`, () => {
  it('as ISO 9660 images end with a report', async () => {
    const file = join(disc.home, 'mutated.iso');
    copyFileSync(disc.composed.image.path, file);
    const before = process.memoryUsage().rss;
    const found = await fuzz(file, file, [{ from: 16 * 2048, to: 20 * 2048 }, { from: 20 * 2048, to: 60 * 2048 }], SEED);
    expect(found).toBeGreaterThan(COUNT / 16);
    expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWN_BYTES);
  }, 240_000);

  it('as UDF images end with a report', async () => {
    const file = join(makeFolder(), 'mutated.udf');
    writeFileSync(file, makeUdfImage());
    const before = process.memoryUsage().rss;
    // Descriptors, both metadata entries, and the metadata itself.
    const found = await fuzz(file, file, [{ from: 16 * 2048, to: 19 * 2048 }, { from: 32 * 2048, to: 37 * 2048 }, { from: 128 * 2048, to: 128 * 2048 + 200 }, { from: 256 * 2048, to: 256 * 2048 + 40 }, { from: 288 * 2048, to: 290 * 2048 }, { from: 320 * 2048, to: 332 * 2048 }], SEED + 1);
    expect(found).toBeGreaterThan(COUNT / 16);
    expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWN_BYTES);
  }, 240_000);

  it.skipIf(!needs('genisoimage'))('as bridges end with a report', async () => {
    const file = join(makeFolder(), 'mutated.iso');
    await run('genisoimage', ['-quiet', '-udf', '-J', '-iso-level', '1', '-V', 'CHECK_TEST', '-o', file, disc.layOut()]);
    expect(await fuzz(file, file, [{ from: 16 * 2048, to: 70 * 2048 }, { from: 256 * 2048, to: 290 * 2048 }], SEED + 2)).toBeGreaterThan(COUNT / 16);
  }, 240_000);

  it('with a mutated DICOMDIR end with a report', async () => {
    const folder = disc.layOut();
    const file = join(folder, 'DICOMDIR');
    const found = await fuzz(folder, file, [{ from: 0, to: 600 }, { from: 128, to: readFileSync(file).length }], SEED + 3);
    // Every change is found by the manifest at least.
    expect(found).toBeGreaterThan(COUNT / 5);
  }, 240_000);
});
