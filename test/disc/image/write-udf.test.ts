import { createHash } from 'node:crypto';
import { closeSync, createReadStream, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeImage, type ImageFile, type ImagePlan } from '../../../disc/image/write-image.ts';
import { needs } from '../../fixtures/peers.ts';
import { digestsBelow, digestsListed, kernelMount, makeFolder, run } from './judges.ts';
import { manyFiles } from './large-trees.ts';
import { expectedDigests, MIXED_TREE, onDisk, plan } from './volumes.ts';

const KINDS = ['bridge', 'udf250', 'udf260'] as const;
const UDFREAD = resolve(import.meta.dirname, '../../fixtures/udfread-digests.py');
const script = kernelMount();
/** Set by `npm run soak`: volumes as full as discs and the kernel for large files, which take minutes. */
const isLong = process.env['SPINDLE_TEST_LARGE_IMAGES'] === '1';

/** Directories of several blocks beside the edge cases. */
const TREE: readonly (readonly [string, number])[] = [...MIXED_TREE, ...Array.from({ length: 300 }, (_, index): [string, number] => [`DICOM/FLAT0000/IM${String(index).padStart(6, '0')}`, 1 + index])];

interface Written { readonly folder: string; readonly image: string; readonly wanted: Record<string, string> }

const written = async (kind: ImagePlan['kind']): Promise<Written> => {
  const folder = makeFolder();
  const files = onDisk(join(folder, 'store'), TREE);
  const image = join(folder, 'volume.iso');
  await writeImage(plan(files, 'SPINDLE_0001', kind), { file: image });
  return { folder, image, wanted: expectedDigests(files) };
};

const sevenZip = async ({ folder, image }: Pick<Written, 'folder' | 'image'>, ...type: string[]): Promise<Record<string, string>> => {
  await run('7z', ['t', ...type, image]);
  const out = join(folder, `out${type.join('')}`);
  await run('7z', ['x', ...type, `-o${out}`, image]);
  return digestsBelow(out);
};

const mounted = async (image: string, type: 'udf' | 'iso9660', options = 'ro,iocharset=utf8', seconds = '120'): Promise<Record<string, string>> =>
  digestsListed(await run('bash', [script ?? '', image, type, options], { T: seconds }));

const udfread = async (image: string): Promise<Record<string, string>> => digestsListed(await run('python3', [UDFREAD, image]));

describe.each(KINDS)('a volume of kind %s', (kind) => {
  it.skipIf(!needs('7z'))('gives 7-Zip every name and every byte', async () => {
    const volume = await written(kind);
    expect(await sevenZip(volume)).toEqual(volume.wanted);
  });

  it.skipIf(!needs('udfread'))('gives the reader of Blu-ray players every name and every byte', async () => {
    const volume = await written(kind);
    expect(await udfread(volume.image)).toEqual(volume.wanted);
  });

  it.skipIf(!needs('udftools'))('is described by udfinfo without a warning', async () => {
    const { image } = await written(kind);
    const { output, warnings } = await run('bash', ['-c', 'udfinfo "$0" 2>"$0.err" && cat "$0.err" >&2', image])
      .then((stdout) => ({ output: stdout.split('\n'), warnings: readFileSync(`${image}.err`, 'utf8') }));
    expect(warnings).toBe('');
    const revision = { bridge: '1.02', udf250: '2.50', udf260: '2.60' }[kind];
    expect(output).toEqual(expect.arrayContaining([
      'label=SPINDLE_0001', 'lvid=SPINDLE_0001', 'vid=SPINDLE_0001', 'fsid=SPINDLE_0001', 'appid=*Spindle', 'impid=*Spindle', 'blocksize=2048', 'freeblocks=0', 'behindblocks=0',
      `numfiles=${TREE.length}`, 'numdirs=15', `udfrev=${kind === 'udf260' ? '2.50' : revision}`, `udfwriterev=${revision}`, 'integrity=closed', 'accesstype=readonly',
    ]));
    expect(output.filter((line) => line.endsWith('type=ANCHOR'))).toHaveLength(kind === 'bridge' ? 2 : 3);
  });

  it.skipIf(!needs('udfclient'))('is read by udfdump from its last anchor, directory by directory', async () => {
    const { image, wanted } = await written(kind);
    const dump = await run('udfdump', ['-b', '2048', '-t', '-u', '2', image]);
    expect(dump).toMatch(/Accepting anchor at session end/);
    expect(dump).toMatch(/marked closed at {2}\(2024 05 06 at 07:08:09\.87/);
    expect(dump).not.toMatch(/error|bad|fail|invalid|mismatch/i);
    for (const path of Object.keys(wanted).filter((name) => /^[\w/]+$/.test(name))) expect(dump).toContain(path.split('/').at(-1));
  });

  it.skipIf(script === undefined)('is mounted as UDF by a real kernel', async () => {
    const { image, wanted } = await written(kind);
    expect(await mounted(image, 'udf')).toEqual(wanted);
  }, 200_000);
});

describe('a bridge', () => {
  it.skipIf(script === undefined)('is mounted as ISO 9660 by a real kernel, with and without Joliet', async () => {
    const { image, wanted } = await written('bridge');
    expect(await mounted(image, 'iso9660')).toEqual(wanted);
    expect(Object.values(await mounted(image, 'iso9660', 'ro,nojoliet,map=off')).sort()).toEqual(Object.values(wanted).sort());
  }, 300_000);

  it.skipIf(!needs('xorriso'))('gives xorriso every name and every byte', async () => {
    const { folder, image, wanted } = await written('bridge');
    await run('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/', join(folder, 'out')]);
    expect(digestsBelow(join(folder, 'out'))).toEqual(wanted);
  });

  it.skipIf(!needs('7z'))('gives 7-Zip every name and every byte by its ISO 9660 side too', async () => {
    const volume = await written('bridge');
    expect(await sevenZip(volume, '-tiso')).toEqual(volume.wanted);
  });

  it.skipIf(!needs('isoinfo'))('shows isoinfo blank identifiers, its size and Joliet', async () => {
    const { image } = await written('bridge');
    const lines = (await run('isoinfo', ['-d', '-i', image])).split('\n').map((line) => line.trim());
    expect(lines).toEqual(expect.arrayContaining(['System id:', 'Volume id: SPINDLE_0001', `Volume size is: ${readFileSync(image).length / 2048}`, 'Joliet with UCS level 3 found', 'NO Rock Ridge present']));
  });
});

describe('volumes of many files', () => {
  const count = isLong ? 100_000 : 3000;

  it.each(KINDS)(`hold ${count} of them: %s`, async (kind) => {
    const folder = makeFolder();
    const image = join(folder, 'volume.iso');
    const report = await writeImage(plan(manyFiles(count, (index) => index % 3000), 'MANY', kind), { file: image });
    const wanted = Object.fromEntries(report.files.map(({ path, sha256 }): [string, string] => [path, sha256]).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (needs('udfread')) expect(await udfread(image)).toEqual(wanted);
    if (needs('7z')) expect(await sevenZip({ folder, image })).toEqual(wanted);
  }, 600_000);
});

const NOTHING = Buffer.alloc(65_536);

/** Writes what is not zero, so that an image full of nothing takes no room. */
const sparseStream = (descriptor: number, totalBytes: number): Writable => {
  let position = 0;
  ftruncateSync(descriptor, totalBytes);
  return new Writable({
    write: (chunk: Buffer, _, done) => {
      for (let from = 0; from < chunk.length; from += NOTHING.length) {
        const piece = chunk.subarray(from, from + NOTHING.length);
        if (!piece.equals(NOTHING.subarray(0, piece.length))) writeSync(descriptor, piece, 0, piece.length, position + from);
      }
      position += chunk.length;
      done();
    },
  });
};

/** A file without content but for marks where extents meet and at its end. */
const sparseSource = (path: string, bytes: number): void => {
  const descriptor = openSync(path, 'w');
  ftruncateSync(descriptor, bytes);
  for (const at of [0, 0x3fff_f800 - 4, 0x3fff_f800, 2 ** 30, 2 ** 32, bytes - 8]) writeSync(descriptor, `mark${at % 10_000}`.slice(0, 8), at);
  closeSync(descriptor);
};

const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 4 * 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

describe('a file of more than 4 GiB', () => {
  const bytes = isLong ? Math.floor(4.5 * 2 ** 30) + 777 : 2 ** 32 + 2 ** 20 + 777;
  let store = '';
  let big = '';
  let digest = '';

  beforeAll(async () => {
    store = mkdtempSync(join(tmpdir(), 'image-test-'));
    big = join(store, 'big');
    sparseSource(big, bytes);
    digest = await digestOf(big);
  });
  afterAll(() => { rmSync(store, { recursive: true, force: true }); });

  it.each(KINDS)('is whole for every reader, and so are its neighbours: %s', async (kind) => {
    const folder = makeFolder();
    const [before, after] = onDisk(join(folder, 'store'), [['DICOM/A', 5000], ['DICOM/Z', 6000]]) as [ImageFile, ImageFile];
    const planned = plan([before, { path: 'DICOM/BIG', bytes, content: { file: big } }, after], 'BIG', kind);
    const image = join(folder, 'volume.iso');
    const descriptor = openSync(image, 'w');
    const report = await writeImage(planned, { stream: sparseStream(descriptor, planned.totalSectors * 2048) });
    closeSync(descriptor);
    const wanted = Object.fromEntries(report.files.map(({ path, sha256 }) => [path, sha256]));
    expect(wanted['DICOM/BIG']).toBe(digest);
    if (needs('udfread')) expect(await udfread(image)).toEqual(wanted);
    // The emulated machine of the kernel takes minutes for so many bytes.
    if (isLong && script !== undefined) expect(await mounted(image, 'udf', 'ro,iocharset=utf8', '900')).toEqual(wanted);
    if (kind === 'bridge' && needs('isoinfo')) {
      const listed = await run('isoinfo', ['-f', '-J', '-i', image]);
      expect([listed.includes('/DICOM/A'), listed.includes('BIG'), listed.includes('/DICOM/Z')]).toEqual([true, false, true]);
    }
  }, isLong ? 1_800_000 : 120_000);
});
