import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { createPictureMaker } from '../../../dicom/picture/picture-maker.ts';
import type { RasterRequest } from '../../../dicom/picture/picture-maker.ts';
import type { Raster } from '../../../dicom/picture/render.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { createTranscoder } from '../../../dicom/transcode.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { MadeElement } from '../../fixtures/make-instance.ts';
import { needs, program, pythonWith } from '../../fixtures/peers.ts';
import { sharedData } from '../../fixtures/shared-data.ts';
import { filesBelow } from '../transcode/instances.ts';

const scratch = mkdtempSync(join(tmpdir(), 'spindle-raster-'));
const maker = createPictureMaker({ workers: 1 });
const transcoder = createTranscoder({ workers: 1 });
afterAll(async () => { await maker.close(); await transcoder.close(); rmSync(scratch, { recursive: true, force: true }); });

let count = 0;
const us = (tag: number, value: number): MadeElement => ({ tag, vr: 'US', value });
const text = (tag: number, vr: string, value: string): MadeElement => ({ tag, vr, value });
interface Made { readonly pixels: Buffer; readonly elements?: readonly MadeElement[]; readonly rows?: number; readonly columns?: number; readonly bits?: number; readonly samples?: number; readonly photometric?: string; readonly transferSyntaxUid?: string }
const made = ({ pixels, elements = [], rows = 2, columns = 2, bits = 8, samples = 1, photometric = 'MONOCHROME2', transferSyntaxUid = UID.explicitLittleEndian }: Made): string => {
  count += 1;
  const file = join(scratch, `made-${count}.dcm`);
  const base = [
    us(TAG.SamplesPerPixel, samples), text(TAG.PhotometricInterpretation, 'CS', photometric), us(TAG.Rows, rows), us(TAG.Columns, columns), us(TAG.BitsAllocated, bits), us(TAG.BitsStored, bits),
    us(TAG.HighBit, bits - 1), { tag: TAG.PixelData, vr: bits > 8 ? 'OW' : 'OB', value: pixels },
  ];
  writeFileSync(file, makeInstance({ seed: `raster ${count}`, rows, columns, transferSyntaxUid, without: [TAG.RescaleIntercept, TAG.RescaleSlope], elements: [...base.filter(({ tag }) => !elements.some((one) => one.tag === tag)), ...elements] }).bytes);
  return file;
};
const box = (columns: number, rows = columns): RasterRequest['box'] => ({ columns, rows });
const raster = (file: string, more: Partial<RasterRequest> = {}): Promise<Raster> => {
  const { dataSetOffset, transferSyntaxUid } = readFileMeta(readFileSync(file));
  return maker.raster({ source: { file, dataSetOffset, transferSyntaxUid }, frame: 1, box: box(2), fit: 'stretch', ...more });
};
const seen = async (file: string, more: Partial<RasterRequest> = {}): Promise<number[]> => [...(await raster(file, more)).data];
const GREY = Buffer.of(0, 50, 100, 200);

describe('the picture of a grey frame', () => {
  it('spreads the values over all bytes where the data set says nothing', async () => {
    expect(await seen(made({ pixels: GREY }))).toEqual([0, 64, 128, 255]);
    expect(await seen(made({ pixels: GREY, photometric: 'MONOCHROME1' }))).toEqual([255, 191, 127, 0]);
  });

  it('leaves padding out of the range', async () => {
    expect(await seen(made({ pixels: GREY, elements: [us(TAG.PixelPaddingValue, 200)] }))).toEqual([0, 128, 255, 255]);
  });

  it('applies rescale and the first window', async () => {
    const window = [text(TAG.RescaleSlope, 'DS', '2'), text(TAG.RescaleIntercept, 'DS', '-100'), text(TAG.WindowCenter, 'DS', '0.5\\7'), text(TAG.WindowWidth, 'DS', '101\\9')];
    expect(await seen(made({ pixels: GREY, elements: window }))).toEqual([0, 128, 255, 255]);
  });

  it('applies lookup tables of modality and VOI', async () => {
    const words = (...values: readonly number[]): Buffer => Buffer.from(Uint16Array.from(values).buffer);
    const table = (tag: number, descriptor: Buffer, entries: Buffer): MadeElement => ({ tag, vr: 'SQ', value: [[{ tag: TAG.LUTDescriptor, vr: 'US', value: descriptor }, { tag: TAG.LUTData, vr: 'OW', value: entries }]] });
    const pixels = Buffer.of(0, 1, 2, 9);
    expect(await seen(made({ pixels, elements: [table(TAG.VOILUTSequence, words(3, 0, 8), words(10, 200, 30))] }))).toEqual([10, 200, 30, 30]);
    expect(await seen(made({ pixels, elements: [table(TAG.ModalityLUTSequence, words(3, 0, 16), words(0, 1000, 250))] }))).toEqual([0, 255, 64, 64]);
  });

  it('reads the window of its own frame from functional groups', async () => {
    const group = (center: string): readonly MadeElement[] => [{ tag: TAG.FrameVOILUTSequence, vr: 'SQ', value: [[text(TAG.WindowCenter, 'DS', center), text(TAG.WindowWidth, 'DS', '1')]] }];
    const file = made({ pixels: Buffer.concat([GREY, GREY]), elements: [text(TAG.NumberOfFrames, 'IS', '2'), { tag: TAG.PerFrameFunctionalGroupsSequence, vr: 'SQ', value: [group('75'), group('150')] }] });
    expect(await seen(file)).toEqual([0, 0, 255, 255]);
    expect(await seen(file, { frame: 2 })).toEqual([0, 0, 0, 255]);
    expect(await seen(file, { frame: 'representative' })).toEqual([0, 0, 255, 255]);
    const named = made({ pixels: Buffer.concat([GREY, GREY]), elements: [text(TAG.NumberOfFrames, 'IS', '2'), us(TAG.RepresentativeFrameNumber, 2), { tag: TAG.PerFrameFunctionalGroupsSequence, vr: 'SQ', value: [group('75'), group('150')] }] });
    expect(await seen(named, { frame: 'representative' })).toEqual([0, 0, 0, 255]);
  });

  it('is the same in every transfer syntax', async () => {
    const pixels = Buffer.from(Int16Array.of(-1000, 0, 500, 3000).buffer);
    const elements = [us(TAG.PixelRepresentation, 1)];
    const native = made({ pixels, bits: 16, elements });
    const expected = await seen(native);
    expect(expected).toEqual([0, 64, 96, 255]);
    for (const transferSyntaxUid of [UID.implicitLittleEndian, '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99']) expect(await seen(made({ pixels, bits: 16, elements, transferSyntaxUid })), transferSyntaxUid).toEqual(expected);
    for (const toSyntaxUid of ['1.2.840.10008.1.2.4.70', '1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.5']) {
      const target = `${native}.${toSyntaxUid}`;
      const { dataSetOffset, transferSyntaxUid } = readFileMeta(readFileSync(native));
      await transcoder.convert({ file: native, dataSetOffset, fromSyntaxUid: transferSyntaxUid, toSyntaxUid, target });
      expect(await seen(target), toSyntaxUid).toEqual(expected);
    }
  });

  it('unpacks single bits, across the seam of frames too', async () => {
    const elements = [us(TAG.BitsAllocated, 1), us(TAG.BitsStored, 1), us(TAG.HighBit, 0), text(TAG.NumberOfFrames, 'IS', '2')];
    const file = made({ pixels: Buffer.of(0b1100_0101, 0b10), rows: 1, columns: 5, elements });
    expect(await seen(file, { box: box(5, 1) })).toEqual([255, 0, 255, 0, 0]);
    expect(await seen(file, { frame: 2, box: box(5, 1) })).toEqual([0, 255, 255, 0, 255]);
  });
});

describe('the picture of a coloured frame', () => {
  const red = [255, 0, 0];
  const RGB = Buffer.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9);

  it('takes RGB by pixel and by plane', async () => {
    expect(await seen(made({ pixels: RGB, samples: 3, photometric: 'RGB', elements: [us(TAG.PlanarConfiguration, 0)] }))).toEqual([...RGB]);
    expect(await seen(made({ pixels: Buffer.of(255, 0, 0, 9, 0, 255, 0, 9, 0, 0, 255, 9), samples: 3, photometric: 'RGB', elements: [us(TAG.PlanarConfiguration, 1)] }))).toEqual([...RGB]);
  });

  it('turns luminance and chrominance to RGB, shared ones too', async () => {
    const ybr = [76, 85, 255];
    const near = (pixels: readonly number[]): void => { pixels.forEach((value, at) => { expect(Math.abs(value - (red[at % 3] as number))).toBeLessThanOrEqual(1); }); };
    near(await seen(made({ pixels: Buffer.of(...ybr, ...ybr, ...ybr, ...ybr), samples: 3, photometric: 'YBR_FULL', elements: [us(TAG.PlanarConfiguration, 0)] })));
    near(await seen(made({ pixels: Buffer.of(76, 76, 85, 255, 76, 76, 85, 255), samples: 3, photometric: 'YBR_FULL_422', elements: [us(TAG.PlanarConfiguration, 0)] })));
  });

  it('spreads luminance and chrominance of video range', async () => {
    const cells = (luminance: number): readonly number[] => [luminance, luminance, 128, 128];
    expect(await seen(made({ pixels: Buffer.of(...cells(16), ...cells(235)), samples: 3, photometric: 'YBR_PARTIAL_422', elements: [us(TAG.PlanarConfiguration, 0)] }))).toEqual([0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]);
  });

  it('spreads few bits over all of a byte', async () => {
    expect(await seen(made({ pixels: Buffer.of(15, 0, 3, 15, 0, 3, 15, 0, 3, 15, 0, 3), samples: 3, photometric: 'RGB', elements: [us(TAG.PlanarConfiguration, 0), us(TAG.BitsStored, 4), us(TAG.HighBit, 3)] }))).toEqual([255, 0, 51, 255, 0, 51, 255, 0, 51, 255, 0, 51]);
  });

  /** Twelve entries: two by themselves, a line of four up, those two and that line again, one value after it kept for two. */
  const segmented = (bits: 8 | 16, top: number): readonly MadeElement[] => {
    const codes = (low: number): readonly number[] => {
      const offset = bits === 8 ? [0, 0, 0, 0] : [0, 0];
      return [0, 2, low, low + 1, 1, 4, top, 2, 2, ...offset, 1, 2, top];
    };
    const bytes = (values: readonly number[]): Buffer => { const all = bits === 8 ? Buffer.from(values) : Buffer.from(Uint16Array.from(values).buffer); return all.length % 2 === 0 ? all : Buffer.concat([all, Buffer.of(0)]); };
    return [0, 1, 2].flatMap((sample) => [
      { tag: TAG.RedPaletteColorLookupTableDescriptor + sample, vr: 'US', value: Buffer.from(Uint16Array.of(14, 0, bits).buffer) },
      { tag: TAG.SegmentedRedPaletteColorLookupTableData + sample, vr: 'OW', value: bytes(codes((top / 10) * sample)) },
    ]);
  };

  it('looks up palettes that are told in segments', async () => {
    const pixels = Buffer.from(Array.from({ length: 16 }, (_, at) => at));
    const entries = (low: number): readonly number[] => { const line = [1, 2, 3, 4].map((step) => Math.round(low + 1 + ((200 - low - 1) * step) / 4)); return [low, low + 1, ...line, low, low + 1, ...line, 200, 200, 200, 200]; };
    const expected = Array.from({ length: 16 }, (_, at) => [entries(0)[at], entries(20)[at], entries(40)[at]]).flat();
    const narrow = made({ pixels, rows: 4, columns: 4, photometric: 'PALETTE COLOR', elements: segmented(8, 200) });
    expect(await seen(narrow, { box: box(4) })).toEqual(expected);
    const wide = await seen(made({ pixels, rows: 4, columns: 4, photometric: 'PALETTE COLOR', elements: segmented(16, 51_200) }), { box: box(4) });
    wide.forEach((value, at) => { expect(Math.abs(value - (expected[at] as number)), String(at)).toBeLessThanOrEqual(1); });
    const python = needs('pydicom') ? pythonWith('pydicom, numpy') : undefined;
    if (python === undefined) return;
    const said = spawnSync(python, ['-c', 'import sys, pydicom; from pydicom.pixel_data_handlers.util import apply_color_lut; d = pydicom.dcmread(sys.argv[1]); print(*apply_color_lut(d.pixel_array, d).ravel())', narrow], { encoding: 'utf8', timeout: 60_000 });
    const theirs = said.stdout.trim().split(' ');
    expect(theirs, said.stderr).toHaveLength(expected.length);
    theirs.forEach((value, at) => { expect(Math.abs(Number(value) - (expected[at] as number)), String(at)).toBeLessThanOrEqual(1); });
  });

  it('looks palettes up, whose words may hold bytes', async () => {
    const palette = (entries: readonly (readonly number[])[]): readonly MadeElement[] => [0, 1, 2].flatMap((sample) => [
      { tag: TAG.RedPaletteColorLookupTableDescriptor + sample, vr: 'US', value: Buffer.from(Uint16Array.of(2, 5, 16).buffer) },
      { tag: TAG.RedPaletteColorLookupTableData + sample, vr: 'OW', value: Buffer.from(Uint16Array.from(entries[sample] ?? []).buffer) },
    ]);
    const pixels = Buffer.of(5, 6, 0, 9);
    const expected = [1, 2, 3, 255, 128, 0, 1, 2, 3, 255, 128, 0];
    expect(await seen(made({ pixels, photometric: 'PALETTE COLOR', elements: palette([[0x100, 0xff00], [0x200, 0x8000], [0x300, 0]]) }))).toEqual(expected);
    expect(await seen(made({ pixels, photometric: 'PALETTE COLOR', elements: palette([[1, 255], [2, 128], [3, 0]]) }))).toEqual(expected);
  });
});

describe('the size of a picture', () => {
  const wide = (elements: readonly MadeElement[] = []): string => made({ pixels: Buffer.of(0, 255, 0, 255, 0, 255, 0, 255), rows: 2, columns: 4, elements });

  it('keeps the shape, pads to a box or stretches, and enlarges only where asked', async () => {
    const size = async (fit: RasterRequest['fit'], side: number): Promise<number[]> => { const { columns, rows } = await raster(wide(), { fit, box: box(side) }); return [columns, rows]; };
    expect([await size('inside', 2), await size('inside', 9), await size('pad', 8), await size('stretch', 3)]).toEqual([[2, 1], [4, 2], [8, 8], [3, 3]]);
    expect(await seen(wide(), { fit: 'pad', box: box(2) })).toEqual([128, 128, 0, 0]);
    expect(await seen(wide(), { box: box(4, 1) })).toEqual([0, 255, 0, 255]);
  });

  it('makes pixels square', async () => {
    const { columns, rows } = await raster(wide([text(TAG.PixelSpacing, 'DS', '2\\1')]), { fit: 'inside', box: box(100) });
    expect([columns, rows]).toEqual([4, 4]);
  });
});

describe('a frame that cannot be shown', () => {
  it('is refused by code', async () => {
    await expect(raster(made({ pixels: GREY }), { frame: 2 })).rejects.toMatchObject({ code: 'TRANSCODE_FAILED' });
    await expect(raster(made({ pixels: GREY.subarray(0, 2) }))).rejects.toMatchObject({ code: 'TRANSCODE_FAILED' });
    await expect(raster(made({ pixels: GREY, photometric: 'PALETTE COLOR' }))).rejects.toMatchObject({ code: 'TRANSCODE_UNSUPPORTED' });
    writeFileSync(join(scratch, 'report.dcm'), makeInstance({ kind: 'sr' }).bytes);
    await expect(raster(join(scratch, 'report.dcm'))).rejects.toMatchObject({ code: 'TRANSCODE_UNSUPPORTED' });
  });
});

/** Size, samples and bytes of a binary PGM or PPM. */
const readPnm = (file: string): Raster | undefined => {
  const bytes = readFileSync(file);
  const head = /^P([56])\s+(?:#.*\s+)*(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString('latin1', 0, 200));
  return head ? { samples: head[1] === '5' ? 1 : 3, columns: Number(head[2]), rows: Number(head[3]), data: bytes.subarray(head[0].length) } : undefined;
};

const data = sharedData();

describe.runIf(data !== undefined && needs('dcmtk'))('the pictures of real frames', () => {
  it('are those that DCMTK shows', async () => {
    const peer = program('dcmj2pnm');
    let compared = 0;
    const differing: string[] = [];
    const files = filesBelow(data as string).filter((file) => /\/(ct|mr|us|xr|xa-rf|nm-pt|sc|ts)\//.test(file) && readFileSync(file).length < 3_000_000);
    for (const file of files) {
      const pnm = join(scratch, 'peer.pnm');
      rmSync(pnm, { force: true });
      const dump = spawnSync(program('dcmdump') as string, ['+P', '0028,1050', '+P', '0028,0120', file], { encoding: 'utf8', timeout: 20_000 }).stdout;
      const hasWindow = dump.includes('DS [');
      // The peer counts padding among the values, and takes the colours of this one file for what its data set says, not its stream.
      if ((!hasWindow && dump.includes('(0028,0120)')) || file.endsWith('GH195.dcm')) continue;
      spawnSync(peer as string, ['+F', '1', hasWindow ? '+Wi' : '+Wm', ...(hasWindow ? ['1'] : []), '+op', file, pnm], { timeout: 20_000 });
      let theirs: Raster | undefined;
      try { theirs = readPnm(pnm); } catch { continue; }
      if (!theirs) continue;
      const ours = await raster(file, { box: box(theirs.columns, theirs.rows) }).catch(() => undefined);
      if (!ours) { differing.push(`${file} not shown`); continue; }
      compared += 1;
      const far = ours.samples === theirs.samples ? ours.data.reduce((sum, value, at) => sum + (Math.abs(value - (theirs.data[at] as number)) > 2 ? 1 : 0), 0) : Infinity;
      if (far > ours.data.length / 1000) differing.push(`${file} ${far} of ${ours.data.length}`);
    }
    expect(differing.map((line) => line.slice((data as string).length + 1))).toEqual([]);
    expect(compared).toBeGreaterThan(80);
  }, 240_000);
});
