import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeVolume } from '../../disc/compose-volume.ts';
import type { ComposedImage } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import type { GateResult } from '../../disc/gate.ts';
import { readDicomdir } from '../../disc/reader/dicomdir-reader.ts';
import type { DirectoryRecord } from '../../disc/reader/dicomdir-reader.ts';
import { openImage, readIsoVolume } from '../../disc/reader/iso9660-reader.ts';
import type { IsoEntry } from '../../disc/reader/iso9660-reader.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';
import { isApplianceError } from '../../infra/errors.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { InstanceOverrides } from '../fixtures/make-instance.ts';
import { sealTag } from '../fixtures/make-udf-image.ts';
import { needs } from '../fixtures/peers.ts';
import { storedInstances } from './stored-instances.ts';
import { PLAIN } from './compose-defaults.ts';

const SECTOR = 2048;
const FILE_SET_UID = '2.25.77001';
const alpha = { studyInstanceUid: uid('gate/study'), patientId: 'PHANTOM-1', patientName: 'Phantom^Alpha' };
const INSTANCES: readonly InstanceOverrides[] = [
  ...Array.from({ length: 11 }, (_, n) => ({ ...alpha, seed: `gate/${n}`, seriesInstanceUid: uid('gate/series'), instanceNumber: n + 1 })),
  { ...alpha, kind: 'sr', seed: 'gate/sr', seriesNumber: 2 },
  { ...alpha, kind: 'mr', seed: 'gate/implicit', transferSyntaxUid: UID.implicitLittleEndian, seriesNumber: 3 },
  { kind: 'ct', seed: 'gate/deflated', transferSyntaxUid: UID.deflatedExplicitLittleEndian, patientId: 'PHANTOM-2', patientName: 'Phantom^Beta' },
];

let folder = '';
let composed: ComposedImage;
let image: Buffer;
let primary: ReadonlyMap<string, IsoEntry>;
let records: readonly DirectoryRecord[];
let directoryAt = 0;

const judge = (bytes: Buffer, over: Partial<Parameters<typeof checkVolume>[0]> = {}): Promise<GateResult> => {
  const imageFile = join(folder, 'tampered.iso');
  writeFileSync(imageFile, bytes);
  return checkVolume({
    imageFile, bytes: composed.image.bytes, fileSetId: 'GATE_TEST', fileSetUid: FILE_SET_UID, files: composed.files,
    instances: composed.entries.map(({ fileId, sopInstanceUid }) => ({ fileId, sopInstanceUid })), ...over,
  });
};

/** A copy of the image with something changed. */
const tampered = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(image);
  change(bytes);
  return bytes;
};
const entry = (path: string): IsoEntry => {
  const found = primary.get(path);
  if (!found) throw new TypeError(`no ${path} on the test volume`);
  return found;
};
const record = (type: string, n = 0): DirectoryRecord => {
  const found = records.filter((one) => one.type === type)[n];
  if (!found) throw new TypeError(`no ${type} record ${n}`);
  return found;
};
/** Where the value of an element of a record lies in the image. */
const valueAt = (of: DirectoryRecord, tag: number): number => directoryAt + (of.elements.get(tag)?.at ?? Number.NaN);
/** Where the directory record of a file begins, found by its identifier in the sectors of its directory. */
const isoRecordAt = (identifier: string, from = 0): number => image.indexOf(Buffer.from(`${identifier};1`, 'latin1'), from) - 33;
/** The planned files as if these bytes had been hashed: only the checks beside the digest are left to object. */
const rehashed = (bytes: Buffer, path: string): { readonly files: ComposedImage['files'] } => {
  const { sector, bytes: length } = entry(path);
  const sha256 = createHash('sha256').update(bytes.subarray(sector * SECTOR, sector * SECTOR + length)).digest('hex');
  return { files: composed.files.map((file) => (file.path === path ? { ...file, sha256 } : file)) };
};

const expectRefused = async (bytes: Buffer, problem: RegExp, over: Parameters<typeof judge>[1] = {}): Promise<void> => {
  const result = await judge(bytes, over);
  expect(result.isAccepted).toBe(false);
  expect(result.problems.join('\n')).toMatch(problem);
};
/** A change of the DICOMDIR must be found by its own rules, not only by its digest. */
const expectDirectoryRefused = (change: (bytes: Buffer) => void, problem: RegExp): Promise<void> => {
  const bytes = tampered(change);
  return expectRefused(bytes, problem, rehashed(bytes, 'DICOMDIR'));
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gate-'));
  const store = join(folder, 'store');
  mkdirSync(store);
  const paths = INSTANCES.map((overrides, n) => {
    writeFileSync(join(store, `${n}.dcm`), makeInstance(overrides).bytes);
    return `${n}.dcm`;
  });
  composed = await composeVolume({
    volume: { fileSetId: 'GATE_TEST', fileSetUid: FILE_SET_UID, index: 1, of: 1, media: 'CD', capacityBytes: 680_000_000 }, order: { isSupplement: false }, ...PLAIN,
    instances: storedInstances(store, paths), storeDirectory: store, imageFile: join(folder, 'whole.iso'), createdAt: new Date('2026-01-02T03:04:00Z'),
    institution: 'Hospital', contact: 'Radiology', product: 'Spindle', otherVolumes: [],
  });
  image = readFileSync(composed.image.path);
  const opened = openImage(composed.image.path);
  primary = new Map(readIsoVolume(opened).primary.map((one) => [one.path, one]));
  opened.close();
  directoryAt = entry('DICOMDIR').sector * SECTOR;
  records = readDicomdir(image.subarray(directoryAt, directoryAt + entry('DICOMDIR').bytes)).records;
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('the gate', () => {
  it('accepts what was composed, and reads the label from it', async () => {
    const result = await judge(image);
    expect(result.problems).toEqual([]);
    expect(result.isAccepted).toBe(true);
    expect(result.counts.instances).toBe(INSTANCES.length);
    expect(result.counts.files).toBe(composed.files.length);
    expect(result.counts.records).toBe(composed.records);
    expect(result.label.patients.map(({ name, id }) => ({ name, id }))).toEqual([{ name: 'Phantom^Alpha', id: 'PHANTOM-1' }, { name: 'Phantom^Beta', id: 'PHANTOM-2' }]);
    expect(result.label.studies).toHaveLength(2);
    expect(result.label.studies[0]?.modalities).toEqual(['CT', 'SR', 'MR']);
    expect(result.label.institution).toBe('Test bench');
  });

  it('refuses an image file that is not there with a code of ours', async () => {
    const missing = checkVolume({ imageFile: join(folder, 'none.iso'), bytes: 1, fileSetId: '', fileSetUid: '', files: [], instances: [] });
    await expect(missing).rejects.toSatisfy((error) => isApplianceError(error, 'DISC_IMAGE_FAILED'));
  });
});

describe('the gate refuses a file', () => {
  const first = (): string => composed.entries[0]?.fileId ?? '';

  it('with one flipped byte', () => expectRefused(tampered((bytes) => { const at = entry(first()).sector * SECTOR + entry(first()).bytes - 3; bytes[at] = (bytes[at] ?? 0) ^ 1; }), /content differs from the manifest/));
  it('that is planned and not there', () => expectRefused(image, /DICOM\/\S+\/GONE: missing/, { files: [...composed.files, { path: 'DICOM/A/GONE', bytes: 10, sha256: '0'.repeat(64) }] }));
  it('that is there and not planned', () => expectRefused(image, /: not planned, but on the volume/, { files: composed.files.filter(({ path }) => path !== first()) }));
  it('of another size', () => expectRefused(image, /\d+ bytes instead of 7/, { files: composed.files.map((file) => (file.path === first() ? { ...file, bytes: 7 } : file)) }));

  it('whose SOP instance in the meta is another', async () => {
    const at = image.indexOf(Buffer.from(composed.entries[0]?.sopInstanceUid ?? '', 'latin1'), entry(first()).sector * SECTOR);
    const bytes = tampered((copy) => { copy[at + 6] = copy[at + 6] === 0x31 ? 0x32 : 0x31; });
    await expectRefused(bytes, /SOP instance differs between record, meta and data set/, rehashed(bytes, first()));
  });
  it('that holds another instance than planned', () => expectRefused(image, /holds another instance than planned/, { instances: composed.entries.map(({ fileId, sopInstanceUid }) => ({ fileId, sopInstanceUid: fileId === first() ? '2.25.1' : sopInstanceUid })) }));
  it('whose preamble is not empty', async () => {
    const bytes = tampered((copy) => { copy[entry(first()).sector * SECTOR + 5] = 0x49; });
    await expectRefused(bytes, /the preamble is not empty/, rehashed(bytes, first()));
  });
  it('that is no DICOM file', async () => {
    const bytes = tampered((copy) => { copy.write('DICX', entry(first()).sector * SECTOR + 128); });
    await expectRefused(bytes, /cannot be read as a DICOM file/, rehashed(bytes, first()));
  });
  it('whose deflated data set is no deflated stream', async () => {
    const deflated = composed.entries.find(({ sopInstanceUid }) => sopInstanceUid === uid('gate/deflated/instance'))?.fileId ?? '';
    const bytes = tampered((copy) => { copy.fill(0xff, (entry(deflated).sector * SECTOR) + 350, (entry(deflated).sector * SECTOR) + entry(deflated).bytes); });
    await expectRefused(bytes, /cannot be read as a DICOM file/, rehashed(bytes, deflated));
  });
});

describe('the gate refuses a manifest', () => {
  const path = 'SHA256.TXT';
  const start = (): number => entry(path).sector * SECTOR;
  const refused = (change: (bytes: Buffer) => void, problem: RegExp): Promise<void> => {
    const bytes = tampered(change);
    return expectRefused(bytes, problem, rehashed(bytes, path));
  };

  it('with another digest for a file', () => refused((bytes) => { bytes[start()] = bytes[start()] === 0x61 ? 0x62 : 0x61; }, /SHA256\.TXT: another digest for DICOMDIR/));
  it('that lists another name', () => refused((bytes) => { bytes.write('X', start() + 66); }, /names no other file of this volume[\s\S]*DICOMDIR is not listed/));
  it('whose line is no manifest line', () => refused((bytes) => { bytes.write('*', start() + 64); }, /line 1 is no manifest line/));
  it('whose last line is cut', () => refused((bytes) => { bytes.write('_', start() + entry(path).bytes - 1); }, /its last line is cut/));
  it('and a volume without README, index page and manifest', async () => {
    const hidden = tampered((bytes) => { for (const name of ['README.TXT', 'INDEX.HTM', path]) bytes.write('Z', isoRecordAt(name) + 33); });
    const result = await judge(hidden);
    expect(result.problems).toEqual(expect.arrayContaining(['README.TXT: missing in the root', 'INDEX.HTM: missing in the root', 'SHA256.TXT: missing in the root']));
  });
});

describe('the gate refuses a DICOMDIR', () => {
  it('with a wrong next offset', () => expectDirectoryRefused((bytes) => { bytes.writeUInt32LE(record('IMAGE').next + 2, valueAt(record('IMAGE'), TAG.OffsetOfTheNextDirectoryRecord)); }, /points at no record/));
  it('with a wrong lower offset', () => expectDirectoryRefused((bytes) => { bytes.writeUInt32LE(record('STUDY').lower + 1, valueAt(record('STUDY'), TAG.OffsetOfReferencedLowerLevelDirectoryEntity)); }, /points at no record/));
  it('whose offsets run in a circle', () => expectDirectoryRefused((bytes) => { bytes.writeUInt32LE(record('IMAGE', 0).at, valueAt(record('IMAGE', 1), TAG.OffsetOfTheNextDirectoryRecord)); }, /is reached twice/));
  it('whose record points down at itself', () => expectDirectoryRefused((bytes) => { bytes.writeUInt32LE(record('SERIES').at, valueAt(record('SERIES'), TAG.OffsetOfReferencedLowerLevelDirectoryEntity)); }, /is reached twice/));
  it('with a record that is not in use', () => expectDirectoryRefused((bytes) => { bytes.writeUInt16LE(0, valueAt(record('IMAGE', 2), TAG.RecordInUseFlag)); }, /in-use flag is not FFFFH/));
  it('that calls itself inconsistent', () => expectDirectoryRefused((bytes) => {
    const flag = bytes.indexOf(Buffer.from([0x04, 0x00, 0x12, 0x12, 0x55, 0x53]), directoryAt);
    bytes.writeUInt16LE(0xffff, flag + 8);
  }, /the file-set consistency flag is not 0000H/));
  it('with the File IDs of two records swapped', () => expectDirectoryRefused((bytes) => {
    const [a, b] = [record('IMAGE', 0), record('IMAGE', 1)].map((one) => ({ at: valueAt(one, TAG.ReferencedFileID), value: Buffer.from(one.elements.get(TAG.ReferencedFileID)?.value ?? Buffer.alloc(0)) }));
    if (!a || !b) throw new TypeError('two image records are needed');
    expect(a.value.length).toBe(b.value.length);
    b.value.copy(bytes, a.at);
    a.value.copy(bytes, b.at);
  }, /SOP instance differs between record, meta and data set/));
  it('whose chain leaves a record out', () => expectDirectoryRefused((bytes) => { bytes.writeUInt32LE(record('IMAGE', 1).next, valueAt(record('IMAGE', 0), TAG.OffsetOfTheNextDirectoryRecord)); }, /1 of \d+ records cannot be reached by offsets[\s\S]*not referenced by the DICOMDIR/));
  it('whose last root offset is wrong', () => expectDirectoryRefused((bytes) => {
    const last = bytes.indexOf(Buffer.from([0x04, 0x00, 0x02, 0x12, 0x55, 0x4c]), directoryAt);
    bytes.writeUInt32LE(record('PATIENT', 0).at, last + 8);
  }, /the offset of the last root record is wrong/));
  it('with another SOP instance in a record', () => expectDirectoryRefused((bytes) => { const at = valueAt(record('IMAGE'), TAG.ReferencedSOPInstanceUIDInFile); bytes[at + 6] = bytes[at + 6] === 0x31 ? 0x32 : 0x31; }, /SOP instance differs/));
  it('with another transfer syntax in a record', () => expectDirectoryRefused((bytes) => { bytes.write('1.2.840.10008.1.2.2', valueAt(record('IMAGE'), TAG.ReferencedTransferSyntaxUIDInFile)); }, /transfer syntax differs between record and meta/));
  it('with another Patient ID in a record', () => expectDirectoryRefused((bytes) => { bytes.write('Q', valueAt(record('PATIENT'), TAG.PatientID)); }, /Patient ID differs from its PATIENT record/));
  it('with another Study Instance UID in a record', () => expectDirectoryRefused((bytes) => { const at = valueAt(record('STUDY'), TAG.StudyInstanceUID); bytes[at + 6] = bytes[at + 6] === 0x31 ? 0x32 : 0x31; }, /Study Instance UID differs from its STUDY record/));
  it('whose record is of another type', () => expectDirectoryRefused((bytes) => { bytes.write('PLAN ', valueAt(record('IMAGE'), TAG.DirectoryRecordType)); }, /record type PLAN does not fit the SOP class/));
  it('whose item ends before its elements', () => expectDirectoryRefused((bytes) => { const at = directoryAt + record('IMAGE').at + 4; bytes.writeUInt32LE(bytes.readUInt32LE(at) - 2, at); }, /cannot be followed item by item/));
  it('of another file-set', async () => {
    await expectRefused(image, /names another File-set ID/, { fileSetId: 'OTHER' });
    await expectRefused(image, /names another File-set UID/, { fileSetUid: '2.25.2' });
  });
  it('whose size is beyond reason', () => expectRefused(tampered((bytes) => { const at = isoRecordAt('DICOMDIR.') + 10; bytes.writeUInt32LE(0x7fffffff, at); bytes.writeUInt32BE(0x7fffffff, at + 4); }), /the DICOMDIR is too large to be read/));
});

describe('the gate refuses a volume', () => {
  const PRIMARY = 16 * SECTOR;
  const joliet = (): number => [17, 18].map((sector) => sector * SECTOR).find((at) => image[at] === 2) ?? Number.NaN;

  it('with a lower-case name in the primary tree', () => expectRefused(tampered((bytes) => { bytes.write('r', isoRecordAt('README.TXT') + 33); }), /rEADME\.TXT: illegal name/));
  it('whose path table names the wrong parent', () => expectRefused(tampered((bytes) => {
    for (const [at, big] of [[bytes.readUInt32LE(PRIMARY + 140), false], [bytes.readUInt32BE(PRIMARY + 148), true]] as const) {
      // Root takes 10 bytes, DICOM 14; the third entry is the first below DICOM.
      if (big) bytes.writeUInt16BE(1, at * SECTOR + 24 + 6);
      else bytes.writeUInt16LE(1, at * SECTOR + 24 + 6);
    }
  }), /primary: path table entry 3 has the wrong parent/));
  it('whose two path tables differ', () => expectRefused(tampered((bytes) => { bytes.writeUInt16BE(1, bytes.readUInt32BE(PRIMARY + 148) * SECTOR + 24 + 6); }), /primary: the two path tables differ/));
  it('whose size of a file differs in big endian', () => expectRefused(tampered((bytes) => { const at = isoRecordAt('README.TXT') + 14; bytes.writeUInt32BE(bytes.readUInt32BE(at) + 1, at); }), /size: the two byte orders disagree/));
  it('whose volume size is wrong', () => expectRefused(tampered((bytes) => { const sectors = bytes.readUInt32LE(PRIMARY + 80) + 1; bytes.writeUInt32LE(sectors, PRIMARY + 80); bytes.writeUInt32BE(sectors, PRIMARY + 84); }), /the volume says \d+ sectors, the image has \d+/));
  it('with a system identifier', () => expectRefused(tampered((bytes) => { bytes.write('LINUX', PRIMARY + 8); }), /the system identifier is not blank/));
  it('without a planned file system', () => expectRefused(image, /there is no UDF tree/, { fileSystems: ['iso9660', 'joliet', 'udf'] }));
  it('of a profile whose keys or transfer syntaxes it does not have', async () => {
    await expectRefused(image, /1 files in Implicit VR Little Endian, which STD-GEN-CD does not allow/, { profile: 'STD-GEN-CD' });
    await expectRefused(image, /the claimed profile STD-OTHER is not known/, { profile: 'STD-OTHER' });
    const bytes = tampered((copy) => { copy.writeUInt16LE(0x0009, valueAt(record('IMAGE'), TAG.ImageType) - 6); });
    await expectRefused(bytes, /ImageType is not in the record, but in the file/, { profile: 'STD-GEN-CD' });
  });
  it('with another volume identifier', () => expectRefused(tampered((bytes) => { bytes.write('X', PRIMARY + 40); }), /the volume identifier is not the File-set ID/));
  it('without the Joliet escape', () => expectRefused(tampered((bytes) => { bytes.fill(0, joliet() + 88, joliet() + 91); }), /a supplementary descriptor is not Joliet level 3[\s\S]*there is no Joliet tree/));
  it('whose Joliet tree shows another extent', () => expectRefused(tampered((bytes) => {
    const at = bytes.indexOf(Buffer.from('README.TXT', 'utf16le').swap16(), isoRecordAt('README.TXT')) - 33;
    const sector = bytes.readUInt32LE(at + 2) + 1;
    bytes.writeUInt32LE(sector, at + 2);
    bytes.writeUInt32BE(sector, at + 6);
  }), /the two trees do not hold the same files/));
  it('whose directory is out of order', () => expectRefused(tampered((bytes) => { bytes.write('ZNDEX.HTM', isoRecordAt('INDEX.HTM') + 33); }), /is out of order or twice/));
  it('that is cut', async () => {
    await expectRefused(image.subarray(0, image.length - SECTOR), /the image has \d+ bytes, \d+ were written/);
    await expectRefused(image.subarray(0, 17 * SECTOR), /the volume descriptor set has no terminator|is missing/);
    await expectRefused(Buffer.alloc(0), /there is no primary volume descriptor/);
  });
});

describe.skipIf(!needs('genisoimage'))('the gate on a bridge of another writer', () => {
  const bridge = (): { readonly bytes: Buffer; readonly over: Partial<Parameters<typeof checkVolume>[0]> } => {
    const tree = join(folder, 'tree'), file = join(folder, 'bridge.iso');
    const opened = openImage(composed.image.path);
    for (const one of primary.values()) if (!one.isDirectory) { mkdirSync(join(tree, one.path, '..'), { recursive: true }); writeFileSync(join(tree, one.path), opened.read(one.sector * SECTOR, one.bytes)); }
    opened.close();
    execFileSync('genisoimage', ['-quiet', '-udf', '-J', '-iso-level', '1', '-sysid', '', '-V', 'GATE_TEST', '-o', file, tree], { stdio: 'ignore' });
    const bytes = readFileSync(file);
    return { bytes, over: { bytes: bytes.length, fileSystems: ['iso9660', 'joliet', 'udf'] } };
  };

  it('refuses only what that writer does not do: its descriptors differ', async () => {
    const { bytes, over } = bridge();
    const result = await judge(bytes, over);
    expect(result.problems).toEqual(['main and reserve volume descriptors differ']);
    expect(result.counts).toMatchObject({ instances: INSTANCES.length, files: composed.files.length });
    expect(result.label.patients).toHaveLength(2);
  });

  it('refuses one whose UDF names another length, though ISO 9660 is whole', async () => {
    const { bytes, over } = bridge();
    // The file entry of README.TXT: its length, with checksum and CRC made right again.
    const at = Array.from({ length: bytes.length / SECTOR }, (_, n) => n * SECTOR).find((sector) => bytes.readUInt16LE(sector) === 261 && bytes.readBigUInt64LE(sector + 56) === BigInt(entry('README.TXT').bytes)) ?? 0;
    bytes.writeBigUInt64LE(BigInt(entry('README.TXT').bytes - 1), at + 56);
    sealTag(bytes, at, bytes.readUInt16LE(at + 10));
    const { problems } = await judge(bytes, over);
    expect(problems.join('\n')).toMatch(/README\.TXT: its extents hold \d+ bytes[\s\S]*README\.TXT: \d+ bytes in ISO 9660, \d+ in UDF[\s\S]*README\.TXT: \d+ bytes instead of \d+/);
  });
});

describe('the gate on garbage', () => {
  it('answers for any random change of the first 400 KB, and never throws', async () => {
    const end = Math.min(image.length, 400_000);
    const change = fc.record({ at: fc.integer({ min: 16 * SECTOR, max: end - 9 }), value: fc.uint8Array({ minLength: 1, maxLength: 8 }) });
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 60 }), async (changes) => {
      const result = await judge(tampered((bytes) => { for (const { at, value } of changes) bytes.set(value, at); }));
      expect(result.isAccepted).toBe(result.problems.length === 0);
    }), { numRuns: 150, interruptAfterTimeLimit: 15_000 });
  }, 30_000);

  it('answers for changes of the structures that are followed', async () => {
    // Descriptors, path tables, directories and the DICOMDIR: where a wrong number leads astray.
    const starts = [16 * SECTOR, 17 * SECTOR, entry('DICOMDIR').sector * SECTOR, ...[...primary.values()].filter((one) => one.isDirectory).map((one) => one.sector * SECTOR)];
    const change = fc.record({ start: fc.constantFrom(...starts), offset: fc.integer({ min: 0, max: SECTOR - 5 }), value: fc.constantFrom(0, 1, 0x7fffffff, 0xffffffff, 0x00010000, 0xfffee000, 17, 2048) });
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
      const result = await judge(tampered((bytes) => { for (const { start, offset, value } of changes) bytes.writeUInt32LE(value, start + offset); }));
      expect(result.isAccepted).toBe(result.problems.length === 0);
    }), { numRuns: 150, interruptAfterTimeLimit: 15_000 });
  }, 30_000);

  it('refuses noise', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60_000 }), async (noise) => {
      const bytes = Buffer.concat([Buffer.alloc(16 * SECTOR), Buffer.from(noise)]);
      expect((await judge(bytes)).isAccepted).toBe(false);
    }), { numRuns: 40, interruptAfterTimeLimit: 8_000 });
  });
});
