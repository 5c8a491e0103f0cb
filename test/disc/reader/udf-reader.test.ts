import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crc16 } from '../../../disc/reader/udf/descriptor-tag.ts';
import { openImage } from '../../../disc/reader/image-bytes.ts';
import { readUdfFile, readUdfVolume } from '../../../disc/reader/udf-reader.ts';
import type { UdfVolume } from '../../../disc/reader/udf-reader.ts';
import { makeUdfImage, metadataSector, sealTag, UDF_FILES } from '../../fixtures/make-udf-image.ts';
import { needs, pythonWith } from '../../fixtures/peers.ts';
import { digestsBelow, makeFolder, run, sha256 } from '../image/judges.ts';

const SECTOR = 2048;

interface Read { readonly volume: UdfVolume; readonly digests: Readonly<Record<string, string>> }

const readAll = (file: string): Read => {
  const image = openImage(file);
  try {
    const volume = readUdfVolume(image);
    if (!volume) throw new TypeError('no UDF volume was found');
    const digests = volume.entries.filter((entry) => !entry.isDirectory).map((entry): [string, string] => [entry.path, sha256(readUdfFile(image, entry, 0, entry.bytes))]);
    return { volume, digests: Object.fromEntries(digests.sort(([a], [b]) => (a < b ? -1 : 1))) };
  } finally {
    image.close();
  }
};

const readBytes = (bytes: Buffer): Read => {
  const file = join(makeFolder(), 'x.udf');
  writeFileSync(file, bytes);
  return readAll(file);
};

/** A folder with names and sizes that are easy to get wrong. */
const makeTree = (): string => {
  const folder = join(makeFolder(), 'tree');
  mkdirSync(join(folder, 'DICOM/PAT00001'), { recursive: true });
  mkdirSync(join(folder, 'LEER'));
  for (const size of [0, 1, 2047, 2048, 2049, 300_000]) writeFileSync(join(folder, `DICOM/PAT00001/IM${String(size).padStart(6, '0')}`), Buffer.alloc(size, size % 251));
  for (let n = 0; n < 120; n += 1) writeFileSync(join(folder, 'DICOM', `F${n}`), `file ${n}`);
  writeFileSync(join(folder, 'Über 検査.txt'), 'names');
  return folder;
};

describe('images of other makers', () => {
  it.skipIf(!needs('genisoimage'))('are read from genisoimage, whose reserve descriptors differ', async () => {
    const tree = makeTree(), image = join(makeFolder(), 'a.iso');
    await run('genisoimage', ['-quiet', '-input-charset', 'utf-8', '-udf', '-J', '-V', 'FSID', '-o', image, tree]);
    const { volume, digests } = readAll(image);
    expect({ revision: volume.revision, volumeId: volume.volumeId }).toEqual({ revision: '1.02', volumeId: 'FSID' });
    expect(digests).toEqual(digestsBelow(tree));
    expect(volume.problems).toEqual(['main and reserve volume descriptors differ']);
  });

  it.skipIf(!needs('pycdlib'))('are read from pycdlib, whose root has a unique id', async () => {
    const image = join(makeFolder(), 'p.iso');
    const script = `import pycdlib, io, sys
iso = pycdlib.PyCdlib(); iso.new(udf='2.60', vol_ident='FSID'); iso.add_directory('/DICOM', udf_path='/DICOM')
iso.add_fp(io.BytesIO(b'abc' * 1000), 3000, '/DICOM/IM000001.;1', udf_path='/DICOM/IM000001'); iso.write(sys.argv[1]); iso.close()`;
    await run(pythonWith('pycdlib') ?? '', ['-c', script, image]);
    const { volume, digests } = readAll(image);
    expect(digests).toEqual({ 'DICOM/IM000001': sha256(Buffer.from('abc'.repeat(1000))) });
    expect(volume.problems).toEqual(['main and reserve volume descriptors differ', 'root directory: its unique id is not 0']);
  });

  it.skipIf(!needs('kernel') || !needs('udftools')).each(['1.02', '1.50', '2.00', '2.01'])('are read from mkudffs %s, filled by a real kernel, with nothing but the interchange level of another use', async (revision) => {
    const tree = makeTree(), image = join(makeFolder(), 'k.udf');
    await run('/usr/sbin/mkudffs', ['-m', 'hd', '-r', revision, '-b', '2048', '-l', 'FSID', '--new-file', image, '4000']);
    await run('bash', [resolve(import.meta.dirname, '../../fixtures/kernel-fill.sh'), image, tree]);
    const { volume, digests } = readAll(image);
    expect(volume).toMatchObject({ revision, problems: ['primary volume descriptor: interchange level 2 of 3'], isReadable: true });
    expect(digests).toEqual(digestsBelow(tree));
  }, 120_000);

  it.skipIf(!needs('udftools')).each([['bdr', '2.60', '*UDF Virtual Partition'], ['cdrw', '2.01', '*UDF Sparable Partition']])('under rewriting (%s) are refused by name', async (media, revision, name) => {
    const image = join(makeFolder(), 'r.udf');
    await run('/usr/sbin/mkudffs', ['-m', media, '-r', revision, '-b', '2048', '-l', 'FSID', '--new-file', image, '40000']);
    const { volume } = readAll(image);
    expect(volume.isReadable).toBe(false);
    expect(volume.problems).toContain(`a partition map that is not supported: ${name}`);
  });

  it.skipIf(!needs('udftools'))('are called by the same names as udfinfo does', async () => {
    const image = join(makeFolder(), 'i.udf');
    writeFileSync(image, makeUdfImage());
    const info = execFileSync('/usr/bin/udfinfo', [image], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });
    const { volume } = readAll(image);
    expect(info).toContain(`vid=${volume.volumeId}\n`);
    expect(info).toContain(`udfrev=${volume.revision}\n`);
    expect(info).toMatch(/numfiles=2\n[\s\S]*numdirs=2\n/);
  });
});

describe('a UDF 2.50 volume with a metadata partition', () => {
  it('is read through two pieces of metadata, continued descriptors and content inside of an entry', () => {
    const { volume, digests } = readBytes(makeUdfImage());
    expect(volume).toMatchObject({ revision: '2.50', logicalVolumeId: 'UDF_TEST', fileSetId: 'UDF_TEST', problems: [] });
    expect(digests).toEqual(Object.fromEntries(Object.entries(UDF_FILES).map(([path, bytes]) => [path, sha256(bytes)])));
    expect(volume.entries.map(({ path, isDirectory }) => `${path}${isDirectory ? '/' : ''}`)).toEqual(['DICOM/', 'INSIDE.TXT', 'DICOM/IM000001']);
  });

  it.skipIf(!needs('kernel'))('is the one that a real kernel sees', async () => {
    const image = join(makeFolder(), 'x.udf');
    writeFileSync(image, makeUdfImage());
    const listing = await run('bash', [resolve(import.meta.dirname, '../../fixtures/kernel-mount.sh'), image, 'udf']);
    const seen = Object.fromEntries(listing.trim().split('\n').map((line) => [line.slice(68), line.slice(0, 64)]));
    expect(readAll(image).digests).toEqual(seen);
  }, 120_000);

  it('is read by its mirror when the metadata file is gone, and says so', () => {
    const { volume, digests } = readBytes(Buffer.from(makeUdfImage().fill(0, 288 * SECTOR, 289 * SECTOR)));
    expect(Object.keys(digests)).toHaveLength(2);
    expect(volume.problems).toContain('the metadata file cannot be read');
  });

  const DAMAGE: readonly (readonly [what: string, change: (image: Buffer) => void, problem: RegExp])[] = [
    ['a flipped byte in the file set descriptor', (image) => { image[metadataSector(0) * SECTOR + 40] = 9; }, /file set descriptor: wrong CRC/],
    ['a mirror that differs', (image) => { image[(288 + 71) * SECTOR + 900] = 1; }, /metadata file and mirror differ/],
    ['a tag that lies elsewhere', (image) => { image.writeUInt32LE(99, metadataSector(5) * SECTOR + 12); sealTag(image, metadataSector(5) * SECTOR, 232); }, /says that it lies at 99 instead of 5/],
    ['a wrong link count', (image) => { image.writeUInt16LE(3, metadataSector(6) * SECTOR + 48); sealTag(image, metadataSector(6) * SECTOR, 200 + 24); }, /INSIDE.TXT: 3 links counted, 1 found/],
    ['a unique id used twice', (image) => { image.writeBigUInt64LE(17n, metadataSector(6) * SECTOR + 200); sealTag(image, metadataSector(6) * SECTOR, 200 + 24); }, /its unique id is 0 or used twice/],
    ['a directory that leads back to the root', (image) => { image.writeUInt32LE(1, metadataSector(2) * SECTOR + 40 + 24); sealTag(image, metadataSector(2) * SECTOR + 40, 28); }, /entered twice/],
    ['a length that its extents do not hold', (image) => { image.writeBigUInt64LE(9000n, metadataSector(5) * SECTOR + 56); sealTag(image, metadataSector(5) * SECTOR, 232); }, /its extents hold 5000 bytes, its length is 9000/],
    ['a file that not everyone may read', (image) => { image.writeUInt32LE(0x1000, metadataSector(6) * SECTOR + 44); sealTag(image, metadataSector(6) * SECTOR, 200 + 24); }, /INSIDE.TXT: not everyone may read it/],
    ['a wrong count of blocks', (image) => { image.writeBigUInt64LE(1n, metadataSector(5) * SECTOR + 72); sealTag(image, metadataSector(5) * SECTOR, 232); }, /IM000001: 1 blocks counted, 3 recorded/],
    ['an open integrity descriptor', (image) => { image.writeUInt32LE(0, 128 * SECTOR + 28); sealTag(image, 128 * SECTOR, 126); }, /the volume was not closed/],
    ['no recognition sequence', (image) => { image.fill(0, 16 * SECTOR, 19 * SECTOR); }, /no NSR descriptor/],
    ['one anchor only', (image) => { image.fill(0, image.length - SECTOR); }, /only one anchor/],
    ['a main sequence that is gone', (image) => { image.fill(0, 32 * SECTOR, 48 * SECTOR); }, /main: no logical volume descriptor/],
    ['a deleted tag of a file identifier', (image) => { image.fill(0, metadataSector(4) * SECTOR + 40, metadataSector(4) * SECTOR + 50); }, /no file identifier at byte 40/],
    ['continuations in a circle', (image) => { const at = metadataSector(7) * SECTOR; image.writeUInt32LE(((3 << 30) | SECTOR) >>> 0, at + 24); image.writeUInt32LE(7, at + 28); image.writeUInt16LE(1, at + 32); sealTag(image, at, 40); }, /continue without end/],
  ];
  it.each(DAMAGE)('tells of %s', (_what, change, problem) => {
    const image = makeUdfImage();
    change(image);
    expect(readBytes(image).volume.problems.join('\n')).toMatch(problem);
  });

  it('is cut anywhere without a throw', () => {
    const whole = makeUdfImage();
    for (let sectors = 17; sectors < whole.length / SECTOR; sectors += 13) {
      const file = join(makeFolder(), 'cut.udf');
      writeFileSync(file, whole.subarray(0, sectors * SECTOR + 100));
      const image = openImage(file);
      expect(readUdfVolume(image)?.problems).not.toEqual([]);
      image.close();
    }
  });
});

it('computes the CRC of the standard test vector', () => {
  expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
});
