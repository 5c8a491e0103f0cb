import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createVolumeSpool, imageFileOf } from '../../activities/make-volume-spool.ts';
import type { SpoolOptions } from '../../activities/make-volume-spool.ts';
import type { VolumeSpool } from '../../activities/volume-spool.ts';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { JobRow, OrderRow, VolumeRow, VolumeToCompose } from '../../catalog/books/order-book.ts';
import { certificateCode } from '../../disc/certificate.ts';
import type { Certificate } from '../../disc/certificate.ts';
import { createAttachmentStore } from '../../disc/attachments/attachment-store.ts';
import { checkDisc } from '../../disc/check-disc.ts';
import { openDisc } from '../../disc/reader/open-disc.ts';
import { storedInstances } from '../disc/stored-instances.ts';
import { makeFolder, sha256 } from '../disc/image/judges.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import { createPictureMaker } from '../../dicom/picture/picture-maker.ts';
import { createTranscoder } from '../../dicom/transcode.ts';
import { openSecretFiles } from '../../infra/secret-files.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import type { ContentOptions } from '../../disc/order/content.ts';
import { createViewerShelf } from '../../disc/viewers/viewer-shelf.ts';
import type { ViewerShelf } from '../../disc/viewers/viewer-shelf.ts';
import { makeViewerPackage, SECOND_VIEWER } from '../fixtures/make-viewer-package.ts';

const volume: VolumeRow = {
  volumeId: 1, orderId: 'o1', index: 1, of: 1, fileSetId: 'SP00000001_1', fileSetUid: '2.25.99', media: 'CD', state: 'PLANNED', instances: 3, spoolName: 'o1-v1',
  imageBytes: null, imageSha256: null, certificateCode: '', createdAt: new Date('2026-01-02T03:04:05Z'),
};
const order = { orderId: 'o1', isSupplement: false, options: { copies: 1, comment: '', labelTemplate: 'default', content: DEFAULT_CONTENT } } as unknown as OrderRow;

const SPOOL_DEFAULTS = (home: string): Pick<SpoolOptions, 'secrets' | 'teachingOptions' | 'copiesFolder' | 'now'> =>
  ({ secrets: openSecretFiles({ secrets: home, teachingKey: join(home, 'teaching-key') }), teachingOptions: [], copiesFolder: '', now: () => new Date() });

const makeSpool = (viewers: readonly string[] = []): { readonly home: string; readonly spool: VolumeSpool; readonly shelf: ViewerShelf; readonly instances: readonly VolumeInstance[] } => {
  const home = makeFolder();
  for (const name of ['store', 'spool', 'labels']) mkdirSync(join(home, name));
  const files = [0, 1, 2].map((n) => {
    writeFileSync(join(home, 'store', `${n}.dcm`), makeInstance({ seed: `spool/${n}`, studyInstanceUid: uid('spool/study'), seriesInstanceUid: uid('spool/series'), instanceNumber: n + 1 }).bytes);
    return `${n}.dcm`;
  });
  const shelf = createViewerShelf({ directory: join(home, 'viewers'), now: () => new Date('2026-01-02T03:04:05Z') });
  const spool = createVolumeSpool({ spoolDirectory: join(home, 'spool'), labelDirectory: join(home, 'labels'), storeDirectory: join(home, 'store'), labelDpi: 100, institution: 'Hospital', contact: '', language: 'en', product: 'Spindle 0.1.0', webContent: false, transcoder: createTranscoder(), pictureMaker: createPictureMaker(), attachments: createAttachmentStore(join(home, 'attachments')), shelf, viewers, ...SPOOL_DEFAULTS(home) });
  return { home, spool, shelf, instances: storedInstances(join(home, 'store'), files) };
};
interface Work {
  readonly content?: Partial<ContentOptions>;
  readonly original?: VolumeToCompose['original'];
  readonly spoolName?: string;
}
const compose = ({ spool, instances }: ReturnType<typeof makeSpool>, { content = {}, original, spoolName = volume.spoolName }: Work = {}): ReturnType<VolumeSpool['compose']> => spool.compose({
  volume: { ...volume, spoolName }, order: { ...order, options: { ...order.options, content: { ...DEFAULT_CONTENT, ...content } } }, others: [], original, instances, signal: new AbortController().signal, onProgress: () => undefined,
});

describe('the volume spool', () => {
  it('gives each volume a certificate of what the gate read back', async () => {
    const made = makeSpool();
    const { composed } = await compose(made);
    const { shortCode, ...rest } = composed.certificate as Certificate;
    expect(rest.imprint).toMatchObject({ institution: 'Hospital', language: 'en' });
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

describe('viewers in the volume spool', () => {
  const marks = (certificate: unknown): readonly string[] => ((certificate as Certificate).viewers ?? []).map(({ id, version }) => `${id} ${version}`);
  const textOf = (made: ReturnType<typeof makeSpool>, spoolName: string, path: string): string => {
    const disc = openDisc(imageFileOf(join(made.home, 'spool'), { spoolName }));
    const entry = disc.content.entries.find((one) => one.path === path);
    const text = entry ? disc.content.read(entry, 0, entry.bytes).toString('latin1') : '';
    disc.close();
    return text;
  };
  const remake = (made: ReturnType<typeof makeSpool>, { composed }: Awaited<ReturnType<typeof compose>>): ReturnType<typeof compose> =>
    compose(made, { spoolName: 'o2-v1', original: { orderId: order.orderId, imageSha256: composed.imageSha256, certificate: JSON.parse(JSON.stringify(composed.certificate)) } });

  it('come from the setting unless the order says which, and stand in the certificate', async () => {
    const made = makeSpool(['peek']);
    await made.shelf.install(makeViewerPackage());
    await made.shelf.install(makeViewerPackage(SECOND_VIEWER));
    const [bySetting, byOrder, none] = [await compose(made), await compose(made, { content: { viewers: ['look', 'peek'], language: 'de' }, spoolName: 'v2' }), await compose(made, { content: { viewers: [] }, spoolName: 'v3' })];
    expect([bySetting, byOrder, none].map(({ composed }) => marks(composed.certificate))).toEqual([['peek 1.0'], ['look 2.1', 'peek 1.0'], []]);
    expect([bySetting, byOrder, none].map(({ report }) => report)).toEqual([[], [], []]);
    expect(textOf(made, volume.spoolName, 'AUTORUN.INF')).toContain('open=PEEK\\PEEK.EXE /lang:en');
    expect(textOf(made, 'v2', 'AUTORUN.INF')).toContain('shellexecute=LOOK\\PEEK.EXE');
    expect([textOf(made, 'v3', 'AUTORUN.INF'), textOf(made, 'v3', 'PEEK/PEEK.EXE')]).toEqual(['', '']);
    // For whoever checks the disc later, all that is to be said is that it starts a program.
    const again = await checkDisc(imageFileOf(join(made.home, 'spool'), volume), { isThorough: true, isOver: () => false });
    expect(again.findings.map(({ check }) => check)).toEqual(['autorun']);
  });

  it('that are not installed are named in the report, and the disc is made without them', async () => {
    const made = makeSpool(['gone']);
    const { composed, report } = await compose(made);
    expect(report).toEqual([{ kind: 'note', reason: 'viewer gone is not on the disc: it is not installed' }]);
    expect(marks(composed.certificate)).toEqual([]);
  });

  it('are weighed for the plan as they would be put on', async () => {
    const made = makeSpool(['peek']);
    const bytes = (viewers: readonly string[] | null, original?: VolumeToCompose['original']): Promise<number> => made.spool.extraBytes({ content: { ...DEFAULT_CONTENT, viewers }, original });
    expect(await bytes(null)).toBe(0);
    await made.shelf.install(makeViewerPackage());
    await made.shelf.install(makeViewerPackage(SECOND_VIEWER));
    expect(await bytes(null)).toBeGreaterThan(5_112);
    expect(await bytes(['peek', 'look'])).toBeGreaterThan(await bytes(null));
    expect(await bytes([])).toBe(0);
    // A disc that is made again weighs what its first making did, whatever the setting says now.
    expect(await bytes(null, { orderId: 'o0', imageSha256: '', certificate: { viewers: [] } })).toBe(0);
    expect(await bytes([], { orderId: 'o0', imageSha256: '', certificate: (await compose(made)).composed.certificate })).toBe(await bytes(null));
  });

  it('make a disc again that is the same to the byte, though a newer version is installed or the old one is switched off', async () => {
    const made = makeSpool(['peek']);
    await made.shelf.install(makeViewerPackage());
    const first = await compose(made);
    await made.shelf.install(makeViewerPackage({ manifest: { version: '2.0' }, files: { 'app/NEW.TXT': 'new' } }));
    await made.shelf.enable('peek', '1.0', false);
    const second = await remake(made, first);
    expect(second.composed.imageSha256).toBe(first.composed.imageSha256);
    expect(second.report).toEqual([{ kind: 'note', reason: 'this disc is the same as its first making, to the byte' }]);
  });

  it('make a disc again with another viewer where the first one is gone, and the report says which and why the image differs', async () => {
    const made = makeSpool(['peek']);
    await made.shelf.install(makeViewerPackage());
    const first = await compose(made);
    await made.shelf.remove('peek');
    await made.shelf.install(makeViewerPackage({ files: { 'app/PEEK.ICO': 'other icon' } }));
    const second = await remake(made, first);
    expect(second.composed.imageSha256).not.toBe(first.composed.imageSha256);
    expect(second.report.map(({ reason }) => reason)).toEqual([
      'viewer peek 1.0 was installed again with other content since the first making', 'this disc holds the same instances as its first making, but its image differs: it holds another viewer',
    ]);
  });

  it('whose installed files were changed make no disc', async () => {
    const made = makeSpool(['peek']);
    const { installed } = await made.shelf.install(makeViewerPackage());
    writeFileSync(join(installed.folder, 'app/PEEK.ICO'), 'ICON');
    await expect(compose(made)).rejects.toMatchObject({ code: 'DISC_VIEWER_CHANGED' });
    expect(existsSync(imageFileOf(join(made.home, 'spool'), volume))).toBe(false);
  });
});
