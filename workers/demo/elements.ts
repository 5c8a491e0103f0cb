/** Builds data sets of made-up objects out of plain values; tags may come in any order. */
import { encodeElement, encodeSequence } from '../../dicom/data-set/encode.ts';
import { encodeFileMeta } from '../../dicom/data-set/part10.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { UID } from '../../dicom/tables/uids.ts';

export type Keyword = keyof typeof TAG;

export interface Made {
  readonly tag: number;
  readonly bytes: Buffer;
}

/** An element of text, UID, date or number text. */
export const text = (keyword: Keyword, vr: string, value: string): Made =>
  ({ tag: TAG[keyword], bytes: encodeElement(TAG[keyword], vr, Buffer.from(value, 'latin1')) });

/** An element of one unsigned 16-bit number. */
export const number = (keyword: Keyword, value: number): Made => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return { tag: TAG[keyword], bytes: encodeElement(TAG[keyword], 'US', bytes) };
};

/** An element of bytes, little endian. */
export const binary = (keyword: Keyword, vr: 'OB' | 'OW', value: Buffer): Made => ({ tag: TAG[keyword], bytes: encodeElement(TAG[keyword], vr, value) });

/** An element of bytes with an exact length beside it. */
export const long = (keyword: Keyword, value: number): Made => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return { tag: TAG[keyword], bytes: encodeElement(TAG[keyword], 'UL', bytes) };
};

/** The elements of one data set or item, in the order of their tags. @source PS3.5 7.1 */
export const encodeMade = (elements: readonly Made[]): Buffer => Buffer.concat([...elements].sort((a, b) => a.tag - b.tag).map(({ bytes }) => bytes));

export const sequence = (keyword: Keyword, ...items: readonly (readonly Made[])[]): Made =>
  ({ tag: TAG[keyword], bytes: encodeSequence(TAG[keyword], items.map(encodeMade)) });

/** A code of a coding scheme. @source PS3.3 8.8 */
export const code = (keyword: Keyword, value: string, scheme: string, meaning: string): Made =>
  sequence(keyword, [text('CodeValue', 'SH', value), text('CodingSchemeDesignator', 'SH', scheme), text('CodeMeaning', 'LO', meaning)]);

/** A Part 10 file in Explicit VR Little Endian. @source PS3.10 7.1 */
export const instanceFile = (sopClassUid: string, sopInstanceUid: string, elements: readonly Made[]): Buffer => Buffer.concat([
  encodeFileMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid: UID.explicitLittleEndian }),
  encodeMade([text('SOPClassUID', 'UI', sopClassUid), text('SOPInstanceUID', 'UI', sopInstanceUid), ...elements]),
]);
