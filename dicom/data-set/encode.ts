/**
 * Elements → Explicit VR Little Endian, the encoding of a DICOMDIR. Sequences and items get defined lengths.
 * Writes values as given (even-padded); refuses nothing but VRs that are none.
 */
import { TAG } from '../tables/tags.ts';
import type { DataSet, Element } from './data-set.ts';
import { hasLongHeader, isKnownVr, ITEM, SEQUENCE_END, UNDEFINED_LENGTH, vrCode } from './element-header.ts';

/** Bytes of one number of a VR; 1 where byte order does not matter. @source PS3.5 7.3 */
export const wordBytes = (vr: string): 1 | 2 | 4 | 8 => {
  switch (vr) {
    case 'AT': case 'OW': case 'SS': case 'US': return 2;
    case 'FL': case 'OF': case 'OL': case 'SL': case 'UL': return 4;
    case 'FD': case 'OD': case 'OV': case 'SV': case 'UV': return 8;
    default: return 1;
  }
};

/** Turns the words of these very bytes between big and little endian; an incomplete last word stays as it is. @source PS3.5 7.3 */
export const swapInPlace = (value: Buffer, vr: string): Buffer => {
  const word = wordBytes(vr);
  const whole = value.subarray(0, value.length - (value.length % word));
  if (word === 2) whole.swap16();
  else if (word === 4) whole.swap32();
  else if (word === 8) whole.swap64();
  return value;
};

/** As swapInPlace, on a copy. @source PS3.5 7.3 */
export const swapValue = (value: Buffer, vr: string): Buffer => (wordBytes(vr) === 1 ? value : swapInPlace(Buffer.from(value), vr));

/** VRs padded with a space; all others with 00H. @source PS3.5 6.2 */
const isSpacePadded = (vr: string): boolean => /^(AE|AS|CS|DA|DS|DT|IS|LO|LT|PN|SH|ST|TM|UC|UR|UT)$/.test(vr);

const headerBytes = (vr: string): 8 | 12 => (hasLongHeader(vr) ? 12 : 8);

/** Writes the header of an element at the front of `bytes`. A directory has hundreds of thousands: no buffer for each. */
const writeHeader = (bytes: Buffer, tag: number, vr: string, length: number): void => {
  bytes.writeUInt16LE(tag >>> 16, 0);
  bytes.writeUInt16LE(tag & 0xffff, 2);
  bytes[4] = vr.charCodeAt(0);
  bytes[5] = vr.charCodeAt(1);
  if (!hasLongHeader(vr)) { bytes.writeUInt16LE(length, 6); return; }
  bytes.writeUInt16LE(0, 6);
  bytes.writeUInt32LE(length, 8);
};

const elementHeader = (tag: number, vr: string, length: number): Buffer => {
  const header = Buffer.allocUnsafe(headerBytes(vr));
  writeHeader(header, tag, vr, length);
  return header;
};

const delimiter = (tag: number, length: number): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(tag >>> 16, 0);
  header.writeUInt16LE(tag & 0xffff, 2);
  header.writeUInt32LE(length, 4);
  return header;
};

/**
 * Encodes one element in Explicit VR Little Endian; `value` is little endian already and is padded to even length.
 * A value too long for the 16-bit length of its VR is written as UN.
 * @source PS3.5 7.1.2, 6.2.2 note 2
 */
export const encodeElement = (tag: number, vr: string, value: Buffer): Buffer => {
  if (!isKnownVr(vrCode(vr))) throw new TypeError(`'${vr}' is no value representation`);
  const length = value.length + (value.length % 2);
  const written = length > 0xfffe && !hasLongHeader(vr) ? 'UN' : vr;
  const start = headerBytes(written);
  const bytes = Buffer.allocUnsafe(start + length);
  writeHeader(bytes, tag, written, length);
  value.copy(bytes, start);
  if (length > value.length) bytes[start + value.length] = isSpacePadded(vr) ? 0x20 : 0;
  return bytes;
};

/** Encodes a sequence of items, each the encoded elements of one item. @source PS3.5 7.5 */
export const encodeSequence = (tag: number, items: readonly Buffer[]): Buffer => {
  const parts = items.flatMap((item) => [delimiter(ITEM, item.length), item]);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([elementHeader(tag, 'SQ', length), ...parts]);
};

const encodeRead = (element: Element): Buffer => {
  const { tag, vr, value, items } = element;
  if (items !== undefined) return encodeSequence(tag, items.map(encodeDataSet));
  if (element.length === UNDEFINED_LENGTH) {
    return Buffer.concat([elementHeader(tag, vr === 'OW' ? 'OB' : vr, UNDEFINED_LENGTH), value, delimiter(SEQUENCE_END, 0)]);
  }
  const known = isKnownVr(vrCode(vr)) ? vr : 'UN';
  return encodeElement(tag, known, element.bigEndian ? swapValue(value, known) : value);
};

/**
 * Encodes a data set that was read in any native encoding as Explicit VR Little Endian, tags ascending, group lengths left out
 * (other than of groups 0000 and 0002). Fragments of encapsulated pixel data are copied.
 * @source PS3.5 7.1, 7.2 (group lengths), A.2
 */
export const encodeDataSet = (dataSet: DataSet): Buffer => {
  const elements = [...dataSet.elements.values()].sort((a, b) => a.tag - b.tag);
  return Buffer.concat(elements.filter(({ tag }) => (tag & 0xffff) !== 0 || tag <= TAG.FileMetaInformationGroupLength).map(encodeRead));
};
