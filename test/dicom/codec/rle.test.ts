import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameBytes, FrameError } from '../../../dicom/codec/frame-format.ts';
import type { FrameFormat } from '../../../dicom/codec/frame.ts';
import { decodeRle, encodeRle } from '../../../dicom/codec/rle.ts';

const format = (rows: number, columns: number, samples: number, bitsAllocated: number): FrameFormat =>
  ({ rows, columns, samples, bitsAllocated, bitsStored: bitsAllocated, isSigned: false, photometric: samples === 3 ? 'RGB' : 'MONOCHROME2' });

const shapes = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 3), fc.constantFrom(8, 16, 32)).map(([rows, columns, samples, bits]) => format(rows, columns, samples, bits));
/** Runs of every length, and no runs. */
const frameOf = (shape: FrameFormat, runs: readonly (readonly [number, number])[]): Uint8Array => {
  const frame = new Uint8Array(frameBytes(shape));
  let at = 0;
  for (let run = 0; at < frame.length; run += 1) {
    const [value, length] = runs[run % runs.length] as readonly [number, number];
    frame.fill((value + run) & 0xff, at, at + length);
    at += length;
  }
  return frame;
};
const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 270 })), { minLength: 1, maxLength: 20 });

describe('RLE frames', () => {
  it('come back as they were, whatever their shape and runs', () => {
    fc.assert(fc.property(shapes, runs, (shape, lengths) => {
      const frame = frameOf(shape, lengths);
      const encoded = encodeRle(frame, shape);
      expect(encoded.length % 2).toBe(0);
      expect(Buffer.compare(decodeRle(encoded, shape), frame)).toBe(0);
    }), { numRuns: 300 });
  });

  it('that are damaged are refused or decoded to a whole frame, and nothing else', () => {
    fc.assert(fc.property(shapes, runs, fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 255 }), fc.boolean(), (shape, lengths, where, value, isCut) => {
      const encoded = encodeRle(frameOf(shape, lengths), shape);
      encoded[where % encoded.length] = value;
      const bytes = isCut ? encoded.subarray(0, where % encoded.length) : encoded;
      try {
        expect(decodeRle(bytes, shape)).toHaveLength(frameBytes(shape));
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    }), { numRuns: 300 });
  });

  it('have byte planes from the most significant on, as the Standard draws them', () => {
    const encoded = encodeRle(Uint8Array.of(0x34, 0x12, 0x78, 0x56), format(1, 2, 1, 16));
    expect([...encoded.subarray(0, 12)]).toEqual([2, 0, 0, 0, 64, 0, 0, 0, 68, 0, 0, 0]);
    expect([...encoded.subarray(64)]).toEqual([1, 0x12, 0x56, 0, 1, 0x34, 0x78, 0]);
  });
});
