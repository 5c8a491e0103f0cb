import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { composeVolume } from '../../../disc/compose-volume.ts';
import type { ComposedImage } from '../../../disc/compose-volume.ts';
import { copyName, deliverCopy } from '../../../disc/targets/deliver.ts';
import type { DeliverRequest } from '../../../disc/targets/deliver.ts';
import { filesOfImage, readIsoTree } from '../../../disc/targets/image-files.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import type { ErrorCode } from '../../../infra/errors.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';
import { storedInstances } from '../stored-instances.ts';
import { digestsBelow } from '../image/judges.ts';
import { PLAIN } from '../compose-defaults.ts';

const AT = new Date('2024-05-06T07:08:10Z');
/** A user that owns nothing. */
const NOBODY = 65_534;
let folder = '';
let place = '';
let composed: ComposedImage;
let expected: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'targets-'));
  const store = join(folder, 'store');
  mkdirSync(store);
  const paths = ['ct', 'sr', 'mr'].map((kind, n) => {
    writeFileSync(join(store, String(n)), makeInstance({ kind: kind as 'ct', seed: kind, patientName: 'Plantagenet^Wilhelmina', patientId: 'HOSP-4711' }).bytes);
    return String(n);
  });
  composed = await composeVolume({
    volume: { fileSetId: 'SPINDLE_0001', fileSetUid: '2.25.1', index: 1, of: 1, media: 'CD', capacityBytes: 700_000_000 }, order: { isSupplement: false }, ...PLAIN,
    instances: storedInstances(store, paths), storeDirectory: store, imageFile: join(folder, 'volume.iso'), createdAt: AT, institution: 'Test', contact: '', product: 'Spindle', otherVolumes: [],
  });
  expected = Object.fromEntries(composed.files.map(({ path, sha256 }): [string, string] => [path, sha256]).sort(([a], [b]) => (a < b ? -1 : 1)));
});
beforeEach(() => { place = mkdtempSync(join(folder, 'place-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const deliver = (kind: DeliverRequest['kind'], more: Partial<DeliverRequest> = {}): ReturnType<typeof deliverCopy> =>
  deliverCopy({ kind, imageFile: composed.image.path, imageSha256: composed.image.sha256, place, fileSetId: 'SPINDLE_0001', serial: 'S-0001', createdAt: AT, ...more });
const codeOf = (work: Promise<unknown>): Promise<ErrorCode | undefined> => work.then(() => undefined, (error: unknown) => (isApplianceError(error) ? error.code : undefined));

describe('copies beside a disc', () => {
  it('hold what the gate saw: as a folder, every file by its digest', async () => {
    const copy = await deliver('folder');
    expect(copy).toMatchObject({ name: 'SPINDLE_0001_S-0001', sha256: '', files: composed.files.length });
    expect(digestsBelow(join(place, copy.name))).toEqual(expected);
    expect(readdirSync(place)).toEqual([copy.name]);
  });

  it('as an image: the very bytes', async () => {
    const copy = await deliver('iso');
    expect(readFileSync(join(place, copy.name)).equals(readFileSync(composed.image.path))).toBe(true);
    expect(copy).toMatchObject({ name: 'SPINDLE_0001_S-0001.iso', bytes: composed.image.bytes, sha256: composed.image.sha256 });
    rmSync(join(place, copy.name));
    expect(existsSync(composed.image.path)).toBe(true);
  });

  it.skipIf(!needs('7z'))('as a ZIP, plain or encrypted, by 7z', async () => {
    const copy = await deliver('zip');
    const out = join(place, 'out');
    execFileSync(program('7z') as string, ['x', `-o${out}`, join(place, copy.name)], { stdio: 'ignore' });
    expect(digestsBelow(out)).toEqual(expected);
    const secret = await deliver('zip', { serial: 'S-0002', passphrase: 'correct horse battery' });
    expect(spawnSync(program('7z') as string, ['t', '-pcorrect horse battery', join(place, secret.name)], { stdio: 'ignore' }).status).toBe(0);
    expect(spawnSync(program('7z') as string, ['t', '-pother', join(place, secret.name)], { stdio: 'ignore' }).status).not.toBe(0);
  });

  it.skipIf(!needs('dcmtk'))('are imported as file-sets by DCMTK', async () => {
    const copy = await deliver('folder');
    const { status, stdout, stderr } = spawnSync(program('dcdirdmp') as string, [join(place, copy.name, 'DICOMDIR')], { encoding: 'latin1', timeout: 20_000 });
    expect(status).toBe(0);
    expect(`${stdout}${stderr}`).toContain('HOSP-4711');
  });

  it('are named by file-set and serial alone', () => {
    expect(copyName('zip', 'SPINDLE_0001', 'S-1')).toBe('SPINDLE_0001_S-1.zip');
    for (const [id, serial] of [['../X', 'S'], ['X', '../S'], ['', 'S'], ['X', ''], ['plantagenet', 'S']] as const) expect(() => copyName('iso', id, serial)).toThrow(TypeError);
  });

  it.each(['iso', 'zip', 'folder'] as const)('never replace what is there (%s), and leave nothing beside it', async (kind) => {
    const first = await deliver(kind);
    const before = statSync(join(place, first.name)).ino;
    expect(await codeOf(deliver(kind))).toBe('DISC_TARGET_EXISTS');
    expect(statSync(join(place, first.name)).ino).toBe(before);
    symlinkSync('/nowhere', join(place, copyName(kind, 'SPINDLE_0001', 'LINK')));
    expect(await codeOf(deliver(kind, { serial: 'LINK' }))).toBe('DISC_TARGET_EXISTS');
    expect(readdirSync(place).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each(['iso', 'zip', 'folder'] as const)('say when the place is not there (%s)', async (kind) => {
    expect(await codeOf(deliver(kind, { place: join(place, 'gone') }))).toBe('DISC_TARGET_UNREACHABLE');
    writeFileSync(join(place, 'file'), '');
    expect(await codeOf(deliver(kind, { place: join(place, 'file') }))).toBe('DISC_TARGET_UNREACHABLE');
  });

  it.each(['iso', 'zip', 'folder'] as const)('refuse an image that was changed after the gate (%s)', async (kind) => {
    const imageFile = join(place, 'changed.iso');
    const bytes = readFileSync(composed.image.path);
    const file = filesOfImage(composed.image.path).files.find(({ path }) => path === 'README.TXT');
    const at = bytes.indexOf('DICOM disc SPINDLE_0001');
    expect(file).toBeDefined();
    bytes[at] = 0x58;
    writeFileSync(imageFile, bytes);
    expect(await codeOf(deliver(kind, { imageFile }))).toBe('DISC_TARGET_MISMATCH');
    expect(readdirSync(place)).toEqual(['changed.iso']);
  });

  it('stop when told to, and clean up', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    for (const kind of ['iso', 'zip', 'folder'] as const) await expect(deliver(kind, { signal })).rejects.toThrow('enough');
    expect(readdirSync(place)).toEqual([]);
  });

  it('take a passphrase for a ZIP only', async () => {
    await expect(deliver('folder', { passphrase: 'x' })).rejects.toThrow(TypeError);
  });
});

describe('files of an image', () => {
  it('come with the digests of the manifest', () => {
    const { files, volumeId } = filesOfImage(composed.image.path);
    expect(volumeId).toBe('SPINDLE_0001');
    expect(Object.fromEntries(files.filter(({ sha256 }) => sha256 !== undefined).map(({ path, sha256 }) => [path, sha256]))).toEqual(Object.fromEntries(Object.entries(expected).filter(([path]) => path !== 'SHA256.TXT')));
  });

  it('are refused from an image that is cut, has no manifest or unsafe paths', () => {
    const cut = join(place, 'cut.iso');
    writeFileSync(cut, readFileSync(composed.image.path));
    truncateSync(cut, composed.image.bytes - 4096);
    const tree = (change: (path: string) => string) => () => filesOfImage(composed.image.path, (image) => {
      const read = readIsoTree(image);
      return { ...read, entries: read.entries.map((entry) => ({ ...entry, path: change(entry.path) })) };
    });
    for (const work of [() => filesOfImage(cut), tree((path) => (path === 'SHA256.TXT' ? 'OTHER' : path)), tree((path) => (path === 'README.TXT' ? '../README.TXT' : path)), tree((path) => (path === 'README.TXT' ? 'NEW.TXT' : path))]) {
      expect(work).toThrow('DISC_IMAGE_FAILED');
    }
  });
});

/** Places of a real kernel: a small file system that fills up, and one that is mounted read-only. */
const canMount = ((): boolean => {
  if (process.getuid?.() !== 0) return false;
  const at = mkdtempSync(join(tmpdir(), 'mount-probe-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', at]).status === 0 && spawnSync('umount', [at]).status === 0;
  rmSync(at, { recursive: true, force: true });
  return isMounted;
})();
if (!canMount) console.warn('SKIPPED mount: run the tests as root on a machine that lets it mount tmpfs');

describe.skipIf(!canMount)('places that cannot take a copy', () => {
  const mounted = async (options: string, work: (at: string) => Promise<void>): Promise<void> => {
    const at = mkdtempSync(join(folder, 'mount-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]);
    try { await work(at); } finally { execFileSync('umount', [at]); }
  };

  it('say that they are full, and hold nothing afterwards', () => mounted('size=8k', async (at) => {
    for (const kind of ['iso', 'zip', 'folder'] as const) expect([kind, await codeOf(deliver(kind, { place: at }))]).toEqual([kind, 'DISC_TARGET_FULL']);
    expect(readdirSync(at)).toEqual([]);
  }));

  it('say that they are read-only', () => mounted('size=8m,ro', async (at) => {
    for (const kind of ['iso', 'zip', 'folder'] as const) expect([kind, await codeOf(deliver(kind, { place: at }))]).toEqual([kind, 'DISC_TARGET_READ_ONLY']);
  }));

  it('take a copy of the image where no link reaches', () => mounted('size=32m', async (at) => {
    const copy = await deliver('iso', { place: at });
    expect(readFileSync(join(at, copy.name)).equals(readFileSync(composed.image.path))).toBe(true);
  }));
});

/** Does work as a person without rights of the system's own, who gets the place and may read the image. */
const asOrdinaryUser = async <T>(work: () => Promise<T>): Promise<T> => {
  if (process.seteuid === undefined || process.getuid?.() !== 0) return work();
  chmodSync(folder, 0o755);
  chmodSync(composed.image.path, 0o644);
  chownSync(place, NOBODY, NOBODY);
  process.seteuid(NOBODY);
  try { return await work(); } finally { process.seteuid(0); }
};

describe('a place without the right to write', () => {
  it('says so', () => asOrdinaryUser(async () => {
    expect(await codeOf(deliver('zip'))).toBeUndefined();
    chmodSync(place, 0o500);
    for (const kind of ['iso', 'zip', 'folder'] as const) expect([kind, await codeOf(deliver(kind, { serial: 'S-0002' }))]).toEqual([kind, 'DISC_TARGET_READ_ONLY']);
    expect(readdirSync(place)).toEqual(['SPINDLE_0001_S-0001.zip']);
  }));
});
