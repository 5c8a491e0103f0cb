/**
 * Reads an ISO 9660 volume and its Joliet tree from an image file, as a foreign reader would.
 * Written from ECMA-119 and the Joliet specification, apart from the writer: the gate trusts nothing the writer says.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ApplianceError } from '../../infra/errors.ts';

export const SECTOR = 2048;
/** Directories and path tables are small: a larger one is garbage and not worth its memory. */
const MAX_TABLE_BYTES = 64 << 20;

/** A problem found in the file system: plain words, names of the disc only. */
export type Problem = string;

export interface IsoEntry {
  /** Path with '/' from the root; in the primary tree without the version `;1` and a trailing dot. */
  readonly path: string;
  /** Identifier exactly as recorded. */
  readonly identifier: string;
  readonly isDirectory: boolean;
  readonly sector: number;
  readonly bytes: number;
  readonly level: number;
}

export interface IsoVolume {
  readonly systemId: string;
  readonly volumeId: string;
  readonly sectors: number;
  readonly primary: readonly IsoEntry[];
  readonly joliet: readonly IsoEntry[] | undefined;
  readonly problems: readonly Problem[];
}

/** Random access to the bytes of one image. */
export interface ImageBytes {
  readonly bytes: number;
  read(offset: number, length: number): Buffer;
  close(): void;
}

const reading = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw new ApplianceError('DISC_IMAGE_FAILED', 'the image cannot be read back', { cause });
  }
};

/** Opens an image for reading back. @throws {ApplianceError} DISC_IMAGE_FAILED when it cannot be opened or read */
export const openImage = (path: string): ImageBytes => {
  const fd = reading(() => openSync(path, 'r'));
  const { size } = fstatSync(fd);
  return {
    bytes: size,
    read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const buffer = Buffer.allocUnsafe(wanted);
      let got = 0;
      while (got < wanted) {
        const n = reading(() => readSync(fd, buffer, got, wanted - got, offset + got));
        if (n === 0) break;
        got += n;
      }
      return buffer.subarray(0, got);
    },
    close: () => closeSync(fd),
  };
};

interface Tree {
  readonly name: 'primary' | 'Joliet';
  readonly rootSector: number;
  readonly rootBytes: number;
  readonly pathTableBytes: number;
  readonly pathTableL: number;
  readonly pathTableM: number;
  readonly decode: (id: Buffer) => string;
}

const both32 = (b: Buffer, at: number, what: string, problems: Problem[]): number => {
  const value = b.readUInt32LE(at);
  if (value !== b.readUInt32BE(at + 4)) problems.push(`${what}: the two byte orders disagree`);
  return value;
};

const latin = (id: Buffer): string => id.toString('latin1');
const ucs2 = (id: Buffer): string => new TextDecoder('utf-16be', { ignoreBOM: true }).decode(id);

/** Reads the volume descriptors and walks both trees. Never throws for a bad image: everything wrong is a problem. */
export const readIsoVolume = (image: ImageBytes): IsoVolume => {
  const problems: Problem[] = [];
  let systemId = '', volumeId = '', sectors = 0;
  const trees: Tree[] = [];
  let isTerminated = false;
  for (let sector = 16; sector < 32; sector++) {
    const d = image.read(sector * SECTOR, SECTOR);
    if (d.length < SECTOR || d.toString('latin1', 1, 6) !== 'CD001') { problems.push(`volume descriptor ${sector} is missing`); break; }
    const type = d[0];
    if (type === 255) { isTerminated = true; break; }
    if (type !== 1 && type !== 2) continue;
    if (type === 1 && sector !== 16) problems.push('the primary volume descriptor is not the first');
    const isJoliet = type === 2 && d.toString('latin1', 88, 91) === '%/E';
    if (type === 2 && !isJoliet) { problems.push('a supplementary descriptor is not Joliet level 3'); continue; }
    const name = isJoliet ? 'Joliet' : 'primary';
    const count = both32(d, 80, `${name} volume size`, problems);
    if (d.readUInt16LE(128) !== SECTOR || d.readUInt16BE(130) !== SECTOR) problems.push(`${name}: logical block size is not 2048`);
    if (type === 1) {
      systemId = d.toString('latin1', 8, 40);
      volumeId = d.toString('latin1', 40, 72);
      sectors = count;
    } else if (count !== sectors) problems.push('the volume sizes of both trees differ');
    const root = d.subarray(156, 190);
    trees.push({
      name, rootSector: both32(root, 2, `${name} root`, problems), rootBytes: both32(root, 10, `${name} root size`, problems),
      pathTableBytes: both32(d, 132, `${name} path table size`, problems), pathTableL: d.readUInt32LE(140), pathTableM: d.readUInt32BE(148),
      decode: isJoliet ? ucs2 : latin,
    });
  }
  if (!isTerminated) problems.push('the volume descriptor set has no terminator');
  if (sectors * SECTOR !== image.bytes) problems.push(`the volume says ${sectors} sectors, the image has ${image.bytes / SECTOR}`);
  const primary = trees.find((tree) => tree.name === 'primary');
  const joliet = trees.find((tree) => tree.name === 'Joliet');
  if (!primary) problems.push('there is no primary volume descriptor');
  return {
    systemId, volumeId, sectors, problems,
    primary: primary ? walk(image, primary, problems) : [],
    joliet: joliet ? walk(image, joliet, problems) : undefined,
  };
};

/** Far more files than a disc of ours holds; ends the walk of a garbage tree. */
const MAX_ENTRIES = 4_000_000;

interface Directory { readonly path: string; readonly sector: number; readonly bytes: number; readonly level: number; readonly parentSector: number }

const walk = (image: ImageBytes, tree: Tree, problems: Problem[]): readonly IsoEntry[] => {
  const entries: IsoEntry[] = [];
  const directories: Directory[] = [{ path: '', sector: tree.rootSector, bytes: tree.rootBytes, level: 1, parentSector: tree.rootSector }];
  const seen = new Set<number>();
  for (let n = 0; n < directories.length; n++) {
    const directory = directories[n];
    if (!directory) break;
    const where = `${tree.name} directory /${directory.path}`;
    if (seen.has(directory.sector)) { problems.push(`${where}: entered twice`); continue; }
    seen.add(directory.sector);
    if (directory.bytes > MAX_TABLE_BYTES || entries.length > MAX_ENTRIES) { problems.push(`${where}: larger than any directory of a disc`); continue; }
    if (directory.bytes === 0 || directory.bytes % SECTOR !== 0) problems.push(`${where}: size is not whole sectors`);
    const children = readDirectory(image, tree, directory, where, problems);
    for (const child of children) {
      entries.push(child);
      if (child.isDirectory) directories.push({ path: child.path, sector: child.sector, bytes: child.bytes, level: directory.level + 1, parentSector: directory.sector });
    }
  }
  checkPathTables(image, tree, directories, problems);
  return entries;
};

const readDirectory = (image: ImageBytes, tree: Tree, directory: Directory, where: string, problems: Problem[]): readonly IsoEntry[] => {
  const data = image.read(directory.sector * SECTOR, directory.bytes);
  if (data.length < directory.bytes) problems.push(`${where}: lies beyond the image`);
  const entries: IsoEntry[] = [];
  let previous = '';
  let index = 0;
  for (let at = 0; at < data.length;) {
    const length = data[at] ?? 0;
    if (length === 0) { at = (Math.floor(at / SECTOR) + 1) * SECTOR; continue; }
    if (length < 34 || Math.floor(at / SECTOR) !== Math.floor((at + length - 1) / SECTOR) || at + length > data.length) { problems.push(`${where}: a record crosses a sector or is cut`); break; }
    const record = data.subarray(at, at + length);
    at += length;
    const idLength = record[32] ?? 0;
    const id = record.subarray(33, 33 + idLength);
    const sector = both32(record, 2, `${where} extent`, problems);
    const bytes = both32(record, 10, `${where} size`, problems);
    const isDirectory = ((record[25] ?? 0) & 2) !== 0;
    if (((record[25] ?? 0) & 0x18) !== 0) problems.push(`${where}: record or protection flag set`);
    if (record[1] !== 0) problems.push(`${where}: an extended attribute record`);
    if (index < 2) {
      const wanted = index === 0 ? directory.sector : directory.parentSector;
      if (idLength !== 1 || id[0] !== index || !isDirectory || sector !== wanted) problems.push(`${where}: record ${index} is not ${index === 0 ? 'itself' : 'its parent'}`);
      index++;
      continue;
    }
    const identifier = tree.decode(id);
    if (sector * SECTOR + bytes > image.bytes) problems.push(`${where}: ${identifier} lies beyond the image`);
    const name = isDirectory ? identifier : identifier.replace(/;1$/, '').replace(/\.$/, '');
    if (!isDirectory && !identifier.endsWith(';1')) problems.push(`${where}: ${identifier} has no version 1`);
    const key = sortKey(tree, identifier, isDirectory);
    if (key <= previous) problems.push(`${where}: ${identifier} is out of order or twice`);
    previous = key;
    entries.push({ path: directory.path === '' ? name : `${directory.path}/${name}`, identifier, isDirectory, sector, bytes, level: directory.level });
  }
  if (index < 2) problems.push(`${where}: self or parent record is missing`);
  return entries;
};

/** File name padded with spaces, then extension padded; Joliet by code units of the name without its version. @source ECMA-119 10.3 */
const sortKey = (tree: Tree, identifier: string, isDirectory: boolean): string => {
  const plain = isDirectory ? identifier : identifier.replace(/;1$/, '');
  if (tree.name === 'Joliet') return plain;
  const [name = '', extension = ''] = isDirectory ? [plain, ''] : plain.split('.');
  return name.padEnd(31, ' ') + extension.padEnd(31, ' ');
};

const checkPathTables = (image: ImageBytes, tree: Tree, directories: readonly Directory[], problems: Problem[]): void => {
  if (tree.pathTableBytes > MAX_TABLE_BYTES) { problems.push(`${tree.name}: the path table is larger than any of a disc`); return; }
  const sectorsOf = (table: Buffer, isBig: boolean): { sector: number; parent: number; id: string }[] => {
    const rows = [];
    for (let at = 0; at + 8 <= table.length;) {
      const length = table[at] ?? 0;
      if (length === 0) break;
      rows.push({
        sector: isBig ? table.readUInt32BE(at + 2) : table.readUInt32LE(at + 2), parent: isBig ? table.readUInt16BE(at + 6) : table.readUInt16LE(at + 6),
        id: tree.decode(table.subarray(at + 8, at + 8 + length)),
      });
      at += 8 + length + (length % 2);
    }
    return rows;
  };
  const l = sectorsOf(image.read(tree.pathTableL * SECTOR, tree.pathTableBytes), false);
  const m = sectorsOf(image.read(tree.pathTableM * SECTOR, tree.pathTableBytes), true);
  if (JSON.stringify(l) !== JSON.stringify(m)) problems.push(`${tree.name}: the two path tables differ`);
  const inTree = new Map(directories.map((directory) => [directory.sector, directory]));
  if (l.length !== directories.length || l.some((row) => !inTree.has(row.sector))) problems.push(`${tree.name}: the path table does not list the directories of the tree`);
  for (const [n, row] of l.entries()) {
    if (row.parent < 1 || row.parent > Math.max(n, 1)) problems.push(`${tree.name}: path table entry ${n + 1} has no parent before it`);
    const own = inTree.get(row.sector);
    if (own && n > 0 && l[row.parent - 1]?.sector !== own.parentSector) problems.push(`${tree.name}: path table entry ${n + 1} has the wrong parent`);
  }
};
