import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createVolumeSpool, imageFileOf } from '../../../activities/make-volume-spool.ts';
import type { VolumeSpool } from '../../../activities/volume-spool.ts';
import type { VolumeInstance } from '../../../catalog/books/instance-index.ts';
import type { JobRow, OrderRow, VolumeRow, VolumeToCompose } from '../../../catalog/books/order-book.ts';
import { createPictureMaker } from '../../../dicom/picture/picture-maker.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { createTranscoder } from '../../../dicom/transcode.ts';
import { createAttachmentStore } from '../../../disc/attachments/attachment-store.ts';
import { composeVolume } from '../../../disc/compose-volume.ts';
import type { ComposeRequest } from '../../../disc/compose-volume.ts';
import type { DiscExtra } from '../../../disc/disc-extra.ts';
import { checkVolume } from '../../../disc/gate.ts';
import { DEFAULT_CONTENT, hasAttachments, hasReports, hasWebContent } from '../../../disc/order/content.ts';
import type { ContentOptions } from '../../../disc/order/content.ts';
import { openSecretFiles } from '../../../infra/secret-files.ts';
import { createViewerShelf } from '../../../disc/viewers/viewer-shelf.ts';
import { makeInstance, uid } from '../../fixtures/make-instance.ts';
import { needs, program, pythonWith } from '../../fixtures/peers.ts';
import { PLAIN } from '../compose-defaults.ts';
import { storedInstances } from '../stored-instances.ts';

const homes: string[] = [];
const transcoder = createTranscoder({ workers: 1 });
const pictureMaker = createPictureMaker({ workers: 1 });
afterAll(async () => {
  await Promise.all([transcoder.close(), pictureMaker.close()]);
  for (const home of homes) rmSync(home, { recursive: true });
});

const volumeOf = (over: Partial<VolumeRow> = {}): VolumeRow => ({
  volumeId: 1, orderId: 'o1', index: 1, of: 1, fileSetId: 'SP00000001_1', fileSetUid: '2.25.99', media: 'CD', state: 'PLANNED', instances: 3, spoolName: 'o1-v1',
  imageBytes: null, imageSha256: null, certificateCode: '', createdAt: new Date('2026-01-02T03:04:05Z'), ...over,
});
const orderOf = (content: Partial<ContentOptions>, orderId = 'o1'): OrderRow => ({ orderId, isSupplement: false, options: { copies: 1, comment: '', labelTemplate: 'default', content: { ...DEFAULT_CONTENT, ...content } } }) as unknown as OrderRow;

interface Bench { readonly home: string; readonly spool: VolumeSpool; readonly instances: readonly VolumeInstance[]; readonly attachments: ReturnType<typeof createAttachmentStore> }

const bench = (webContent = false): Bench => {
  const home = mkdtempSync(join(tmpdir(), 'web-'));
  homes.push(home);
  for (const name of ['store', 'spool', 'labels']) mkdirSync(join(home, name));
  const study = { patientName: 'Yamada^Tarou=山田^太郎', characterSet: 'ISO_IR 192', studyInstanceUid: uid('web/study') };
  const made = [
    makeInstance({ ...study, seed: 'web/1', rows: 40, columns: 60, seriesInstanceUid: uid('web/ct') }), makeInstance({ ...study, seed: 'web/2', rows: 40, columns: 60, instanceNumber: 2, seriesInstanceUid: uid('web/ct') }),
    makeInstance({ ...study, seed: 'web/3', kind: 'us-colour', frames: 9, seriesNumber: 2, elements: [{ tag: TAG.SeriesDescription, vr: 'LO', value: 'a<b>&"c' }] }),
    makeInstance({ ...study, seed: 'web/4', kind: 'sr', seriesNumber: 3 }), makeInstance({ ...study, seed: 'web/5', kind: 'pdf', seriesNumber: 4 }),
  ];
  const names = made.map(({ bytes }, n) => { writeFileSync(join(home, 'store', `${n}.dcm`), bytes); return `${n}.dcm`; });
  const attachments = createAttachmentStore(join(home, 'attachments'));
  const spool = createVolumeSpool({
    spoolDirectory: join(home, 'spool'), labelDirectory: join(home, 'labels'), storeDirectory: join(home, 'store'), labelDpi: 100, institution: 'Hospital', contact: '', language: 'en', product: 'Spindle 0.1.0',
    webContent, transcoder, pictureMaker, attachments, shelf: createViewerShelf({ directory: join(home, 'viewers'), now: () => new Date() }), viewers: [],
    secrets: openSecretFiles({ secrets: home, teachingKey: join(home, 'teaching-key') }), teachingOptions: [], copiesFolder: '', now: () => new Date(),
  });
  return { home, spool, instances: storedInstances(join(home, 'store'), names), attachments };
};

const signal = new AbortController().signal;
const onProgress = (): void => undefined;
const prepare = ({ spool, instances }: Bench, order: OrderRow): ReturnType<VolumeSpool['prepare']> => spool.prepare({ order, instances, making: { orderId: order.orderId, certificate: null, leftOff: new Set() }, released: new Set(), signal, onProgress });
const compose = ({ spool, instances }: Bench, order: OrderRow, volume = volumeOf(), original?: VolumeToCompose['original']): ReturnType<VolumeSpool['compose']> =>
  spool.compose({ volume, order, others: [], original, instances, signal, onProgress });
const weight = (series: Awaited<ReturnType<VolumeSpool['prepare']>>): number => series.reduce((sum, { bytes }) => sum + bytes, 0);

/** The disc as a folder, taken apart by 7z, and its files. */
const extracted = ({ home }: Bench, volume = volumeOf()): { readonly folder: string; readonly files: readonly string[] } => {
  const folder = mkdtempSync(join(tmpdir(), 'web-disc-'));
  homes.push(folder);
  spawnSync(program('7z') ?? '7z', ['x', '-y', `-o${folder}`, imageFileOf(join(home, 'spool'), volume)], { timeout: 60_000 });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return { folder, files };
};
const beside = (files: readonly string[]): readonly string[] => files.filter((path) => path.includes('/') && !path.startsWith('DICOM/'));

describe.skipIf(!needs('7z'))('a disc with web content and reports', () => {
  const WEB = { copyType: 'physician', webContent: 'yes' } as const;

  it('has pages and pictures that lead to each other, reports and documents, and says so on its pages and label', async () => {
    const one = bench();
    const order = orderOf(WEB);
    await prepare(one, order);
    const { composed } = await compose(one, order);
    expect((composed.certificate as { readonly checks: readonly { readonly id: string; readonly outcome: string }[] }).checks.filter(({ id }) => id.startsWith('web'))).toEqual([expect.objectContaining({ id: 'web-only', outcome: 'pass' }), expect.objectContaining({ id: 'web-links', outcome: 'pass' })]);
    const { folder, files } = extracted(one);
    expect(beside(files).filter((path) => path.startsWith('REPORTS'))).toEqual(['REPORTS/R0000001.HTM', 'REPORTS/R0000002.PDF']);
    expect(readFileSync(join(folder, 'REPORTS/R0000002.PDF'), 'latin1')).toBe('%PDF-1.4\n%%EOF\n');
    const web = files.filter((path) => path.startsWith('ihe_pdi/'));
    expect(web.filter((path) => path.endsWith('.jpg'))).toHaveLength(2 * (2 + 6));
    for (const path of web) expect(path).toMatch(/^([a-z0-9_]{1,8}\/)+[a-z0-9]{1,8}\.(htm|jpg)$/);
    const index = readFileSync(join(folder, 'INDEX.HTM'), 'utf8');
    for (const href of ['ihe_pdi/index.htm', 'REPORTS/R0000001.HTM', 'REPORTS/R0000002.PDF']) expect(index).toContain(`href="${href}"`);
    const readme = readFileSync(join(folder, 'README.TXT'), 'latin1');
    for (const name of ['IHE_PDI', 'REPORTS']) expect(readme).toMatch(new RegExp(`^${name} {2,}\\w`, 'm'));
    await one.spool.label({ order, volume: volumeOf(), job: { jobKey: 'k', serial: 'S1', copy: 1 } as unknown as JobRow });
    expect(JSON.parse(readFileSync(join(one.home, 'spool/o1-v1/made.json'), 'utf8'))).toMatchObject({ label: { hasWebContent: true } });
    for (const path of web.filter((name) => name.endsWith('.htm'))) {
      const page = readFileSync(join(folder, path), 'utf8');
      for (const [, href = ''] of page.matchAll(/(?:href|src)="([^"]*)"/g)) {
        expect(href).toMatch(/^[a-z0-9_./]+$/);
        expect(files).toContain(join(path, '..', href));
      }
      expect(page).not.toMatch(/<script|style/i);
      const python = pythonWith('xml.dom.minidom') ?? 'python3';
      expect(spawnSync(python, ['-c', 'import sys,xml.dom.minidom as m; m.parse(sys.argv[1])', join(folder, path)], { encoding: 'utf8' }).stderr).toBe('');
    }
  }, 60_000);

  it('is the same to the byte when it is made again, whatever the setting is then', async () => {
    const order = orderOf({ copyType: 'patient' });
    const first = await compose(bench(true), order);
    const original = { orderId: 'o1', imageSha256: first.composed.imageSha256, certificate: first.composed.certificate };
    expect((await compose(bench(false), order, volumeOf(), original)).composed.imageSha256).toBe(first.composed.imageSha256);
    expect((await compose(bench(false), order)).composed.imageSha256).not.toBe(first.composed.imageSha256);
  });

  it('is weighed with everything that goes on it', async () => {
    const one = bench();
    const plain = weight(await prepare(one, orderOf({})));
    await one.attachments.add('o1', 'Letter', Buffer.from('text '.repeat(20_000)));
    const all = weight(await prepare(one, orderOf(WEB)));
    await compose(one, orderOf(WEB));
    const { folder, files } = extracted(one);
    const extra = beside(files).reduce((sum, path) => sum + readFileSync(join(folder, path)).length, 0);
    expect(extra).toBeGreaterThan(100_000);
    expect(all - plain).toBeGreaterThanOrEqual(extra);
  });

  it('uses what an earlier run made, and makes anew what is damaged', async () => {
    const one = bench();
    await prepare(one, orderOf(WEB));
    const book = join(one.home, 'spool/o1-prepared/derived.jsonl');
    const lines = (): number => readFileSync(book, 'utf8').split('\n').filter(Boolean).length;
    const before = lines();
    await prepare(one, orderOf(WEB));
    expect(lines()).toBe(before);
    writeFileSync(join(one.home, 'spool/o1-prepared/p1-1'), 'short');
    await prepare(one, orderOf(WEB));
    expect(lines()).toBe(before + 1);
    expect(readFileSync(join(one.home, 'spool/o1-prepared/p1-1')).length).toBeGreaterThan(100);
  });

  it('holds nothing beside DICOM on teaching and legal copies, nor encrypted for recipients, and on patient copies unless asked', async () => {
    for (const content of [{ copyType: 'teaching', webContent: 'yes', reports: 'yes' }, { copyType: 'legal', webContent: 'yes', reports: 'yes' }, { copyType: 'physician', encryption: 'media-security', webContent: 'yes' }, { copyType: 'patient' }] as const) {
      const said = { ...DEFAULT_CONTENT, ...content };
      expect([hasWebContent(said, content.copyType !== 'patient'), hasReports(said), hasAttachments(said)]).toEqual([false, false, content.copyType === 'patient']);
    }
    const one = bench();
    await one.attachments.add('o1', 'Letter', Buffer.from('for the patient'));
    await compose(one, orderOf({ copyType: 'legal', webContent: 'yes', reports: 'yes' }));
    expect(beside(extracted(one).files)).toEqual([]);
    expect(hasReports({ copyType: 'patient', encryption: 'none', reports: 'yes' })).toBe(true);
  });
});

describe.skipIf(!needs('7z'))('files attached to an order', () => {
  it('lie on the first disc only, with their titles on its pages', async () => {
    const one = bench();
    await one.attachments.add('o1', 'Letter <to> Dr. Müller', Buffer.from('text'));
    await compose(one, orderOf({}));
    const { folder, files } = extracted(one);
    expect(beside(files)).toEqual(['OTHER/A0000001.TXT']);
    expect(readFileSync(join(folder, 'INDEX.HTM'), 'utf8')).toContain('<a href="OTHER/A0000001.TXT"><bdi>Letter &#60;to&#62; Dr. Müller</bdi></a>');
    const second = volumeOf({ index: 2, of: 2, spoolName: 'o1-v2', volumeId: 2 });
    await compose(one, orderOf({}), second);
    expect(beside(extracted(one, second).files)).toEqual([]);
    // A disc made again has those of the order it was first made for.
    const again = volumeOf({ orderId: 'o2', spoolName: 'o2-v1', volumeId: 3 });
    await compose(one, orderOf({}, 'o2'), again, { orderId: 'o1', imageSha256: null, certificate: null });
    expect(beside(extracted(one, again).files)).toEqual(['OTHER/A0000001.TXT']);
  });
});

describe('the store of attachments', () => {
  const open = (): { readonly root: string; readonly store: ReturnType<typeof createAttachmentStore> } => {
    const root = mkdtempSync(join(tmpdir(), 'attached-'));
    homes.push(root);
    return { root, store: createAttachmentStore(root) };
  };

  it('keeps, lists by title and removes', async () => {
    const { store } = open();
    const b = await store.add('o1', 'b', Buffer.from('%PDF-1.4\n'));
    await store.add('o1', 'a\n\u202e', Buffer.from('<?xml version="1.0"?><a/>'));
    expect((await store.list('o1')).map(({ title, type }) => [title, type])).toEqual([['a', 'xml'], ['b', 'pdf']]);
    expect(await store.remove('o1', b.attachmentId)).toBe(true);
    expect(await store.remove('o1', b.attachmentId)).toBe(false);
    expect(await store.list('o1')).toHaveLength(1);
    expect(await store.list('none')).toEqual([]);
  });

  it('refuses what may not be on a disc', async () => {
    const { store } = open();
    for (const content of ['', 'MZ\0', '#!/bin/sh', '<html></html>', '%PDF-1.4 /S /JavaScript /JS (app.alert(1))', '%PDF-1.4 /Launch']) await expect(store.add('o1', 't', Buffer.from(content, 'latin1')), content).rejects.toMatchObject({ code: 'ORDER_ATTACHMENT_REFUSED' });
    await expect(store.add('o1', ' ', Buffer.from('text'))).rejects.toMatchObject({ code: 'ORDER_ATTACHMENT_REFUSED' });
    for (let n = 0; n < 50; n += 1) await store.add('o2', 't', Buffer.from(`text ${n}`));
    await expect(store.add('o2', 't', Buffer.from('one more'))).rejects.toMatchObject({ code: 'ORDER_ATTACHMENT_REFUSED' });
  });

  it('follows no link and believes no name', async () => {
    const { root, store } = open();
    const { attachmentId } = await store.add('o1', 'fine', Buffer.from('text'));
    const other = 'ab'.repeat(16);
    symlinkSync('/etc/passwd', join(root, 'o1', other));
    writeFileSync(join(root, 'o1', `${other}.json`), '{"title":"link"}');
    writeFileSync(join(root, 'o1', 'cd'.repeat(16)), 'MZ\0');
    writeFileSync(join(root, 'o1', `${'cd'.repeat(16)}.json`), '{"title":"program"}');
    expect((await store.list('o1')).map((one) => one.attachmentId)).toEqual([attachmentId]);
    await expect(store.list('../o1')).rejects.toThrow(TypeError);
    expect(await store.remove('o1', '../../x')).toBe(false);
  });
});

describe('the gate and files beside DICOM', () => {
  const problems = async (extra: DiscExtra): Promise<readonly string[]> => {
    const { home, instances } = bench();
    const request: ComposeRequest = {
      volume: { fileSetId: 'WEB_TEST', fileSetUid: '2.25.5', index: 1, of: 1, media: 'DVD', capacityBytes: 4_000_000_000 }, order: { isSupplement: false }, ...PLAIN, instances, storeDirectory: join(home, 'store'),
      imageFile: join(home, 'disc.iso'), createdAt: new Date('2026-01-02T03:04:00Z'), institution: '', contact: '', product: 'Spindle', otherVolumes: [], extras: [extra],
    };
    const { image, files, entries } = await composeVolume(request);
    return (await checkVolume({ imageFile: image.path, bytes: image.bytes, fileSetId: 'WEB_TEST', fileSetUid: '2.25.5', files, instances: entries, fileSystems: ['iso9660', 'udf'] })).problems;
  };
  const file = (path: string, content: Buffer | string): DiscExtra['files'][number] => { const data = Buffer.from(content); return { path, bytes: data.length, content: { data } }; };
  const PAGE = '<html><body></body></html>';

  it('accepts pages whose links lead to files', async () => {
    expect(await problems({ files: [file('ihe_pdi/index.htm', '<html><a href="../README.TXT">x</a><a href="#y">y</a></html>')], links: [{ kind: 'picture', title: 'x', href: 'ihe_pdi/index.htm' }] })).toEqual([]);
  });

  it.each([
    ['a link to nothing', { files: [], links: [{ kind: 'report', title: 'x', href: 'REPORTS/NONE.HTM' }] }, 'leads to no file'],
    ['a link in another case than the name', { files: [file('ihe_pdi/index.htm', PAGE)], links: [{ kind: 'picture', title: 'x', href: 'IHE_PDI/INDEX.HTM' }] }, 'leads to no file'],
    ['a link away from the disc', { files: [file('REPORTS/A.HTM', '<html><a href="https://example.org/">x</a></html>')], links: [] }, 'leads away'],
    ['another file among the web pages', { files: [file('ihe_pdi/run.js', 'x')], links: [] }, 'neither a page nor a JPEG'],
    ['a picture that is none', { files: [file('ihe_pdi/a.jpg', 'GIF89a')], links: [] }, 'but is none'],
    ['a DICOM file outside of the DICOM tree', { files: [file('OTHER/A.TXT', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]))], links: [] }, 'DICOM'],
  ] as const)('refuses %s', async (_what, extra, why) => {
    expect((await problems(extra)).join('\n')).toContain(why);
  });
});
