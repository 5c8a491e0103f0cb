/** Damages data sets the way broken senders do: by element, not by byte, so that the damage lies deep. Same numbers, same damage. */
import { makeInstance } from '../fixtures/make-instance.ts';
import type { InstanceOverrides, MadeInstance } from '../fixtures/make-instance.ts';
import { UID } from '../../dicom/tables/uids.ts';

const KINDS = ['ct', 'mr', 'us-colour', 'sr', 'pdf', 'rt-structure-set'] as const;
const SYNTAXES = [UID.explicitLittleEndian, UID.implicitLittleEndian, UID.explicitBigEndian, UID.deflatedExplicitLittleEndian];
const CHARACTER_SETS = ['ISO_IR 100', 'ISO_IR 192', 'GB18030', 'GBK', 'ISO 2022 IR 6\\ISO 2022 IR 87', '\\ISO 2022 IR 149', 'ISO_IR 13', 'NONSENSE', 'ISO_IR 192\\ISO_IR 100', '\\\\\\\\\\\\', 'ISO 2022 IR 58\u0000'];
const LENGTHS = [0, 1, 2, 3, 7, 0x7fff, 0xfffe, 0xffff, 0x10000, 0x7fff_ffff, 0xffff_fffd, 0xffff_fffe, 0xffff_ffff];
const VRS = ['ZZ', 'UN', 'SQ', 'OB', 'OW', 'UT', 'UI', 'PN', 'US', 'AT', '\0\0', '??', 'OV'];
const TAGS = [0xfffe_e000, 0xfffe_e00d, 0xfffe_e0dd, 0x7fe0_0010, 0x0008_0005, 0x0008_0016, 0x0008_0018, 0x0020_000d, 0x0002_0010, 0x0000_0000, 0xffff_ffff, 0x0009_1001, 0xfffc_fffc];

export type Random = () => number;

export const pick = <T>(next: Random, from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;

/** A sound instance of some kind in some native syntax. */
export const anyInstance = (next: Random, seed: string, overrides: InstanceOverrides = {}): MadeInstance =>
  makeInstance({ kind: pick(next, KINDS), transferSyntaxUid: pick(next, SYNTAXES), seed, undefinedLengths: next() < 0.5, characterSet: pick(next, CHARACTER_SETS), patientName: Buffer.from(Array.from({ length: 12 }, () => Math.floor(next() * 256))), ...overrides });

/** Offsets of element headers; of an explicit or implicit little endian data set, else of nothing. Walks the top level and straight into sequences. */
const headersOf = (bytes: Buffer, isExplicit: boolean): readonly number[] => {
  const found: number[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    found.push(at);
    const isItem = bytes.readUInt16LE(at) === 0xfffe;
    const vr = isItem || !isExplicit ? '' : bytes.toString('latin1', at + 4, at + 6);
    const isLong = ['OB', 'OW', 'SQ', 'UN', 'UT'].includes(vr);
    const length = vr === '' ? bytes.readUInt32LE(at + 4) : isLong ? (at + 12 <= bytes.length ? bytes.readUInt32LE(at + 8) : 0) : bytes.readUInt16LE(at + 6);
    at += isLong ? 12 : 8;
    if (!isItem && vr !== 'SQ' && length !== 0xffff_ffff) at += length;
  }
  return found;
};

/** Thousands of sequences within each other: readers that call themselves fall over. */
const nested = (depth: number, isExplicit: boolean): Buffer => {
  const open = Buffer.alloc(isExplicit ? 20 : 16);
  open.writeUInt16LE(0x0040, 0);
  open.writeUInt16LE(0xa730, 2);
  if (isExplicit) open.write('SQ', 4, 'latin1');
  open.writeUInt32LE(0xffff_ffff, isExplicit ? 8 : 4);
  const item = isExplicit ? 12 : 8;
  open.writeUInt16LE(0xfffe, item);
  open.writeUInt16LE(0xe000, item + 2);
  open.writeUInt32LE(0xffff_ffff, item + 4);
  return Buffer.concat(Array.from({ length: depth }, () => open));
};

type Damage = (bytes: Buffer, at: number, isExplicit: boolean, next: Random) => Buffer;

const insert = (bytes: Buffer, at: number, piece: Buffer): Buffer => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);

/** Tag as it is written in little endian. */
const tagBytes = (tag: number): Buffer => Buffer.from([tag >>> 16 & 0xff, tag >>> 24, tag & 0xff, tag >>> 8 & 0xff]);

const DAMAGES: readonly Damage[] = [
  // Lengths, of 16 and 32 bits.
  (bytes, at, isExplicit, next) => {
    const length = pick(next, LENGTHS);
    const isLong = !isExplicit || bytes.readUInt16LE(at) === 0xfffe || ['OB', 'OW', 'SQ', 'UN', 'UT'].includes(bytes.toString('latin1', at + 4, at + 6));
    const where = isLong && isExplicit && bytes.readUInt16LE(at) !== 0xfffe ? at + 8 : isLong ? at + 4 : at + 6;
    if (where + 4 > bytes.length) return bytes;
    if (isLong) bytes.writeUInt32LE(length, where);
    else bytes.writeUInt16LE(length & 0xffff, where);
    return bytes;
  },
  // VRs.
  (bytes, at, _isExplicit, next) => { bytes.write(pick(next, VRS), at + 4, 'latin1'); return bytes; },
  // Tags: others, doubled, out of order.
  (bytes, at, _isExplicit, next) => { tagBytes(pick(next, TAGS)).copy(bytes, at); return bytes; },
  (bytes, at, _isExplicit, next) => insert(bytes, at, bytes.subarray(at, Math.min(bytes.length, at + Math.floor(next() * 200)))),
  // Nesting.
  (bytes, at, isExplicit, next) => insert(bytes, at, nested(pick(next, [1, 3, 63, 64, 65, 2000]), isExplicit)),
  (bytes, at, _isExplicit, next) => insert(bytes, at, Buffer.concat([tagBytes(pick(next, [0xfffe_e000, 0xfffe_e00d, 0xfffe_e0dd])), Buffer.from([0, 0, 0, 0])])),
  // The value, by the byte.
  (bytes, at, _isExplicit, next) => { for (let times = 0; times < 12; times += 1) bytes[Math.min(bytes.length - 1, at + Math.floor(next() * 40))] = Math.floor(next() * 256); return bytes; },
  // Cut, swallowed, and filled up.
  (bytes, at) => bytes.subarray(0, at + 3),
  (bytes, at, _isExplicit, next) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + Math.floor(next() * 60)))]),
  (bytes, at, _isExplicit, next) => insert(bytes, at, Buffer.alloc(Math.floor(next() * 3000), pick(next, [0, 0x20, 0xff]))),
];

/** One to four damages to a data set. The bytes given stay as they are. */
export const damage = (sound: Buffer, transferSyntaxUid: string, next: Random): Buffer => {
  const isExplicit = transferSyntaxUid !== UID.implicitLittleEndian;
  let bytes = Buffer.from(sound);
  for (let times = 1 + Math.floor(next() * 4); times > 0 && bytes.length >= 16; times -= 1) {
    const headers = transferSyntaxUid === UID.explicitLittleEndian || !isExplicit ? headersOf(bytes, isExplicit) : [];
    const at = Math.min(bytes.length - 8, headers.length > 0 && next() < 0.9 ? pick(next, headers) : Math.floor(next() * bytes.length));
    bytes = Buffer.from(pick(next, DAMAGES)(bytes, at, isExplicit, next));
  }
  return bytes;
};
