/** Walks a UDF volume by the letter of ECMA-167, from anchor to last file, and throws at the first field that is not as it must be. */
import { expect } from 'vitest';

export interface WalkedFile {
  readonly path: string;
  readonly bytes: number;
  /** First sector and bytes of each extent. */
  readonly extents: readonly (readonly [sector: number, bytes: number])[];
  readonly uniqueId: number;
}

export interface WalkedVolume {
  readonly volumeName: string;
  readonly partition: { readonly start: number; readonly blocks: number; readonly accessType: number };
  readonly files: readonly WalkedFile[];
  readonly directories: readonly { readonly path: string; readonly uniqueId: number }[];
  readonly integrity: { readonly nextUniqueId: number; readonly files: number; readonly directories: number; readonly sizes: readonly number[]; readonly revisions: readonly number[] };
  /** First block of the mirror's content, where there is one. */
  readonly mirrorSector?: number;
  readonly metadataBlocks: number;
  /** File identifiers that were lengthened. */
  readonly stuffed: number;
}

/** Bit by bit, unlike the table of the writer. */
const crc16 = (bytes: Uint8Array): number => {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const isSet = ((crc >> 15) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0xffff) ^ (isSet === 1 ? 0x1021 : 0);
    }
  }
  return crc;
};

const text = (bytes: Buffer): string => {
  if (bytes.length === 0) return '';
  expect([8, 16]).toContain(bytes[0]);
  return bytes[0] === 8 ? bytes.toString('latin1', 1) : Buffer.from(bytes.subarray(1)).swap16().toString('utf16le');
};
const dstring = (bytes: Buffer): string => text(bytes.subarray(0, bytes.at(-1)));
const regid = (bytes: Buffer): string => bytes.toString('latin1', 1, 24).replaceAll('\0', '');
const u64 = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

interface Rules { readonly kind: 'bridge' | 'udf250' | 'udf260'; readonly createdAt: Date }

const timestamp = (bytes: Buffer, at: number): Date => {
  expect(bytes.readUInt16LE(at)).toBe(0x1000);
  const [month = 0, day, hour, minute, second, hundredths = 0, hundreds = 0] = bytes.subarray(at + 4, at + 12);
  return new Date(Date.UTC(bytes.readUInt16LE(at + 2), month - 1, day, hour, minute, second, 10 * hundredths + hundreds / 10));
};

/** Reads a volume that lies in memory. */
export const walkUdf = (image: Buffer, { kind, createdAt }: Rules): WalkedVolume => {
  const isBridge = kind === 'bridge';
  const version = isBridge ? 2 : 3;
  const revision = { bridge: 0x0102, udf250: 0x0250, udf260: 0x0260 }[kind];
  const sectorAt = (sector: number, count = 1): Buffer => image.subarray(2048 * sector, 2048 * (sector + count));
  const tagged = (bytes: Buffer, id: number, location: number, crcBytes?: number): Buffer => {
    expect([bytes.readUInt16LE(0), bytes.readUInt16LE(2), bytes.readUInt32LE(12), bytes[5], bytes.readUInt16LE(6)]).toEqual([id, version, location, 0, 0]);
    expect(bytes[4]).toBe(bytes.subarray(0, 16).reduce((sum, byte, at) => (at === 4 ? sum : sum + byte), 0) % 256);
    const length = bytes.readUInt16LE(10);
    if (crcBytes !== undefined) expect(length).toBe(crcBytes);
    expect(bytes.readUInt16LE(8)).toBe(crc16(bytes.subarray(16, 16 + length)));
    return bytes;
  };
  const revisionIn = (bytes: Buffer, at: number, identifier: string): void => {
    expect([regid(bytes.subarray(at, at + 32)), bytes.readUInt16LE(at + 24)]).toEqual([identifier, revision]);
  };

  const recognition = isBridge ? 19 : 16;
  expect([0, 1, 2].map((index) => sectorAt(recognition + index).toString('latin1', 0, 7))).toEqual(['BEA01', `NSR0${version}`, 'TEA01'].map((id) => `\0${id}\u0001`));
  const last = image.length / 2048 - 1;
  expect((last + 1) % 32).toBe(0);
  const anchors = (isBridge ? [256, last] : [256, last - 256, last]).map((sector) => tagged(sectorAt(sector), 2, sector, 496));
  const [main = 0, reserve = 0] = [20, 28].map((at) => anchors[0]?.readUInt32LE(at));
  for (const anchor of anchors) expect([anchor.readUInt32LE(16), anchor.readUInt32LE(20), anchor.readUInt32LE(24), anchor.readUInt32LE(28)]).toEqual([32768, main, 32768, reserve]);
  const sequences = [main, reserve].map((start) => [1, 4, 5, 6, 7, 8].map((id, index) => tagged(sectorAt(start + index), id, start + index)));
  const [ours = [], copy = []] = sequences;
  ours.forEach((sector, index) => { expect(sector.subarray(16).equals(copy[index]?.subarray(16) ?? Buffer.alloc(0))).toBe(true); });
  const [pvd, iuvd, pd, lvd] = ours as [Buffer, Buffer, Buffer, Buffer];
  expect(ours.slice(0, 5).map((sector) => sector.readUInt32LE(16))).toEqual([1, 2, 3, 4, 5]);
  expect([60, 62].map((at) => pvd.readUInt16LE(at))).toEqual([2, 2]);
  expect(dstring(pvd.subarray(72, 200))).toMatch(/^[0-9a-f]{16}/);
  expect(timestamp(pvd, 376)).toEqual(createdAt);
  revisionIn(iuvd, 20, '*UDF LV Info');
  revisionIn(lvd, 216, '*OSTA UDF Compliant');
  expect([pvd.subarray(388, 420), pd.subarray(196, 228), lvd.subarray(272, 304)].map(regid)).toEqual(['*Spindle', '*Spindle', '*Spindle']);
  const volumeName = dstring(pvd.subarray(24, 56));
  expect([dstring(lvd.subarray(84, 212)), dstring(iuvd.subarray(116, 244))]).toEqual([volumeName, volumeName]);
  expect(regid(pd.subarray(24, 56))).toBe(`+NSR0${version}`);
  expect([pd.readUInt16LE(20), pd.readUInt16LE(22), pd.subarray(56, 184).every((byte) => byte === 0)]).toEqual([1, 0, true]);
  const partition = { start: pd.readUInt32LE(188), blocks: pd.readUInt32LE(192), accessType: pd.readUInt32LE(184) };
  expect(partition.start + partition.blocks).toBeLessThanOrEqual(isBridge ? last : last - 256);

  const maps = isBridge ? 1 : 2;
  expect([lvd.readUInt32LE(212), lvd.readUInt32LE(264), lvd.readUInt32LE(268)]).toEqual([2048, isBridge ? 6 : 70, maps]);
  expect(lvd.toString('hex', 440, 446)).toBe('010601000000');
  const integritySector = lvd.readUInt32LE(436);
  const lvid = tagged(sectorAt(integritySector), 9, integritySector, 80 - 16 + 8 * maps + 46);
  tagged(sectorAt(integritySector + 1), 8, integritySector + 1, 496);
  expect([lvid.readUInt32LE(28), lvid.readUInt32LE(72), lvid.readUInt32LE(76)]).toEqual([1, maps, 46]);
  const use = 80 + 8 * maps;
  const integrity = {
    nextUniqueId: u64(lvid, 40), files: lvid.readUInt32LE(use + 32), directories: lvid.readUInt32LE(use + 36),
    sizes: Array.from({ length: maps }, (_, map) => lvid.readUInt32LE(80 + 4 * (maps + map))), revisions: [40, 42, 44].map((at) => lvid.readUInt16LE(use + at)),
  };

  let metadata = partition.start;
  let metadataBlocks = 0;
  let mirrorSector: number | undefined;
  if (!isBridge) {
    const map = lvd.subarray(446, 510);
    expect([map[0], map[1], map.readUInt16LE(36), map.readUInt16LE(38), map.readUInt32LE(48), map.readUInt32LE(52), map.readUInt16LE(56), map[58]]).toEqual([2, 64, 1, 0, 0xffff_ffff, 32, 32, 1]);
    revisionIn(map, 4, '*UDF Metadata Partition');
    const [content = 0, mirror = 0] = [[40, 250], [44, 251]].map(([at = 0, type]) => {
      const block = map.readUInt32LE(at);
      expect((partition.start + block) % 32).toBe(0);
      const entry = tagged(sectorAt(partition.start + block), 266, block);
      expect([entry[27], entry.readUInt16LE(34), entry.readUInt16LE(48), u64(entry, 200), entry.readUInt32LE(212)]).toEqual([type, 0, 0, 0, 8]);
      metadataBlocks = u64(entry, 56) / 2048;
      expect([metadataBlocks % 32, u64(entry, 64) / 2048, u64(entry, 72), entry.readUInt32LE(216)]).toEqual([0, metadataBlocks, metadataBlocks, metadataBlocks * 2048]);
      return partition.start + entry.readUInt32LE(220);
    });
    metadata = content;
    mirrorSector = mirror;
    expect(sectorAt(mirror, metadataBlocks).equals(sectorAt(content, metadataBlocks))).toBe(true);
  }

  const reference = maps - 1;
  const inTree = (bytes: Buffer, at: number): number => {
    expect([bytes.readUInt32LE(at), bytes.readUInt16LE(at + 8)]).toEqual([2048, reference]);
    return bytes.readUInt32LE(at + 4);
  };
  const at = isBridge ? { times: [72, 84, 96], recorded: 64, unique: 160, adBytes: 172, ads: 176 } : { times: [80, 92, 104, 116], recorded: 72, unique: 200, adBytes: 212, ads: 216 };
  const entryAt = (block: number, type: 4 | 5): Buffer => {
    const entry = tagged(sectorAt(metadata + block), isBridge ? 261 : 266, block);
    const adBytes = entry.readUInt32LE(at.adBytes);
    expect([entry.readUInt16LE(10), entry.readUInt16LE(20), entry.readUInt16LE(24), entry[27]]).toEqual([at.ads - 16 + adBytes, 4, 1, type]);
    expect([entry.readUInt32LE(36), entry.readUInt32LE(40), entry.readUInt32LE(44)]).toEqual([0xffff_ffff, 0xffff_ffff, type === 5 ? 0o14204 : 0o16245]);
    expect(at.times.map((time) => timestamp(entry, time))).toEqual(at.times.map(() => createdAt));
    if (!isBridge) expect(u64(entry, 64)).toBe(u64(entry, 56));
    expect(u64(entry, at.recorded)).toBe(Math.ceil(u64(entry, 56) / 2048));
    return entry;
  };
  const extentsOf = (entry: Buffer): (readonly [number, number])[] => {
    const step = isBridge ? 8 : 16;
    return Array.from({ length: entry.readUInt32LE(at.adBytes) / step }, (_, index) => {
      const ad = at.ads + step * index;
      if (!isBridge) expect(entry.readUInt16LE(ad + 8)).toBe(0);
      return [partition.start + entry.readUInt32LE(ad + 4), entry.readUInt32LE(ad)] as const;
    });
  };

  const files: WalkedFile[] = [];
  const directories: { path: string; uniqueId: number }[] = [];
  let stuffed = 0;
  const walk = (block: number, parent: number, path: string): void => {
    const entry = entryAt(block, 4);
    const bytes = u64(entry, 56);
    expect([entry.readUInt16LE(34), entry.readUInt32LE(at.adBytes), entry.readUInt32LE(at.ads), entry.readUInt32LE(at.ads + 4)]).toEqual([0, 8, bytes, block + 1]);
    const identifiers = sectorAt(metadata + block + 1, Math.ceil(bytes / 2048)).subarray(0, bytes);
    const uniqueId = u64(entry, at.unique);
    directories.push({ path, uniqueId });
    let subdirectories = 0;
    for (let from = 0; from < bytes;) {
      const [nameBytes = 0, useBytes] = [identifiers[from + 19], identifiers.readUInt16LE(from + 36)];
      const length = 4 * Math.ceil((38 + nameBytes + useBytes) / 4);
      const identifier = tagged(identifiers.subarray(from, from + length), 257, block + 1 + Math.floor(from / 2048), length - 16);
      if (kind === 'udf260') expect(from % 2048).toBeLessThanOrEqual(2048 - 16);
      if (useBytes > 0) {
        expect([kind, useBytes, regid(identifier.subarray(38, 70)), (from + length - 32) % 2048 > 2048 - 16]).toEqual(['udf260', 32, '*Spindle', true]);
        stuffed += 1;
      }
      const target = inTree(identifier, 20);
      const name = text(identifier.subarray(38 + useBytes, 38 + useBytes + nameBytes));
      expect(identifier.subarray(38 + useBytes + nameBytes).every((byte) => byte === 0)).toBe(true);
      const [characteristics = 0, lowId] = [identifier[18], identifier.readUInt32LE(32)];
      if (from === 0) expect([characteristics, name, target]).toEqual([10, '', parent]);
      else if (characteristics === 2) {
        subdirectories += 1;
        walk(target, block, `${path}${name}/`);
        expect(directories.find((known) => known.path === `${path}${name}/`)?.uniqueId).toBe(lowId);
      } else {
        const file = entryAt(target, 5);
        expect([characteristics, file.readUInt16LE(34), file.readUInt16LE(48), u64(file, at.unique)]).toEqual([0, isBridge ? 0x20 : 0x21, 1, lowId]);
        const extents = extentsOf(file);
        expect(extents.reduce((sum, [, part]) => sum + part, 0)).toBe(u64(file, 56));
        files.push({ path: path + name, bytes: u64(file, 56), extents, uniqueId: lowId });
      }
      from += length;
    }
    expect(entry.readUInt16LE(48)).toBe(1 + subdirectories);
  };
  const fileSet = tagged(sectorAt(metadata + inTree(lvd, 248)), 256, 0, 496);
  revisionIn(fileSet, 416, '*OSTA UDF Compliant');
  expect([dstring(fileSet.subarray(112, 240)), fileSet.readUInt16LE(28), fileSet.readUInt16LE(30)]).toEqual([volumeName, 3, 3]);
  const root = inTree(fileSet, 400);
  walk(root, root, '');
  return { volumeName, partition, files, directories, integrity, ...(mirrorSector === undefined ? {} : { mirrorSector }), metadataBlocks, stuffed };
};
