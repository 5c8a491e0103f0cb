/** Text and identifiers in UDF descriptors. @source OSTA UDF 2.1.1-2.1.5; ECMA-167 1/7.2, 1/7.4 */

const utf16 = (bytes: Buffer): string => new TextDecoder('utf-16be', { ignoreBOM: true }).decode(bytes);

/** Compressed Unicode: 8 or 16 bits a character, told by the first byte. Undefined for any other first byte. @source OSTA UDF 2.1.1 */
export const readCompressed = (bytes: Buffer): string | undefined => {
  if (bytes.length === 0) return '';
  if (bytes[0] === 8) return bytes.toString('latin1', 1);
  return bytes[0] === 16 && bytes.length % 2 === 1 ? utf16(bytes.subarray(1)) : undefined;
};

/** A dstring: its last byte tells how many bytes are used. Undefined when it is not written as one. @source OSTA UDF 2.1.3 */
export const readDstring = (bytes: Buffer): string | undefined => {
  const used = bytes[bytes.length - 1] ?? 0;
  return used >= bytes.length ? undefined : readCompressed(bytes.subarray(0, used));
};

/** The identifier of a regid without its padding. @source ECMA-167 1/7.4 */
export const readRegid = (bytes: Buffer): string => bytes.toString('latin1', 1, 24).replace(/\0+$/, '');

/** The revision in the suffix of a domain or UDF regid, as 0x0250. @source OSTA UDF 2.1.5.3 */
export const readRevision = (bytes: Buffer): number => bytes.readUInt16LE(24);

/** 0x0250 as "2.50". */
export const revisionText = (revision: number): string => `${(revision >>> 8).toString(16)}.${(revision & 0xff).toString(16).padStart(2, '0')}`;
