import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeImage, type ImageFile, type ImagePlan } from '../../../disc/image/write-image.ts';
import { maxFileBytes } from '../../../disc/image/udf-entries.ts';
import { FILE_SYSTEMS, fileSystem } from '../../../disc/tables/media-types.ts';
import { makeFolder } from './judges.ts';
import { manyFiles } from './large-trees.ts';
import { contentOf, CREATED_AT, inMemory, MIXED_TREE, plan } from './volumes.ts';
import { walkUdf, type WalkedVolume } from './udf-walker.ts';

const KINDS = ['bridge', 'udf250', 'udf260'] as const;
type Kind = (typeof KINDS)[number];

const sized = (path: string, bytes: number): ImageFile => ({ path, bytes, content: { file: '/nowhere' } });

/** The image as its segments make it; content of files is left blank, nothing in the structures depends on it. */
const structureOf = (planned: ImagePlan): Buffer => {
  const image = Buffer.alloc(planned.totalSectors * 2048);
  for (const segment of planned.segments) if ('encode' in segment) image.set(segment.encode(), segment.sector * 2048);
  return image;
};

const walkPlan = (files: readonly ImageFile[], kind: Kind): { planned: ImagePlan; volume: WalkedVolume; image: Buffer } => {
  const planned = plan(files, 'SPINDLE_0001', kind);
  const image = structureOf(planned);
  return { planned, image, volume: walkUdf(image, { kind, createdAt: CREATED_AT }) };
};

const expectSameFiles = (volume: WalkedVolume, planned: ImagePlan): void => {
  const walked = new Map(volume.files.map((file) => [file.path, file]));
  expect(walked.size).toBe(planned.files.length);
  for (const { file, sector } of planned.files) {
    expect([file.path, walked.get(file.path)?.bytes, walked.get(file.path)?.extents[0]?.[0] ?? 0]).toEqual([file.path, file.bytes, sector]);
  }
  const ids = [...volume.files, ...volume.directories].map(({ uniqueId }) => uniqueId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => id < 16)).toEqual([0]);
  expect(volume.integrity.nextUniqueId).toBe(Math.max(15, ...ids) + 1);
  expect([volume.integrity.files, volume.integrity.directories]).toEqual([volume.files.length, volume.directories.length]);
};

const ceil = (bytes: number): number => Math.ceil(bytes / 2048);
const up = (sectors: number, step: number): number => step * Math.ceil(sectors / step);

describe.each(KINDS)('the structures of %s', (kind) => {
  it('are those of the standard in every field, and name the extents of the plan', () => {
    const { volume, planned } = walkPlan(MIXED_TREE.map(([path, bytes]) => inMemory(path, bytes)), kind);
    expectSameFiles(volume, planned);
    expect(volume.volumeName).toBe('SPINDLE_0001');
    expect(volume.partition.accessType).toBe(1);
    expect(volume.integrity.revisions).toEqual({ bridge: [0x102, 0x102, 0x102], udf250: [0x250, 0x250, 0x250], udf260: [0x250, 0x260, 0x260] }[kind]);
    expect(volume.integrity.sizes).toEqual(kind === 'bridge' ? [volume.partition.blocks] : [volume.partition.blocks, volume.metadataBlocks]);
  });

  it('are right for any tree of names and sizes', () => {
    const component = fc.stringMatching(/^[A-Z0-9_]{1,8}$/);
    const foreign = fc.stringMatching(/^[a-zäßÿĀ漢 .-]{0,60}[a-z]$/).filter((name) => !/^\.+$/.test(name));
    const path = fc.oneof(
      fc.array(component, { minLength: 1, maxLength: 7 }).map((parts) => ['DICOM', ...parts].join('/')),
      fc.array(foreign, { minLength: 1, maxLength: 7 }).map((parts) => ['viewer', ...parts].join('/')));
    const files = fc.uniqueArray(fc.tuple(path, fc.oneof(fc.constant(0), fc.nat(9000))), { selector: ([name]) => name, maxLength: 80 });
    let walked = 0;
    fc.assert(fc.property(files, (given) => {
      const names = given.map(([name]) => name);
      fc.pre(names.every((name) => !names.some((other) => other.startsWith(`${name}/`))));
      const { planned, volume } = walkPlan(given.map(([name, bytes]) => sized(name, bytes)), kind);
      expectSameFiles(volume, planned);
      let end = 16;
      for (const { sector, bytes } of planned.segments) {
        expect(sector).toBeGreaterThanOrEqual(end);
        end = sector + ceil(bytes);
      }
      expect(planned.totalSectors).toBeGreaterThanOrEqual(end);
      walked += 1;
    }), { numRuns: 60 });
    expect(walked).toBeGreaterThan(20);
  });

  it('stand for directories of several blocks, with whole tags where the revision asks for it', () => {
    // Names of 5 to 61 characters end their identifiers at every multiple of 4 before a block.
    const files = Array.from({ length: 3000 }, (_, index) => sized(`viewer/${String(index).padStart(4, '0')}${'x'.repeat(index % 57)}`, 1));
    const { planned, volume } = walkPlan(files, kind);
    expectSameFiles(volume, planned);
    if (kind === 'udf260') expect(volume.stuffed).toBeGreaterThan(5);
    else expect(volume.stuffed).toBe(0);
  });

  it('hold no file at all', () => {
    const { volume } = walkPlan([], kind);
    expect([volume.files.length, volume.directories.length, volume.integrity.nextUniqueId]).toEqual([0, 1, 16]);
  });

  it('call a volume without a File-set ID DICOM', () => {
    expect(walkUdf(structureOf(plan([], '', kind)), { kind, createdAt: CREATED_AT }).volumeName).toBe('DICOM');
  });

  it('differ from volume to volume in the name of the set', () => {
    const sets = ['A', 'B'].map((volumeId) => structureOf(plan([], volumeId, kind)).toString('latin1', 32 * 2048 + 73, 32 * 2048 + 89));
    expect(new Set(sets).size).toBe(2);
  });
});

describe('the size of a volume', () => {
  const tree = manyFiles(2000, (index) => index % 5000);
  const data = tree.reduce((sum, { bytes }) => sum + ceil(bytes), 0);
  const series = new Map<string, number>();
  for (const { path } of tree) series.set(path.slice(0, -9), (series.get(path.slice(0, -9)) ?? 0) + 1);
  // The root with DICOM, DICOM with its series, and series with names of 8 characters: 48 bytes each.
  const fixed = [[40 + 44], [40 + 48 * series.size], [...series.values()].map((files) => 40 + 48 * files)].flat();
  const metadata = 1 + fixed.reduce((sum, bytes) => sum + 1 + ceil(bytes), 0) + tree.length;

  it('follows from its tree: bridge', () => {
    const records = (bytes: number, count: number): number => 1 + Math.max(0, Math.ceil((count - Math.floor(1980 / bytes)) / Math.floor(2048 / bytes)));
    const isoTree = (file: number, directory: number, character: number): number =>
      2 * ceil(10 + up(8 + 5 * character, 2) + series.size * (8 + 8 * character)) + 1 + records(directory, series.size) + [...series.values()].reduce((sum, files) => sum + records(file, files), 0);
    expect(plan(tree, 'A', 'bridge').totalSectors).toBe(up(up(257 + metadata + isoTree(44, 42, 1) + isoTree(54, 50, 2), 16) + data + 1, 32));
  });

  it.each(['udf250', 'udf260'] as const)('follows from its tree: %s', (kind) => {
    const blocks = up(metadata, 32);
    const last = ceil(tree.at(-1)?.bytes ?? 0);
    expect(plan(tree, 'A', kind).totalSectors).toBe(up(up(320 + blocks + data - last, 32) + blocks + 32 + last, 32) + 288);
  });
});

it.each(KINDS)('An instance in a series of its own takes no more than the table of file systems says: %s', (kind) => {
  const files = Array.from({ length: 2000 }, (_, index) => sized(`DICOM/SE${String(index).padStart(6, '0')}/IM000001`, 3000));
  const extra = (plan(files, 'A', kind).totalSectors - plan(files, 'A', 'iso9660').totalSectors) * 2048;
  // What does not grow with the volume: descriptors and rounding.
  const fixed = 1_000_000;
  expect(extra).toBeGreaterThan(0);
  expect(extra - fixed).toBeLessThanOrEqual(files.length * fileSystem(kind).extraInstanceBytes);
});

describe('where things stand', () => {
  const layout = (kind: Kind): string => {
    const planned = plan([inMemory('DICOMDIR', 5000), inMemory('DICOM/IM000001', 70_000), inMemory('README.TXT', 1), inMemory('EMPTY.TXT', 0)], 'A', kind);
    return `${planned.segments.map((segment) => `${segment.sector}+${ceil(segment.bytes)}${'file' in segment ? ` ${segment.file.path}` : ''}`).join(', ')} of ${planned.totalSectors}`;
  };

  it('is fixed in a bridge', () => {
    expect(layout('bridge')).toBe('16+3, 19+3, 32+6, 48+6, 64+2, 256+1, 257+1, 258+2, 260+3, 263+2, 265+1, 266+1, 267+1, 268+1, 269+1, 270+1, 271+1, 272+1, 273+1, 288+3 DICOMDIR, 291+35 DICOM/IM000001, 326+1 README.TXT, 351+1 of 352');
  });

  it.each(['udf250', 'udf260'] as const)('is fixed on a Blu-ray disc, the mirror before the last file: %s', (kind) => {
    expect(layout(kind)).toBe('16+3, 32+6, 64+6, 128+2, 256+1, 288+1, 320+1, 321+2, 323+3, 326+2, 328+1, 352+3 DICOMDIR, 355+35 DICOM/IM000001, 416+1, 417+2, 419+3, 422+2, 424+1, 448+1, 480+1 README.TXT, 543+1, 799+1 of 800');
  });
});

describe('a file of 4 GiB and more', () => {
  const big = 5 * 2 ** 30 + 777;
  const files = [inMemory('DICOM/A', 5), sized('DICOM/BIG', big), inMemory('DICOM/C', 6)];

  it.each(KINDS)('is told in extents of less than 1 GiB that follow each other: %s', (kind) => {
    const planned = plan(files, 'A', kind);
    // Too long for memory: the structures stand before the data, but for the mirror and the last anchors.
    const entries = planned.segments.flatMap((segment) => ('encode' in segment && segment.bytes >= 3 * 2048 ? [Buffer.from(segment.encode())] : []));
    const step = kind === 'bridge' ? 8 : 16;
    const head = kind === 'bridge' ? 176 : 216;
    const entry = entries.flatMap((bytes) => Array.from({ length: bytes.length / 2048 }, (_, at) => bytes.subarray(2048 * at, 2048 * (at + 1))))
      .find((sector) => [261, 266].includes(sector.readUInt16LE(0)) && sector.readBigUInt64LE(56) === BigInt(big));
    if (entry === undefined) throw new TypeError('the file has no entry');
    const extents = Array.from({ length: entry.readUInt32LE(head - 4) / step }, (_, at) => [entry.readUInt32LE(head + step * at), entry.readUInt32LE(head + step * at + 4)]);
    const start = (planned.files[1]?.sector ?? 0) - (kind === 'bridge' ? 257 : 288);
    expect(extents).toEqual([0, 1, 2, 3, 4, 5].map((at) => [at === 5 ? big - 5 * 0x3fff_f800 : 0x3fff_f800, start + at * 0x7ffff]));
    expect(planned.files[2]?.sector).toBeGreaterThanOrEqual((planned.files[1]?.sector ?? 0) + ceil(big));
  });

  it('is refused on a CD, and beyond one entry everywhere', () => {
    const refusal = expect.objectContaining({ code: 'DISC_FILE_SET_INVALID' }) as unknown;
    expect(() => plan(files, 'A', 'iso9660')).toThrow(refusal);
    for (const kind of KINDS) {
      const most = maxFileBytes(kind !== 'bridge');
      expect(plan([sized('DICOM/BIG', most)], 'A', kind).totalSectors).toBeGreaterThan(most / 2048);
      expect(() => plan([sized('DICOM/BIG', most + 1)], 'A', kind)).toThrow(refusal);
    }
  });

  it('is left out of the ISO 9660 trees of a bridge rather than shown in part', () => {
    const planned = plan(files, 'A', 'bridge');
    const trees = planned.segments.filter((segment) => 'encode' in segment).map((segment) => Buffer.from(segment.encode()));
    const mentions = (name: string): number => trees.filter((bytes) => bytes.includes(name, 0, 'latin1') || bytes.includes(Buffer.from(name, 'utf16le').swap16())).length;
    // Once in the UDF identifiers; the others in both ISO trees too.
    expect([mentions('BIG'), mentions('C;1')]).toEqual([1, 1]);
    expect(mentions('A.;1')).toBe(1);
  });

  it('has in the table of file systems the limit that the writer has', () => {
    expect(FILE_SYSTEMS.map((row) => row.maxFileBytes)).toEqual([0xffff_ffff, 0xffff_ffff, maxFileBytes(true), maxFileBytes(true)]);
  });
});

describe('a plan of 100,000 files', () => {
  it.each(KINDS)('places them all, and makes no buffer larger than a megabyte: %s', (kind) => {
    const planned = plan(manyFiles(100_000, () => 1), 'A', kind);
    expect(planned.files).toHaveLength(100_000);
    for (const segment of planned.segments) if ('encode' in segment) expect(segment.bytes).toBeLessThanOrEqual(1 << 20);
  });

  it('that need more than one metadata extent is refused', () => {
    const files = Array.from({ length: 530_000 }, (_, index) => ({ path: `viewer/${index}`, bytes: 0, content: { data: new Uint8Array(0) } }));
    expect(() => plan(files, 'A', 'udf260')).toThrow(expect.objectContaining({ code: 'DISC_FILE_SET_INVALID', message: expect.stringMatching(/metadata extent/) as unknown }));
  });
});

it('Volumes with UDF may end with a late file, which sees the digests of all others', async () => {
  const image = join(makeFolder(), 'volume.iso');
  for (const kind of KINDS) {
    let seen = 0;
    const late: ImageFile = { path: 'SHA256.TXT', bytes: 3, content: { late: (others) => { seen = others.length; return Buffer.from('end'); } } };
    await writeImage(plan([...MIXED_TREE.map(([path, bytes]) => inMemory(path, bytes)), late], 'A', kind), { file: image });
    const written = readFileSync(image);
    expect(seen).toBe(MIXED_TREE.length);
    for (const { path, bytes, extents } of walkUdf(written, { kind, createdAt: CREATED_AT }).files) {
      const content = written.subarray(2048 * (extents[0]?.[0] ?? 0)).subarray(0, bytes);
      expect(content.equals(path === 'SHA256.TXT' ? Buffer.from('end') : contentOf(path, bytes))).toBe(true);
    }
  }
});
