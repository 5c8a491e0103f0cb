import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestFiles, warmDigesting } from '../../../disc/reader/digest-extents.ts';
import { HOLE, openImage, type Extent, type ImageBytes } from '../../../disc/reader/image-bytes.ts';

const MIB = 1 << 20;
const content = Buffer.from(Uint32Array.from({ length: 10 * MIB }, (_, n) => Math.imul(n, 2654435761)).buffer);
const folder = mkdtempSync(join(tmpdir(), 'digest-extents-'));
const file = join(folder, 'image');
let image: ImageBytes;

beforeAll(() => {
  writeFileSync(file, content);
  image = openImage(file);
});

afterAll(() => {
  image.close();
  rmSync(folder, { recursive: true, force: true });
});

const partOf = ({ offset, bytes }: Extent): Buffer => (offset === HOLE ? Buffer.alloc(bytes) : content.subarray(offset, offset + bytes));
const expected = (files: readonly (readonly Extent[])[]): readonly string[] => files.map((extents) => createHash('sha256').update(Buffer.concat(extents.map(partOf))).digest('hex'));

const FEW: readonly (readonly Extent[])[] = [
  [{ offset: 2048, bytes: 530_000 }],
  [],
  [{ offset: 5 * MIB, bytes: 3 * MIB + 7 }],
  [{ offset: 0, bytes: 100 }, { offset: HOLE, bytes: 2 * MIB }, { offset: 30 * MIB, bytes: 2048 }],
  [{ offset: 9 * MIB, bytes: MIB }],
];
const MANY = [...FEW, ...Array.from({ length: 70 }, (_, n): readonly Extent[] => [{ offset: 500_000 * n, bytes: 600_000 - n }]), [{ offset: 1, bytes: 39 * MIB }]];

it('gives the digests of a few files', async () => {
  expect(await digestFiles(file, image, FEW)).toEqual(expected(FEW));
});

it('gives the digests of many bytes in the order of the files, whichever thread took them', async () => {
  warmDigesting(content.length);
  expect(await digestFiles(file, image, MANY)).toEqual(expected(MANY));
});

it('says that an image cannot be read when its threads cannot open it', async () => {
  await expect(digestFiles(join(folder, 'gone'), image, MANY)).rejects.toMatchObject({ code: 'DISC_IMAGE_FAILED' });
});
