import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCodecPool } from '../../../dicom/codec/codec-pool.ts';
import type { FrameFormat, FrameTask } from '../../../dicom/codec/frame.ts';
import { isApplianceError } from '../../../infra/errors.ts';

const format: FrameFormat = { rows: 64, columns: 64, samples: 1, bitsAllocated: 8, bitsStored: 8, isSigned: false, photometric: 'MONOCHROME2' };
const task = (kind: FrameTask['kind'], codec: FrameTask['codec'] = 'jpeg-ls'): FrameTask => ({ kind, codec, format, toRgb: false, isPlanar: false });
const frame = (value: number): Uint8Array => new Uint8Array(64 * 64).fill(value);
const damaged = (error: unknown): boolean => isApplianceError(error, 'TRANSCODE_FAILED');

describe('the codec pool', () => {
  it('keeps the frames of a group in order, with more groups than threads', async () => {
    const pool = createCodecPool({ workers: 2 });
    try {
      const groups = await Promise.all(Array.from({ length: 12 }, async (_, group) => pool.run(task('decode'), await pool.run(task('encode'), [frame(group), frame(group + 100)]))));
      expect(groups.map((frames) => frames.map((one) => one[5]))).toEqual(Array.from({ length: 12 }, (_, group) => [group, group + 100]));
    } finally {
      await pool.close();
    }
  });

  it('gives every group its own frames, though one behind another is shorter and nothing is loaded yet', async () => {
    const pool = createCodecPool({ workers: 1 });
    const one = task('encode', 'rle');
    try {
      const groups = await Promise.all([[1, 2, 3], [4], [5, 6]].map(async (values) => pool.run(task('decode', 'rle'), await pool.run(one, values.map(frame)))));
      expect(groups.map((frames) => frames.map((each) => each[9]))).toEqual([[1, 2, 3], [4], [5, 6]]);
    } finally {
      await pool.close();
    }
  });

  it('loses one group to a damaged frame and none after it', async () => {
    const pool = createCodecPool({ workers: 1 });
    try {
      const outcomes = await Promise.allSettled([pool.run(task('decode'), [frame(1)]), pool.run(task('encode'), [frame(2)]), pool.run(task('decode', 'jpeg-2000'), [frame(3)]), pool.run(task('encode', 'rle'), [frame(4)])]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    } finally {
      await pool.close();
    }
  });

  it('answers frames that need no decoding as they came, and goes on', async () => {
    const pool = createCodecPool({ workers: 1 });
    try {
      const groups = await Promise.all([1, 2, 3].map((value) => pool.run(task('decode', 'uncompressed'), [frame(value)])));
      expect(groups.map(([one]) => [one?.length, one?.[7]])).toEqual([1, 2, 3].map((value) => [64 * 64, value]));
    } finally {
      await pool.close();
    }
  });

  it('ends a thread that takes too long, with what it has of the same instance, and goes on with the others', async () => {
    const pool = createCodecPool({ workers: 1, frameLimitMs: 2000 });
    const side = 8192;
    const slow: FrameTask = { ...task('encode', 'jpeg-2000'), format: { ...format, rows: side, columns: side } };
    // Noise: nothing is slower to encode.
    const noise = (): Uint8Array => new Uint8Array(randomBytes(side * side));
    try {
      const outcomes = await Promise.allSettled([pool.run(slow, [noise()]), pool.run(slow, [noise()]), pool.run(task('encode', 'rle'), [frame(4)])]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toSatisfy(damaged);
    } finally {
      await pool.close();
    }
  });

  it('does not start what was aborted while it waited', async () => {
    const pool = createCodecPool({ workers: 1 });
    try {
      const stop = new AbortController();
      const first = pool.run(task('encode'), [frame(1)]);
      const second = pool.run(task('encode'), [frame(2)], stop.signal);
      stop.abort(new TypeError('no longer wanted'));
      await expect(second).rejects.toThrow('no longer wanted');
      await expect(first).resolves.toHaveLength(1);
    } finally {
      await pool.close();
    }
  });

  it('rejects what is under way and what comes later when it closes', async () => {
    const pool = createCodecPool({ workers: 1 });
    const waiting = [pool.run(task('encode'), [frame(1)]), pool.run(task('encode'), [frame(2)])].map((one) => one.catch((error: unknown) => error));
    await pool.close();
    expect((await Promise.all(waiting)).every(damaged)).toBe(true);
    await expect(pool.run(task('encode'), [frame(3)])).rejects.toSatisfy(damaged);
  });
});
