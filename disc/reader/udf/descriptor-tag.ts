/** The tag that opens every UDF descriptor. @source ECMA-167 3/7.2, 4/7.2; OSTA UDF 2.2.1, 2.3.1 */

/** Tag identifiers. @source ECMA-167 3/7.2.1, 4/7.2.1; OSTA UDF 2.2.13 */
export const TAG_ID = {
  primaryVolume: 1, anchor: 2, pointer: 3, implementationUse: 4, partition: 5, logicalVolume: 6, unallocatedSpace: 7, terminating: 8, integrity: 9,
  fileSet: 256, fileIdentifier: 257, allocationExtent: 258, fileEntry: 261, extendedFileEntry: 266,
} as const;

export interface DescriptorTag {
  readonly id: number;
  readonly version: number;
  readonly location: number;
  readonly crcLength: number;
  /** What is wrong with it, in words; empty when nothing is. */
  readonly faults: readonly string[];
}

/** Bytes before the part that the CRC covers. */
export const TAG_BYTES = 16;

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) !== 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  return crc;
});

/** CRC-16 with polynomial x^16 + x^12 + x^5 + 1 from 0. @source ECMA-167 3/7.2.6, ITU-T V.41 */
export const crc16 = (bytes: Buffer): number => {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 8) ^ byte) & 0xff] ?? 0)) & 0xffff;
  return crc;
};

/**
 * Reads the tag at the start of `bytes`; undefined when there is none: all zero, cut, or with a wrong checksum.
 * @param location where the descriptor must say it lies; undefined = not compared
 */
export const readTag = (bytes: Buffer, location: number | undefined): DescriptorTag | undefined => {
  if (bytes.length < TAG_BYTES) return undefined;
  let sum = 0;
  for (let at = 0; at < TAG_BYTES; at++) if (at !== 4) sum += bytes[at] ?? 0;
  const id = bytes.readUInt16LE(0);
  if (id === 0 || (sum & 0xff) !== bytes[4]) return undefined;
  const tag = { id, version: bytes.readUInt16LE(2), location: bytes.readUInt32LE(12), crcLength: bytes.readUInt16LE(10) };
  const faults: string[] = [];
  if (tag.version !== 2 && tag.version !== 3) faults.push(`descriptor version ${tag.version}`);
  if (TAG_BYTES + tag.crcLength > bytes.length) faults.push('its CRC covers more than there is');
  else if (crc16(bytes.subarray(TAG_BYTES, TAG_BYTES + tag.crcLength)) !== bytes.readUInt16LE(8)) faults.push('wrong CRC');
  if (location !== undefined && tag.location !== location) faults.push(`says that it lies at ${tag.location} instead of ${location}`);
  return { ...tag, faults };
};
