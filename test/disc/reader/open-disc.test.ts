import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeImage } from '../../../disc/image/write-image.ts';
import { openDisc } from '../../../disc/reader/open-disc.ts';
import { makeFolder } from '../image/judges.ts';
import { inMemory, MIXED_TREE, plan } from '../image/volumes.ts';

describe('an image with names that level 1 changes', () => {
  it('is judged by the names that were given, those of empty files too', async () => {
    const files = [...MIXED_TREE, ['viewer/empty file.css', 0] as const, ['viewer/assets.v2/nothing here.js', 0] as const].map(([path, bytes]) => inMemory(path, bytes));
    const image = join(makeFolder(), 'x.iso');
    await writeImage(plan(files), { file: image });
    const disc = openDisc(image);
    expect(disc.content.entries.filter((entry) => !entry.isDirectory).map(({ path, bytes }) => `${path} ${bytes}`).sort()).toEqual(files.map(({ path, bytes }) => `${path} ${bytes}`).sort());
    expect([disc.kind, disc.isReadable, disc.findings]).toEqual(['image', true, []]);
    disc.close();
  });
});
