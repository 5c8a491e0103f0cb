import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSpanHasher } from '../../../disc/image/span-hasher.ts';
import { sha256 } from './judges.ts';

it('gives the digest of every span, however the stream is cut', () => {
  const gapsAndLengths = fc.array(fc.tuple(fc.nat(20), fc.nat(50)), { maxLength: 12 });
  const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(gapsAndLengths, cuts, fc.nat(30), (spans, pieces, tail) => {
    let end = 0;
    const placed = spans.map(([gap, length]) => {
      const start = end + gap;
      end = start + length;
      return { start, length };
    });
    const stream = Uint8Array.from({ length: end + tail }, (_, at) => (at * 37) % 251);
    const hasher = createSpanHasher(Float64Array.from(placed.flatMap(({ start, length }) => [start, length])));
    for (let at = 0, turn = 0; at < stream.length; turn += 1) {
      const piece = stream.slice(at, at + (pieces[turn % pieces.length] ?? 1));
      hasher.update(piece);
      piece.fill(0);
      at += piece.length;
    }
    if (stream.length === 0) hasher.update(stream);
    hasher.finish();
    const digests = Buffer.from(hasher.digests);
    expect(placed.map((_, index) => digests.toString('hex', 32 * index, 32 * index + 32))).toEqual(
      placed.map(({ start, length }) => sha256(stream.subarray(start, start + length))));
  }), { numRuns: 500 });
});

it('refuses to end before the stream reached the last span', () => {
  const hasher = createSpanHasher(Float64Array.of(0, 4, 10, 4));
  hasher.update(new Uint8Array(12));
  expect(() => { hasher.finish(); }).toThrow(/span 1 of 2/);
});
