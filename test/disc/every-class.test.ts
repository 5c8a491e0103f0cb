import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETIRED_RECORDS, SOP_CLASSES } from '../../dicom/tables/sop-classes.ts';
import type { DirectoryRecordType, SopClassRow } from '../../dicom/tables/sop-classes.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { checkDisc } from '../../disc/check-disc.ts';
import { composeVolume } from '../../disc/compose-volume.ts';
import type { ComposedImage } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import type { CopyType } from '../../disc/order/content.ts';
import { readDicomdir } from '../../disc/reader/dicomdir-reader.ts';
import type { Directory } from '../../disc/reader/dicomdir-reader.ts';
import { rawText } from '../../disc/reader/element-reader.ts';
import { directoryRecord } from '../../disc/tables/directory-records.ts';
import { fileSystem, mediaType } from '../../disc/tables/media-types.ts';
import { REFERENCE_SOP_CLASSES } from '../dicom/tables/reference-rows.ts';
import { classInstance } from '../fixtures/every-class.ts';
import { needs } from '../fixtures/peers.ts';
import { PLAIN } from './compose-defaults.ts';
import { dcdirdmpFiles, dciodvfyErrors, dcmmkdirRefusals, isReadByGdcm, layOutImage, pydicomFiles } from './directory-judges.ts';
import { storedInstances } from './stored-instances.ts';

/** One instance each of every class that can be stored; the one service notification of the reference statement is no object. */
const CLASSES: readonly SopClassRow[] = SOP_CLASSES.filter(({ uid }) => uid !== '1.2.840.10008.1.9');
const REFERENCE: ReadonlySet<string> = new Set(REFERENCE_SOP_CLASSES.map(([uid]) => uid));
const isCurrent = ({ record }: SopClassRow): boolean => record !== null && directoryRecord(record) !== undefined && !RETIRED_RECORDS.has(record);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'every-class-'));
  mkdirSync(join(folder, 'store'));
  CLASSES.forEach((row, n) => { writeFileSync(join(folder, 'store', `${n}.dcm`), classInstance(row, { seriesNumber: n + 1 }).bytes); });
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

interface Made { readonly composed: ComposedImage; readonly directory: Directory; readonly tree: string }

const made = new Map<string, Promise<Made>>();
const compose = async (media: 'CD' | 'DVD' | 'BD', copyType: CopyType): Promise<Made> => {
  const store = join(folder, 'store');
  const composed = await composeVolume({
    volume: { fileSetId: 'EVERY_CLASS', fileSetUid: '2.25.81', index: 1, of: 1, media, capacityBytes: 680_000_000 }, order: { isSupplement: false }, ...PLAIN, content: { ...DEFAULT_CONTENT, copyType },
    instances: storedInstances(store, CLASSES.map((_, n) => `${n}.dcm`)), storeDirectory: store, imageFile: join(folder, `${media}-${copyType}.iso`), createdAt: new Date('2026-01-02T03:04:00Z'),
    institution: 'Hospital', contact: '', product: 'Spindle', otherVolumes: [],
  });
  const tree = layOutImage(composed.image.path, join(folder, `${media}-${copyType}`));
  return { composed, directory: readDicomdir(readFileSync(join(tree, 'DICOMDIR'))), tree };
};
const disc = (media: 'CD' | 'DVD' | 'BD', copyType: CopyType = 'patient'): Promise<Made> => {
  const name = `${media} ${copyType}`;
  const known = made.get(name) ?? compose(media, copyType);
  made.set(name, known);
  return known;
};

const gate = ({ composed }: Made, media: 'CD' | 'DVD' | 'BD', copyType: CopyType): ReturnType<typeof checkVolume> => checkVolume({
  imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'EVERY_CLASS', fileSetUid: '2.25.81', profile: composed.profile, copyType, files: composed.files,
  instances: composed.entries, fileSystems: fileSystem(mediaType(media).fileSystem).trees,
});

const recordsByClass = ({ records }: Directory): ReadonlyMap<string, string> => new Map(records.filter(({ fileId }) => fileId !== '').map(({ type, elements }) => [rawText(elements.get(TAG.ReferencedSOPClassUIDInFile)), type]));

describe.each(['CD', 'DVD', 'BD'] as const)('a %s of one instance of every SOP class', (media) => {
  it('holds those with a current record, and names every other one', async () => {
    const { composed, directory } = await disc(media);
    const expected = CLASSES.filter(isCurrent);
    expect(recordsByClass(directory)).toEqual(new Map(expected.map(({ uid, record }) => [uid, record])));
    const leftOff = composed.report.filter(({ kind }) => kind === 'left-off');
    expect(leftOff).toHaveLength(CLASSES.length - expected.length);
    expect(leftOff.every(({ sopInstanceUid, reason }) => sopInstanceUid !== undefined && /retired|private|no directory record|not for patient discs/.test(reason))).toBe(true);
  });

  it('claims the general profile and passes the gate', async () => {
    const one = await disc(media);
    expect(one.composed.profile).toBe({ CD: 'STD-GEN-CD', DVD: 'STD-GEN-DVD-JPEG', BD: 'STD-GEN-BD-JPEG' }[media]);
    const { problems, counts } = await gate(one, media, 'patient');
    expect(problems).toEqual([]);
    expect(counts.instances).toBe(one.composed.entries.length);
  });

  it('has nothing for check-disc to complain of', async () => {
    const { findings } = await checkDisc((await disc(media)).composed.image.path, { isThorough: true, isOver: () => false });
    expect(findings.filter(({ check }) => !['several-patients', 'profile'].includes(check))).toEqual([]);
  });

  it.skipIf(!needs('dicom3tools'))('satisfies dciodvfy', async () => {
    expect(dciodvfyErrors((await disc(media)).tree)).toEqual([]);
  });

  it.skipIf(!needs('dcmtk'))('is read whole by dcdirdmp', async () => {
    const { tree, composed } = await disc(media);
    expect(dcdirdmpFiles(tree)).toBe(composed.entries.length);
  });

  it.skipIf(!needs('pydicom'))('is read whole by pydicom', async () => {
    const { tree, composed } = await disc(media);
    expect(pydicomFiles(tree)).toBe(composed.entries.length);
  });

  it.skipIf(!needs('gdcm'))('is read by GDCM', async () => {
    expect(isReadByGdcm((await disc(media)).tree)).toBe(true);
  });

  it.skipIf(!needs('dcmtk'))('keeps the rules that DCMTK has for the profile, as far as it knows the classes', async () => {
    const { tree, composed } = await disc(media);
    const refusals = dcmmkdirRefusals(tree, { CD: '-Pgp', DVD: '-Pdv', BD: '-Pbd' }[media]);
    // It takes the records of implant assemblies and implant groups for each other.
    const newer = new Set(composed.entries.flatMap(({ instanceId, fileId }) => (REFERENCE.has(CLASSES[instanceId - 1]?.uid ?? '') ? [] : [fileId])));
    expect(refusals.filter((line) => !line.startsWith('W: ') && ![...newer].some((fileId) => (line.includes('invalid SOP class') || /Implant(Assembly)?Template|ProcedureType/.test(line)) && line.endsWith(fileId)))).toEqual([]);
  });
});

describe('the classes of the reference statement', () => {
  it('have the record types that it says, on every disc', async () => {
    const wanted = REFERENCE_SOP_CLASSES.filter(([, , record]) => record !== null && !RETIRED_RECORDS.has(record as DirectoryRecordType));
    const records = recordsByClass((await disc('CD')).directory);
    expect(wanted.map(([uid]) => [uid, records.get(uid)])).toEqual(wanted.map(([uid, , record]) => [uid, record]));
    expect(wanted.length).toBeGreaterThan(70);
  });
});

describe('objects that belong to no patient', () => {
  it('have records below the root, in a folder of their own', async () => {
    const { directory } = await disc('CD');
    const shared = directory.records.filter(({ fileId }) => fileId.startsWith('DICOM/SHARED/'));
    expect(new Set(shared.map(({ type }) => type))).toEqual(new Set(['HANGING PROTOCOL', 'PALETTE', 'IMPLANT', 'IMPLANT ASSY', 'IMPLANT GROUP']));
    expect(shared.every(({ depth, parent }) => depth === 0 && parent === undefined)).toBe(true);
  });
});

describe('a legal copy of one instance of every SOP class', () => {
  it('leaves nothing off: retired and private classes have private records that name them', async () => {
    const { composed, directory } = await disc('CD', 'legal');
    expect(composed.leftOff).toEqual([]);
    const others = CLASSES.filter((row) => !isCurrent(row)).map(({ uid }) => uid).sort();
    const privates = directory.records.filter(({ type }) => type === 'PRIVATE');
    expect(privates.map(({ elements }) => rawText(elements.get(TAG.PrivateRecordUID))).sort()).toEqual(others);
    expect(privates.every(({ parent }) => parent?.type === 'SERIES')).toBe(true);
  });

  it('claims no profile, and says why', async () => {
    const { composed } = await disc('CD', 'legal');
    expect(composed.profile).toBe('');
    const outside = composed.report.filter(({ kind }) => kind === 'outside-profile').map(({ reason }) => reason);
    expect(outside.filter((reason) => reason === 'STD-GEN-CD has no directory record for its SOP class')).toHaveLength(CLASSES.filter((row) => !isCurrent(row)).length);
  });

  it('passes the gate as a legal copy only', async () => {
    const one = await disc('CD', 'legal');
    expect((await gate(one, 'CD', 'legal')).problems).toEqual([]);
    expect((await gate(one, 'CD', 'patient')).problems.filter((problem) => problem.includes('is private'))).toHaveLength(CLASSES.filter((row) => !isCurrent(row)).length);
  });

  it('holds every data set byte for byte', async () => {
    const { composed, tree } = await disc('CD', 'legal');
    const stored = new Map(storedInstances(join(folder, 'store'), CLASSES.map((_, n) => `${n}.dcm`)).map((one) => [one.instanceId, one]));
    for (const { instanceId, fileId } of composed.entries) {
      const { file } = stored.get(instanceId)!;
      expect(createHash('sha256').update(readFileSync(join(tree, fileId)).subarray(file.dataSetOffset)).digest('hex')).toBe(file.dataSetSha256);
    }
  });
});
