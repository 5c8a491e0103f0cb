import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { TRANSFER_SYNTAXES } from '../../../dicom/tables/transfer-syntaxes.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';
import { convertFile, dataSetOf, fragmentsOf, imageElements, shapeFile, SHAPES, valueOf } from './instances.ts';
import type { Shape } from './instances.ts';
import { decodedPixels, expectedPixels, shapeNamed, workbench, WRITTEN } from './workbench.ts';

const { at, folder, refusing, transcoder } = workbench();

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
        if (shape.samples === 3) expect(dataSetOf(at('encoded.dcm')).elements.get(TAG.PlanarConfiguration)?.value.readUInt16LE(0)).toBe(syntax === UID.rleLossless ? 1 : 0);
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

  it('keeps frames apart whatever lies before and behind them, in every native encoding', async () => {
    for (const name of ['three frames of odd length', 'nine frames']) {
      const shape = shapeNamed(name);
      const behind = [{ tag: 0x7fe10010, vr: 'LO', value: 'SOMEONE' }, { tag: 0x7fe11001, vr: 'OB', value: Buffer.alloc(300_000, 7) }];
      const isBehind = (file: string): boolean => dataSetOf(file).elements.get(0x7fe11001)?.value.equals(Buffer.alloc(300_000, 7)) === true;
      for (const from of [UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian]) {
        for (const syntax of WRITTEN) {
          await convertFile(transcoder, shapeFile(folder, shape, behind, from), syntax, at('encoded.dcm'));
          await convertFile(transcoder, at('encoded.dcm'), UID.explicitLittleEndian, at('decoded.dcm'));
          expect([isBehind(at('encoded.dcm')), isBehind(at('decoded.dcm')), decodedPixels(at('decoded.dcm'), shape)?.equals(expectedPixels(shape))], `${name} ${from} ${syntax}`).toEqual([true, true, true]);
        }
      }
    }
  });

  it('refuses a file that ends within its pixel data, even behind the last whole frame', async () => {
    const shape = shapeNamed('three frames of odd length');
    for (const syntax of [UID.explicitLittleEndian, UID.explicitBigEndian]) {
      const whole = readFileSync(shapeFile(folder, shape, [], syntax));
      for (const missing of [1, 2, 300]) {
        writeFileSync(at('cut.dcm'), whole.subarray(0, whole.length - missing));
        await refusing(convertFile(transcoder, at('cut.dcm'), UID.jpegLsLossless, at('never.dcm')), 'TRANSCODE_FAILED');
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

  it('ends at an abort while frames are under way, and leaves nothing', async () => {
    const file = shapeFile(folder, { name: 'many frames', rows: 256, columns: 256, samples: 1, bitsAllocated: 16, bitsStored: 12, frames: 60 });
    const stop = new AbortController();
    const before = readdirSync(folder);
    const converting = convertFile(transcoder, file, UID.jpeg2000Lossless, at('never.dcm'), stop.signal);
    await expect.poll(() => readdirSync(folder).length, { interval: 5, timeout: 20_000 }).toBeGreaterThan(before.length);
    stop.abort(new TypeError('enough'));
    await expect(converting).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual(before);
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
