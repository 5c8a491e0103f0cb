import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAttributes } from '../../../dicom/attributes.ts';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import type { DataSet } from '../../../dicom/data-set/data-set.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { LESION_SLICE } from '../../../workers/demo/ct-phantom.ts';
import { makePdf } from '../../../workers/demo/demo-reports.ts';
import { makePhantomStudy } from '../../../workers/demo/phantom-study.ts';
import { needs } from '../../fixtures/peers.ts';

const study = makePhantomStudy();

const read = (bytes: Buffer): DataSet => {
  const meta = readFileMeta(bytes);
  return readElements(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid);
};
const value = (dataSet: DataSet, tag: number): string => dataSet.elements.get(tag)?.value.toString('latin1').replace(/[\0 ]+$/, '') ?? '';
const fileNamed = (name: string): Buffer => study.find((file) => file.name === name)?.bytes ?? Buffer.alloc(0);
const slices = study.filter(({ name }) => name.startsWith('ct-')).map(({ bytes }) => read(bytes));

/** CT number at a pixel of a slice. */
const huAt = (slice: DataSet | undefined, column: number, row: number): number =>
  (slice?.elements.get(TAG.PixelData)?.value.readUInt16LE((row * 512 + column) * 2) ?? 0) - 1024;

describe('phantom study', () => {
  it('holds 60 slices, an ultrasound picture, a report and a PDF of one patient and one study', () => {
    expect(study).toHaveLength(63);
    const all = study.map(({ bytes }) => read(bytes));
    expect(new Set(all.map((dataSet) => value(dataSet, TAG.PatientID)))).toEqual(new Set(['DEMO-0001']));
    expect(new Set(all.map((dataSet) => value(dataSet, TAG.StudyInstanceUID))).size).toBe(1);
    expect(new Set(all.map((dataSet) => value(dataSet, TAG.SeriesInstanceUID))).size).toBe(4);
    expect(new Set(all.map((dataSet) => value(dataSet, TAG.SOPInstanceUID))).size).toBe(63);
    for (const uid of all.map((dataSet) => value(dataSet, TAG.SOPInstanceUID))) expect(uid).toMatch(/^2\.25\.[1-9]\d{1,38}$/);
  });

  it('says the same SOP class and instance in header and data set', () => {
    for (const { bytes } of study) {
      const dataSet = read(bytes);
      expect(readFileMeta(bytes)).toMatchObject({ sopClassUid: value(dataSet, TAG.SOPClassUID), sopInstanceUid: value(dataSet, TAG.SOPInstanceUID) });
    }
  });

  it('is read by our own intake, each file as an instance of its modality', () => {
    const readings = study.map(({ bytes }) => {
      const meta = readFileMeta(bytes);
      return readAttributes(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid, true);
    });
    expect(readings.filter(({ status }) => status !== 'ok')).toEqual([]);
    const modalities = readings.map((reading) => (reading.status === 'ok' ? reading.attributes.modality : ''));
    expect(modalities).toEqual([...Array.from({ length: 60 }, () => 'CT'), 'US', 'SR', 'DOC']);
  });

  it('places the slices evenly from the neck to the head', () => {
    const heights = slices.map((slice) => Number(value(slice, TAG.ImagePositionPatient).split('\\')[2]));
    expect(heights[0]).toBe(-73.75);
    expect(heights.slice(1).every((height, index) => Math.abs(height - (heights[index] ?? 0) - 2.5) < 1e-9)).toBe(true);
  });

  it('shows air, bone, brain and the lesion with their CT numbers', () => {
    const slice = slices[LESION_SLICE - 1];
    expect(huAt(slice, 5, 5)).toBeLessThan(-980);
    expect(huAt(slice, 256, 62)).toBeGreaterThan(950);
    expect(Math.abs(huAt(slice, 200, 400) - 36)).toBeLessThan(40);
    const lesion = Array.from({ length: 100 }, (_, index) => huAt(slice, 325 + (index % 10), 312 + Math.floor(index / 10)));
    expect(Math.abs(lesion.reduce((sum, hu) => sum + hu, 0) / lesion.length - 78)).toBeLessThan(6);
  });

  it('shows flow in colour and tissue in grey', () => {
    const pixels = read(fileNamed('ultrasound.dcm')).elements.get(TAG.PixelData)?.value ?? Buffer.alloc(0);
    expect(pixels).toHaveLength(640 * 480 * 3);
    let coloured = 0;
    let grey = 0;
    for (let at = 0; at < pixels.length; at += 3) {
      const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3);
      if (Math.abs(red - blue) > 60) coloured += 1;
      else if (red > 0 && red === green && green === blue) grey += 1;
    }
    expect(coloured).toBeGreaterThan(5_000);
    expect(grey).toBeGreaterThan(50_000);
  });

  it('is the same for a seed and another study for another', () => {
    const [again, other] = [makePhantomStudy({ seed: 1 }), makePhantomStudy({ seed: 2 })];
    expect(again.every(({ bytes }, index) => bytes.equals(study[index]?.bytes ?? Buffer.alloc(0)))).toBe(true);
    expect(value(read(other[0]?.bytes ?? Buffer.alloc(0)), TAG.StudyInstanceUID)).not.toBe(value(read(study[0]?.bytes ?? Buffer.alloc(0)), TAG.StudyInstanceUID));
  });

  it('holds a PDF whose cross-reference table points at its objects', () => {
    const pdf = makePdf(['Demo (report)']).toString('latin1');
    const start = Number(/startxref\n(\d+)/.exec(pdf)?.[1]);
    expect(pdf.slice(start, start + 4)).toBe('xref');
    const offsets = [...pdf.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    expect(offsets).toHaveLength(5);
    offsets.forEach((offset, index) => { expect(pdf.slice(offset).startsWith(`${index + 1} 0 obj`)).toBe(true); });
    expect(pdf).toContain('(Demo \\(report\\)) Tj');
    expect(fileNamed('report-pdf.dcm').includes('Demo report')).toBe(true);
  });
});

describe('phantom study before other programs', () => {
  let folder = '';
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'phantom-')); });
  afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

  it.skipIf(!needs('dicom3tools')).each(['ct-001.dcm', 'ct-060.dcm', 'ultrasound.dcm', 'report.dcm', 'report-pdf.dcm'])('dciodvfy finds no error in %s', async (name) => {
    const path = join(folder, name);
    await writeFile(path, fileNamed(name));
    const judged = spawnSync('dciodvfy', [path], { timeout: 20_000 });
    const said = judged.stderr.toString() + judged.stdout.toString();
    expect(said.split('\n').filter((line) => line.startsWith('Error'))).toEqual([]);
    // It names the object it recognised, so an empty answer is no approval.
    expect(said).toMatch(/CTImage|USImage|BasicTextSR|EncapsulatedPDF/);
  });
});
