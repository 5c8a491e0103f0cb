import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { composeVolume } from '../../../disc/compose-volume.ts';
import type { ComposedImage } from '../../../disc/compose-volume.ts';
import { makePassphrase } from '../../../disc/encrypt/passphrase.ts';
import { readPassword } from '../../../disc/encrypt/password-recipient.ts';
import { SEALED_ZIP, sealVolume } from '../../../disc/encrypt/sealed-volume.ts';
import type { SealMethod } from '../../../disc/encrypt/sealed-volume.ts';
import { planImage, writeImage } from '../../../disc/image/write-image.ts';
import { deliverCopy } from '../../../disc/targets/deliver.ts';
import { filesOfImage } from '../../../disc/targets/image-files.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';
import { digestsBelow } from '../image/judges.ts';
import { storedInstances } from '../stored-instances.ts';
import { PLAIN } from '../compose-defaults.ts';

const AT = new Date('2024-05-06T07:08:10Z');
const opening = { fileSetId: 'SPINDLE_0001', institution: 'Test', language: 'en' } as const;
let folder = '';
let work = '';
let plain: ComposedImage;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-'));
  const store = join(folder, 'store');
  mkdirSync(store);
  for (const kind of ['ct', 'sr'] as const) writeFileSync(join(store, kind), makeInstance({ kind, seed: kind, patientName: 'Plantagenet^Wilhelmina', patientId: 'HOSP-4711' }).bytes);
  plain = await composeVolume({
    volume: { fileSetId: 'SPINDLE_0001', fileSetUid: '2.25.1', index: 1, of: 1, media: 'CD', capacityBytes: 700_000_000 }, order: { isSupplement: false }, ...PLAIN,
    instances: storedInstances(store, readdirSync(store)), storeDirectory: store, imageFile: join(folder, 'plain.iso'), createdAt: AT, institution: 'Test', contact: '', product: 'Spindle', otherVolumes: [],
  });
});
beforeEach(() => { work = mkdtempSync(join(folder, 'work-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

/** Seals the plain image, writes the disc and answers the folder of its files. */
const sealed = async (method: SealMethod): Promise<{ readonly image: Buffer; readonly files: string }> => {
  const scratch = join(work, 'scratch');
  mkdirSync(scratch);
  const files = await sealVolume({ imageFile: plain.image.path, method, folder: scratch, createdAt: AT, opening });
  const imageFile = join(work, 'sealed.iso');
  const written = await writeImage(planImage({ kind: 'iso9660', volumeId: 'SPINDLE_0001', createdAt: AT, files }), { file: imageFile });
  expect(filesOfImage(imageFile).files.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path).sort());
  const copy = await deliverCopy({ kind: 'folder', imageFile, imageSha256: written.sha256, place: work, fileSetId: 'SPINDLE_0001', serial: 'S', createdAt: AT });
  return { image: readFileSync(imageFile), files: join(work, copy.name) };
};
const names = (image: Buffer): readonly string[] => ['Plantagenet', 'Wilhelmina', 'HOSP-4711', 'DICM'].filter((name) => image.includes(name));

describe('an encrypted disc', () => {
  it.skipIf(!needs('7z'))('as a ZIP opens to the plain disc and names nobody before', async () => {
    const passphrase = makePassphrase();
    const { image, files } = await sealed({ kind: 'zip', passphrase });
    expect(names(image)).toEqual([]);
    expect(image.includes(passphrase)).toBe(false);
    expect(readdirSync(files).sort()).toEqual(['IMAGES.ZIP', 'INDEX.HTM', 'README.TXT', 'SHA256.TXT']);
    execFileSync(program('7z') as string, ['x', `-p${passphrase}`, `-o${join(work, 'opened')}`, join(files, SEALED_ZIP)], { stdio: 'ignore' });
    expect(digestsBelow(join(work, 'opened'))).toEqual(Object.fromEntries(plain.files.map(({ path, sha256 }): [string, string] => [path, sha256]).sort(([a], [b]) => (a < b ? -1 : 1))));
  });

  it.skipIf(!needs('openssl'))('as Secure DICOM Files wraps the DICOMDIR and every instance, and leaves the pages that name the patient off', async () => {
    const passphrase = makePassphrase();
    const { image, files } = await sealed({ kind: 'cms', recipients: { certificates: [], password: await readPassword(passphrase) } });
    expect(names(image)).toEqual([]);
    expect(Object.keys(digestsBelow(files)).filter((path) => !path.startsWith('DICOM'))).toEqual(['INDEX.HTM', 'README.TXT', 'SHA256.TXT']);
    expect(Object.keys(digestsBelow(files)).filter((path) => path.startsWith('DICOM')).sort()).toEqual(plain.files.map(({ path }) => path).filter((path) => path.startsWith('DICOM')).sort());
    for (const path of Object.keys(digestsBelow(files)).filter((path) => path.startsWith('DICOM'))) {
      const inner = execFileSync(program('openssl') as string, ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', join(files, path), '-pwri_password', passphrase], { maxBuffer: 1 << 26 });
      expect([path, inner.includes('DICM')]).toEqual([path, true]);
    }
  });

  it('refuses a weak passphrase, one that names the patient, and a spool that cannot take it', async () => {
    const seal = (method: SealMethod, at = work): Promise<unknown> => sealVolume({ imageFile: plain.image.path, method, folder: at, createdAt: AT, opening });
    await expect(seal({ kind: 'zip', passphrase: 'short' })).rejects.toThrow('DISC_PASSPHRASE_WEAK');
    await expect(seal({ kind: 'zip', passphrase: 'the disc of Plantagenet and co', identities: ['Plantagenet'] })).rejects.toThrow('DISC_PASSPHRASE_WEAK');
    await expect(seal({ kind: 'zip', passphrase: makePassphrase() }, join(work, 'gone'))).rejects.toThrow('DISC_ENCRYPT_FAILED');
    await expect(seal({ kind: 'cms', recipients: { certificates: [], password: await readPassword(makePassphrase()) } }, join(work, 'gone'))).rejects.toThrow('DISC_ENCRYPT_FAILED');
  });
});
