import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import library from 'dcmjs-codecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { encodeFileMeta, readFileMeta } from '../../../dicom/data-set/part10.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { TRANSFER_SYNTAXES } from '../../../dicom/tables/transfer-syntaxes.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { createTranscoder } from '../../../dicom/transcode.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import type { ErrorCode } from '../../../infra/errors.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { needs, program, pythonWith } from '../../fixtures/peers.ts';
import { sharedData } from '../../fixtures/shared-data.ts';
import { convertFile, dataSetOf, DELIMITER, ENCAPSULATED, fragmentsOf, imageElements, item, pixelsOf, shapeFile, SHAPES, valueOf, withPixelData } from './instances.ts';
import type { Shape } from './instances.ts';

const WRITTEN = [UID.rleLossless, UID.jpegLosslessFirstOrder, UID.jpegLsLossless, UID.jpeg2000Lossless];

const HTJ2K_LOSSLESS = library.constants.TransferSyntax.HtJpeg2000Lossless;

let folder = '';
const transcoder = createTranscoder({ workers: 2 });
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'transcode-pixels-')); });
afterAll(async () => {
  await transcoder.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const shapeNamed = (name: string): Shape => SHAPES.find((shape) => shape.name === name) as Shape;
const refusing = async (work: Promise<unknown>, code: ErrorCode): Promise<void> => {
  const before = readdirSync(folder);
  await expect(work).rejects.toSatisfy((error) => isApplianceError(error, code));
  expect(readdirSync(folder)).toEqual(before);
};

/** Colour by plane as colour by pixel. */
const byPixel = (shape: Shape, pixels: Buffer): Buffer => {
  if (shape.planar !== 1) return pixels;
  const count = shape.rows * shape.columns;
  return Buffer.from(Array.from({ length: pixels.length }, (_, index) => pixels[(index % 3) * count + Math.floor(index / 3)] as number));
};
const expectedPixels = (shape: Shape): Buffer => byPixel(shape, pixelsOf(shape));
const decodedPixels = (file: string, shape: Shape): Buffer | undefined => dataSetOf(file).elements.get(TAG.PixelData)?.value.subarray(0, expectedPixels(shape).length);

describe('compressing without loss', () => {
  for (const syntax of WRITTEN) {
    for (const shape of SHAPES) {
      it(`gives ${shape.name} back from ${syntax}, element by element`, async () => {
        const file = shapeFile(folder, shape);
        const encoded = await convertFile(transcoder, file, syntax, at('encoded.dcm'));
        const bytes = readFileSync(at('encoded.dcm'));
        expect(encoded).toMatchObject({ pixels: 'identical', bytes: bytes.length, dataSetSha256: createHash('sha256').update(bytes.subarray(encoded.dataSetOffset)).digest('hex') });
        expect(readFileMeta(bytes)).toMatchObject({ transferSyntaxUid: syntax, dataSetOffset: encoded.dataSetOffset });
        expect(fragmentsOf(at('encoded.dcm'))).toHaveLength(shape.frames ?? 1);
        expect((await convertFile(transcoder, at('encoded.dcm'), UID.explicitLittleEndian, at('decoded.dcm'))).pixels).toBe('identical');
        if (shape.planar === 1) {
          expect(decodedPixels(at('decoded.dcm'), shape)?.equals(expectedPixels(shape))).toBe(true);
          expect(dataSetOf(at('decoded.dcm')).elements.get(TAG.PlanarConfiguration)?.value.readUInt16LE(0)).toBe(0);
        } else {
          expect((await elementDigest(at('decoded.dcm'))).all).toBe((await elementDigest(file)).all);
        }
      });
    }
  }

  it('takes pixels from every native encoding and gives them in every native encoding', async () => {
    const shape = shapeNamed('unsigned 12 of 16 bits');
    const native = [UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian];
    const expected = (await elementDigest(shapeFile(folder, shape))).all;
    for (const from of native) {
      await convertFile(transcoder, shapeFile(folder, shape, [], from), UID.jpegLsLossless, at('encoded.dcm'));
      for (const to of native) {
        await convertFile(transcoder, at('encoded.dcm'), to, at('decoded.dcm'));
        expect((await elementDigest(at('decoded.dcm'))).all, `${from} ${to}`).toBe(expected);
      }
    }
  });

  it('says of JPEG 2000 colour that it is transformed, and of decoded colour that it is not', async () => {
    await convertFile(transcoder, shapeFile(folder, shapeNamed('RGB by pixel')), UID.jpeg2000Lossless, at('encoded.dcm'));
    expect(valueOf(dataSetOf(at('encoded.dcm')), TAG.PhotometricInterpretation)).toBe('YBR_RCT');
    await convertFile(transcoder, at('encoded.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
    expect(valueOf(dataSetOf(at('decoded.dcm')), TAG.PhotometricInterpretation)).toBe('RGB');
  });

  it('refuses what a codec cannot hold, and instances without pixels', async () => {
    const wide: Shape = { name: '32 bits', rows: 9, columns: 9, samples: 1, bitsAllocated: 32, bitsStored: 32 };
    const file = shapeFile(folder, wide);
    await convertFile(transcoder, file, UID.rleLossless, at('encoded.dcm'));
    await convertFile(transcoder, at('encoded.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
    expect((await elementDigest(at('decoded.dcm'))).all).toBe((await elementDigest(file)).all);
    await refusing(convertFile(transcoder, file, UID.jpegLosslessFirstOrder, at('never.dcm')), 'TRANSCODE_UNSUPPORTED');
    writeFileSync(at('report.dcm'), makeInstance({ kind: 'sr' }).bytes);
    await refusing(convertFile(transcoder, at('report.dcm'), UID.rleLossless, at('never.dcm')), 'TRANSCODE_UNSUPPORTED');
    const bitmap = shapeFile(folder, { ...wide, name: 'bitmap', bitsAllocated: 8, bitsStored: 8 }, [{ tag: TAG.BitsAllocated, vr: 'US', value: 1 }, { tag: TAG.BitsStored, vr: 'US', value: 1 }]);
    await refusing(convertFile(transcoder, bitmap, UID.rleLossless, at('never.dcm')), 'TRANSCODE_UNSUPPORTED');
  });

  it('finds pixel data that is shorter than it should be', async () => {
    const shape = shapeNamed('unsigned 16 bits');
    writeFileSync(at('short.dcm'), makeInstance({ elements: [...imageElements(shape), { tag: TAG.PixelData, vr: 'OW', value: Buffer.alloc(100) }] }).bytes);
    await refusing(convertFile(transcoder, at('short.dcm'), UID.rleLossless, at('never.dcm')), 'TRANSCODE_FAILED');
  });

  it.runIf(needs('dcmtk') && needs('gdcm'))('writes streams that DCMTK and GDCM decode to the same pixels', async () => {
    for (const shape of SHAPES) {
      const file = shapeFile(folder, shape);
      for (const [syntax, argv] of [
        [UID.rleLossless, ['dcmdrle']], [UID.jpegLosslessFirstOrder, ['dcmdjpeg', '+cn']], [UID.jpegLsLossless, ['dcmdjpls']], [UID.jpeg2000Lossless, ['gdcmconv', '-w']],
      ] as const) {
        // The peer takes Bits Stored for what the stream holds, and cuts the overlay off.
        if (shape.fills === true && syntax === UID.jpeg2000Lossless) continue;
        await convertFile(transcoder, file, syntax, at('encoded.dcm'));
        rmSync(at('peer.dcm'), { force: true });
        const peer = spawnSync(program(argv[0]) as string, [...argv.slice(1), at('encoded.dcm'), at('peer.dcm')], { encoding: 'utf8', timeout: 30_000 });
        expect(peer.status, `${argv[0]} ${shape.name}: ${peer.stderr}`).toBe(0);
        expect(decodedPixels(at('peer.dcm'), shape)?.equals(expectedPixels(shape)), `${argv[0]} ${shape.name}`).toBe(true);
      }
    }
  }, 120_000);
});

describe('fragments of encapsulated pixel data', () => {
  const shape = shapeNamed('nine frames');
  const offsetsOf = (lengths: readonly number[]): readonly number[] => lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0));
  /** The nine frames in two fragments each. */
  const split = (fragments: readonly Buffer[]): readonly Buffer[] => fragments.flatMap((one) => { const half = (one.length >> 2) * 2; return [one.subarray(0, half), one.subarray(half)]; });
  const table32 = (values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);

  const variants: Readonly<Record<string, (fragments: readonly Buffer[]) => Buffer>> = {
    'one for each frame, with a table': (fragments) => Buffer.concat([ENCAPSULATED, item(table32(offsetsOf(fragments.map(({ length }) => length + 8)))), ...fragments.map(item), DELIMITER]),
    'two for each frame, told apart by the table': (fragments) => Buffer.concat([ENCAPSULATED, item(table32(offsetsOf(fragments.map(({ length }) => length + 16)))), ...split(fragments).map(item), DELIMITER]),
    'two for each frame, told apart by where streams begin': (fragments) => Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), ...split(fragments).map(item), DELIMITER]),
    'no delimiter at the end': (fragments) => Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), ...fragments.map(item)]),
    'elements after the pixel data': (fragments) => Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), ...fragments.map(item), DELIMITER, Buffer.from('fcfffcff4f42000004000000', 'hex'), Buffer.alloc(4)]),
  };
  for (const [name, make] of Object.entries(variants)) {
    it(`are read: ${name}`, async () => {
      const file = shapeFile(folder, shape);
      await convertFile(transcoder, file, UID.jpegLosslessFirstOrder, at('encoded.dcm'));
      withPixelData(at('encoded.dcm'), at('variant.dcm'), make(fragmentsOf(at('encoded.dcm'))));
      await convertFile(transcoder, at('variant.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
      expect((await elementDigest(at('decoded.dcm'))).all).toBe((await elementDigest(file)).all);
    });
  }

  it('are read by an extended offset table, which does not stay', async () => {
    const file = shapeFile(folder, shape);
    await convertFile(transcoder, file, UID.rleLossless, at('encoded.dcm'));
    const fragments = fragmentsOf(at('encoded.dcm'));
    const table = Buffer.from(BigUint64Array.from(offsetsOf(fragments.map(({ length }) => length + 16)), BigInt).buffer);
    const head = Buffer.from('e07f01004f56000000000000', 'hex');
    head.writeUInt32LE(table.length, 8);
    withPixelData(at('encoded.dcm'), at('variant.dcm'), Buffer.concat([head, table, ENCAPSULATED, item(Buffer.alloc(0)), ...split(fragments).map(item), DELIMITER]));
    await convertFile(transcoder, at('variant.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
    expect((await elementDigest(at('decoded.dcm'))).all).toBe((await elementDigest(file)).all);
  });

  it('are refused when they do not make the frames', async () => {
    await convertFile(transcoder, shapeFile(folder, shape), UID.rleLossless, at('encoded.dcm'));
    const fragments = fragmentsOf(at('encoded.dcm'));
    const wrong = [
      Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), ...fragments.slice(1).map(item), DELIMITER]),
      Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), DELIMITER]),
      Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), ...fragments.map(item)]).subarray(0, -10),
      Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), Buffer.from('rubbish that is no item')]),
    ];
    for (const pixelData of wrong) {
      withPixelData(at('encoded.dcm'), at('variant.dcm'), pixelData);
      await refusing(convertFile(transcoder, at('variant.dcm'), UID.explicitLittleEndian, at('never.dcm')), 'TRANSCODE_FAILED');
    }
  });
});

describe('damaged pixel data', () => {
  for (const syntax of WRITTEN) {
    it(`of ${syntax} is refused or decoded, never fatal, and good frames go on`, async () => {
      const shape = shapeNamed('unsigned 12 of 16 bits');
      const file = shapeFile(folder, shape);
      await convertFile(transcoder, file, syntax, at('encoded.dcm'));
      const [stream] = fragmentsOf(at('encoded.dcm')) as [Buffer];
      const broken = [stream.subarray(0, 40), stream.subarray(0, stream.length >> 1), Buffer.alloc(stream.length), Buffer.from('no stream at all'), Buffer.alloc(0)];
      for (const bytes of broken) {
        withPixelData(at('encoded.dcm'), at('broken.dcm'), Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), item(bytes), DELIMITER]));
        await refusing(convertFile(transcoder, at('broken.dcm'), UID.explicitLittleEndian, at('never.dcm')), 'TRANSCODE_FAILED');
      }
      for (let flip = 0; flip < 40; flip += 1) {
        const bytes = Buffer.from(stream);
        const where = (flip * 7919) % bytes.length;
        bytes[where] = (bytes[where] as number) ^ (1 << (flip % 8));
        withPixelData(at('encoded.dcm'), at('broken.dcm'), Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), item(bytes), DELIMITER]));
        const outcome = await convertFile(transcoder, at('broken.dcm'), UID.explicitLittleEndian, at('maybe.dcm')).then(() => 'decoded', (error: unknown) => (isApplianceError(error) ? error.code : String(error)));
        expect(['decoded', 'TRANSCODE_FAILED', 'TRANSCODE_UNSUPPORTED']).toContain(outcome);
        rmSync(at('maybe.dcm'), { force: true });
      }
      await convertFile(transcoder, at('encoded.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
      expect((await elementDigest(at('decoded.dcm'))).all).toBe((await elementDigest(file)).all);
    });
  }

  it('of another size than the data set says is refused', async () => {
    const shape = shapeNamed('unsigned 16 bits');
    for (const syntax of WRITTEN) {
      await convertFile(transcoder, shapeFile(folder, shape), syntax, at('encoded.dcm'));
      const bytes = readFileSync(at('encoded.dcm'));
      const rows = bytes.indexOf(Buffer.from('2800100055530200', 'hex'));
      bytes.writeUInt16LE(shape.rows * 2, rows + 8);
      writeFileSync(at('lying.dcm'), bytes);
      await refusing(convertFile(transcoder, at('lying.dcm'), UID.explicitLittleEndian, at('never.dcm')), 'TRANSCODE_FAILED');
    }
  });

  it('or a frame that takes too long ends at the time limit, and other work goes on', async () => {
    const slow: Shape = { name: 'a large frame', rows: 3000, columns: 3000, samples: 1, bitsAllocated: 16, bitsStored: 16 };
    const hasty = createTranscoder({ workers: 1, frameLimitMs: 20 });
    try {
      await refusing(convertFile(hasty, shapeFile(folder, slow), UID.jpeg2000Lossless, at('never.dcm')), 'TRANSCODE_FAILED');
      await refusing(convertFile(hasty, shapeFile(folder, slow), UID.jpeg2000Lossless, at('never.dcm')), 'TRANSCODE_FAILED');
    } finally {
      await hasty.close();
    }
    await convertFile(transcoder, shapeFile(folder, shapeNamed('unsigned 16 bits')), UID.jpeg2000Lossless, at('encoded.dcm'));
  }, 60_000);
});

describe('high-throughput JPEG 2000', () => {
  beforeAll(() => library.NativeCodecs.initializeAsync());

  const encapsulated = (shape: Shape, stream: Uint8Array): string => {
    const { rows, columns } = shape;
    const made = makeInstance({ seed: shape.name, rows, columns, elements: [...imageElements(shape), { tag: TAG.PixelData, vr: 'OB', value: Buffer.alloc(0) }] });
    const meta = encodeFileMeta({ sopClassUid: made.sopClassUid, sopInstanceUid: made.sopInstanceUid, transferSyntaxUid: HTJ2K_LOSSLESS });
    const even = Buffer.concat([stream, Buffer.alloc(stream.length % 2)]);
    writeFileSync(at('high.dcm'), Buffer.concat([meta, made.dataSet.subarray(0, -12), ENCAPSULATED, item(Buffer.alloc(0)), item(even), DELIMITER]));
    return at('high.dcm');
  };

  for (const shape of SHAPES.filter(({ frames, fills, planar }) => frames === undefined && fills !== true && planar !== 1)) {
    it(`is decoded to the pixels it was made of: ${shape.name}`, async () => {
      const encoded = library.NativeCodecs.encodeHtJpeg2000(new library.Context({
        width: shape.columns, height: shape.rows, bitsAllocated: shape.bitsAllocated, bitsStored: shape.bitsStored, samplesPerPixel: shape.samples, planarConfiguration: 0,
        pixelRepresentation: shape.isSigned === true ? 1 : 0, photometricInterpretation: shape.photometric ?? 'MONOCHROME2', decodedBuffer: pixelsOf(shape),
      }), { lossy: false }).getEncodedBuffer() as Uint8Array;
      await convertFile(transcoder, encapsulated(shape, encoded), UID.explicitLittleEndian, at('decoded.dcm'));
      expect(decodedPixels(at('decoded.dcm'), shape)?.equals(pixelsOf(shape))).toBe(true);
      await refusing(convertFile(transcoder, encapsulated(shape, encoded.subarray(0, encoded.length >> 1)), UID.explicitLittleEndian, at('never.dcm')), 'TRANSCODE_FAILED');
    });
  }
});

describe('icons', () => {
  it('that are compressed like the image are decoded with it', async () => {
    const shape = shapeNamed('unsigned 16 bits');
    const icon: Shape = { name: 'icon', rows: 16, columns: 16, samples: 1, bitsAllocated: 8, bitsStored: 8 };
    const iconItem = [...imageElements(icon), { tag: TAG.PixelData, vr: 'OB', value: pixelsOf(icon) }];
    const plain = shapeFile(folder, shape, [{ tag: TAG.IconImageSequence, vr: 'SQ', value: [iconItem] }]);
    await convertFile(transcoder, shapeFile(folder, icon), UID.jpegLosslessFirstOrder, at('icon.dcm'));
    await convertFile(transcoder, plain, UID.jpegLosslessFirstOrder, at('encoded.dcm'));
    // The native icon of the encoded image makes room for a compressed one, in an item and a sequence of undefined length.
    const bytes = readFileSync(at('encoded.dcm'));
    const sequence = bytes.indexOf(Buffer.from('88000002535100', 'hex'));
    const pixels = bytes.indexOf(Buffer.from('e07f10004f420000', 'hex'), sequence);
    const compressed = Buffer.concat([ENCAPSULATED, item(Buffer.alloc(0)), ...fragmentsOf(at('icon.dcm')).map(item), DELIMITER]);
    const opening = Buffer.from(bytes.subarray(sequence, pixels));
    opening.writeUInt32LE(0xffffffff, 8);
    opening.writeUInt32LE(0xffffffff, 16);
    writeFileSync(at('with-icon.dcm'), Buffer.concat([bytes.subarray(0, sequence), opening, compressed, Buffer.from('feff0de000000000', 'hex'), DELIMITER, bytes.subarray(pixels + 12 + 256)]));
    await convertFile(transcoder, at('with-icon.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
    expect((await elementDigest(at('decoded.dcm'))).all).toBe((await elementDigest(plain)).all);
  });
});

describe('routes', () => {
  it('are there for the syntaxes of the reference statement but video, and nobody claims more than it does', () => {
    const route = (from: string, to: string): string | undefined => transcoder.route(from, to);
    for (const { uid, encapsulated, inReference } of TRANSFER_SYNTAXES) {
      const expected = uid === UID.explicitLittleEndian ? 'same' : uid === UID.mpeg2MainLevel ? undefined : encapsulated ? 'decode' : 'native';
      if (inReference) expect(route(uid, UID.explicitLittleEndian), uid).toBe(expected);
      const compresses = uid === UID.explicitLittleEndian ? 'same' : encapsulated ? (WRITTEN.some((written) => written === uid) ? 'encode' : undefined) : 'native';
      expect(route(UID.explicitLittleEndian, uid), uid).toBe(compresses);
    }
    expect(route('1.2.3', UID.explicitLittleEndian)).toBeUndefined();
    expect(route(UID.rleLossless, UID.jpegLosslessFirstOrder)).toBeUndefined();
  });

  it('that are not there are refused by their code', async () => {
    const file = shapeFile(folder, shapeNamed('unsigned 16 bits'));
    await refusing(transcoder.convert({ file, dataSetOffset: readFileMeta(readFileSync(file)).dataSetOffset, fromSyntaxUid: UID.mpeg2MainLevel, toSyntaxUid: UID.explicitLittleEndian, target: at('never.dcm') }), 'TRANSCODE_UNSUPPORTED');
  });
});

const PEER_DECODERS: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/\.4\.(50|51|53|55|57|70)$/, 'dcmdjpeg', []], [/\.2\.5$/, 'dcmdrle', []], [/\.4\.8[01]$/, 'dcmdjpls', []], [/\.4\.9[01]$/, 'gdcmconv', ['-w']],
];

describe.runIf(needs('dcmtk'))('lossy streams of DCMTK', () => {
  const colour = shapeNamed('RGB by pixel');
  for (const [name, argv, method] of [
    ['baseline JPEG in luminance and chrominance', ['dcmcjpeg', '+eb'], 'ISO_10918_1'], ['baseline JPEG in RGB', ['dcmcjpeg', '+eb', '+cr'], 'ISO_10918_1'],
    ['near-lossless JPEG-LS', ['dcmcjpls', '+en', '+md', '3'], 'ISO_14495_1'],
  ] as const) {
    it(`are decoded once, and say so: ${name}`, async () => {
      spawnSync(program(argv[0]) as string, [...argv.slice(1), shapeFile(folder, colour), at('lossy.dcm')], { timeout: 30_000 });
      const converted = await convertFile(transcoder, at('lossy.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
      expect(converted.pixels).toBe('lossy-decoded');
      const before = dataSetOf(at('lossy.dcm'));
      const after = dataSetOf(at('decoded.dcm'));
      const said = (tag: number): string | undefined => valueOf(after, tag);
      expect([said(TAG.LossyImageCompression), said(TAG.LossyImageCompressionMethod), said(TAG.PhotometricInterpretation)]).toEqual(['01', method, 'RGB']);
      expect(said(TAG.LossyImageCompressionRatio)).toBe(valueOf(before, TAG.LossyImageCompressionRatio));
      expect(said(TAG.SOPInstanceUID)).toBe(valueOf(before, TAG.SOPInstanceUID));
      const peer = PEER_DECODERS.find(([syntax]) => syntax.test(readFileMeta(readFileSync(at('lossy.dcm'))).transferSyntaxUid));
      spawnSync(program(peer?.[1] as string) as string, [at('lossy.dcm'), at('peer.dcm')], { timeout: 30_000 });
      expect(decodedPixels(at('decoded.dcm'), colour)?.equals(decodedPixels(at('peer.dcm'), colour) as Buffer)).toBe(true);
    });
  }

  it('get the attributes of their loss where the data set does not say it', async () => {
    const grey: Shape = { name: 'grey', rows: 40, columns: 40, samples: 1, bitsAllocated: 8, bitsStored: 8 };
    spawnSync(program('dcmcjpeg') as string, ['+eb', shapeFile(folder, grey), at('lossy.dcm')], { timeout: 30_000 });
    spawnSync(program('dcmodify') as string, ['-nb', '-ea', '(0028,2110)', '-ea', '(0028,2112)', '-ea', '(0028,2114)', at('lossy.dcm')], { timeout: 30_000 });
    await convertFile(transcoder, at('lossy.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
    const after = dataSetOf(at('decoded.dcm'));
    const encoded = fragmentsOf(at('lossy.dcm')).reduce((sum, { length }) => sum + length, 0);
    expect([TAG.LossyImageCompression, TAG.LossyImageCompressionRatio, TAG.LossyImageCompressionMethod].map((tag) => valueOf(after, tag))).toEqual(['01', (1600 / encoded).toFixed(2), 'ISO_10918_1']);
  });
});

const data = sharedData();
const filesBelow = (root: string): readonly string[] => readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();

/** What DCMTK and GDCM do otherwise, seen and judged by a third decoder to be ours. */
const OTHERWISE: readonly RegExp[] = [
  // Streams that say they are luminance and chrominance in data sets that say RGB: left as they are by the peer.
  /GH195\.dcm$/, /layer1\.dcm$/, /layer9\.dcm$/, /JPEGProcess2_4\.dcm$/,
  // 16 bits in the stream, 12 in Bits Stored: cut off by the peer.
  /multiframe-multifragments\.dcm$/,
];

describe.runIf(data !== undefined && needs('dcmtk') && needs('gdcm'))('real compressed files', () => {
  it('are decoded to the very pixels that DCMTK and GDCM give', async () => {
    let compared = 0;
    for (const file of filesBelow(data as string)) {
      if (OTHERWISE.some((name) => name.test(file))) continue;
      let syntax: string;
      try { syntax = readFileMeta(readFileSync(file)).transferSyntaxUid; } catch { continue; }
      const peer = PEER_DECODERS.find(([pattern]) => pattern.test(syntax));
      if (peer === undefined) continue;
      const converted = await convertFile(transcoder, file, UID.explicitLittleEndian, at('ours.dcm')).catch((error: unknown) => {
        if (!isApplianceError(error, 'TRANSCODE_FAILED', 'TRANSCODE_UNSUPPORTED')) throw error;
        return undefined;
      });
      rmSync(at('peer.dcm'), { force: true });
      spawnSync(program(peer[1]) as string, [...peer[2], file, at('peer.dcm')], { timeout: 60_000 });
      const theirs = ((): ReturnType<typeof dataSetOf> | undefined => { try { return dataSetOf(at('peer.dcm')); } catch { return undefined; } })();
      const pixels = theirs?.elements.get(TAG.PixelData);
      if (converted === undefined || theirs === undefined || pixels === undefined) continue;
      const ours = dataSetOf(at('ours.dcm'));
      // Colour by plane is another order of the same pixels; the suites above look at it.
      if (theirs.elements.get(TAG.PlanarConfiguration)?.value.readUInt16LE(0) === 1) continue;
      expect(ours.elements.get(TAG.PixelData)?.value.equals(pixels.value), file).toBe(true);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(80);
  }, 300_000);
});

describe.runIf(data !== undefined && needs('openjpeg'))('real high-throughput JPEG 2000 files', () => {
  it('are decoded to the very pixels that OpenJPEG gives', async () => {
    let compared = 0;
    for (const file of filesBelow(data as string)) {
      const bytes = readFileSync(file);
      if (!/1\.2\.840\.10008\.1\.2\.4\.20[123]/.test(bytes.toString('latin1', 0, 1024))) continue;
      await convertFile(transcoder, file, UID.explicitLittleEndian, at('ours.dcm'));
      const script = 'import sys, hashlib, openjpeg; print(hashlib.sha256(openjpeg.decode(sys.stdin.buffer.read()).tobytes()).hexdigest())';
      const peer = spawnSync(pythonWith('openjpeg') as string, ['-c', script], { input: Buffer.concat(fragmentsOf(file)), encoding: 'utf8', timeout: 60_000 });
      const ours = dataSetOf(at('ours.dcm')).elements.get(TAG.PixelData)?.value ?? Buffer.alloc(0);
      expect(createHash('sha256').update(ours).digest('hex'), `${file} ${peer.stderr}`).toBe(peer.stdout.trim());
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
  }, 120_000);
});
