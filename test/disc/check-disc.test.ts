import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDisc, FOREIGN_CHECKS } from '../../disc/check-disc.ts';
import type { DiscReport } from '../../disc/check-disc.ts';
import { readDicomdir } from '../../disc/reader/dicomdir-reader.ts';
import type { DirectoryRecord } from '../../disc/reader/dicomdir-reader.ts';
import { inspectDisc } from '../../disc/gate/inspect.ts';
import { openDisc } from '../../disc/reader/open-disc.ts';
import { discCheck } from '../../disc/tables/disc-checks.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import { makeUdfImage, sealTag } from '../fixtures/make-udf-image.ts';
import { needs, pythonWith } from '../fixtures/peers.ts';
import { composeDisc } from './composed-disc.ts';
import type { ComposedDisc } from './composed-disc.ts';
import { makeFolder, run } from './image/judges.ts';

const patient = { studyInstanceUid: uid('check/study'), patientId: 'PHANTOM-1' };
const INSTANCES = [
  ...Array.from({ length: 5 }, (_, n) => ({ ...patient, seed: `check/${n}`, seriesInstanceUid: uid('check/series'), instanceNumber: n + 1 })),
  { ...patient, kind: 'sr' as const, seed: 'check/sr', seriesNumber: 2 },
];

let disc: ComposedDisc;
let first = '';
beforeAll(async () => {
  disc = await composeDisc(INSTANCES);
  first = disc.composed.entries[0]?.fileId ?? '';
});
afterAll(() => { disc.remove(); });

const check = (path: string, over: Partial<Parameters<typeof checkDisc>[1]> = {}): Promise<DiscReport> => checkDisc(path, { isThorough: false, isOver: () => false, ...over });
const failed = (report: DiscReport): readonly string[] => report.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
/** Failed checks beside those about digests, which find every change of a disc that has a manifest. */
const failedBeside = (report: DiscReport): readonly string[] => failed(report).filter((id) => id !== 'manifest');

/** A copy of the disc with its DICOMDIR changed. */
const withDicomdir = (change: (bytes: Buffer, record: (type: string, n?: number) => DirectoryRecord, valueAt: (of: DirectoryRecord, tag: number) => number) => Buffer | void): string => {
  const folder = disc.layOut();
  const file = join(folder, 'DICOMDIR');
  const bytes = readFileSync(file);
  const { records } = readDicomdir(bytes);
  const record = (type: string, n = 0): DirectoryRecord => {
    const found = records.filter((one) => one.type === type)[n];
    if (!found) throw new TypeError(`no ${type} record ${n}`);
    return found;
  };
  const changed = change(bytes, record, (of, tag) => of.elements.get(tag)?.at ?? Number.NaN);
  writeFileSync(file, changed ?? bytes);
  return folder;
};

describe('a disc of ours', () => {
  it('is clean as image and as folder, all files compared with the manifest', async () => {
    for (const path of [disc.composed.image.path, disc.layOut()]) {
      const report = await check(path);
      expect(report.findings).toEqual([]);
      expect(report.counts).toMatchObject({ instances: INSTANCES.length, files: disc.composed.files.length, records: disc.composed.records });
      expect(report.counts.bytesCompared).toBeGreaterThan(1000);
    }
  });

  it('says of every check whether it applied', async () => {
    const report = await check(disc.composed.image.path);
    const outcomeOf = new Map(report.checks.map(({ id, outcome }) => [id, outcome]));
    expect(outcomeOf.get('iso-order')).toBe('pass');
    expect(outcomeOf.get('udf-tags')).toBe('not-applicable');
    expect(outcomeOf.get('plan-files')).toBe('not-applicable');
    expect([...outcomeOf.keys()]).toEqual(expect.arrayContaining(FOREIGN_CHECKS.map(({ id }) => id)));
  });
});

/** The defects of the table of validators, each of which most tools let pass. */
const TAMPERED: readonly (readonly [what: string, id: string, make: () => string])[] = [
  ['a lower-level offset off by 2', 'record-offsets', () => withDicomdir((bytes, record, valueAt) => { bytes.writeUInt32LE(record('STUDY').lower + 2, valueAt(record('STUDY'), TAG.OffsetOfReferencedLowerLevelDirectoryEntity)); })],
  ['a child chain cut', 'records-reachable', () => withDicomdir((bytes, record, valueAt) => { bytes.writeUInt32LE(0, valueAt(record('IMAGE', 1), TAG.OffsetOfTheNextDirectoryRecord)); })],
  ['a next offset that loops to itself', 'record-offsets', () => withDicomdir((bytes, record, valueAt) => { bytes.writeUInt32LE(record('IMAGE').at, valueAt(record('IMAGE'), TAG.OffsetOfTheNextDirectoryRecord)); })],
  ['lower case in a File ID', 'file-ids', () => withDicomdir((bytes, record, valueAt) => { bytes.write('dicom', valueAt(record('IMAGE'), TAG.ReferencedFileID)); })],
  ['the consistency flag FFFFH', 'consistency-flag', () => withDicomdir((bytes) => { bytes.writeUInt16LE(0xffff, bytes.indexOf(Buffer.from([4, 0, 0x12, 0x12, 0x55, 0x53])) + 8); })],
  ['an in-use flag 0000H', 'in-use-flags', () => withDicomdir((bytes, record, valueAt) => { bytes.writeUInt16LE(0, valueAt(record('IMAGE', 1), TAG.RecordInUseFlag)); })],
  ['an empty type 1 key', 'record-keys', () => withDicomdir((bytes, record, valueAt) => { bytes.fill(0x20, valueAt(record('SERIES'), TAG.Modality), valueAt(record('SERIES'), TAG.Modality) + 2); })],
  ['an unknown record type', 'record-types', () => withDicomdir((bytes, record, valueAt) => { bytes.write('IMAGO', valueAt(record('IMAGE'), TAG.DirectoryRecordType)); })],
  ['a truncated item', 'dicomdir-items', () => withDicomdir((bytes) => bytes.subarray(0, bytes.length - 60))],
  ['a File-set ID in lower case', 'file-set-id', () => withDicomdir((bytes) => { bytes.write('check', bytes.indexOf('CHECK_TEST')); })],
  ['another Patient ID in the record', 'record-parents', () => withDicomdir((bytes, record, valueAt) => { bytes.write('Q', valueAt(record('PATIENT'), TAG.PatientID)); })],
  ['a missing file', 'references-present', () => { const folder = disc.layOut(); rmSync(join(folder, first)); return folder; }],
  ['an orphan file', 'files-referenced', () => { const folder = disc.layOut(); writeFileSync(join(folder, 'DICOM/ORPHAN'), makeInstance({ seed: 'orphan' }).bytes); return folder; }],
  ['a DICOM file with a name that cannot be referenced', 'no-dicm-elsewhere', () => { const folder = disc.layOut(); writeFileSync(join(folder, 'picture.dcm'), makeInstance({ seed: 'orphan' }).bytes); return folder; }],
  ['a file referenced twice', 'references-once', () => withDicomdir((bytes, record, valueAt) => { const [a, b] = [record('IMAGE', 0), record('IMAGE', 1)].map((one) => valueAt(one, TAG.ReferencedFileID)); bytes.copy(bytes, b ?? 0, a ?? 0, (a ?? 0) + first.length); })],
  ['a second DICOMDIR', 'dicomdir-present', () => { const folder = disc.layOut(); copyFileSync(join(folder, 'DICOMDIR'), join(folder, 'DICOM/DICOMDIR')); return folder; }],
  ['a DICOM file cut short', 'files-whole', () => { const folder = disc.layOut(); truncateSync(join(folder, first), 700); return folder; }],
  ['another instance under a name', 'record-identity', () => { const folder = disc.layOut(); copyFileSync(join(folder, disc.composed.entries[1]?.fileId ?? ''), join(folder, first)); return folder; }],
  ['a preamble that is a program', 'preamble-executable', () => { const folder = disc.layOut(); const bytes = readFileSync(join(folder, first)); bytes.write('MZ'); writeFileSync(join(folder, first), bytes); return folder; }],
  ['a program that wants to start', 'autorun', () => { const folder = disc.layOut(); writeFileSync(join(folder, 'autorun.inf'), '[autorun]\nopen=x.exe\n'); return folder; }],
  ['a flipped byte in a page', 'manifest', () => { const folder = disc.layOut(); const bytes = readFileSync(join(folder, 'INDEX.HTM')); bytes[9] = 0x21; writeFileSync(join(folder, 'INDEX.HTM'), bytes); return folder; }],
];

describe('a tampered copy', () => {
  it.each(TAMPERED)('with %s fails the check %s', async (_what, id, make) => {
    const report = await check(make());
    expect(failed(report)).toContain(id);
    if (discCheck(id as never).level === 'error') expect(report.totals.error).toBeGreaterThan(0);
  });

  it.skipIf(!needs('dcmtk')).each([['implicit', '+ti'], ['big endian', '+tb']])('whose DICOMDIR DCMTK rewrote in %s is refused for its syntax', async (_what, option) => {
    const folder = disc.layOut();
    await run('/usr/bin/dcmconv', [option, join(folder, 'DICOMDIR'), join(folder, 'X')]);
    renameSync(join(folder, 'X'), join(folder, 'DICOMDIR'));
    const report = await check(folder);
    expect(failedBeside(report)).toContain('dicomdir-syntax');
  });
});

describe('a folder as a system shows it', () => {
  it('in lower case is followed, and said to be so', async () => {
    const folder = disc.layOut(), lower = makeFolder();
    for (const { path } of disc.composed.files) {
      mkdirSync(join(lower, path.toLowerCase(), '..'), { recursive: true });
      copyFileSync(join(folder, path), join(lower, path.toLowerCase()));
    }
    const report = await check(lower);
    expect(failed(report)).toEqual(['name-case']);
    expect(report.counts.instances).toBe(INSTANCES.length);
    expect(report.totals.error).toBe(0);
  });

  it('with versions and dots behind the names is followed too', async () => {
    const folder = disc.layOut();
    renameSync(join(folder, first), join(folder, `${first}.;1`));
    expect(failedBeside(await check(folder))).toEqual(['name-case']);
  });

  it('that holds links and nothing else is no DICOM disc', async () => {
    const folder = makeFolder();
    symlinkSync('/', join(folder, 'DICOM'));
    writeFileSync(join(folder, 'PICTURE.JPG'), 'JFIF');
    const report = await check(folder);
    expect(failed(report)).toEqual(['entry-pages', 'no-dicom', 'dicomdir-present']);
  });

  it('says of an unreadable path that it cannot be read', async () => {
    await expect(check(join(makeFolder(), 'none'))).rejects.toThrow('DISC_IMAGE_FAILED');
    await expect(check('/dev/null')).rejects.toThrow('DISC_IMAGE_FAILED');
  });
});

describe('a disc of another maker', () => {
  const image = async (args: readonly string[], folder = disc.layOut()): Promise<string> => {
    const file = join(makeFolder(), 'x.iso');
    await run('genisoimage', ['-quiet', ...args, '-o', file, folder]);
    return file;
  };

  it.skipIf(!needs('genisoimage'))('as a bridge of ISO 9660, Joliet and UDF has the same files in every tree', async () => {
    const report = await check(await image(['-udf', '-J', '-iso-level', '1', '-V', 'CHECK_TEST']));
    expect(report.fileSystems).toEqual(['ISO 9660', 'Joliet', 'UDF 1.02']);
    expect(report.totals.error).toBe(0);
    // The tool calls itself LINUX in the system identifier and writes two volume set ids.
    expect(failed(report)).toEqual(['iso-identifiers', 'udf-reserve']);
    expect(report.counts.instances).toBe(INSTANCES.length);
    expect(report.checks.find(({ id }) => id === 'trees-agree')?.outcome).toBe('pass');
  });

  it.skipIf(!needs('genisoimage'))('as a bridge whose UDF shows other bytes is found out', async () => {
    const file = await image(['-udf', '-J', '-iso-level', '1', '-V', 'CHECK_TEST']);
    const bytes = readFileSync(file);
    // The root directory record of README.TXT in ISO 9660 leads to the DICOMDIR's sector instead.
    const at = bytes.indexOf('README.TXT;1') - 33, other = bytes.indexOf('DICOMDIR.;1') - 33;
    bytes.copy(bytes, at + 2, other + 2, other + 10);
    writeFileSync(file, bytes);
    expect(failed(await check(file))).toContain('trees-agree');
  });

  it.skipIf(!needs('genisoimage'))('with names that only Joliet holds is judged by its own names', async () => {
    const folder = disc.layOut();
    mkdirSync(join(folder, 'Viewer Files'));
    writeFileSync(join(folder, 'Viewer Files/a long name.html'), '<p>viewer</p>');
    const report = await check(await image(['-J', '-iso-level', '1', '-sysid', '', '-V', 'CHECK_TEST'], folder));
    expect(report.findings.map(({ check: id, text }) => `${id} ${text}`)).toEqual(['manifest Viewer Files/a long name.html is not listed']);
  });

  it('with an anchor of an older UDF volume behind its end is taken for what it is', async () => {
    const old = makeUdfImage(), file = join(makeFolder(), 'rewritten.iso');
    const iso = readFileSync(disc.composed.image.path);
    // The new image is longer than the old one but for its last sector, which keeps the old anchor, sealed for its place.
    const sectors = iso.length / 2048;
    const anchor = Buffer.from(old.subarray(256 * 2048, 257 * 2048));
    anchor.writeUInt32LE(sectors, 12);
    sealTag(anchor, 0, 496);
    writeFileSync(file, Buffer.concat([iso, anchor]));
    const report = await check(file);
    expect(report.fileSystems).toEqual(['ISO 9660', 'Joliet']);
    expect(failed(report)).toEqual(['iso-size']);
  });

  it.skipIf(!needs('dcmtk'))('made by dcmmkdir has no error', async () => {
    const folder = disc.layOut();
    for (const name of ['DICOMDIR', 'README.TXT', 'INDEX.HTM', 'SHA256.TXT']) rmSync(join(folder, name));
    await run('bash', ['-c', `cd '${folder}' && /usr/bin/dcmmkdir -nb +id . +r +F DCMTK +I DICOM`]);
    const report = await check(folder);
    expect(report.findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(report.counts).toMatchObject({ instances: INSTANCES.length });
    expect(failed(report)).toEqual(['entry-pages']);
  });

  it.skipIf(!needs('pydicom'))('made by pydicom has no error but for the keys that its makers leave out', async () => {
    const folder = disc.layOut();
    const target = makeFolder();
    await run(pythonWith('pydicom') ?? '', ['-c', `import sys, glob
from pydicom.fileset import FileSet
fs = FileSet(); fs.ID = 'PYDICOM'
for f in sorted(glob.glob(sys.argv[1] + '/DICOM/**/IM*', recursive=True)): fs.add(f)
fs.write(sys.argv[2])`, folder, target]);
    const report = await check(target);
    expect(report.findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(report.counts.instances).toBe(5);
  });
});

/** A real block device that holds the image; undefined where none can be had. */
const attach = (image: string): string | undefined => {
  const { status, stdout } = spawnSync('losetup', ['--read-only', '-f', '--show', image], { encoding: 'latin1', timeout: 10_000 });
  return status === 0 ? stdout.trim() : undefined;
};

describe('a drive', () => {
  it('is read by its path', async (context) => {
    const device = attach(disc.composed.image.path);
    if (device === undefined) { context.skip('no loop device can be attached here'); return; }
    try {
      const report = await check(device);
      expect(report.findings).toEqual([]);
      expect([report.kind, report.counts.instances]).toEqual(['image', INSTANCES.length]);
    } finally {
      spawnSync('losetup', ['-d', device], { timeout: 10_000 });
    }
  });
});

describe('a medium that refuses some of its bytes', () => {
  /** The disc as it is, but for files that cannot be read. */
  const refusing = async (isLost: (path: string) => boolean): Promise<readonly string[]> => {
    const opened = openDisc(disc.composed.image.path);
    const lose = (entry: { readonly path: string }): void => { if (isLost(entry.path)) throw new ApplianceError('DISC_IMAGE_FAILED', 'scratched'); };
    const content: typeof opened.content = {
      entries: opened.content.entries,
      read: (entry, offset, length) => { lose(entry); return opened.content.read(entry, offset, length); },
      digests: (entries) => { entries.forEach(lose); return opened.content.digests(entries); },
    };
    try {
      const { findings } = await inspectDisc({ ...opened, content });
      return findings.map(({ check: id, where }) => `${id} ${where}`);
    } finally {
      opened.close();
    }
  };

  it('is checked as far as it goes, and every lost file is named', async () => {
    expect(await refusing((path) => path === first)).toEqual([`image-readable ${first}`, `files-readable ${first}`]);
    expect(await refusing((path) => path === 'SHA256.TXT')).toEqual(['image-readable SHA256.TXT', 'image-readable SHA256.TXT', 'manifest SHA256.TXT']);
    expect(await refusing((path) => path === 'DICOMDIR')).toEqual(expect.arrayContaining(['image-readable DICOMDIR', 'dicomdir-items ']));
  });
});

describe('the time and the reading', () => {
  it('end the check with a finding when the time is over', async () => {
    const report = await check(disc.composed.image.path, { isOver: () => true });
    expect(failed(report)).toContain('limits');
  });

  it('go through every byte where that is wanted', async () => {
    const folder = disc.layOut();
    rmSync(join(folder, 'SHA256.TXT'));
    expect((await check(folder)).counts.bytesCompared).toBe(0);
    expect((await check(folder, { isThorough: true })).counts.bytesCompared).toBeGreaterThan(1000);
  });
});

describe('npm run check-disc', () => {
  const command = (args: readonly string[]): Promise<{ code: number; out: string; error: string }> => new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../../workers/check-disc/check-disc.ts'), ...args], { timeout: 60_000, maxBuffer: 1 << 26 },
      (error, out, stderr) => { resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, error: stderr }); });
  });

  it('ends with 0 for a clean disc, 1 for errors, 2 for what cannot be read', async () => {
    expect((await command([disc.composed.image.path])).code).toBe(0);
    const broken = disc.layOut();
    rmSync(join(broken, first));
    const told = await command([broken]);
    expect(told.code).toBe(1);
    expect(told.out).toMatch(/Errors\n {2}Every referenced file is on the disc \[references-present\]\n {4}\S+: referenced, but not on the disc\n[\s\S]*-> Images are missing/);
    const noise = join(makeFolder(), 'noise.iso');
    writeFileSync(noise, Buffer.alloc(100_000, 7));
    expect((await command([noise])).code).toBe(2);
    expect((await command([join(broken, 'none')])).code).toBe(2);
    expect(await command(['--what'])).toMatchObject({ code: 2, error: expect.stringContaining('npm run check-disc -- FOLDER') as string });
  });

  it('answers JSON that holds the same', async () => {
    const { out, code } = await command([disc.composed.image.path, '--json', '--thorough', '--seconds', '60']);
    const report = JSON.parse(out) as DiscReport & { readonly exitCode: number };
    expect([code, report.exitCode, report.totals.error, report.counts.instances]).toEqual([0, 0, 0, INSTANCES.length]);
  });

  it('lets no name on the disc steer the terminal', async () => {
    const folder = disc.layOut();
    writeFileSync(join(folder, 'evil\u001b[2J'), makeInstance({ seed: 'evil' }).bytes);
    const { out } = await command([folder]);
    expect(out).toContain('evil?[2J');
    expect(out).not.toContain('\u001b');
  });
});
