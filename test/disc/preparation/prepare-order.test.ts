import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { createTranscoder } from '../../../dicom/transcode.ts';
import type { Transcoder } from '../../../dicom/transcoder.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { composeVolume } from '../../../disc/compose-volume.ts';
import { checkVolume } from '../../../disc/gate.ts';
import { DEFAULT_CONTENT } from '../../../disc/order/content.ts';
import type { ContentOptions } from '../../../disc/order/content.ts';
import { preparationBook } from '../../../disc/preparation/preparation-book.ts';
import type { PreparationLine } from '../../../disc/preparation/preparation-book.ts';
import { prepareOrder } from '../../../disc/preparation/prepare-order.ts';
import { weighOrder } from '../../../disc/preparation/weigh-order.ts';
import { ApplianceError } from '../../../infra/errors.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { storedInstances } from '../stored-instances.ts';

const scratch = mkdtempSync(join(tmpdir(), 'spindle-prepare-'));
afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

const SYNTAXES = [UID.implicitLittleEndian, UID.explicitLittleEndian, '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.1.99'];
const transcoder = createTranscoder();
afterAll(() => transcoder.close());

let store = '';
let folder = '';
let round = 0;
beforeEach(() => {
  round += 1;
  store = join(scratch, `store${round}`);
  folder = join(scratch, `prepared${round}`);
  mkdirSync(store);
  SYNTAXES.forEach((transferSyntaxUid, n) => {
    writeFileSync(join(store, `${n}.dcm`), makeInstance({ seed: `prepare ${n}`, transferSyntaxUid, studyInstanceUid: '2.25.11', seriesInstanceUid: '2.25.12', instanceNumber: n + 1 }).bytes);
  });
});

const instances = (): ReturnType<typeof storedInstances> => storedInstances(store, SYNTAXES.map((_, n) => `${n}.dcm`));
const prepare = (content: Partial<ContentOptions> = {}, by: Transcoder = transcoder): Promise<ReadonlyMap<number, PreparationLine>> =>
  prepareOrder({ instances: instances(), content: { ...DEFAULT_CONTENT, ...content }, storeDirectory: store, folder, transcoder: by, signal: new AbortController().signal, onProgress: () => undefined });

/** Counts conversions and fails where the test says so. */
const watched = (fail?: (file: string) => Error | undefined): Transcoder & { count: number } => ({
  count: 0, route: (from, to) => transcoder.route(from, to), close: () => Promise.resolve(),
  async convert(request) {
    this.count += 1;
    const error = fail?.(request.file);
    if (error) throw error;
    return transcoder.convert(request);
  },
});

describe('preparing an order', () => {
  it('converts what the default profile forbids, element for element, and leaves the store as it was', async () => {
    const before = readdirSync(store).map((name) => readFileSync(join(store, name)));
    const lines = await prepare();
    expect([...lines.values()].map(({ kind }) => kind)).toEqual(['converted', 'converted', 'converted']);
    for (const [instanceId, line] of lines) {
      if (line.kind !== 'converted') throw new TypeError('not converted');
      expect(line.transferSyntaxUid).toBe(UID.explicitLittleEndian);
      const source = instances().find((one) => one.instanceId === instanceId)!;
      expect((await elementDigest(join(folder, line.name))).all).toBe((await elementDigest(join(store, source.file.path))).all);
    }
    expect(readdirSync(store).map((name) => readFileSync(join(store, name)))).toEqual(before);
  });

  it('gives a disc that claims the profile, names what was converted, and passes the gate', async () => {
    const lines = await prepare();
    const composed = await composeVolume({
      volume: { fileSetId: 'PREPARED', fileSetUid: '2.25.99', index: 1, of: 1, media: 'CD', capacityBytes: 680_000_000 }, order: { isSupplement: false }, content: DEFAULT_CONTENT, preparation: { folder, lines },
      instances: instances(), storeDirectory: store, imageFile: join(scratch, `image${round}.iso`), createdAt: new Date('2026-01-02T03:04:00Z'), language: 'en', institution: '', contact: '', product: 'Spindle', otherVolumes: [],
    });
    expect(composed.profile).toBe('STD-GEN-CD');
    expect(composed.report.filter(({ kind }) => kind === 'converted').map(({ reason }) => reason)).toEqual([
      '1 instance of series 2.25.12 converted from Implicit VR Little Endian to Explicit VR Little Endian, pixel data unchanged',
      '1 instance of series 2.25.12 converted from Explicit VR Big Endian to Explicit VR Little Endian, pixel data unchanged',
      '1 instance of series 2.25.12 converted from Deflated Explicit VR Little Endian to Explicit VR Little Endian, pixel data unchanged',
    ]);
    const gate = await checkVolume({ imageFile: composed.image.path, bytes: composed.image.bytes, fileSetId: 'PREPARED', fileSetUid: '2.25.99', files: composed.files, instances: composed.entries });
    expect(gate.problems).toEqual([]);
    const image = readFileSync(composed.image.path, 'latin1');
    for (const { file } of instances().filter(({ file: { transferSyntaxUid } }) => transferSyntaxUid !== UID.explicitLittleEndian)) expect(image).toContain(`# made from a data set with SHA-256 ${file.dataSetSha256}: from `);
  });

  it('goes on after a crash with what is already there, and remakes a file that is not whole', async () => {
    await prepare();
    const again = watched();
    expect([...(await prepare({}, again)).keys()].sort()).toEqual([1, 3, 4]);
    expect(again.count).toBe(0);
    writeFileSync(join(folder, 'i3'), 'cut off');
    appendFileSync(join(folder, 'prepared.jsonl'), '\n{"instanceId":4,"kind":"conv');
    const third = watched();
    expect([...(await prepare({}, third)).values()].every(({ kind }) => kind === 'converted')).toBe(true);
    expect(third.count).toBe(1);
    expect((await preparationBook.read(folder)).size).toBe(3);
  });

  it.each([['keep', 'outside'], ['leave-off', 'leave-off']] as const)('%s: an instance that the codec refuses is %s, the others are converted', async (unconvertible, kind) => {
    const lines = await prepare({ unconvertible }, watched((file) => (file.endsWith('2.dcm') ? new ApplianceError('TRANSCODE_FAILED', 'damaged') : undefined)));
    expect([...lines].sort(([a], [b]) => a - b).map(([, line]) => line.kind)).toEqual(['converted', kind, 'converted']);
  });

  it('leaves nothing behind of a way that ends half', async () => {
    const XA = '1.2.840.10008.5.1.4.1.1.12.1';
    const native = join(scratch, 'angiogram.dcm');
    writeFileSync(native, makeInstance({ sopClassUid: XA }).bytes);
    const { dataSetOffset } = readFileMeta(readFileSync(native));
    await transcoder.convert({ file: native, dataSetOffset, fromSyntaxUid: UID.explicitLittleEndian, toSyntaxUid: UID.jpegLsLossless, target: join(store, 'a.dcm') });
    const ways = watched((file) => (file.startsWith(folder) ? new ApplianceError('TRANSCODE_UNSUPPORTED', 'refused') : undefined));
    const lines = await prepareOrder({ instances: storedInstances(store, ['a.dcm']), content: { ...DEFAULT_CONTENT, profile: 'STD-XABC-CD' }, storeDirectory: store, folder, transcoder: ways, signal: new AbortController().signal, onProgress: () => undefined });
    expect([ways.count, [...lines.values()]]).toMatchObject([2, [{ kind: 'outside', reason: 'its pixel data cannot be converted' }]]);
    expect(readdirSync(folder)).toEqual(['prepared.jsonl']);
  });

  it('stops at a stored file of a profile with pairs that is gone', async () => {
    writeFileSync(join(store, 'u.dcm'), makeInstance({ kind: 'us-colour', sopClassUid: '1.2.840.10008.5.1.4.1.1.6.1' }).bytes);
    const [gone] = storedInstances(store, ['u.dcm']);
    rmSync(join(store, 'u.dcm'));
    const run = prepareOrder({ instances: [gone!], content: { ...DEFAULT_CONTENT, profile: 'STD-US-ID-SF-CDR' }, storeDirectory: store, folder, transcoder, signal: new AbortController().signal, onProgress: () => undefined });
    await expect(run).rejects.toMatchObject({ code: 'DISC_SOURCE_LOST' });
  });

  it('stops at a stored file that is gone or changed', async () => {
    const all = instances();
    const run = (): Promise<unknown> => prepareOrder({ instances: all, content: DEFAULT_CONTENT, storeDirectory: store, folder, transcoder, signal: new AbortController().signal, onProgress: () => undefined });
    appendFileSync(join(store, '0.dcm'), 'x');
    await expect(run()).rejects.toMatchObject({ code: 'DISC_SOURCE_LOST' });
    rmSync(join(store, '0.dcm'));
    await expect(run()).rejects.toMatchObject({ code: 'DISC_SOURCE_LOST' });
  });

  it('passes on what is no fault of the instance, and can be aborted', async () => {
    await expect(prepare({}, watched(() => new ApplianceError('TRANSCODE_WRITE_FAILED', 'disk full')))).rejects.toMatchObject({ code: 'TRANSCODE_WRITE_FAILED' });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(prepareOrder({ instances: instances(), content: DEFAULT_CONTENT, storeDirectory: store, folder, transcoder, signal, onProgress: () => undefined })).rejects.toThrow('enough');
  });

  it('makes nothing for a legal copy', async () => {
    expect((await prepare({ copyType: 'legal' })).size).toBe(0);
    expect(existsSync(join(folder, 'prepared.jsonl'))).toBe(false);
  });
});

describe('the weight of an order', () => {
  it('counts the files as they go on the disc', async () => {
    const lines = await prepare();
    const [weight] = weighOrder(instances(), lines, DEFAULT_CONTENT);
    const sizes = instances().map(({ instanceId, file }) => { const line = lines.get(instanceId); return line?.kind === 'converted' ? line.bytes : file.bytes; });
    expect(weight).toMatchObject({ instances: 4, bytes: sizes.reduce((sum, one) => sum + one, 0) });
  });

  it('weighs what is left off with nothing, and cuts a large series into blocks that cover it', () => {
    const [first] = instances();
    const many = Array.from({ length: 40 }, (_, n) => ({ ...first!, instanceId: n + 1, file: { ...first!.file, bytes: 20 * 1024 * 1024 } }));
    const lines = new Map<number, PreparationLine>([[7, { instanceId: 7, kind: 'leave-off', sourceSha256: '', reason: 'x' }]]);
    const [weight] = weighOrder(many, lines, DEFAULT_CONTENT);
    expect(weight?.bytes).toBe(39 * 20 * 1024 * 1024);
    expect(weight?.blocks?.reduce((sum, { instances: count }) => sum + count, 0)).toBe(40);
    expect(weight?.blocks?.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(weight?.bytes);
    let next = 0;
    for (const block of weight?.blocks ?? []) { expect(block.from).toBe(next); next += block.instances; }
  });
});
