import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeImage, type ImageFile } from '../../../disc/image/write-image.ts';
import { needs } from '../../fixtures/peers.ts';
import { digestsBelow, digestsListed, kernelMount, makeFolder, run, sha256 } from './judges.ts';
import { contentOf, expectedDigests, inMemory, MIXED_TREE, onDisk, plan } from './volumes.ts';

const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
};

const writeMixed = async (): Promise<{ folder: string; image: string; files: ImageFile[] }> => {
  const folder = makeFolder();
  const files = onDisk(join(folder, 'store'), MIXED_TREE);
  const image = join(folder, 'volume.iso');
  await writeImage(plan(files), { file: image });
  return { folder, image, files };
};

describe('the image of a mixed tree', () => {
  it.skipIf(!needs('xorriso'))('gives xorriso every name and every byte', async () => {
    const { folder, image, files } = await writeMixed();
    await run('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/', join(folder, 'out')]);
    expect(digestsBelow(join(folder, 'out'))).toEqual(expectedDigests(files));
  });

  it.skipIf(!needs('7z'))('gives 7-Zip every name and every byte', async () => {
    const { folder, image, files } = await writeMixed();
    await run('7z', ['t', image]);
    await run('7z', ['x', `-o${join(folder, 'out')}`, image]);
    expect(digestsBelow(join(folder, 'out'))).toEqual(expectedDigests(files));
  });

  it.skipIf(!needs('isoinfo'))('shows isoinfo blank identifiers, the File-set ID and Joliet', async () => {
    const { image } = await writeMixed();
    const lines = (await run('isoinfo', ['-d', '-i', image])).split('\n').map((line) => line.trim());
    expect(lines).toEqual(expect.arrayContaining([
      'CD-ROM is in ISO 9660 format', 'System id:', 'Volume id: SPINDLE_0001', 'Volume set id:', 'Publisher id:', 'Data preparer id:',
      'Application id:', 'Volume set size is: 1', 'Volume set sequence number is: 1', 'Logical block size is: 2048',
      `Volume size is: ${statSync(image).size / 2048}`, 'Joliet with UCS level 3 found', 'NO Rock Ridge present',
    ]));
  });

  it.skipIf(!needs('isoinfo'))('has level 1 names in the primary tree, found through its path table too', async () => {
    const { image } = await writeMixed();
    const names = (await run('isoinfo', ['-f', '-i', image])).split('\n').filter((line) => line.includes(';')).sort();
    expect(names).toEqual([
      '/AUTORUN.INF;1', '/DICOM/L2/L3/L4/L5/L6/L7/IM000001.;1',
      ...[0, 1, 2, 3, 4].map((n) => `/DICOM/PAT00001/ST000001/SE000001/IM00000${n}.;1`),
      '/DICOM/PAT00001/ST000001/SE000002/IM1.;1', '/DICOM/PAT00001/ST000001/SE000002/IM10.;1',
      '/DICOMDIR.;1', '/README.TXT;1',
      '/VIEWER/A_NAME_O.JPE;1', '/VIEWER/ASSETS_V/APP_MIN.JS;1', '/VIEWER/INDEX.HTM;1', '/VIEWER/INDEX1.HTM;1',
      '/VIEWER/_BER_GR_.TXT;1', '/VIEWER/_HIDDEN.;1', '/VIEWER/_______.HTM;1',
    ].sort());
    const table = await run('isoinfo', ['-p', '-i', image]);
    expect(table.split('\n').filter((line) => /^\s+\d+:/.test(line))).toHaveLength(14);
  });

  const script = kernelMount();
  it.skipIf(script === undefined)('is mounted by a real kernel, with and without Joliet', async () => {
    const { image, files } = await writeMixed();
    const mounted = async (options: string): Promise<Record<string, string>> =>
      digestsListed(await run('bash', [script ?? '', image, 'iso9660', options], { T: '120' }));
    const wanted = expectedDigests(files);
    expect(await mounted('ro,iocharset=utf8')).toEqual(wanted);
    const primary = await mounted('ro,nojoliet,map=off');
    expect(Object.keys(primary)).toContain('VIEWER/INDEX1.HTM;1');
    expect(Object.values(primary).sort()).toEqual(Object.values(wanted).sort());
  }, 300_000);
});

describe('the descriptors', () => {
  it('hold every field at its place', async () => {
    const { image } = await writeMixed();
    const bytes = readFileSync(image);
    const [pvd, svd, end] = [16, 17, 18].map((sector) => bytes.subarray(2048 * sector, 2048 * sector + 2048));
    const both = (at: number): string => pvd?.toString('hex', at, at + 8) ?? '';
    const sectors = bytes.length / 2048;
    expect(bytes.subarray(0, 2048 * 16).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(-2048 * 150).every((byte) => byte === 0)).toBe(true);
    expect(pvd?.toString('latin1', 0, 8)).toBe('\u0001CD001\u0001\u0000');
    expect(pvd?.toString('latin1', 8, 72)).toBe(' '.repeat(32) + 'SPINDLE_0001'.padEnd(32));
    expect(pvd?.readUInt32LE(80)).toBe(sectors);
    expect(pvd?.readUInt32BE(84)).toBe(sectors);
    expect(both(120)).toBe('0100000101000001');
    expect(pvd?.toString('latin1', 190, 813)).toBe(' '.repeat(623));
    expect(pvd?.toString('latin1', 813, 881)).toBe(`${'2024050607080987\0'.repeat(2)}${`${'0'.repeat(16)}\0`.repeat(2)}`);
    expect(pvd?.subarray(881).findIndex((byte) => byte !== 0)).toBe(0);
    expect(pvd?.subarray(882).every((byte) => byte === 0)).toBe(true);
    expect(svd?.toString('latin1', 0, 8)).toBe('\u0002CD001\u0001\u0000');
    expect(svd?.toString('latin1', 88, 120)).toBe('%/E'.padEnd(32, '\0'));
    expect(Buffer.from(svd?.subarray(40, 72) ?? []).swap16().toString('utf16le')).toBe('SPINDLE_0001'.padEnd(16));
    expect(svd?.toString('hex', 702, 739)).toBe(`${'0020'.repeat(18)}00`);
    expect(end?.toString('latin1', 0, 7)).toBe('\u00ffCD001\u0001');
    for (const descriptor of [pvd, svd]) {
      const bytesOfTable = descriptor?.readUInt32LE(132) ?? 0;
      const tableAt = (sector: number): Buffer => bytes.subarray(2048 * sector, 2048 * sector + bytesOfTable);
      // The first record is the root: the same sector in either byte order, and in the descriptor.
      const root = descriptor?.readUInt32LE(158);
      expect(tableAt(descriptor?.readUInt32LE(140) ?? 0).readUInt32LE(2)).toBe(root);
      expect(tableAt(descriptor?.readUInt32BE(148) ?? 0).readUInt32BE(2)).toBe(root);
      expect(descriptor?.readUInt32BE(136)).toBe(bytesOfTable);
    }
  });
});

describe('what is reported', () => {
  it.each([true, false])('is the digest of image, files and data sets (threads: %s)', async (hashWorkers) => {
    const folder = makeFolder();
    const files = onDisk(join(folder, 'store'), [['DICOM/A', 5_000_000], ['DICOM/B', 0], ['DICOM/C', 333], ['DICOM/D', 4_194_304]])
      .map((file): ImageFile => ({ ...file, hashDataSetFrom: Math.min(file.bytes, 333) }));
    const checked = files.map((file): ImageFile => ({ ...file, expectDataSetSha256: sha256(contentOf(file.path, file.bytes).subarray(333)) }));
    const all = [inMemory('DICOMDIR', 10), ...checked];
    const image = join(folder, 'volume.iso');
    const progress: [number, number][] = [];
    const written = await writeImage(plan(all), { file: image }, { hashWorkers, onProgress: (done, total) => { progress.push([done, total]); } });
    expect(written.bytes).toBe(statSync(image).size);
    expect(written.sectors).toBe(plan(all).totalSectors);
    expect(written.bytes).toBe(written.sectors * 2048);
    expect(written.sha256).toBe(await hashFile(image));
    expect(written.files).toEqual(all.map(({ path, bytes, expectDataSetSha256: dataSetSha256 }) =>
      ({ path, bytes, sha256: sha256(contentOf(path, bytes)), ...(dataSetSha256 === undefined ? {} : { dataSetSha256 }) })));
    expect(progress.at(-1)).toEqual([written.bytes, written.bytes]);
    expect(progress.map(([done]) => done)).toEqual(progress.map(([done]) => done).toSorted((a, b) => a - b));
    expect(existsSync(`${image}.part`)).toBe(false);
  });

  it('is the same, to the byte of the image, from the same inputs', async () => {
    const folder = makeFolder();
    const files = onDisk(join(folder, 'store'), MIXED_TREE);
    const inline = await writeImage(plan(files), { file: join(folder, '1.iso') }, { hashWorkers: false });
    const threaded = await writeImage(plan(files), { file: join(folder, '2.iso') }, { hashWorkers: true });
    expect(threaded).toEqual(inline);
    expect(readFileSync(join(folder, '1.iso')).equals(readFileSync(join(folder, '2.iso')))).toBe(true);
  });
});

describe.each([true, false])('an image longer than the buffers (threads: %s)', (hashWorkers) => {
  it('is every segment at its place and zeros between', async () => {
    const folder = makeFolder();
    const sizes = [20_000_000, 1, 3000, 16_777_217, 1, 2049, 5, 700_001, 1];
    const files = onDisk(join(folder, 'store'), sizes.map((bytes, index): [string, number] => [`DICOM/IM${index}`, bytes]));
    const planned = plan(files);
    const wanted = Buffer.alloc(planned.totalSectors * 2048);
    for (const segment of planned.segments) {
      wanted.set('encode' in segment ? segment.encode() : contentOf(segment.file.path, segment.bytes), segment.sector * 2048);
    }
    const image = join(folder, 'volume.iso');
    const written = await writeImage(planned, { file: image }, { hashWorkers });
    expect(written.sha256).toBe(sha256(wanted));
    expect(readFileSync(image).equals(wanted)).toBe(true);
  });
});

describe('large trees', () => {
  it.skipIf(!needs('7z'))('hold 1,000 files in one directory', async () => {
    const folder = makeFolder();
    const files = Array.from({ length: 1000 }, (_, index) => inMemory(`DICOM/IM${String(index).padStart(6, '0')}`, index));
    await writeImage(plan(files), { file: join(folder, 'volume.iso') });
    await run('7z', ['x', `-o${join(folder, 'out')}`, join(folder, 'volume.iso')]);
    expect(digestsBelow(join(folder, 'out'))).toEqual(expectedDigests(files));
  });

  it('have exactly the planned size with 21,000 files in 853 directories', async () => {
    const folder = makeFolder();
    const content = contentOf('any', 2100);
    const paths: string[] = [];
    // The root, DICOM, FLAT0000 and 25 patients with 33 series each: 853 directories.
    for (let index = 0; index < 1000; index += 1) paths.push(`DICOM/FLAT0000/IM${String(index).padStart(6, '0')}`);
    for (let index = 0; index < 20_000; index += 1) {
      const series = index % 825;
      const patient = String(Math.floor(series / 33)).padStart(5, '0');
      paths.push(`DICOM/PAT${patient}/SE${String(series % 33).padStart(6, '0')}/IM${String(index).padStart(6, '0')}`);
    }
    const files = paths.map((path, index): ImageFile => {
      const bytes = index % 2101;
      return { path, bytes, content: { data: content.subarray(0, bytes) } };
    });
    const planned = plan(files);
    const directories = 853;
    expect(planned.segments.filter((segment) => 'encode' in segment)).toHaveLength(1 + 2 * (2 + directories));
    // Records a sector takes: self and parent use 68 bytes of the first; primary records have 44 bytes, Joliet ones 54 (files) and 50 (directories).
    const sectorsOf = (records: number, bytes: number): number => {
      const first = Math.floor((2048 - 68) / bytes);
      return 1 + Math.max(0, Math.ceil((records - first) / Math.floor(2048 / bytes)));
    };
    // The root with 10 bytes, DICOM padded to an even length, and names of 8 characters.
    const pathTable = (characterBytes: 1 | 2): number =>
      Math.ceil((10 + (characterBytes === 1 ? 14 : 18) + (directories - 2) * (8 + 8 * characterBytes)) / 2048);
    const tree = (characterBytes: 1 | 2, record: number, directoryRecord: number): number =>
      2 * pathTable(characterBytes) + 1 + sectorsOf(26, directoryRecord) + sectorsOf(1000, record) +
      25 * sectorsOf(33, directoryRecord) + 825 * sectorsOf(25, record);
    const data = files.reduce((sum, { bytes }) => sum + Math.ceil(bytes / 2048), 0);
    expect(planned.totalSectors).toBe(19 + tree(1, 44, 42) + tree(2, 54, 50) + data + 150);
    const image = join(folder, 'volume.iso');
    await writeImage(planned, { file: image });
    expect(statSync(image).size).toBe(planned.totalSectors * 2048);
    if (needs('isoinfo')) {
      const listed = (await run('isoinfo', ['-f', '-J', '-i', image])).split('\n').filter((line) => line.includes('/IM'));
      expect(listed).toHaveLength(21_000);
    }
  });
});
