/**
 * Volume descriptors of an ISO 9660 volume with Joliet: primary, supplementary, terminator, one sector each.
 * System, publisher, preparer and application identifiers stay blank.
 */
import { SECTOR_BYTES } from './sectors.ts';
import type { Hierarchy } from './iso-hierarchy.ts';
import { SELF_IDENTIFIER, ucs2, writeBoth16, writeBoth32, writeRecord } from './iso-records.ts';

/** What the descriptors say about the volume. */
export interface VolumeFacts {
  /** File-set ID. */
  readonly volumeId: string;
  readonly totalSectors: number;
  readonly createdAt: Date;
}

const STANDARD_IDENTIFIER = 'CD001';
/** UCS-2 level 3: `%/E`. @source Joliet Specification, escape sequences */
const JOLIET_ESCAPE = '%/E';

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** Sixteen digits to the hundredth of a second; the seventeenth byte, the offset from UTC, is 0. @source ECMA-119 8.4.26.1 */
const longDate = (date: Date): string =>
  digits(date.getUTCFullYear(), 4) + digits(date.getUTCMonth() + 1, 2) + digits(date.getUTCDate(), 2) +
  digits(date.getUTCHours(), 2) + digits(date.getUTCMinutes(), 2) + digits(date.getUTCSeconds(), 2) +
  digits(Math.floor(date.getUTCMilliseconds() / 10), 2);

/** Blank fields: offset and length. Joliet fills them with UCS-2 spaces and leaves an odd last byte zero. */
const TEXT_FIELDS: readonly (readonly [number, number])[] =
  [[8, 32], [40, 32], [190, 128], [318, 128], [446, 128], [574, 128], [702, 37], [739, 37], [776, 37]];

const writeBlanks = (into: Buffer, isJoliet: boolean): void => {
  for (const [offset, length] of TEXT_FIELDS) {
    into.set(isJoliet ? ucs2(' '.repeat(length >> 1)) : Buffer.alloc(length, ' '), offset);
  }
};

const writeDates = (into: Buffer, createdAt: Date): void => {
  const created = longDate(createdAt);
  const none = '0'.repeat(16);
  [created, created, none, none].forEach((text, index) => { into.write(text, 813 + 17 * index, 'latin1'); });
};

const encodeHierarchyDescriptor = (facts: VolumeFacts, hierarchy: Hierarchy): Buffer => {
  const isJoliet = hierarchy.kind === 'joliet';
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector[0] = isJoliet ? 2 : 1;
  sector.write(STANDARD_IDENTIFIER, 1, 'latin1');
  sector[6] = 1;
  writeBlanks(sector, isJoliet);
  sector.set(isJoliet ? ucs2(facts.volumeId) : Buffer.from(facts.volumeId, 'latin1'), 40);
  writeBoth32(sector, 80, facts.totalSectors);
  if (isJoliet) sector.write(JOLIET_ESCAPE, 88, 'latin1');
  writeBoth16(sector, 120, 1);
  writeBoth16(sector, 124, 1);
  writeBoth16(sector, 128, SECTOR_BYTES);
  writeBoth32(sector, 132, hierarchy.pathTableBytes);
  sector.writeUInt32LE(hierarchy.typeLSector, 140);
  sector.writeUInt32BE(hierarchy.typeMSector, 148);
  const root = hierarchy.directories[0];
  if (root === undefined) throw new TypeError('a hierarchy has a root');
  writeRecord(sector, 156, { identifier: SELF_IDENTIFIER, sector: root.sector, bytes: root.bytes, isDirectory: true, recordedAt: facts.createdAt });
  writeDates(sector, facts.createdAt);
  sector[881] = 1;
  return sector;
};

const encodeTerminator = (): Buffer => {
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector[0] = 255;
  sector.write(STANDARD_IDENTIFIER, 1, 'latin1');
  sector[6] = 1;
  return sector;
};

/**
 * Gives the volume descriptor set: one descriptor per hierarchy, then the terminator.
 * @source ECMA-119 8.3, 8.4, 8.5; PS3.12 F.2.2.1
 */
export const encodeDescriptorSet = (facts: VolumeFacts, hierarchies: readonly Hierarchy[]): Buffer =>
  Buffer.concat([...hierarchies.map((hierarchy) => encodeHierarchyDescriptor(facts, hierarchy)), encodeTerminator()]);
