import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAttributes } from '../../../dicom/attributes.ts';
import { strings, text, uintOf } from '../../../dicom/data-set/data-set.ts';
import { encodeDataSet } from '../../../dicom/data-set/encode.ts';
import { encodeFileMeta, readFileMeta } from '../../../dicom/data-set/part10.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import { decoderFor } from '../../../dicom/data-set/text-decoder.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { IMPLEMENTATION, UID } from '../../../dicom/tables/uids.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { Kind, MadeElement } from '../../fixtures/make-instance.ts';

const NATIVE = [UID.implicitLittleEndian, UID.explicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian] as const;
const KINDS: readonly Kind[] = ['ct', 'mr', 'us-colour', 'sr', 'pdf', 'rt-structure-set'];
const decode = decoderFor([]);
const refused = (work: () => unknown): boolean => {
  try { work(); return false; } catch (error) { if (isApplianceError(error, 'INTAKE_CANNOT_UNDERSTAND')) return true; throw error; }
};
const nested = (depth: number): MadeElement =>
  ({ tag: TAG.ContentSequence, vr: 'SQ', value: [depth === 0 ? [{ tag: TAG.TextValue, vr: 'UT', value: 'deep' }] : [nested(depth - 1)]] });
const bytesOf = (...parts: readonly number[]): Buffer => Buffer.from(parts);

describe('reading elements', () => {
  it.each(NATIVE)('gives the same values in %s', (transferSyntaxUid) => {
    const made = makeInstance({ transferSyntaxUid, frames: 2, undefinedLengths: true, elements: [nested(3)] });
    const dataSet = readElements(made.dataSet, transferSyntaxUid);
    expect(text(dataSet, TAG.PatientName, decode)).toBe('Phantom^Alpha');
    expect(strings(dataSet, TAG.ImageType, decode)).toEqual(['ORIGINAL', 'PRIMARY', 'AXIAL']);
    expect([uintOf(dataSet, TAG.Rows), uintOf(dataSet, TAG.Status)]).toEqual([8, undefined]);
    expect(dataSet.elements.get(TAG.ContentSequence)?.items?.[0]?.elements.get(TAG.ContentSequence)?.items).toHaveLength(1);
    expect(dataSet.complete).toBe(true);
  });

  it.each(KINDS)('%s: every encoding becomes the same Explicit VR Little Endian bytes', (kind) => {
    const want = encodeDataSet(readElements(makeInstance({ kind }).dataSet, UID.explicitLittleEndian));
    for (const transferSyntaxUid of NATIVE) {
      for (const undefinedLengths of [false, true]) {
        const read = readElements(makeInstance({ kind, transferSyntaxUid, undefinedLengths }).dataSet, transferSyntaxUid);
        expect(encodeDataSet(read).equals(want)).toBe(true);
      }
    }
  });

  it('stops before a tag and says so', () => {
    const { dataSet } = makeInstance();
    const read = readElements(dataSet, UID.explicitLittleEndian, { untilTag: TAG.PixelData });
    expect([read.elements.has(TAG.PixelData), read.elements.has(TAG.RescaleSlope)]).toEqual([false, true]);
    expect(dataSet.readUInt16LE(read.end)).toBe(0x7fe0);
    const short = readElements(dataSet.subarray(0, read.end - 3), UID.explicitLittleEndian, { untilTag: TAG.PixelData, truncated: true });
    expect(short.complete).toBe(false);
    expect(refused(() => readElements(dataSet.subarray(0, dataSet.length - 3), UID.explicitLittleEndian))).toBe(true);
  });

  it('reads UN of undefined length as implicit items', () => {
    const item = bytesOf(0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff, 0x10, 0, 0x20, 0, 2, 0, 0, 0, 0x41, 0x42, 0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0);
    const sequence = Buffer.concat([bytesOf(9, 0, 2, 0x10, 0x55, 0x4e, 0, 0, 0xff, 0xff, 0xff, 0xff), item, bytesOf(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0)]);
    const [inner] = readElements(sequence, UID.explicitLittleEndian).elements.get(0x00091002)?.items ?? [];
    expect(inner?.elements.get(TAG.PatientID)?.value.toString()).toBe('AB');
  });

  it('forgives a wrong declaration of implicit or explicit, trailing zeros and unknown VRs', () => {
    const explicit = makeInstance().dataSet;
    expect(text(readElements(explicit, UID.implicitLittleEndian), TAG.PatientID, decode)).toBe('PHANTOM-1');
    const implicit = makeInstance({ transferSyntaxUid: UID.implicitLittleEndian }).dataSet;
    expect(text(readElements(implicit, UID.explicitLittleEndian), TAG.PatientID, decode)).toBe('PHANTOM-1');
    expect(readElements(Buffer.concat([explicit, Buffer.alloc(37)]), UID.explicitLittleEndian).elements.has(TAG.PixelData)).toBe(true);
    const odd = bytesOf(9, 0, 1, 0x10, 0x5a, 0x5a, 0, 0, 2, 0, 0, 0, 1, 2, 9, 0, 2, 0x10, 0x3f, 0x3f, 2, 0, 3, 4);
    expect([...readElements(odd, UID.explicitLittleEndian).elements.values()].map((element) => element.value.toString('hex'))).toEqual(['0102', '0304']);
  });

  it('keeps the fragments of encapsulated pixel data together', () => {
    const pixels = bytesOf(0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0, 0xe0, 2, 0, 0, 0, 7, 8, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);
    const read = readElements(pixels, UID.jpegBaseline);
    expect(read.elements.get(TAG.PixelData)?.value).toHaveLength(18);
    expect(encodeDataSet(read).equals(pixels)).toBe(true);
  });

  it('refuses nesting beyond the limit without exhausting the stack', () => {
    expect(refused(() => readElements(makeInstance({ kind: 'sr', elements: [nested(60)] }).dataSet, UID.explicitLittleEndian))).toBe(false);
    const open = Buffer.concat(Array.from({ length: 20_000 }, () => bytesOf(0x40, 0, 0x30, 0xa7, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff)));
    expect(refused(() => readElements(open, UID.explicitLittleEndian))).toBe(true);
    expect(readAttributes(open, UID.explicitLittleEndian).status).toBe('unreadable');
  });

  it('takes a time that grows with the bytes only, whatever they are', () => {
    const empty = Buffer.concat(Array.from({ length: 200_000 }, () => bytesOf(9, 0, 1, 0x10, 0x55, 0x4e, 0, 0, 0, 0, 0, 0)));
    const started = performance.now();
    readElements(empty, UID.explicitLittleEndian);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('never fails with a foreign error on mutated instances', () => {
    const base = NATIVE.slice(0, 3).flatMap((transferSyntaxUid) => KINDS.map((kind) => makeInstance({ kind, transferSyntaxUid, undefinedLengths: kind === 'sr', rows: 2, columns: 2 })));
    fc.assert(fc.property(
      fc.nat(base.length - 1), fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), fc.constantFrom(...NATIVE, UID.jpegBaseline),
      (index, changes, cut, truncated, lie) => {
        const made = base[index] as (typeof base)[number];
        const bytes = Buffer.from(made.bytes.subarray(0, Math.ceil(made.bytes.length * (cut < 0.5 ? 1 : cut))));
        for (const [where, value] of changes) if (bytes.length > 0) bytes[Math.floor(where * (bytes.length - 1))] = value;
        const work = (): void => {
          const meta = readFileMeta(bytes);
          const dataSet = bytes.subarray(meta.dataSetOffset);
          for (const syntax of [made.transferSyntaxUid, lie]) {
            readAttributes(dataSet, syntax, truncated);
            encodeDataSet(readElements(dataSet, syntax, { truncated }));
          }
        };
        refused(work);
      },
    ), { numRuns: 600 });
  });
});

describe('the header of an instance file', () => {
  it('is written with our identity and reads back', () => {
    const bytes = encodeFileMeta({ sopClassUid: '1.2.3', sopInstanceUid: '1.2.3.4', transferSyntaxUid: UID.jpegBaseline, sourceAe: 'A', sendingAe: 'B', receivingAe: 'C' });
    const meta = readFileMeta(bytes);
    expect(meta).toMatchObject({ sopClassUid: '1.2.3', sopInstanceUid: '1.2.3.4', transferSyntaxUid: UID.jpegBaseline, dataSetOffset: bytes.length });
    expect(meta.elements.get(TAG.ImplementationClassUID)?.value.toString().replace(/\0$/, '')).toBe(IMPLEMENTATION.classUid);
    expect(bytes.readUInt32LE(140)).toBe(bytes.length - 144);
    expect(meta.elements.get(TAG.ReceivingApplicationEntityTitle)?.value.toString()).toBe('C'.padEnd(16));
  });
  it('is found without preamble, with a lying group length, and may be absent', () => {
    const { bytes, dataSet, sopInstanceUid } = makeInstance();
    expect(readFileMeta(bytes.subarray(128)).sopInstanceUid).toBe(sopInstanceUid);
    expect(readFileMeta(bytes.subarray(132)).sopInstanceUid).toBe(sopInstanceUid);
    const lying = Buffer.from(bytes);
    lying.writeUInt32LE(7, 140);
    expect(lying.subarray(readFileMeta(lying).dataSetOffset).equals(dataSet)).toBe(true);
    expect(readFileMeta(dataSet)).toMatchObject({ dataSetOffset: 0, transferSyntaxUid: UID.explicitLittleEndian });
    expect(readFileMeta(makeInstance({ transferSyntaxUid: UID.implicitLittleEndian }).dataSet)).toMatchObject({ dataSetOffset: 0, transferSyntaxUid: UID.implicitLittleEndian });
    expect(refused(() => readFileMeta(Buffer.from('%PDF-1.4 this is something else entirely')))).toBe(true);
    expect(refused(() => readFileMeta(bytes.subarray(0, 200)))).toBe(true);
  });
});
