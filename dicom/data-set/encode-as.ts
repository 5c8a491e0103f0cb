/**
 * Elements that were read → bytes in any native encoding. Values stay byte for byte but for byte order and even padding;
 * lengths stay defined or undefined as they were. Elements that exist for the old encoding only are left out.
 */
import { SIGNED_BY_PIXEL_REPRESENTATION, WORDS_WHEN_LONG } from '../tables/ambiguous-vrs.ts';
import { TAG } from '../tables/tags.ts';
import { isEncodingOnly } from './canonical.ts';
import { uintOf } from './data-set.ts';
import type { DataSet, Element } from './data-set.ts';
import { swapInPlace, swapValue, wordBytes } from './encode.ts';
import { hasLongHeader, isKnownVr, ITEM, ITEM_END, SEQUENCE_END, UNDEFINED_LENGTH, vrCode } from './element-header.ts';
import type { Encoding } from './element-header.ts';

/** What an encoding is made from and into. */
export interface Recoding {
  readonly from: Encoding;
  readonly to: Encoding;
}

/** Longest even value of a VR with a 16-bit length. */
const SHORT_LIMIT = 0xfffe;
/** VRs padded with a space; all others with 00H. @source PS3.5 6.2 */
const SPACE_PADDED: ReadonlySet<string> = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'LO', 'LT', 'PN', 'SH', 'ST', 'TM', 'UC', 'UR', 'UT']);

/** Encodes a header; `vr` is not written for items and in implicit encoding. @source PS3.5 7.1.2, 7.1.3, 7.5.1 */
export const encodeHeader = (tag: number, vr: string, length: number, { explicit, bigEndian }: Encoding): Buffer => {
  const hasVr = explicit && (tag < ITEM || tag > SEQUENCE_END);
  const isLong = hasVr && hasLongHeader(vr);
  const header = Buffer.alloc(isLong ? 12 : 8);
  if (bigEndian) header.writeUInt32BE(tag, 0);
  else { header.writeUInt16LE(tag >>> 16, 0); header.writeUInt16LE(tag & 0xffff, 2); }
  const at = isLong ? 8 : 4;
  if (hasVr) header.write(vr, 4, 2, 'latin1');
  if (hasVr && !isLong) {
    if (bigEndian) header.writeUInt16BE(length, 6); else header.writeUInt16LE(length, 6);
  } else if (bigEndian) header.writeUInt32BE(length, at);
  else header.writeUInt32LE(length, at);
  return header;
};

/**
 * The VR to write for a value that was read. A VR of an explicit source stays; one that comes from the dictionary is decided here.
 * UN where the VR is unknown, or cannot express the length.
 * @source PS3.5 6.2.2 (UN, note 2), A.1, A.2; PS3.6 chapter 6
 */
export const vrToWrite = (tag: number, vr: string, length: number, recoding: Recoding, isSigned: boolean): string => {
  if (!isKnownVr(vrCode(vr))) return 'UN';
  const isFromDictionary = !recoding.from.explicit;
  const chosen = isFromDictionary && isSigned && SIGNED_BY_PIXEL_REPRESENTATION.has(tag) ? 'SS' : vr;
  if (length <= SHORT_LIMIT || hasLongHeader(chosen)) return chosen;
  return WORDS_WHEN_LONG.has(tag) ? 'OW' : 'UN';
};

/** True when Pixel Representation says two's complement; `around` counts where the data set does not say. @source PS3.3 C.7.6.3.1 */
export const signedness = (dataSet: DataSet, around: boolean): boolean => {
  const representation = uintOf(dataSet, TAG.PixelRepresentation);
  return representation === undefined ? around : representation === 1;
};

/**
 * Puts a value in the byte order of its target. The value of UN is little endian everywhere.
 * @source PS3.5 7.3, 6.2.2
 */
const orderedValue = (element: Element, vr: string, to: Encoding): Buffer => {
  const words = isKnownVr(vrCode(element.vr)) ? element.vr : 'UN';
  if (vr === 'UN') return element.bigEndian ? swapValue(element.value, words) : element.value;
  if (words === 'UN') return element.value;
  return element.bigEndian === to.bigEndian ? element.value : swapValue(element.value, words);
};

/** Turns a piece of a long value in place, as orderedValue does a whole one; pieces are multiples of 8 bytes. @source PS3.5 7.3 */
export const orderPiece = (piece: Buffer, vr: string, { from, to }: Recoding): Buffer =>
  from.bigEndian === to.bigEndian || wordBytes(vr) === 1 ? piece : swapInPlace(piece, vr);

/** The byte that makes an odd value even. @source PS3.5 6.2 */
export const paddingOf = (vr: string): Buffer => Buffer.of(SPACE_PADDED.has(vr) ? 0x20 : 0);

const sequenceInto = (parts: Buffer[], element: Element, items: readonly DataSet[], recoding: Recoding, isSigned: boolean): number => {
  const { to } = recoding;
  const isUndefined = element.length === UNDEFINED_LENGTH;
  const start = parts.push(Buffer.alloc(0)) - 1;
  let length = 0;
  for (const item of items) {
    const header = parts.push(Buffer.alloc(0)) - 1;
    const body = elementsInto(parts, [...item.elements.values()], recoding, signedness(item, isSigned));
    parts[header] = encodeHeader(ITEM, '', isUndefined ? UNDEFINED_LENGTH : body, to);
    length += 8 + body;
    if (isUndefined) { parts.push(encodeHeader(ITEM_END, '', 0, to)); length += 8; }
  }
  if (isUndefined) parts.push(encodeHeader(SEQUENCE_END, '', 0, to));
  const head = encodeHeader(element.tag, 'SQ', isUndefined ? UNDEFINED_LENGTH : length, to);
  parts[start] = head;
  return head.length + length + (isUndefined ? 8 : 0);
};

const elementInto = (parts: Buffer[], element: Element, recoding: Recoding, isSigned: boolean): number => {
  const { tag, items } = element;
  const { to } = recoding;
  if (items !== undefined) return sequenceInto(parts, element, items, recoding, isSigned);
  if (element.length === UNDEFINED_LENGTH) {
    const around = [encodeHeader(tag, 'OB', UNDEFINED_LENGTH, to), element.value, encodeHeader(SEQUENCE_END, '', 0, to)];
    parts.push(...around);
    return around.reduce((sum, part) => sum + part.length, 0);
  }
  const vr = vrToWrite(tag, element.vr, element.value.length, recoding, isSigned);
  const value = orderedValue(element, vr, to);
  const isOdd = value.length % 2 === 1;
  const length = value.length + (isOdd ? 1 : 0);
  const header = encodeHeader(tag, vr, length, to);
  parts.push(header, value);
  if (isOdd) parts.push(paddingOf(element.vr));
  return header.length + length;
};

const elementsInto = (parts: Buffer[], elements: readonly Element[], recoding: Recoding, isSigned: boolean): number => {
  let length = 0;
  for (const element of [...elements].sort((a, b) => a.tag - b.tag)) {
    if (!isEncodingOnly(element.tag)) length += elementInto(parts, element, recoding, isSigned);
  }
  return length;
};

/**
 * Encodes elements, tags ascending, without group lengths and trailing padding.
 * @param isSigned Pixel Representation of the data set they belong to
 * @source PS3.5 chapter 7, Annex A
 */
export const encodeElementsAs = (elements: readonly Element[], recoding: Recoding, isSigned: boolean): Buffer => {
  const parts: Buffer[] = [];
  const length = elementsInto(parts, elements, recoding, isSigned);
  return Buffer.concat(parts, length);
};
