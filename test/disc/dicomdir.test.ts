import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeVolume, instanceOverheadBytes, VOLUME_OVERHEAD_BYTES } from '../../disc/compose-volume.ts';
import type { ComposedImage, ComposeRequest } from '../../disc/compose-volume.ts';
import { needs } from '../fixtures/peers.ts';
import { sharedData } from '../fixtures/shared-data.ts';
import { storedInstances } from './stored-instances.ts';
import { PLAIN } from './compose-defaults.ts';

const FOLDERS = ['ct', 'mr', 'us', 'sr', 'doc', 'rt', 'charset', 'series', 'ps-ko', 'waveform', 'seg-vl-other', 'nm-pt', 'xr', 'sc', 'odd', 'nonimage-private'];
const store = sharedData();

interface Record { readonly offset: number; readonly next: number; readonly lower: number; readonly inUse: number; readonly type: string; readonly fileId: string }

/** Walks items by their own bytes; shares nothing with the writer. */
const recordAt = (bytes: Buffer, offset: number): Record => {
  expect(bytes.readUInt32LE(offset)).toBe(0xe000fffe);
  const end = offset + 8 + bytes.readUInt32LE(offset + 4);
  const values = new Map<number, Buffer>();
  let at = offset + 8;
  let before = 0;
  while (at < end) {
    const tag = bytes.readUInt16LE(at) * 0x10000 + bytes.readUInt16LE(at + 2);
    expect(tag).toBeGreaterThan(before);
    before = tag;
    const isLong = /^(O.|SQ|U[CNRT]|SV|UV)$/.test(bytes.toString('latin1', at + 4, at + 6));
    const length = isLong ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    const from = at + (isLong ? 12 : 8);
    values.set(tag, bytes.subarray(from, from + length));
    at = from + length;
  }
  expect(at).toBe(end);
  const text = (tag: number): string => (values.get(tag)?.toString('latin1') ?? '').trim();
  const number = (tag: number): number => values.get(tag)?.readUInt32LE(0) ?? -1;
  return { offset, next: number(0x00041400), lower: number(0x00041420), inUse: values.get(0x00041410)?.readUInt16LE(0) ?? -1, type: text(0x00041430), fileId: text(0x00041500).replaceAll('\\', '/') };
};

const walk = (bytes: Buffer, first: number): Record[] => {
  const records: Record[] = [];
  for (let at = first; at !== 0;) {
    const record = recordAt(bytes, at);
    records.push(record, ...(record.lower ? walk(bytes, record.lower) : []));
    at = record.next;
  }
  return records;
};

describe.skipIf(!store)('the DICOMDIR of real instances', () => {
  let folder = '';
  let composed: ComposedImage;
  let directory: Buffer;
  const tree = (): string => join(folder, 'tree');
  const request = (paths: readonly string[], over: Partial<ComposeRequest> = {}): ComposeRequest => ({
    volume: { fileSetId: 'SPINDLE_TEST', fileSetUid: '2.25.12345', index: 1, of: 1, media: 'CD', capacityBytes: 680_000_000 }, order: { isSupplement: false }, ...PLAIN,
    instances: storedInstances(store ?? '', paths), storeDirectory: store ?? '', imageFile: join(folder, 'v.iso'), createdAt: new Date('2026-01-02T03:04:00Z'),
    institution: 'Hospital', contact: 'Radiology', product: 'Spindle', otherVolumes: [], ...over,
  });
  const all = (): string[] => FOLDERS.flatMap((name) => readdirSync(join(store ?? '', name), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice((store ?? '').length + 1))).sort();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dicomdir-'));
    composed = await composeVolume(request(all()));
    if (needs('xorriso')) {
      spawnSync('xorriso', ['-osirrox', 'on', '-indev', composed.image.path, '-extract', '/', tree()], { timeout: 60_000 });
      directory = readFileSync(join(tree(), 'DICOMDIR'));
    }
  }, 120_000);
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it('is reached record by record through its offsets, and names each file once', () => {
    const first = directory.indexOf(Buffer.from([4, 0, 0, 0x12, 0x55, 0x4c])) + 8;
    const records = walk(directory, directory.readUInt32LE(first));
    expect(records).toHaveLength(composed.records);
    expect(new Set(records.map(({ offset }) => offset)).size).toBe(records.length);
    expect(records.every(({ inUse }) => inUse === 0xffff)).toBe(true);
    expect(records.flatMap(({ fileId }) => (fileId ? [fileId] : [])).sort()).toEqual(composed.entries.map(({ fileId }) => fileId).sort());
    const types = new Set(records.map(({ type }) => type));
    for (const type of ['PATIENT', 'STUDY', 'SERIES', 'IMAGE', 'SR DOCUMENT', 'KEY OBJECT DOC', 'PRESENTATION', 'WAVEFORM', 'RT DOSE', 'RT PLAN', 'RT STRUCTURE SET', 'ENCAP DOC']) expect(types).toContain(type);
  });

  it('leaves nothing off without naming it', () => {
    const named = composed.report.filter(({ kind }) => kind === 'left-off').map(({ sopInstanceUid }) => sopInstanceUid);
    expect(named).toHaveLength(composed.leftOff.length);
    expect(composed.entries.length + composed.leftOff.length).toBe(storedInstances(store ?? '', all()).length);
    expect(composed.report.some(({ kind }) => kind === 'filled')).toBe(true);
  });

  it('claims no profile and names what breaks it', () => {
    expect(composed.profile).toBe('');
    expect(composed.report.some(({ kind }) => kind === 'outside-profile')).toBe(true);
  });

  it('lists in the manifest what sha256sum finds', () => {
    expect(spawnSync('sha256sum', ['-c', '--quiet', 'SHA256.TXT'], { cwd: tree(), timeout: 60_000 }).status).toBe(0);
    expect(readFileSync(join(tree(), 'SHA256.TXT'), 'latin1').trim().split('\n')).toHaveLength(composed.files.length - 1);
  });

  it.skipIf(!needs('dcmtk'))('is traversed by dcdirdmp to every file', () => {
    const dump = spawnSync('dcdirdmp', ['DICOMDIR'], { cwd: tree(), timeout: 20_000 });
    expect(dump.status).toBe(0);
    expect(`${dump.stdout.toString()}${dump.stderr.toString()}`.match(/-> DICOM/g)).toHaveLength(composed.entries.length);
  });

  it.skipIf(!needs('gdcm'))('is read by gdcminfo', () => {
    expect(execFileSync('gdcminfo', ['DICOMDIR'], { cwd: tree(), timeout: 20_000 }).toString()).toContain('Media Storage Directory');
  });

  it.skipIf(!needs('dicom3tools'))('satisfies dciodvfy for sound instances', async () => {
    const sound = await composeVolume(request(all().filter((path) => /^(series\/(ct-ge|mr-ctk)|sr\/|rt\/)/.test(path)), { imageFile: join(folder, 'sound.iso') }));
    spawnSync('xorriso', ['-osirrox', 'on', '-indev', sound.image.path, '-extract', '/DICOMDIR', join(folder, 'SOUND')], { timeout: 60_000 });
    const judged = spawnSync('dciodvfy', [join(folder, 'SOUND')], { timeout: 20_000 });
    const errors = judged.stderr.toString().split('\n').filter((line) => line.startsWith('Error') && !/UID|contains invalid data values/.test(line));
    expect(errors).toEqual([]);
  });

  it.each(['CD', 'DVD', 'BD', 'BD-RE'] as const)('stays below the planned overheads on a %s', async (media) => {
    const { volume } = request([]);
    const { image, entries } = media === 'CD' ? composed : await composeVolume(request(all(), { volume: { ...volume, media }, imageFile: join(folder, 'other.iso') }));
    const files = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(image.bytes).toBeLessThanOrEqual(files + VOLUME_OVERHEAD_BYTES + entries.length * instanceOverheadBytes(media));
  });

  it('is the same for the same instances in another order', async () => {
    const paths = all().filter((path) => path.startsWith('series/'));
    const one = await composeVolume(request(paths, { imageFile: join(folder, 'a.iso') }));
    const { instances } = request(paths);
    const other = await composeVolume(request(paths, { imageFile: join(folder, 'b.iso'), instances: instances.toReversed() }));
    expect(other.image.sha256).toBe(one.image.sha256);
  });

  it('refuses a volume that does not fit and one that is empty', async () => {
    const paths = all().filter((path) => path.startsWith('ct/'));
    const { volume, instances } = request(paths);
    await expect(composeVolume(request(paths, { volume: { ...volume, capacityBytes: 100_000 } }))).rejects.toMatchObject({ code: 'ORDER_EXCEEDS_MEDIA' });
    await expect(composeVolume(request([]))).rejects.toMatchObject({ code: 'DISC_FILE_SET_INVALID' });
    const changed = instances.map((one) => ({ ...one, file: { ...one.file, dataSetSha256: '0'.repeat(64) } }));
    await expect(composeVolume(request(paths, { instances: changed }))).rejects.toMatchObject({ code: 'DISC_IMAGE_FAILED' });
  });
});
