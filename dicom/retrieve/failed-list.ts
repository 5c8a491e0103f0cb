/** The data set of a final response that names failed instances: one element, in the encoding of the context. */
import { transferSyntaxByUid } from '../tables/transfer-syntaxes.ts';
import { TAG } from '../tables/tags.ts';

/** A UI of explicit encodings holds no more; longer lists are written as UN. @source PS3.5 6.2.2 note 2 */
const MAX_SHORT_BYTES = 0xfffe;

/** Encodes Failed SOP Instance UID List (0008,0058). @source PS3.4 C.4.2.1.4.2, PS3.5 7.1 */
export const encodeFailedList = (uids: readonly string[], transferSyntaxUid: string): Buffer => {
  const joined = Buffer.from(uids.join('\\'), 'latin1');
  const value = joined.length % 2 === 0 ? joined : Buffer.concat([joined, Buffer.of(0)]);
  const row = transferSyntaxByUid.get(transferSyntaxUid);
  const isBig = row?.bigEndian === true;
  const isExplicit = row?.explicit === true;
  const isLong = isExplicit && value.length > MAX_SHORT_BYTES;
  const header = Buffer.alloc(isLong ? 12 : 8);
  const u16 = (number: number, at: number): unknown => (isBig ? header.writeUInt16BE(number, at) : header.writeUInt16LE(number, at));
  const u32 = (number: number, at: number): unknown => (isBig ? header.writeUInt32BE(number, at) : header.writeUInt32LE(number, at));
  u16(TAG.FailedSOPInstanceUIDList >>> 16, 0);
  u16(TAG.FailedSOPInstanceUIDList & 0xffff, 2);
  if (!isExplicit) u32(value.length, 4);
  else {
    header.write(isLong ? 'UN' : 'UI', 4, 'latin1');
    if (isLong) u32(value.length, 8);
    else u16(value.length, 6);
  }
  return Buffer.concat([header, value]);
};
