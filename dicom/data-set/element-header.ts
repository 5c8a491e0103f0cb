/**
 * One element header in any native encoding: tag, VR, length. Allocates nothing; the caller owns the header it fills.
 * Forgives the header faults seen in the field; refuses nothing itself (only "not enough bytes").
 */

/** Length of elements whose end is a delimiter. @source PS3.5 7.1.1 */
export const UNDEFINED_LENGTH = 0xffffffff;
export const ITEM = 0xfffee000;
export const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;

/** How element headers and numbers are coded. */
export interface Encoding {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

/** A header that headerAt fills; `vr` is two ASCII codes, 0 where the encoding names none. */
export interface Header {
  tag: number;
  vr: number;
  valueOffset: number;
  length: number;
}

const SHORT = 1;
const LONG = 2;
/** VR code → form of its header, 0 = not a VR of the Standard. @source PS3.5 7.1.2 */
const FORM = new Uint8Array(0x10000);
/** VR as a number: first character in the high byte. */
export const vrCode = (vr: string): number => vr.charCodeAt(0) * 0x100 + vr.charCodeAt(1);
for (const vr of ['AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FL', 'FD', 'IS', 'LO', 'LT', 'PN', 'SH', 'SL', 'SS', 'ST', 'TM', 'UI', 'UL', 'US']) FORM[vrCode(vr)] = SHORT;
for (const vr of ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']) FORM[vrCode(vr)] = LONG;

/** True for the VRs of PS3.5 Table 6.2-1. */
export const isKnownVr = (code: number): boolean => FORM[code] !== 0;
/** True for VRs whose explicit header has a 32-bit length. @source PS3.5 Table 7.1-1 */
export const hasLongHeader = (vr: string): boolean => FORM[vrCode(vr)] === LONG;

const isLetter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;

/**
 * Headers in explicit data without a standard VR: new VRs have the long form (PS3.5 7.1.2); blanks, '??' and '--'
 * come with the short form; anything else is an implicit header that a careless writer copied in.
 */
const readOddHeader = (buffer: Buffer, at: number, end: number, bigEndian: boolean, header: Header): boolean => {
  const first = buffer[at + 4] as number;
  const second = buffer[at + 5] as number;
  const short = bigEndian ? buffer.readUInt16BE(at + 6) : buffer.readUInt16LE(at + 6);
  if (isLetter(first) && isLetter(second)) {
    if (short !== 0) { header.length = short; header.valueOffset = at + 8; return true; }
    if (at + 12 > end) return false;
    header.length = bigEndian ? buffer.readUInt32BE(at + 8) : buffer.readUInt32LE(at + 8);
    header.valueOffset = at + 12;
    return true;
  }
  header.vr = 0;
  header.valueOffset = at + 8;
  const isBlank = first === second && (first === 0x20 || first === 0x3f || first === 0x2d);
  header.length = isBlank ? short : bigEndian ? buffer.readUInt32BE(at + 4) : buffer.readUInt32LE(at + 4);
  return true;
};

/**
 * Fills `header` from the bytes at `at`; false when the header does not lie wholly before `end`.
 * @source PS3.5 7.1.2, 7.1.3, 7.5.1 (items have no VR in any encoding)
 */
export const headerAt = (buffer: Buffer, at: number, end: number, encoding: Encoding, header: Header): boolean => {
  if (at + 8 > end) return false;
  const { bigEndian } = encoding;
  const tag = bigEndian
    ? buffer.readUInt32BE(at)
    : buffer.readUInt16LE(at) * 0x10000 + buffer.readUInt16LE(at + 2);
  header.tag = tag;
  header.valueOffset = at + 8;
  if (!encoding.explicit || tag >= ITEM && tag <= SEQUENCE_END) {
    header.vr = 0;
    header.length = bigEndian ? buffer.readUInt32BE(at + 4) : buffer.readUInt32LE(at + 4);
    return true;
  }
  const vr = buffer.readUInt16BE(at + 4);
  header.vr = vr;
  const form = FORM[vr];
  if (form === SHORT) {
    header.length = bigEndian ? buffer.readUInt16BE(at + 6) : buffer.readUInt16LE(at + 6);
    return true;
  }
  if (form !== LONG) return readOddHeader(buffer, at, end, bigEndian, header);
  if (at + 12 > end) return false;
  header.length = bigEndian ? buffer.readUInt32BE(at + 8) : buffer.readUInt32LE(at + 8);
  header.valueOffset = at + 12;
  return true;
};
