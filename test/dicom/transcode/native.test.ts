import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elementDigest } from '../../../dicom/data-set/element-digest.ts';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { transferSyntaxByUid } from '../../../dicom/tables/transfer-syntaxes.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { MadeElement } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';
import { sharedData } from '../../fixtures/shared-data.ts';
import { convertFile, dataSetOf, filesBelow, shapeFile, SHAPES, valueOf } from './instances.ts';
import { workbench } from './workbench.ts';

const NATIVE = [UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian];

const { at, folder, transcoder } = workbench();
const write = (name: string, bytes: Uint8Array): string => { writeFileSync(at(name), bytes); return at(name); };

/** Everything that one encoding says differently from another. */
const RICH: readonly MadeElement[] = [
  { tag: 0x00080000, vr: 'UL', value: 400 },
  { tag: 0x00090010, vr: 'LO', value: 'SPINDLE TEST' },
  { tag: 0x00091001, vr: 'FD', value: Buffer.from('0102030405060708', 'hex') },
  { tag: 0x00091002, vr: 'SQ', value: [[{ tag: 0x00091003, vr: 'UL', value: 77 }]] },
  { tag: 0x00091004, vr: 'SQ', value: [] },
  { tag: 0x00189810, vr: 'SS', value: Buffer.from('fbff', 'hex') },
  { tag: TAG.SmallestImagePixelValue, vr: 'SS', value: Buffer.from('00fc', 'hex') },
  { tag: TAG.PixelRepresentation, vr: 'US', value: 1 },
  { tag: TAG.VOILUTSequence, vr: 'SQ', value: [[{ tag: 0x00283002, vr: 'SS', value: Buffer.from('040000fc1000', 'hex') }, { tag: 0x00283006, vr: 'US', value: Buffer.from('0100020003000400', 'hex') }]] },
  { tag: 0x00209165, vr: 'AT', value: Buffer.from('08002000', 'hex') },
  { tag: 0x00186000, vr: 'DS', value: '3.5' },
  { tag: 0x54001010, vr: 'OW', value: Buffer.from('01020304', 'hex') },
  { tag: 0x00660016, vr: 'OF', value: Buffer.from('0000803f00000040', 'hex') },
];

describe('converting among native transfer syntaxes', () => {
  for (const from of NATIVE) {
    for (const to of NATIVE) {
      for (const undefinedLengths of [false, true]) {
        it(`keeps every element from ${from} to ${to} (${undefinedLengths ? 'un' : ''}defined lengths)`, async () => {
          const file = write('rich.dcm', makeInstance({ transferSyntaxUid: from, undefinedLengths, elements: RICH }).bytes);
          const converted = await convertFile(transcoder, file, to, at('out.dcm'));
          const bytes = readFileSync(at('out.dcm'));
          expect(readFileMeta(bytes)).toMatchObject({ transferSyntaxUid: to, dataSetOffset: converted.dataSetOffset });
          expect(converted).toMatchObject({ bytes: bytes.length, pixels: 'untouched', dataSetSha256: createHash('sha256').update(bytes.subarray(converted.dataSetOffset)).digest('hex') });
          expect((await elementDigest(at('out.dcm'))).all).toBe((await elementDigest(file)).all);
        });
      }
    }
  }

  it('gives signed VRs to what the dictionary leaves open where pixels are signed, and unsigned ones where not', async () => {
    const signed = write('signed.dcm', makeInstance({ transferSyntaxUid: UID.implicitLittleEndian, elements: RICH }).bytes);
    await convertFile(transcoder, signed, UID.explicitLittleEndian, at('out.dcm'));
    const { elements } = dataSetOf(at('out.dcm'));
    expect(elements.get(TAG.SmallestImagePixelValue)?.vr).toBe('SS');
    expect(elements.get(TAG.VOILUTSequence)?.items?.[0]?.elements.get(0x00283002)?.vr).toBe('SS');
    expect(elements.get(TAG.VOILUTSequence)?.items?.[0]?.elements.get(0x00283006)?.vr).toBe('OW');
    const unsigned = write('unsigned.dcm', makeInstance({ transferSyntaxUid: UID.implicitLittleEndian, elements: RICH.map((one) => (one.tag === TAG.PixelRepresentation ? { ...one, value: 0 } : one)) }).bytes);
    await convertFile(transcoder, unsigned, UID.explicitLittleEndian, at('out.dcm'));
    expect(dataSetOf(at('out.dcm')).elements.get(TAG.SmallestImagePixelValue)?.vr).toBe('US');
  });

  it('writes private elements of unknown VR as UN, their creators as LO, and leaves group lengths out', async () => {
    const file = write('private.dcm', makeInstance({ transferSyntaxUid: UID.implicitLittleEndian, elements: RICH }).bytes);
    await convertFile(transcoder, file, UID.explicitLittleEndian, at('out.dcm'));
    const { elements } = dataSetOf(at('out.dcm'));
    expect([elements.get(0x00090010)?.vr, elements.get(0x00091001)?.vr, elements.get(0x00091001)?.value.toString('hex'), elements.has(0x00080000)]).toEqual(['LO', 'UN', '0102030405060708', false]);
  });

  it('writes values that are too long for the 16-bit length of their VR as UN, and look-up tables as OW', async () => {
    const long = Buffer.alloc(70_000, '1.5\\');
    const elements: readonly MadeElement[] = [
      { tag: 0x30060050, vr: 'DS', value: long },
      { tag: TAG.VOILUTSequence, vr: 'SQ', value: [[{ tag: 0x00283006, vr: 'OW', value: Buffer.alloc(131_072, 7) }]] },
    ];
    const file = write('long.dcm', makeInstance({ transferSyntaxUid: UID.implicitLittleEndian, elements }).bytes);
    for (const to of [UID.explicitLittleEndian, UID.explicitBigEndian]) {
      await convertFile(transcoder, file, to, at('out.dcm'));
      const out = dataSetOf(at('out.dcm')).elements;
      expect(out.get(0x30060050)).toMatchObject({ vr: 'UN', length: 70_000 });
      expect(out.get(TAG.VOILUTSequence)?.items?.[0]?.elements.get(0x00283006)).toMatchObject({ vr: 'OW', length: 131_072 });
      expect((await elementDigest(at('out.dcm'))).all).toBe((await elementDigest(file)).all);
    }
  });

  it('streams a value far longer than its memory, before the pixel data too', async () => {
    const megabytes = 192;
    const head = makeInstance({ kind: 'pdf', without: [TAG.EncapsulatedDocument] }).bytes;
    const element = Buffer.from('420011004f42000000000000', 'hex');
    element.writeUInt32LE(megabytes * 1024 * 1024, 8);
    writeFileSync(at('big.dcm'), Buffer.concat([head, element]));
    const chunk = Buffer.alloc(16 * 1024 * 1024, 5);
    for (let part = 0; part < megabytes / 16; part += 1) writeFileSync(at('big.dcm'), chunk, { flag: 'a' });
    // The measuring process is a fresh one, so that what other tests hold does not count.
    const script = `
      const { createTranscoder } = await import(${JSON.stringify(join(import.meta.dirname, '../../../dicom/transcode.ts'))});
      const transcoder = createTranscoder();
      await transcoder.convert({ file: ${JSON.stringify(at('big.dcm'))}, dataSetOffset: ${readFileMeta(head).dataSetOffset}, fromSyntaxUid: '${UID.explicitLittleEndian}', toSyntaxUid: '${UID.implicitLittleEndian}', target: ${JSON.stringify(at('big-out.dcm'))} });
      console.log(process.resourceUsage().maxRSS);`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 60_000 });
    expect(stderr).toBe('');
    expect(statSync(at('big-out.dcm')).size).toBeGreaterThan(megabytes * 1024 * 1024);
    expect(Number(stdout) / 1024).toBeLessThan(megabytes);
    rmSync(at('big.dcm'));
    rmSync(at('big-out.dcm'));
  }, 90_000);

  it('copies the data set as it is when the transfer syntax stays', async () => {
    const made = makeInstance({ transferSyntaxUid: UID.deflatedExplicitLittleEndian });
    const converted = await convertFile(transcoder, write('same.dcm', made.bytes), UID.deflatedExplicitLittleEndian, at('out.dcm'));
    expect(readFileSync(at('out.dcm')).subarray(converted.dataSetOffset).equals(made.dataSet)).toBe(true);
    expect(transcoder.route(UID.deflatedExplicitLittleEndian, UID.deflatedExplicitLittleEndian)).toBe('same');
  });

  it('says damage by its code and leaves no file behind', async () => {
    const made = makeInstance({ elements: RICH });
    for (const damagedBytes of [made.bytes.subarray(0, -20), made.bytes.subarray(0, 500), Buffer.concat([made.bytes, Buffer.from('e07f10004f57000000010000aabb', 'hex')])]) {
      const file = write('damaged.dcm', damagedBytes);
      const before = readdirSync(folder);
      for (const to of [UID.implicitLittleEndian, UID.deflatedExplicitLittleEndian]) {
        await expect(convertFile(transcoder, file, to, at('never.dcm'))).rejects.toSatisfy((error) => isApplianceError(error, 'TRANSCODE_FAILED'));
      }
      expect(readdirSync(folder)).toEqual(before);
    }
    const made2 = makeInstance({ transferSyntaxUid: UID.deflatedExplicitLittleEndian });
    const cut = write('damaged.dcm', made2.bytes.subarray(0, -60));
    await expect(convertFile(transcoder, cut, UID.implicitLittleEndian, at('never.dcm'))).rejects.toSatisfy((error) => isApplianceError(error, 'TRANSCODE_FAILED'));
  });

  it('says by its code that the target cannot be written', async () => {
    const file = write('fine.dcm', makeInstance().bytes);
    await expect(convertFile(transcoder, file, UID.implicitLittleEndian, at('no-such-folder/out.dcm'))).rejects.toSatisfy((error) => isApplianceError(error, 'TRANSCODE_WRITE_FAILED'));
  });

  it('ends at an abort with its reason', async () => {
    const file = write('fine.dcm', makeInstance().bytes);
    const reason = new TypeError('enough');
    await expect(convertFile(transcoder, file, UID.implicitLittleEndian, at('never.dcm'), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it.runIf(needs('dcmtk'))('agrees with dcmconv about every shape of pixel data', async () => {
    const flags = new Map([[UID.implicitLittleEndian, '+ti'], [UID.explicitLittleEndian, '+te'], [UID.explicitBigEndian, '+tb'], [UID.deflatedExplicitLittleEndian, '+td']] as const);
    // Without a VR nothing tells an empty private sequence from an empty value; we write a delimiter, dcmconv does not.
    const forPeer = RICH.filter(({ tag }) => tag !== TAG.PixelRepresentation && tag !== 0x00091004);
    for (const shape of SHAPES) {
      for (const [from] of flags) {
        const file = shapeFile(folder, shape, forPeer, from);
        for (const [to, flag] of flags) {
          await convertFile(transcoder, file, to, at('ours.dcm'));
          const peer = spawnSync(program('dcmconv') as string, [flag, file, at('peer.dcm')], { encoding: 'utf8', timeout: 30_000 });
          expect(peer.status, peer.stderr).toBe(0);
          expect((await elementDigest(at('ours.dcm'))).all, `${shape.name} ${from} ${to}`).toBe((await elementDigest(at('peer.dcm'))).all);
        }
      }
    }
  }, 120_000);

  it.runIf(needs('dcmtk'))('writes big endian pixels that DCMTK reads as the same pixels', async () => {
    for (const shape of SHAPES.filter(({ bitsAllocated }) => bitsAllocated === 16)) {
      const file = shapeFile(folder, shape);
      await convertFile(transcoder, file, UID.explicitBigEndian, at('big.dcm'));
      spawnSync(program('dcmconv') as string, ['+te', at('big.dcm'), at('back.dcm')], { timeout: 30_000 });
      expect(valueOf(dataSetOf(at('back.dcm')), TAG.PixelData)).toBe(valueOf(dataSetOf(file), TAG.PixelData));
    }
  });
});

const data = sharedData();

describe.runIf(data !== undefined)('converting real files among native transfer syntaxes', () => {
  it('keeps every element of every readable file, there and back', async () => {
    let files = 0;
    for (const file of filesBelow(data as string)) {
      const digest = await elementDigest(file).catch(() => undefined);
      if (digest === undefined || digest.encapsulated) continue;
      const { transferSyntaxUid, sopClassUid, elements } = readFileMeta(readFileSync(file));
      const dataSet = transferSyntaxByUid.has(transferSyntaxUid) ? dataSetOf(file) : undefined;
      if (dataSet?.elements.has(TAG.SOPInstanceUID) !== true || (sopClassUid === '' && !dataSet.elements.has(TAG.SOPClassUID))) continue;
      if (valueOf(dataSet, TAG.SOPInstanceUID) === '' && elements.size === 0) continue;
      files += 1;
      for (const to of NATIVE) {
        const name = `${file.slice((data as string).length)} to ${to}`;
        await convertFile(transcoder, file, to, at('there.dcm'));
        expect((await elementDigest(at('there.dcm'))).all, name).toBe(digest.all);
        if (to !== UID.explicitBigEndian) continue;
        await convertFile(transcoder, at('there.dcm'), transferSyntaxUid, at('back.dcm'));
        expect((await elementDigest(at('back.dcm'))).all, `${name} and back`).toBe(digest.all);
      }
    }
    expect(files).toBeGreaterThan(300);
  }, 600_000);
});
