import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { createTranscoder } from '../../../dicom/transcode.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import { convertFile, DELIMITER, ENCAPSULATED, fragmentsOf, item, shapeFile, withPixelData } from './instances.ts';
import type { Shape } from './instances.ts';
import { shapeNamed, workbench, WRITTEN } from './workbench.ts';

const { at, folder, refusing, transcoder } = workbench();

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
