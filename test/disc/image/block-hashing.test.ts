import { expect, it } from 'vitest';
import { BLOCK_BYTES, createInlineHashing, createThreadedHashing } from '../../../disc/image/block-hashing.ts';
import { sha256 } from './judges.ts';

it.each([['inline', createInlineHashing], ['in threads', createThreadedHashing]])('hashes several roles %s, over more blocks than the ring has', async (_, create) => {
  const blocks = 20;
  const stream = Buffer.alloc(blocks * BLOCK_BYTES - 5, 'spindle');
  const hashing = create([Float64Array.of(0, stream.length), Float64Array.of(10, 100, 3 * BLOCK_BYTES - 1, 4 * BLOCK_BYTES)]);
  try {
    for (let ordinal = 0; ordinal < blocks; ordinal += 1) {
      const block = await hashing.take(ordinal);
      const part = stream.subarray(ordinal * BLOCK_BYTES, (ordinal + 1) * BLOCK_BYTES);
      block.set(part);
      hashing.submit(ordinal, part.length);
    }
    const digests = (await hashing.finish()).map((role) => Buffer.from(role).toString('hex'));
    expect(digests).toEqual([
      sha256(stream),
      sha256(stream.subarray(10, 110)) + sha256(stream.subarray(3 * BLOCK_BYTES - 1, 7 * BLOCK_BYTES - 1)),
    ]);
  } finally {
    hashing.close();
  }
});

it('reports a thread that fails instead of waiting for it', async () => {
  const hashing = createThreadedHashing([Float64Array.of(0, 100)]);
  try {
    await hashing.take(0);
    hashing.submit(0, 50);
    await expect(hashing.finish()).rejects.toMatchObject({ code: 'DISC_IMAGE_FAILED' });
  } finally {
    hashing.close();
  }
});
