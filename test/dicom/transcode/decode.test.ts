import { readFileSync, writeFileSync } from 'node:fs';
import library from 'dcmjs-codecs';
import { beforeAll, describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { encodeFileMeta } from '../../../dicom/data-set/part10.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { convertFile, DELIMITER, ENCAPSULATED, fragmentsOf, imageElements, item, pixelsOf, shapeFile, SHAPES, withPixelData } from './instances.ts';
import type { Shape } from './instances.ts';
import { decodedPixels, shapeNamed, workbench } from './workbench.ts';

const { at, folder, refusing, transcoder } = workbench();
const HTJ2K_LOSSLESS = library.constants.TransferSyntax.HtJpeg2000Lossless;

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
