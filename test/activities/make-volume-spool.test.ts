import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createVolumeSpool, imageFileOf } from '../../activities/make-volume-spool.ts';
import type { VolumeSpool } from '../../activities/volume-spool.ts';
import type { JobRow, OrderRow, VolumeInstance, VolumeRow } from '../../catalog/catalog.ts';
import { certificateCode } from '../../disc/certificate.ts';
import type { Certificate } from '../../disc/certificate.ts';
import { checkDisc } from '../../disc/check-disc.ts';
import { storedInstances } from '../disc/stored-instances.ts';
import { makeFolder, sha256 } from '../disc/image/judges.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import { createCodecPool } from '../../dicom/codec/codec-pool.ts';
import { createFrameRenderer } from '../../dicom/render/frame.ts';
import { createTranscoder } from '../../dicom/transcode.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';

const volume: VolumeRow = {
  volumeId: 1, orderId: 'o1', index: 1, of: 1, fileSetId: 'SP00000001_1', fileSetUid: '2.25.99', media: 'CD', state: 'PLANNED', instances: 3, spoolName: 'o1-v1',
  imageBytes: null, imageSha256: null, certificateCode: '', createdAt: new Date('2026-01-02T03:04:05Z'),
};
const order = { orderId: 'o1', isSupplement: false, options: { copies: 1, comment: '', labelTemplate: 'default', content: DEFAULT_CONTENT } } as unknown as OrderRow;

const makeSpool = (): { readonly home: string; readonly spool: VolumeSpool; readonly instances: readonly VolumeInstance[] } => {
  const home = makeFolder();
  for (const name of ['store', 'spool', 'labels']) mkdirSync(join(home, name));
  const files = [0, 1, 2].map((n) => {
    writeFileSync(join(home, 'store', `${n}.dcm`), makeInstance({ seed: `spool/${n}`, studyInstanceUid: uid('spool/study'), seriesInstanceUid: uid('spool/series'), instanceNumber: n + 1 }).bytes);
    return `${n}.dcm`;
  });
  const spool = createVolumeSpool({ spoolDirectory: join(home, 'spool'), labelDirectory: join(home, 'labels'), storeDirectory: join(home, 'store'), labelDpi: 100, institution: 'Hospital', contact: '', language: 'en', product: 'Spindle 0.1.0', transcoder: createTranscoder(), renderFrame: createFrameRenderer(createCodecPool({ workers: 1 })) });
  return { home, spool, instances: storedInstances(join(home, 'store'), files) };
};
const compose = ({ spool, instances }: ReturnType<typeof makeSpool>): ReturnType<VolumeSpool['compose']> => spool.compose({ volume, order, others: [], original: undefined, instances, signal: new AbortController().signal, onProgress: () => undefined });

describe('the volume spool', () => {
  it('gives each volume a certificate of what the gate read back', async () => {
    const made = makeSpool();
    const { composed } = await compose(made);
    const { shortCode, ...rest } = composed.certificate as Certificate;
    expect(shortCode).toBe(certificateCode(rest));
    expect(rest).toMatchObject({ product: 'Spindle 0.1.0', profile: 'STD-GEN-CD', volume: { fileSetId: volume.fileSetId, media: 'CD' }, counts: { instances: 3 }, leftOut: [] });
    const image = imageFileOf(join(made.home, 'spool'), volume);
    expect(rest.image).toEqual({ bytes: composed.imageBytes, sha256: sha256(readFileSync(image)) });
    expect(rest.checks.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
    // What the certificate says passed passes again for anyone who checks the disc.
    const again = await checkDisc(image, { isThorough: true, isOver: () => false });
    expect(again.findings).toEqual([]);
  });

  it('renders labels with the code of the certificate, those of other volumes differ', async () => {
    const made = makeSpool();
    await compose(made);
    const job = { jobKey: 'k1', serial: 'SP-1', copy: 1 } as unknown as JobRow;
    const labelFile = join(made.home, 'labels/SP-1.png'), madeFile = join(made.home, 'spool/o1-v1/made.json');
    const render = async (change: (kept: Record<string, unknown>) => void = () => undefined): Promise<string> => {
      const kept = JSON.parse(readFileSync(madeFile, 'latin1')) as Record<string, unknown>;
      change(kept);
      writeFileSync(madeFile, JSON.stringify(kept));
      await made.spool.label({ order, volume, job });
      return sha256(readFileSync(labelFile));
    };
    const labels = [await render(), await render((kept) => { kept['certificateCode'] = '0000000000'; }), await render((kept) => { delete kept['certificateCode']; })];
    expect(new Set(labels).size).toBe(3);
  });

  it('answers a volume composed before with the same certificate', async () => {
    const made = makeSpool();
    const first = await compose(made);
    expect((await compose(made)).composed).toEqual(first.composed);
    expect(((await compose(makeSpool())).composed.certificate as Certificate).shortCode).toBe((first.composed.certificate as Certificate).shortCode);
  });
});
