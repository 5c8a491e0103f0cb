import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { createPictureMaker } from '../../../dicom/picture/picture-maker.ts';
import type { FramePictures } from '../../../dicom/picture/picture-maker.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { InstanceOverrides, MadeElement } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';
import { sharedData } from '../../fixtures/shared-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
const maker = createPictureMaker({ workers: 1 });
afterAll(async () => { await maker.close(); rmSync(folder, { recursive: true }); });

const SIZE = 16;
interface Pixels { readonly columns: number; readonly rows: number; readonly samples: number; readonly data: Buffer }

/** Portable anymap, as djpeg and dcmj2pnm write it. */
const readAnymap = (bytes: Buffer): Pixels => {
  const [head = '', kind, columns, rows] = /^P([56])\s+(?:#[^\n]*\s+)*(\d+)\s+(\d+)\s+\d+\s/.exec(bytes.toString('latin1', 0, 300)) ?? [];
  return { columns: Number(columns), rows: Number(rows), samples: kind === '6' ? 3 : 1, data: bytes.subarray(head.length) };
};
const decode = (jpeg: Uint8Array): Pixels => readAnymap(spawnSync(program('djpeg') ?? 'djpeg', ['-pnm'], { input: jpeg, maxBuffer: 1 << 28 }).stdout);
const picturesOf = (file: string, sizes: readonly number[] = [4096], mostFrames = 1): Promise<readonly FramePictures[]> => {
  const meta = readFileMeta(readFileSync(file));
  return maker.pictures({ source: { file, dataSetOffset: meta.dataSetOffset, transferSyntaxUid: meta.transferSyntaxUid }, sizes, mostFrames, quality: 95 });
};
const written = (overrides: InstanceOverrides): string => {
  const file = join(folder, 'made.dcm');
  writeFileSync(file, makeInstance({ rows: SIZE, columns: SIZE, ...overrides }).bytes);
  return file;
};
const shown = async (overrides: InstanceOverrides): Promise<Pixels> => {
  const [first] = await picturesOf(written(overrides));
  return decode(first?.pictures[0]?.jpeg ?? new Uint8Array());
};
/** 16 rows of one value each. */
const ramp = (valueOf: (row: number) => number): Buffer => {
  const bytes = Buffer.alloc(SIZE * SIZE * 2);
  for (let at = 0; at < SIZE * SIZE; at += 1) bytes.writeUInt16LE(valueOf(Math.floor(at / SIZE)) & 0xffff, 2 * at);
  return bytes;
};
const us = (tag: number, value: number): MadeElement => ({ tag, vr: 'US', value });
const ds = (tag: number, value: string): MadeElement => ({ tag, vr: 'DS', value });
const pixels = (value: Buffer): MadeElement => ({ tag: TAG.PixelData, vr: 'OW', value });
const near = (got: Pixels, row: number, expected: readonly number[], within = 4): void => {
  const at = (row * got.columns + 8) * got.samples;
  for (const [sample, value] of expected.entries()) expect(Math.abs((got.data[at + sample] ?? -1) - value), `row ${row} sample ${sample}: ${got.data[at + sample]}`).toBeLessThanOrEqual(within);
};

describe.skipIf(!needs('djpeg'))('pictures of made instances', () => {
  it('show the values inside the window, after rescaling', async () => {
    const got = await shown({ elements: [pixels(ramp((row) => 1024 + row * 10)), ds(TAG.WindowCenter, '75.5'), ds(TAG.WindowWidth, '151')] });
    for (const row of [0, 5, 10, 15]) near(got, row, [Math.round((row * 10 * 255) / 150)]);
  });

  it('go from the least to the greatest value where no window is given, padding not counted', async () => {
    const got = await shown({ elements: [pixels(ramp((row) => (row === 0 ? 60_000 : 100 + row))), us(TAG.PixelPaddingValue, 60_000)] });
    near(got, 1, [0]);
    near(got, 15, [255]);
  });

  it('turn MONOCHROME1 around', async () => {
    const got = await shown({ elements: [pixels(ramp((row) => row)), { tag: TAG.PhotometricInterpretation, vr: 'CS', value: 'MONOCHROME1' }] });
    near(got, 0, [255]);
    near(got, 15, [0]);
  });

  it('keep the sign of stored values', async () => {
    const got = await shown({ elements: [pixels(ramp((row) => row - 8)), us(TAG.PixelRepresentation, 1)] });
    near(got, 0, [0]);
    near(got, 15, [255]);
  });

  it('go through a VOI table', async () => {
    const table = Buffer.alloc(32);
    for (let at = 0; at < 16; at += 1) table.writeUInt16LE(at < 8 ? 0 : 255, 2 * at);
    const lut = { tag: TAG.VOILUTSequence, vr: 'SQ', value: [[{ tag: TAG.LUTDescriptor, vr: 'US', value: Buffer.from([16, 0, 0, 0, 8, 0]) }, { tag: TAG.LUTData, vr: 'OW', value: table }]] };
    const got = await shown({ kind: 'mr', elements: [pixels(ramp((row) => row)), lut] });
    near(got, 4, [0], 6);
    near(got, 12, [255], 6);
  });

  it('show palettes, colour by plane, and luminance with chrominance', async () => {
    const words = (value: number): Buffer => Buffer.from(new Uint16Array(16).fill(value << 8).buffer);
    const descriptor = Buffer.from([16, 0, 0, 0, 16, 0]);
    const palette = await shown({ kind: 'mr', elements: [
      pixels(ramp((row) => row)), { tag: TAG.PhotometricInterpretation, vr: 'CS', value: 'PALETTE COLOR' },
      ...[TAG.RedPaletteColorLookupTableDescriptor, TAG.GreenPaletteColorLookupTableDescriptor, TAG.BluePaletteColorLookupTableDescriptor].map((tag) => ({ tag, vr: 'US', value: descriptor })),
      { tag: TAG.RedPaletteColorLookupTableData, vr: 'OW', value: words(200) }, { tag: TAG.GreenPaletteColorLookupTableData, vr: 'OW', value: words(100) }, { tag: TAG.BluePaletteColorLookupTableData, vr: 'OW', value: words(30) },
    ] });
    near(palette, 8, [200, 100, 30]);
    const plane = (value: number): Buffer => Buffer.alloc(SIZE * SIZE, value);
    const planar = await shown({ kind: 'us-colour', elements: [us(TAG.PlanarConfiguration, 1), { tag: TAG.PixelData, vr: 'OB', value: Buffer.concat([plane(220), plane(40), plane(90)]) }] });
    near(planar, 8, [220, 40, 90]);
    const ybr = await shown({ kind: 'us-colour', elements: [{ tag: TAG.PhotometricInterpretation, vr: 'CS', value: 'YBR_FULL' }, { tag: TAG.PixelData, vr: 'OB', value: Buffer.alloc(SIZE * SIZE * 3, Buffer.from([76, 85, 255])) }] });
    near(ybr, 8, [255, 0, 0], 6);
    const halved = await shown({ kind: 'us-colour', elements: [{ tag: TAG.PhotometricInterpretation, vr: 'CS', value: 'YBR_FULL_422' }, { tag: TAG.PixelData, vr: 'OB', value: Buffer.alloc(SIZE * SIZE * 2, Buffer.from([76, 76, 85, 255])) }] });
    near(halved, 8, [255, 0, 0], 6);
  });

  it.each([UID.implicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian])('are the same from %s', async (transferSyntaxUid) => {
    const elements = [pixels(ramp((row) => row * 100))];
    const plain = (await picturesOf(written({ elements })))[0]?.pictures[0]?.jpeg;
    expect((await picturesOf(written({ elements, transferSyntaxUid })))[0]?.pictures[0]?.jpeg).toEqual(plain);
  });

  it('show some frames of many, from all over, in every size, each side within it', async () => {
    const made = await picturesOf(written({ frames: 40, rows: 32, columns: 64 }), [32, 16], 4);
    expect(made.map(({ frame }) => frame)).toEqual([6, 16, 26, 36]);
    for (const { pictures } of made) {
      expect(pictures.map(({ columns, rows }) => [columns, rows])).toEqual([[32, 16], [16, 8]]);
      for (const { jpeg, columns, rows } of pictures) expect(decode(jpeg)).toMatchObject({ columns, rows });
    }
  });

  it('make pixels square that are not', async () => {
    const [one] = await picturesOf(written({ elements: [{ tag: TAG.PixelAspectRatio, vr: 'IS', value: '2\\1' }] }));
    expect(one?.pictures[0]).toMatchObject({ columns: SIZE, rows: 2 * SIZE });
  });
});

describe('instances that cannot be shown', () => {
  it('give no pictures, or say why', async () => {
    expect(await picturesOf(written({ kind: 'sr' }))).toEqual([]);
    await expect(picturesOf(written({ elements: [us(TAG.Rows, 60_000), us(TAG.Columns, 60_000)] }))).rejects.toMatchObject({ code: 'TRANSCODE_UNSUPPORTED' });
    await expect(picturesOf(written({ elements: [us(TAG.Rows, 1_000)] }))).rejects.toMatchObject({ code: 'TRANSCODE_FAILED' });
    await expect(picturesOf(written({ elements: [{ tag: TAG.PhotometricInterpretation, vr: 'CS', value: 'CMYK' }] }))).rejects.toMatchObject({ code: 'TRANSCODE_UNSUPPORTED' });
  });
});

const data = sharedData();
/** DCMTK does not look into functional groups, has no window below one, and undoes colour transformations by other rules. */
const OTHERWISE = /agfa|MOVEKNEE|encapsulation-test|GH1146|testspectrum/;

describe.skipIf(data === undefined || !needs('djpeg') || !needs('dcmtk'))('pictures of real instances', () => {
  const root = data ?? '';
  const paths = data === undefined ? [] : readFileSync(join(root, 'CATALOG.csv'), 'utf8').split('\n').flatMap((line) => line.split(',')[0] ?? '').filter((path) => /^(ct|mr|us|xa-rf|xr)\//.test(path) && !OTHERWISE.test(path));
  it('look like those of DCMTK', async () => {
    const differences: string[] = [];
    let compared = 0;
    const out = join(folder, 'peer.pnm');
    for (const path of paths) {
      const file = join(root, path);
      const peer = (...args: readonly string[]): boolean => spawnSync(program('dcmj2pnm') ?? '', ['--write-raw-pnm', ...args, file, out], { timeout: 60_000 }).status === 0;
      const [made] = await picturesOf(file).catch(() => []);
      const frame = String(made?.frame ?? 1);
      if (!made || !(peer('+F', frame, '+Wi', '1') || peer('+F', frame, '+Wm'))) continue;
      const [ours, theirs] = [decode(made.pictures[0]?.jpeg ?? new Uint8Array()), readAnymap(readFileSync(out))];
      // A picture of a few pixels is mostly what JPEG makes of its edges.
      if (ours.columns < 16 || ours.columns !== theirs.columns || ours.rows !== theirs.rows) continue;
      const grey = ({ samples, data: values }: Pixels, at: number): number => (samples === 1 ? values[at] ?? 0 : ((values[3 * at] ?? 0) + (values[3 * at + 1] ?? 0) + (values[3 * at + 2] ?? 0)) / 3);
      let sum = 0;
      const count = ours.columns * ours.rows;
      for (let at = 0; at < count; at += 1) sum += Math.abs(grey(ours, at) - grey(theirs, at));
      compared += 1;
      if (sum / count > 2) differences.push(`${path} ${(sum / count).toFixed(1)}`);
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(20);
  }, 180_000);
});
