import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import type { ElementDigest } from '../../../dicom/data-set/element-digest.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { InstanceOverrides } from '../../fixtures/make-instance.ts';
import { sharedData } from '../../fixtures/shared-data.ts';
import { withZlibHeader } from '../../fixtures/zlib-header.ts';

const NATIVE = [UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian] as const;
let folder = '';
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'element-digest-')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const digestOf = async (bytes: Buffer): Promise<ElementDigest> => {
  const path = join(folder, 'instance');
  writeFileSync(path, bytes);
  return elementDigest(path);
};
const rich: InstanceOverrides = {
  kind: 'sr',
  elements: [
    { tag: 0x00090010, vr: 'LO', value: 'SPINDLE TESTS' }, { tag: 0x00091001, vr: 'UN', value: Buffer.of(1, 2, 3, 4) },
    { tag: TAG.SmallestImagePixelValue, vr: 'US', value: 513 }, { tag: TAG.PixelData, vr: 'OW', value: Buffer.from('0102030405060708', 'hex') },
  ],
};

describe('the element digest', () => {
  it('is the same in every native transfer syntax, with any lengths', async () => {
    const want = await digestOf(makeInstance(rich).bytes);
    for (const transferSyntaxUid of NATIVE) {
      for (const undefinedLengths of [false, true]) {
        const digest = await digestOf(makeInstance({ ...rich, transferSyntaxUid, undefinedLengths }).bytes);
        expect(digest).toEqual(want);
      }
    }
    expect(want).toMatchObject({ encapsulated: false, lossy: false });
  });

  it('is the same where a zlib header stands before the deflate stream', async () => {
    const deflated = makeInstance({ ...rich, transferSyntaxUid: UID.deflatedExplicitLittleEndian }).bytes;
    expect(await digestOf(withZlibHeader(deflated))).toEqual(await digestOf(deflated));
  });

  it('does not count group lengths, file meta information and trailing padding', async () => {
    const plain = await digestOf(makeInstance().bytes);
    const padded = makeInstance({ elements: [{ tag: 0x00100000, vr: 'UL', value: 99 }, { tag: TAG.DataSetTrailingPadding, vr: 'OB', value: Buffer.alloc(10) }] });
    expect(await digestOf(padded.bytes)).toEqual(plain);
    expect(await digestOf(Buffer.concat([padded.bytes, Buffer.alloc(64)]))).toEqual(plain);
  });

  it('changes with one element, and with the pixel data only where it counts', async () => {
    const before = await digestOf(makeInstance().bytes);
    const name = await digestOf(makeInstance({ patientName: 'Phantom^Beta' }).bytes);
    expect(name.all).not.toBe(before.all);
    expect(name.withoutPixelData).not.toBe(before.withoutPixelData);
    const bytes = Buffer.from(makeInstance().bytes);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    const pixel = await digestOf(bytes);
    expect(pixel.all).not.toBe(before.all);
    expect(pixel.withoutPixelData).toBe(before.withoutPixelData);
  });

  it('refuses cut files with our own error', async () => {
    for (const transferSyntaxUid of NATIVE) {
      const { bytes } = makeInstance({ transferSyntaxUid });
      await expect(digestOf(bytes.subarray(0, bytes.length - 9))).rejects.toMatchObject({ code: 'INTAKE_CANNOT_UNDERSTAND' });
    }
  });

  it('streams pixel data that do not fit its memory', async () => {
    const made = makeInstance({ rows: 2000, columns: 2000, frames: 4 });
    const big = makeInstance({ rows: 2000, columns: 2000, frames: 4, transferSyntaxUid: UID.explicitBigEndian });
    expect(await digestOf(big.bytes)).toEqual(await digestOf(made.bytes));
  });

  it('is the same for real files that DCMTK converts', async (context) => {
    const data = sharedData();
    if (data === undefined || !existsSync('/usr/bin/dcmconv')) { console.warn('SKIPPED: dcmconv or shared data absent'); return context.skip(); }
    const files = ['sr/dicomParser--report_dfl', 'ts/wg04/pydicom--CT_small.dcm', 'series/ct-ge-head', 'mr', 'rt', 'sr', 'ps-ko', 'waveform'];
    let compared = 0;
    for (const entry of files) {
      const path = join(data, entry);
      if (!existsSync(path)) continue;
      const inside = execFileSync('/usr/bin/find', [path, '-type', 'f', '-size', '-900k'], { encoding: 'utf8' }).split('\n').filter((name) => name !== '').sort().slice(0, 6);
      for (const file of inside) {
        const digests: ElementDigest[] = [];
        for (const option of ['+ti', '+te', '+tb', '+td']) {
          const out = join(folder, `conv${option}`);
          try { execFileSync('/usr/bin/dcmconv', [option, file, out], { stdio: 'ignore', timeout: 20_000 }); } catch { continue; }
          digests.push(await elementDigest(out));
        }
        for (const digest of digests) expect([file, digest.all]).toEqual([file, digests[0]?.all]);
        if (digests.length > 1) compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(15);
  }, 120_000);

  it('tells encapsulated and lossy files', async (context) => {
    const data = sharedData();
    const file = data === undefined ? undefined : join(data, 'ct/ClearCanvas--compressed.dcm');
    if (file === undefined || !existsSync(file)) return context.skip();
    expect(readFileSync(file).length).toBeGreaterThan(0);
    expect(await elementDigest(file)).toMatchObject({ encapsulated: true, lossy: false });
  });
});
