import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeidentifier, newOrderKey } from '../../dicom/deidentify/deidentify.ts';
import { readAttributes } from '../../dicom/attributes.ts';
import { readFileMeta } from '../../dicom/data-set/part10.ts';
import { composeVolume } from '../../disc/compose-volume.ts';
import { checkVolume } from '../../disc/gate.ts';
import { makeInstance } from '../fixtures/make-instance.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { storedInstances } from './stored-instances.ts';
import { PLAIN } from './compose-defaults.ts';

let folder = '';
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'deidentified-disc-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** De-identifies the files into a store of their own, composes a disc of them and answers the whole image. */
const discOf = async (name: string, files: readonly string[], patients: number): Promise<Buffer> => {
  const store = join(folder, name);
  mkdirSync(store);
  const deidentifier = createDeidentifier({ key: newOrderKey() });
  for (const [index, file] of files.entries()) await deidentifier.deidentify({ file, target: join(store, String(index)) });
  const composed = await composeVolume({
    volume: { fileSetId: 'TEACHING_1', fileSetUid: '2.25.4711', index: 1, of: 1, media: 'CD', capacityBytes: 700_000_000 }, order: { isSupplement: false }, ...PLAIN,
    instances: storedInstances(store, readdirSync(store)), storeDirectory: store, imageFile: join(folder, `${name}.iso`), createdAt: new Date('2024-05-06T07:08:10Z'),
    institution: 'Test', contact: '', product: 'Spindle', otherVolumes: [],
  });
  const result = await checkVolume({
    imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'TEACHING_1', fileSetUid: '2.25.4711', files: composed.files,
    instances: composed.entries.map(({ fileId, sopInstanceUid }) => ({ fileId, sopInstanceUid })),
  });
  expect(result.problems).toEqual([]);
  expect(result.counts.instances).toBe(files.length);
  expect(result.label.patients.length).toBe(patients);
  return readFileSync(composed.image.path);
};

describe('a disc of de-identified instances', () => {
  it('passes the gate and names nobody: not in an instance, the DICOMDIR, a page or the manifest', async () => {
    const source = join(folder, 'made');
    mkdirSync(source);
    const files = [['ct', 'Plantagenet^Wilhelmina', 'HOSP-4711'], ['sr', 'Plantagenet^Wilhelmina', 'HOSP-4711'], ['mr', 'Quacksalver^Otto', 'HOSP-4712'], ['rt-structure-set', 'Quacksalver^Otto', 'HOSP-4712']].map(([kind = '', patientName = '', patientId = ''], index) => {
      const made = makeInstance({ kind: kind as 'ct', seed: kind, patientName, patientId, studyInstanceUid: `1.2.3.4711${patientId.slice(-1)}` });
      writeFileSync(join(source, String(index)), made.bytes);
      return join(source, String(index));
    });
    const image = await discOf('made-out', files, 2);
    for (const trace of ['Plantagenet', 'PLANTAGENET', 'Wilhelmina', 'HOSP-471', 'Quacksalver', '1.2.3.4711', '20240102', '19700101', 'ACC-1', 'Referrer', 'Test bench', 'BENCH1']) expect([trace, image.includes(trace)]).toEqual([trace, false]);
    expect(image.includes('ANON-')).toBe(true);
  });

  const root = sharedData();
  const series = root === undefined ? '' : join(root, 'series/ct-ge-head');
  it.skipIf(!existsSync(series))('keeps a real series together', async () => {
    const files = readdirSync(series).map((name) => join(series, name));
    const bytes = readFileSync(files[0] as string);
    const meta = readFileMeta(bytes);
    const read = readAttributes(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid, true);
    const image = await discOf('series-out', files, 1);
    if (read.status === 'ok') for (const value of [read.attributes.studyInstanceUid, read.attributes.seriesInstanceUid]) expect(image.includes(value)).toBe(false);
  });
});
