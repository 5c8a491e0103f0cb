import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDisc } from '../../disc/check-disc.ts';
import type { DiscReport } from '../../disc/check-disc.ts';
import { composeVolume } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import { encodeFileMeta } from '../../dicom/data-set/part10.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { makeFolder } from './image/judges.ts';
import { storedInstances } from './stored-instances.ts';
import { PLAIN } from './compose-defaults.ts';

const root = sharedData();
const check = (path: string): Promise<DiscReport> => checkDisc(path, { isThorough: true, isOver: () => false });
const counted = (report: DiscReport): Readonly<Record<string, number>> => Object.fromEntries(report.checks.filter(({ outcome }) => outcome === 'fail').map(({ id, findings }) => [id, findings]));

/** The file-set with one of its other directories in place of its DICOMDIR. */
const withDirectory = (name: string): string => {
  const source = join(root ?? '', 'filesets/pydicom-dicomdirtests'), target = makeFolder();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(source.length + 1);
    if (!entry.isFile() || path.startsWith('DICOMDIR')) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    copyFileSync(join(source, path), join(target, path));
  }
  copyFileSync(join(source, name), join(target, 'DICOMDIR'));
  return target;
};

/** What every one of these sets lacks: pages for people. */
const NO_PAGES = { 'entry-pages': 2 };

describe.skipIf(root === undefined)('file-sets of other makers', () => {
  it('a set of eleven character sets has only a wrong offset of its last root record', async () => {
    const report = await check(join(root ?? '', 'filesets/clunie-charsets'));
    expect(counted(report)).toEqual({ ...NO_PAGES, 'last-root-offset': 1, 'several-patients': 1 });
    expect([report.totals.error, report.counts.instances]).toEqual([0, 11]);
  });

  it('a set of 31 images has seven directories where one may be', async () => {
    const report = await check(join(root ?? '', 'filesets/pydicom-dicomdirtests'));
    expect(counted(report)).toEqual({ ...NO_PAGES, 'dicomdir-present': 6, 'preamble-empty': 9, 'several-patients': 1 });
    expect([report.fileSetId, report.counts.records, report.counts.instances]).toEqual(['PYDICOM_TEST', 52, 31]);
  });

  it.each([
    ['DICOMDIR', {}, 31],
    ['DICOMDIR-reordered', {}, 31],
    ['DICOMDIR-bigEnd', { 'dicomdir-syntax': 1 }, 31],
    ['DICOMDIR-implicit', { 'dicomdir-syntax': 1 }, 31],
  ])('its directory %s is followed to all images', async (name, wrong, instances) => {
    const report = await check(withDirectory(name));
    const { 'preamble-empty': _preambles, 'several-patients': _patients, ...rest } = counted(report);
    expect(rest).toEqual({ ...NO_PAGES, ...wrong });
    expect(report.counts.instances).toBe(instances);
  });

  it.each([['DICOMDIR-empty.dcm', 'files-referenced'], ['DICOMDIR-nooffset', 'record-offsets'], ['DICOMDIR-nopatient', 'files-referenced']])('its directory %s fails the check %s', async (name, id) => {
    const report = await check(withDirectory(name));
    expect(report.totals.error).toBeGreaterThan(0);
    expect(Object.keys(counted(report))).toContain(id);
  });

  it('a directory without its files names every one of them', async () => {
    const report = await check(join(root ?? '', 'filesets/dicomdir-only/dicom-waveform--resources'));
    expect(counted(report)).toEqual({ ...NO_PAGES, 'records-unique': 2, 'references-present': 803 });
    const other = await check(join(root ?? '', 'filesets/dicomdir-only/deid--dicom-example-patient'));
    expect(counted(other)['references-present']).toBeGreaterThan(0);
    expect(other.counts.instances).toBe(0);
  });
});

describe.skipIf(root === undefined)('a volume of all real files, with headers as the store writes them', () => {
  it('passes the gate', async () => {
    const folder = makeFolder();
    const source = root ?? '';
    const paths = readdirSync(source, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(source.length + 1));
    // Some sets share invented Study Instance UIDs; an order of both would wait for a person.
    const patientOf = new Map<number, number>();
    const all = storedInstances(source, paths).filter(({ studyKey, patientKey }) => { if (!patientOf.has(studyKey)) patientOf.set(studyKey, patientKey); return patientOf.get(studyKey) === patientKey; });
    const stored = all.map((instance, n) => {
      const meta = encodeFileMeta({ sopClassUid: instance.attributes.sopClassUid, sopInstanceUid: instance.attributes.sopInstanceUid, transferSyntaxUid: instance.file.transferSyntaxUid });
      const dataSet = readFileSync(join(source, instance.file.path)).subarray(instance.file.dataSetOffset);
      writeFileSync(join(folder, `${n}.dcm`), Buffer.concat([meta, dataSet]));
      return { ...instance, file: { ...instance.file, path: `${n}.dcm`, bytes: meta.length + dataSet.length, dataSetOffset: meta.length, dataSetSha256: createHash('sha256').update(dataSet).digest('hex') } };
    });
    const composed = await composeVolume({
      volume: { fileSetId: 'SHARED', fileSetUid: '2.25.7', index: 1, of: 1, media: 'DVD', capacityBytes: 4_000_000_000 }, order: { isSupplement: false }, ...PLAIN, instances: stored, storeDirectory: folder,
      imageFile: join(folder, 'disc.iso'), createdAt: new Date('2026-01-02T03:04:00Z'), institution: 'H', contact: 'R', product: 'S', otherVolumes: [],
    });
    const result = await checkVolume({ imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'SHARED', fileSetUid: '2.25.7', profile: composed.profile, files: composed.files, instances: composed.entries });
    expect(result.problems).toEqual([]);
    expect(result.counts.instances).toBeGreaterThan(300);
  }, 120_000);
});
