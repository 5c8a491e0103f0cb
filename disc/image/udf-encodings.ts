/**
 * The small structures that all UDF descriptors are made of: tags, identifiers, strings, times, extents. Little-endian.
 * A descriptor is written first and tagged last, because its tag holds a CRC of the rest.
 */
import type { UdfRevisionRow } from '../tables/udf-revisions.ts';
import { SECTOR_BYTES } from './sectors.ts';

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, index) => {
  let value = index << 8;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 0x8000) === 0 ? value << 1 : (value << 1) ^ 0x1021;
  return value & 0xffff;
});

/** CRC of polynomial 1021, from 0, unreflected. @source ECMA-167 1/7.2.6 */
export const udfCrc = (bytes: Uint8Array): number => {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[(crc >> 8) ^ byte] ?? 0)) & 0xffff;
  return crc;
};

/** Numbers of the descriptors we write. @source ECMA-167 3/7.2.1, 4/7.2.1 */
export const TAG = {
  primaryVolume: 1, anchor: 2, implementationUse: 4, partition: 5, logicalVolume: 6, unallocatedSpace: 7, terminating: 8, integrity: 9,
  fileSet: 256, fileIdentifier: 257, fileEntry: 261, extendedFileEntry: 266,
} as const;

const TAG_BYTES = 16;

/** Tags the descriptor whose first byte is at `at`; `crcBytes` follow the tag. @source ECMA-167 3/7.2, 4/7.2 */
export const writeTag = (into: Buffer, at: number, tag: { readonly id: number; readonly version: number; readonly location: number; readonly crcBytes: number }): void => {
  into.writeUInt16LE(tag.id, at);
  into.writeUInt16LE(tag.version, at + 2);
  into.writeUInt16LE(udfCrc(into.subarray(at + TAG_BYTES, at + TAG_BYTES + tag.crcBytes)), at + 8);
  into.writeUInt16LE(tag.crcBytes, at + 10);
  into.writeUInt32LE(tag.location, at + 12);
  let sum = 0;
  for (let index = 0; index < TAG_BYTES; index += 1) if (index !== 4) sum += into[at + index] ?? 0;
  into[at + 4] = sum & 0xff;
};

/** A name in compressed Unicode: 8 bits a character where all units fit, else 16 bits big-endian. @source OSTA UDF 2.1.1 */
export const compressedName = (text: string): Buffer => {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return units.every((unit) => unit < 256)
    ? Buffer.from([8, ...units])
    : Buffer.from([16, ...units.flatMap((unit) => [unit >> 8, unit & 0xff])]);
};

/** Length of compressedName(). */
export const compressedNameBytes = (text: string): number => {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 255) return 1 + 2 * text.length;
  return 1 + text.length;
};

/** Writes text into a field of fixed length, whose last byte is the length used. @source ECMA-167 1/7.2.12, OSTA UDF 2.1.3 */
export const writeDstring = (into: Buffer, at: number, fieldBytes: number, text: string): void => {
  if (text === '') return;
  const name = compressedName(text);
  if (name.length >= fieldBytes) throw new TypeError('the text is longer than its field');
  into.set(name, at);
  into[at + fieldBytes - 1] = name.length;
};

/** @source OSTA UDF 2.1.2 */
export const writeCharacterSet = (into: Buffer, at: number): void => { into.write('OSTA Compressed Unicode', at + 1, 'latin1'); };

/** Local time with its offset from UTC, which is 0 in all we write. @source ECMA-167 1/7.3, OSTA UDF 2.1.4 */
export const writeTimestamp = (into: Buffer, at: number, date: Date): void => {
  into.writeUInt16LE(0x1000, at);
  into.writeUInt16LE(date.getUTCFullYear(), at + 2);
  const milliseconds = date.getUTCMilliseconds();
  into.set([
    date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(),
    Math.floor(milliseconds / 10), (milliseconds % 10) * 10, 0,
  ], at + 4);
};

/** Ours in every implementation identifier. @source OSTA UDF 2.1.5.2 */
export const DEVELOPER_ID = '*Spindle';

const writeIdentifier = (into: Buffer, at: number, identifier: string): void => { into.write(identifier, at + 1, 23, 'latin1'); };

/** An identifier whose suffix says nothing: contents of the partition, application, implementation. @source ECMA-167 1/7.4 */
export const writePlainId = (into: Buffer, at: number, identifier: string): void => { writeIdentifier(into, at, identifier); };

/** An identifier with the UDF revision behind it. @source OSTA UDF 2.1.5.3 */
export const writeRevisionId = (into: Buffer, at: number, identifier: '*OSTA UDF Compliant' | '*UDF LV Info' | '*UDF Metadata Partition', { revision }: UdfRevisionRow): void => {
  writeIdentifier(into, at, identifier);
  into.writeUInt16LE(revision, at + 24);
};

/** Bytes and first sector of the volume. @source ECMA-167 3/7.1 */
export const writeExtent = (into: Buffer, at: number, bytes: number, sector: number): void => {
  into.writeUInt32LE(bytes, at);
  into.writeUInt32LE(sector, at + 4);
};

/** An extent in the partition of whoever names it. @source ECMA-167 4/14.14.1 */
export const writeShortAd = (into: Buffer, at: number, extent: { readonly bytes: number; readonly block: number }): void => {
  into.writeUInt32LE(extent.bytes, at);
  into.writeUInt32LE(extent.block, at + 4);
};

/** An extent with the ordinal of the partition map its block counts in. @source ECMA-167 4/14.14.2 */
export const writeLongAd = (into: Buffer, at: number, extent: { readonly bytes: number; readonly block: number; readonly partition: number }): void => {
  into.writeUInt32LE(extent.bytes, at);
  into.writeUInt32LE(extent.block, at + 4);
  into.writeUInt16LE(extent.partition, at + 8);
};

/** The longest extent of whole sectors: its length has 30 bits. @source ECMA-167 4/14.14.1.1 */
export const MAX_EXTENT_BYTES = 2 ** 30 - SECTOR_BYTES;
