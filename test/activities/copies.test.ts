/** Kinds of copies by the volume spool over the real libraries: teaching, encrypted, beside a disc. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { labelContentOf } from '../../activities/label-content-of.ts';
import { createVolumeSpool, imageFileOf, labelFileOf } from '../../activities/make-volume-spool.ts';
import type { Made, SpoolOptions } from '../../activities/make-volume-spool.ts';
import type { VolumeSpool } from '../../activities/volume-spool.ts';
import type { VolumeInstance } from '../../catalog/books/instance-index.ts';
import type { FirstMaking, JobRow, OrderRow, VolumeRow, VolumeToCompose } from '../../catalog/books/order-book.ts';
import { createPictureMaker } from '../../dicom/picture/picture-maker.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { createTranscoder } from '../../dicom/transcode.ts';
import { createAttachmentStore } from '../../disc/attachments/attachment-store.ts';
import { makePassphrase } from '../../disc/encrypt/passphrase.ts';
import { DEFAULT_CONTENT } from '../../disc/order/content.ts';
import type { ContentOptions } from '../../disc/order/content.ts';
import { openDisc } from '../../disc/reader/open-disc.ts';
import { filesOfImage, readAnyTree } from '../../disc/targets/image-files.ts';
import { deliverCopy } from '../../disc/targets/deliver.ts';
import { createViewerShelf } from '../../disc/viewers/viewer-shelf.ts';
import { isApplianceError } from '../../infra/errors.ts';
import { openSecretFiles } from '../../infra/secret-files.ts';
import { makeAuthority } from '../fixtures/certificates.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { InstanceOverrides } from '../fixtures/make-instance.ts';
import { makeViewerPackage } from '../fixtures/make-viewer-package.ts';
import { needs, program } from '../fixtures/peers.ts';
import { digestsBelow, makeFolder } from '../disc/image/judges.ts';
import { storedInstances } from '../disc/stored-instances.ts';

const transcoder = createTranscoder();
const pictureMaker = createPictureMaker({ workers: 1 });
afterAll(() => Promise.all([transcoder.close(), pictureMaker.close()]));

/** Everything that tells who the patient is, as it stands in the instances below. */
const IDENTITIES = ['Plantagenet', 'PLANTAGENET', 'Wilhelmina', 'HOSP-4711', '19501231', 'ACC-9907', 'Quacksalver', 'St. Elsewhere', 'Room 101', 'Mustermann', uid('study of wilhelmina'), uid('series of wilhelmina')] as const;
const NOT_BURNED_IN = { tag: TAG.BurnedInAnnotation, vr: 'CS', value: 'NO' } as const;

const planted = (more: InstanceOverrides): Buffer => makeInstance({
  patientName: 'Plantagenet^Wilhelmina', patientId: 'HOSP-4711', studyInstanceUid: uid('study of wilhelmina'), seriesInstanceUid: uid('series of wilhelmina'), rows: 16, columns: 16, ...more,
  elements: [
    { tag: TAG.PatientBirthDate, vr: 'DA', value: '19501231' }, { tag: TAG.AccessionNumber, vr: 'SH', value: 'ACC-9907' }, { tag: TAG.ReferringPhysicianName, vr: 'PN', value: 'Quacksalver^Otto' },
    { tag: TAG.InstitutionName, vr: 'LO', value: 'St. Elsewhere' }, { tag: TAG.StudyDescription, vr: 'LO', value: 'CT of Mrs Plantagenet' }, { tag: TAG.SeriesDescription, vr: 'LO', value: 'axial, Room 101' },
    { tag: 0x00204000, vr: 'LT', value: 'seen by Dr Mustermann' }, { tag: 0x00090010, vr: 'LO', value: 'Mustermann Devices' }, ...(more.elements ?? []),
  ],
}).bytes;

const FILES: Readonly<Record<string, Buffer>> = {
  implicit: planted({ seed: 'c1', transferSyntaxUid: '1.2.840.10008.1.2', instanceNumber: 1, elements: [NOT_BURNED_IN] }),
  big: planted({ seed: 'c2', transferSyntaxUid: '1.2.840.10008.1.2.2', instanceNumber: 2, elements: [NOT_BURNED_IN] }),
  explicit: planted({ seed: 'c3', instanceNumber: 3, elements: [NOT_BURNED_IN] }),
  unsaid: planted({ seed: 'c4', instanceNumber: 4 }),
  sr: planted({ kind: 'sr', seed: 'c5', seriesInstanceUid: uid('reports'), instanceNumber: 5 }),
  pdf: planted({ kind: 'pdf', seed: 'c6', seriesInstanceUid: uid('letters'), instanceNumber: 6 }),
};

const volumeOf = (more: Partial<VolumeRow> = {}): VolumeRow => ({
  volumeId: 1, orderId: 'o1', index: 1, of: 2, fileSetId: 'SP00000001_1', fileSetUid: '2.25.99', media: 'CD', state: 'PLANNED', instances: 6, spoolName: 'o1-v1',
  imageBytes: null, imageSha256: null, certificateCode: '', createdAt: new Date('2026-01-02T03:04:05Z'), ...more,
});
const JOB = { jobKey: 'J1', serial: 'SP-000000017', copy: 1 } as unknown as JobRow;

interface Bench {
  readonly home: string;
  readonly instances: readonly VolumeInstance[];
  readonly spool: VolumeSpool;
  readonly options: SpoolOptions;
}

const makeBench = (more: Partial<SpoolOptions> = {}): Bench => {
  const home = makeFolder();
  for (const name of ['store', 'spool', 'labels', 'copies', 'secrets']) mkdirSync(join(home, name));
  for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(home, 'store', name), bytes);
  writeFileSync(join(home, 'secrets/teaching-key'), `${'5a'.repeat(32)}\n`);
  const options: SpoolOptions = {
    spoolDirectory: join(home, 'spool'), labelDirectory: join(home, 'labels'), storeDirectory: join(home, 'store'), labelDpi: 100, institution: 'Hospital', contact: '', language: 'en', product: 'Spindle 0.1.0', transcoder,
    secrets: openSecretFiles({ secrets: join(home, 'secrets'), teachingKey: join(home, 'secrets/teaching-key') }), teachingOptions: [], copiesFolder: join(home, 'copies'), now: () => new Date(),
    webContent: false, pictureMaker, attachments: createAttachmentStore(join(home, 'attachments')), shelf: createViewerShelf({ directory: join(home, 'viewers'), now: () => new Date() }), viewers: [], ...more,
  };
  return { home, options, spool: createVolumeSpool(options), instances: storedInstances(join(home, 'store'), Object.keys(FILES)) };
};

interface Wish {
  readonly content: Partial<ContentOptions>;
  readonly orderId?: string;
  readonly comment?: string;
  readonly making?: FirstMaking;
  readonly original?: VolumeToCompose['original'];
  readonly released?: readonly string[];
  readonly volume?: Partial<VolumeRow>;
}

const OTHERS: VolumeToCompose['others'] = [{ index: 2, fileSetId: 'SP00000001_2', series: [{ studyDate: '20260101', studyDescription: 'CT of Mrs Plantagenet', modality: 'CT', number: '9', description: 'Room 101', instances: 3 }] }];
const orderOf = ({ content, orderId = 'o1', comment = '' }: Wish): OrderRow => ({ orderId, isSupplement: false, options: { copies: 1, comment, labelTemplate: 'default', content: { ...DEFAULT_CONTENT, ...content } } }) as unknown as OrderRow;
const idOf = ({ instances }: Bench, name: string): number => instances.find(({ file }) => file.path === name)?.instanceId ?? Number.NaN;

const make = async (bench: Bench, wish: Wish): Promise<{ readonly image: Buffer; readonly made: Made; readonly volume: VolumeRow; readonly order: OrderRow; readonly bytes: number }> => {
  const order = orderOf(wish);
  const volume = volumeOf({ orderId: order.orderId, spoolName: `${order.orderId}-v1`, ...wish.volume });
  const signal = new AbortController().signal;
  const weights = await bench.spool.prepare({ order, instances: bench.instances, making: wish.making ?? { orderId: order.orderId, certificate: null, leftOff: new Set() }, released: new Set((wish.released ?? []).map((name) => idOf(bench, name))), signal, onProgress: () => undefined });
  await bench.spool.compose({ volume, order, others: OTHERS, original: wish.original, instances: bench.instances, signal, onProgress: () => undefined });
  return {
    order, volume, image: readFileSync(imageFileOf(bench.options.spoolDirectory, volume)), bytes: weights.reduce((sum, one) => sum + one.bytes, 0),
    made: JSON.parse(readFileSync(join(bench.options.spoolDirectory, volume.spoolName, 'made.json'), 'utf8')) as Made,
  };
};
const traces = (bytes: Buffer | string, of: readonly string[] = IDENTITIES): readonly string[] => {
  const where = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return of.filter((name) => [name, Buffer.from(name, 'utf16le'), Buffer.from(name, 'utf16le').swap16()].some((form) => where.includes(form)));
};
/** A page of an image. */
const textOf = (image: Buffer, folder: string, path: string): string => {
  const file = join(folder, 'look.iso');
  writeFileSync(file, image);
  const disc = openDisc(file);
  try {
    const entry = disc.content.entries.find((one) => one.path === path);
    return entry === undefined ? '' : disc.content.read(entry, 0, entry.bytes).toString('utf8');
  } finally {
    disc.close();
  }
};

describe('a teaching copy', () => {
  it('names nobody: not in the image, the label, the certificate; and says that it is one, with the pseudonym', async () => {
    const bench = makeBench();
    const before = readdirSync(join(bench.home, 'store')).map((name) => readFileSync(join(bench.home, 'store', name)));
    const { image, made, order, volume } = await make(bench, { content: { copyType: 'teaching' } });
    expect(traces(image)).toEqual([]);
    const label = labelContentOf({ order, volume, job: JOB }, made, 'Hospital');
    expect(traces(JSON.stringify([label, made.composed.certificate, made.label]))).toEqual([]);
    expect(label).toMatchObject({ teaching: true, contentKind: 'DICOM ONLY', profile: 'STD-GEN-CD' });
    const [patient] = label.patients;
    expect(label.patients.length).toBe(1);
    expect(patient?.name).toMatch(/^ANONYMOUS\^[0-9A-F]{10}$/);
    const readme = textOf(image, bench.home, 'README.TXT');
    expect(readme).toContain(`Teaching copy: ANONYMOUS, ${patient?.name.split('^')[1] ?? ''}`);
    expect(textOf(image, bench.home, 'INDEX.HTM')).toContain('<b>Teaching copy</b>');
    await bench.spool.label({ order, volume, job: JOB });
    expect(existsSync(labelFileOf(bench.options.labelDirectory, JOB.serial))).toBe(true);
    expect(readdirSync(join(bench.home, 'store')).map((name) => readFileSync(join(bench.home, 'store', name)))).toEqual(before);
  });

  it('holds images back that do not say they are clean, reports and documents, and names each by its stored UID for the staff only', async () => {
    const bench = makeBench();
    const { made, image } = await make(bench, { content: { copyType: 'teaching' } });
    expect(made.composed.instances.length).toBe(3);
    const heldBack = made.report.filter(({ kind }) => kind === 'left-off');
    const uidsOf = (names: readonly string[]): readonly string[] => names.map((name) => bench.instances[Object.keys(FILES).indexOf(name)]?.attributes.sopInstanceUid ?? '');
    expect(heldBack.map(({ sopInstanceUid }) => sopInstanceUid).sort()).toEqual([...uidsOf(['unsaid', 'sr', 'pdf'])].sort());
    expect(heldBack.every(({ reason }) => reason.startsWith('held back until a person has looked at it: '))).toBe(true);
    expect(traces(image, uidsOf(Object.keys(FILES)))).toEqual([]);
    expect(textOf(image, bench.home, 'README.TXT')).toContain('held back until a person has looked at it');
  });

  it('carries what a person released, and again not once that is taken back', async () => {
    const bench = makeBench();
    const first = await make(bench, { content: { copyType: 'teaching' }, released: ['unsaid', 'pdf'] });
    expect(first.made.composed.instances.map(({ instanceId }) => instanceId).sort()).toEqual(['implicit', 'big', 'explicit', 'unsaid', 'pdf'].map((name) => idOf(bench, name)).sort());
    await bench.spool.drop(first.volume);
    const second = await make(bench, { content: { copyType: 'teaching' }, released: ['pdf'] });
    expect(second.made.composed.instances.map(({ instanceId }) => instanceId)).not.toContain(idOf(bench, 'unsaid'));
  });

  it('is the same to the byte when it is made again, by the order it was first made for, though more was released since', async () => {
    const bench = makeBench({ teachingOptions: ['modifiedDates'] });
    const first = await make(bench, { content: { copyType: 'teaching' } });
    const later = createVolumeSpool({ ...bench.options, teachingOptions: [], institution: 'Renamed' });
    const again = await make({ ...bench, spool: later }, {
      content: { copyType: 'teaching' }, orderId: 'o2', released: ['unsaid', 'sr'], making: { orderId: 'o1', certificate: first.made.composed.certificate, leftOff: new Set(first.made.composed.leftOff) },
      original: { orderId: 'o1', imageSha256: first.made.composed.imageSha256, certificate: first.made.composed.certificate },
    });
    expect(again.image.equals(first.image)).toBe(true);
    expect(again.made.report.at(-1)?.reason).toBe('this disc is the same as its first making, to the byte');
    const other = await make(bench, { content: { copyType: 'teaching' }, orderId: 'o3' });
    expect(other.made.label.patients[0]?.name).not.toBe(first.made.label.patients[0]?.name);
  });

  it('keeps a comment off the label that names someone, and prints another', async () => {
    const bench = makeBench();
    const named = await make(bench, { content: { copyType: 'teaching' }, comment: 'for the course, case plantagenet' });
    expect(labelContentOf({ order: named.order, volume: named.volume, job: JOB }, named.made, '').comment).toBe('');
    const plain = await make(bench, { content: { copyType: 'teaching' }, orderId: 'o2', comment: 'case 12' });
    expect(labelContentOf({ order: plain.order, volume: plain.volume, job: JOB }, plain.made, '').comment).toBe('case 12');
  });

  it('is never composed of files that were not de-identified, and nothing is where all is held back', async () => {
    const bench = makeBench();
    const order = orderOf({ content: { copyType: 'teaching' } });
    const compose = (instances: readonly VolumeInstance[]): Promise<unknown> => bench.spool.compose({ volume: volumeOf(), order, others: [], original: undefined, instances, signal: new AbortController().signal, onProgress: () => undefined });
    await expect(compose(bench.instances)).rejects.toThrow('DISC_DEIDENTIFY_FAILED');
    const reports = bench.instances.filter(({ file }) => file.path === 'sr');
    await bench.spool.prepare({ order, instances: reports, making: { orderId: 'o1', certificate: null, leftOff: new Set() }, released: new Set(), signal: new AbortController().signal, onProgress: () => undefined });
    const refused = await compose(reports).then(() => undefined, (error: unknown) => error);
    expect(isApplianceError(refused, 'DISC_FILE_SET_INVALID') && refused.details['leftOff']).toEqual([expect.stringMatching(new RegExp(`^${reports[0]?.attributes.sopInstanceUid ?? ''} held back`))]);
  });

  it.skipIf(!needs('dcmtk'))('is a file-set that DCMTK reads, of images in Explicit VR Little Endian', async () => {
    const bench = makeBench();
    const { volume, order } = await make(bench, { content: { copyType: 'teaching', target: 'folder' }, volume: { media: 'USB' } });
    const place = await bench.spool.deliver({ order, volume: { ...volume }, job: JOB }, new AbortController().signal);
    const { status, stdout, stderr } = spawnSync(program('dcdirdmp') as string, [join(place, 'DICOMDIR')], { encoding: 'latin1', timeout: 20_000 });
    expect([status, `${stdout}${stderr}`.includes('ANONYMOUS')]).toEqual([0, true]);
    expect(traces(`${stdout}${stderr}`)).toEqual([]);
  });
});

describe('an encrypted disc', () => {
  it.skipIf(!needs('7z'))('holds one ZIP that the passphrase opens, pages in its language, and nothing in the clear', async () => {
    const bench = makeBench();
    const passphrase = makePassphrase();
    await bench.options.secrets.teachingKey('o1');
    await openSecretFiles({ secrets: join(bench.home, 'secrets'), teachingKey: '' }).keepPassphrase('o1', passphrase);
    const { image, made, order, volume } = await make(bench, { content: { encryption: 'zip', language: 'de' } });
    expect(traces(image, [...IDENTITIES, passphrase])).toEqual([]);
    expect(readdirSync(join(bench.home, 'spool/o1-v1')).sort()).toEqual(['disc.iso', 'made.json']);
    expect(labelContentOf({ order, volume, job: JOB }, made, '')).toMatchObject({ contentKind: 'ENCRYPTED', profile: '', patients: [{ name: 'Plantagenet^Wilhelmina' }] });
    expect(made.composed.certificate).toMatchObject({ image: { bytes: image.length }, checks: expect.arrayContaining([expect.objectContaining({ id: 'sealed-files', outcome: 'pass' }), expect.objectContaining({ id: 'dicomdir-present', outcome: 'pass' })]) });
    expect(textOf(image, bench.home, 'README.TXT')).toMatch(/^\ufeffDieser Datenträger ist verschlüsselt[^]*This disc is encrypted/);
    expect(JSON.stringify(made)).not.toContain(passphrase);
    const out = join(bench.home, 'out');
    const copy = await deliverCopy({ kind: 'folder', imageFile: imageFileOf(bench.options.spoolDirectory, volume), imageSha256: made.composed.imageSha256, place: bench.options.copiesFolder, fileSetId: volume.fileSetId, serial: 'X', createdAt: volume.createdAt });
    expect(readdirSync(join(bench.options.copiesFolder, copy.name)).sort()).toEqual(['IMAGES.ZIP', 'INDEX.HTM', 'README.TXT', 'SHA256.TXT']);
    execFileSync(program('7z') as string, ['x', `-p${passphrase}`, `-o${out}`, join(bench.options.copiesFolder, copy.name, 'IMAGES.ZIP')], { stdio: 'ignore' });
    expect(Object.keys(digestsBelow(out)).filter((path) => path.startsWith('DICOM/')).length).toBe(6);
    await bench.spool.dropOrder('o1');
    await expect(bench.options.secrets.passphrase('o1')).rejects.toThrow('ORDER_PASSPHRASE_GONE');
  });

  const RICH = { copyType: 'physician', webContent: 'yes', viewers: ['peek'] } as const;
  const makeRichBench = async (): Promise<Bench> => {
    const bench = makeBench();
    await createViewerShelf({ directory: join(bench.home, 'viewers'), now: bench.options.now }).install(makeViewerPackage());
    await bench.options.attachments.add('o1', 'Letter', Buffer.from('a letter'));
    return bench;
  };

  it.skipIf(!needs('7z'))('holds pages, reports, attachments and viewers within its ZIP', async () => {
    const bench = await makeRichBench();
    const passphrase = makePassphrase();
    await openSecretFiles({ secrets: join(bench.home, 'secrets'), teachingKey: '' }).keepPassphrase('o1', passphrase);
    const { image, made, order, volume } = await make(bench, { content: { ...RICH, encryption: 'zip' } });
    expect(traces(image)).toEqual([]);
    expect(made.composed.certificate).toMatchObject({ viewers: [{ id: 'peek' }] });
    expect(labelContentOf({ order, volume, job: JOB }, made, '')).toMatchObject({ contentKind: 'ENCRYPTED' });
    const [out, disc] = [join(bench.home, 'out'), join(bench.home, 'disc')];
    execFileSync(program('7z') as string, ['x', `-o${disc}`, imageFileOf(bench.options.spoolDirectory, volume)], { stdio: 'ignore' });
    expect(readdirSync(disc).sort()).toEqual(['IMAGES.ZIP', 'INDEX.HTM', 'README.TXT', 'SHA256.TXT']);
    execFileSync(program('7z') as string, ['x', `-p${passphrase}`, `-o${out}`, join(disc, 'IMAGES.ZIP')], { stdio: 'ignore' });
    expect(Object.keys(digestsBelow(out))).toEqual(expect.arrayContaining(['AUTORUN.INF', 'OTHER/A0000001.TXT', 'PEEK/PEEK.EXE', 'REPORTS/R0000001.PDF', 'REPORTS/R0000002.HTM', 'ihe_pdi/index.htm']));
  });

  it.skipIf(!needs('openssl'))('of the media security profile holds nothing beside DICOM files, and says so of a viewer and a file that were ordered', async () => {
    const bench = await makeRichBench();
    const recipientCertificates = [readFileSync(makeAuthority(bench.home, 'clinic').issue('doctor').cert, 'utf8')];
    const { made, volume } = await make(bench, { content: { ...RICH, encryption: 'media-security', recipientCertificates } });
    const { files } = filesOfImage(imageFileOf(bench.options.spoolDirectory, volume), readAnyTree);
    expect([...new Set(files.map(({ path }) => path.split('/')[0]))].sort()).toEqual(['DICOM', 'DICOMDIR', 'INDEX.HTM', 'README.TXT', 'SHA256.TXT']);
    expect(made.composed.certificate).not.toHaveProperty('viewers');
    expect(made.label.hasWebContent).toBe(false);
    expect(made.report).toContainEqual({ kind: 'note', reason: 'attached files that are not on the disc, because such a copy holds DICOM files only: 1' });
    expect(made.report).toContainEqual({ kind: 'note', reason: 'viewer peek is not on the disc: encrypted for recipients, it holds DICOM files only' });
    expect(existsSync(join(bench.home, 'spool/o1-prepared/derived.jsonl'))).toBe(false);
  });

  it('is not made once its passphrase is gone', async () => {
    await expect(make(makeBench(), { content: { encryption: 'zip' } })).rejects.toThrow('ORDER_PASSPHRASE_GONE');
  });

  it.skipIf(!needs('openssl'))('of the media security profile opens for the holder of a certificate, on a Blu-ray disc too, and is planned large enough', async () => {
    for (const media of ['CD', 'BD'] as const) {
      const bench = makeBench();
      const { cert, key } = makeAuthority(bench.home, 'clinic').issue('doctor');
      const recipientCertificates = [readFileSync(cert, 'utf8')];
      const { image, made, volume, bytes } = await make(bench, { content: { encryption: 'media-security', recipientCertificates }, volume: { media } });
      expect(traces(image)).toEqual([]);
      const files = filesOfImage(imageFileOf(bench.options.spoolDirectory, volume), readAnyTree).files;
      const dicom = files.filter(({ path }) => path.startsWith('DICOM/'));
      expect(dicom.length).toBe(6);
      expect(dicom.reduce((sum, file) => sum + file.bytes, 0)).toBeLessThanOrEqual(bytes);
      const copy = await deliverCopy({ kind: 'folder', imageFile: imageFileOf(bench.options.spoolDirectory, volume), imageSha256: made.composed.imageSha256, place: bench.options.copiesFolder, fileSetId: volume.fileSetId, serial: 'X', createdAt: volume.createdAt, read: readAnyTree });
      const opened = execFileSync(program('openssl') as string, ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', join(bench.options.copiesFolder, copy.name, 'DICOMDIR'), '-recip', cert, '-inkey', key], { maxBuffer: 1 << 26 });
      expect(traces(opened, ['Plantagenet', 'DICM'])).toEqual(['Plantagenet', 'DICM']);
    }
  });

  it('says why it differs when it is made again', async () => {
    const bench = makeBench();
    const secrets = openSecretFiles({ secrets: join(bench.home, 'secrets'), teachingKey: '' });
    for (const orderId of ['o1', 'o2']) await secrets.keepPassphrase(orderId, makePassphrase());
    const first = await make(bench, { content: { encryption: 'zip' } });
    const again = await make(bench, { content: { encryption: 'zip' }, orderId: 'o2', original: { orderId: 'o1', imageSha256: first.made.composed.imageSha256, certificate: first.made.composed.certificate } });
    expect(again.made.report.at(-1)?.reason).toBe('this disc holds the same instances as its first making, but its image differs: it is encrypted, and every making takes new random keys');
  });

  it('names nobody on its label when it is a teaching copy as well', async () => {
    const bench = makeBench();
    await openSecretFiles({ secrets: join(bench.home, 'secrets'), teachingKey: '' }).keepPassphrase('o1', makePassphrase());
    const { made, order, volume } = await make(bench, { content: { encryption: 'zip', copyType: 'teaching' } });
    const label = labelContentOf({ order, volume, job: JOB }, made, '');
    expect([label.contentKind, label.teaching, traces(JSON.stringify(label))]).toEqual(['ENCRYPTED', true, []]);
  });
});

describe('a copy beside a disc', () => {
  const signal = new AbortController().signal;

  it.each(['folder', 'zip', 'iso'] as const)('is delivered as a %s under the name of file-set and serial, and found again when its end was not noted', async (target) => {
    const bench = makeBench();
    const { volume, order, made } = await make(bench, { content: { target }, volume: { media: target === 'iso' ? 'CD' : 'USB' } });
    expect(made.profile).toBe(target === 'iso' ? 'STD-GEN-CD' : 'STD-GEN-USB-JPEG');
    const place = await bench.spool.deliver({ order, volume, job: JOB }, signal);
    expect(place).toBe(join(bench.options.copiesFolder, `SP00000001_1_SP-000000017${target === 'folder' ? '' : `.${target}`}`));
    writeFileSync(join(bench.options.copiesFolder, `.SP00000001_1_SP-000000017${target === 'folder' ? '' : `.${target}`}.0badcafe.part`), 'cut off');
    expect(await bench.spool.deliver({ order, volume, job: JOB }, signal)).toBe(place);
    expect(readdirSync(bench.options.copiesFolder)).toEqual([place.slice(bench.options.copiesFolder.length + 1)]);
  });

  it('refuses what has its name and is something else, and touches nothing of it', async () => {
    const bench = makeBench();
    const { volume, order } = await make(bench, { content: { target: 'zip' }, volume: { media: 'USB' } });
    const theirs = join(bench.options.copiesFolder, 'SP00000001_1_SP-000000017.zip');
    writeFileSync(theirs, 'not ours');
    await expect(bench.spool.deliver({ order, volume, job: JOB }, signal)).rejects.toThrow('DISC_TARGET_EXISTS');
    expect(readFileSync(theirs, 'utf8')).toBe('not ours');
  });

  it.skipIf(!needs('7z'))('is one encrypted ZIP where both are asked for', async () => {
    const bench = makeBench();
    const passphrase = makePassphrase();
    await openSecretFiles({ secrets: join(bench.home, 'secrets'), teachingKey: '' }).keepPassphrase('o1', passphrase);
    const { volume, order } = await make(bench, { content: { target: 'zip', encryption: 'zip' }, volume: { media: 'USB' } });
    const place = await bench.spool.deliver({ order, volume, job: JOB }, signal);
    expect(traces(readFileSync(place))).toEqual([]);
    expect(spawnSync(program('7z') as string, ['t', `-p${passphrase}`, place], { stdio: 'ignore' }).status).toBe(0);
    expect(await bench.spool.deliver({ order, volume, job: JOB }, signal)).toBe(place);
  });

  it('waits when the folder is gone from the settings', async () => {
    const bench = makeBench({ copiesFolder: '' });
    const { volume, order } = await make(bench, { content: { target: 'zip' }, volume: { media: 'USB' } });
    await expect(bench.spool.deliver({ order, volume, job: JOB }, signal)).rejects.toThrow('DISC_TARGET_UNREACHABLE');
  });
});
