import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import { needs, program, pythonWith } from '../../fixtures/peers.ts';
import { sharedData } from '../../fixtures/shared-data.ts';
import { convertFile, dataSetOf, filesBelow, fragmentsOf, shapeFile, valueOf } from './instances.ts';
import type { Shape } from './instances.ts';
import { decodedPixels, shapeNamed, workbench } from './workbench.ts';

const { at, folder, transcoder } = workbench();

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
