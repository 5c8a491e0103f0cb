/**
 * Reads an ISO 9660 volume and its Joliet tree from an image file, as a foreign reader would.
 * Written from ECMA-119 and the Joliet specification, apart from the writer: the gate trusts nothing the writer says.
 */
import { createFindings, findingText } from './findings.ts';
import type { Finding, Report } from './findings.ts';
import { SECTOR } from './image-bytes.ts';
import type { Extent, ImageBytes } from './image-bytes.ts';

export { openImage, SECTOR } from './image-bytes.ts';
export type { ImageBytes } from './image-bytes.ts';

/** Directories and path tables are small: a larger one is garbage and not worth its memory. */
const MAX_TABLE_BYTES = 64 << 20;

export interface IsoEntry {
  /** Path with '/' from the root; in the primary tree without the version `;1` and a trailing dot. */
  readonly path: string;
  /** Identifier exactly as recorded. */
  readonly identifier: string;
  readonly isDirectory: boolean;
  readonly sector: number;
  readonly bytes: number;
  readonly level: number;
  readonly extents: readonly Extent[];
}

export interface IsoVolume {
  readonly systemId: string;
  readonly volumeId: string;
  readonly sectors: number;
  readonly primary: readonly IsoEntry[];
  readonly joliet: readonly IsoEntry[] | undefined;
  readonly findings: readonly Finding[];
  /** The findings as lines. */
  readonly problems: readonly string[];
}

interface Tree {
  readonly name: 'primary' | 'Joliet';
  readonly rootSector: number;
  readonly rootBytes: number;
  readonly pathTableBytes: number;
  readonly pathTableL: number;
  readonly pathTableM: number;
  readonly decode: (id: Buffer) => string;
}

const both32 = (b: Buffer, at: number, what: string, report: Report): number => {
  const value = b.readUInt32LE(at);
  if (value !== b.readUInt32BE(at + 4)) report('iso-byte-orders', what, 'the two byte orders disagree');
  return value;
};

const latin = (id: Buffer): string => id.toString('latin1');
const ucs2 = (id: Buffer): string => new TextDecoder('utf-16be', { ignoreBOM: true }).decode(id);

/** Reads the volume descriptors and walks both trees. Never throws for a bad image: everything wrong is a problem. */
export const readIsoVolume = (image: ImageBytes): IsoVolume => {
  const found = createFindings();
  const { report } = found;
  let systemId = '', volumeId = '', sectors = 0;
  const trees: Tree[] = [];
  let isTerminated = false;
  for (let sector = 16; sector < 32; sector++) {
    const d = image.read(sector * SECTOR, SECTOR);
    if (d.length < SECTOR || d.toString('latin1', 1, 6) !== 'CD001') { report('iso-descriptors', '', `volume descriptor ${sector} is missing`); break; }
    const type = d[0];
    if (type === 255) { isTerminated = true; break; }
    if (type !== 1 && type !== 2) continue;
    if (type === 1 && sector !== 16) report('iso-descriptors', '', 'the primary volume descriptor is not the first');
    const isJoliet = type === 2 && JOLIET_ESCAPES.has(d.toString('latin1', 88, 91));
    if (type === 2 && d.toString('latin1', 88, 91) !== JOLIET_LEVEL_3) report('iso-descriptors', '', 'a supplementary descriptor is not Joliet level 3');
    if (type === 2 && !isJoliet) continue;
    const name = isJoliet ? 'Joliet' : 'primary';
    const count = both32(d, 80, `${name} volume size`, report);
    if (d.readUInt16LE(128) !== SECTOR || d.readUInt16BE(130) !== SECTOR) report('iso-descriptors', name, 'logical block size is not 2048');
    if (type === 1) {
      systemId = d.toString('latin1', 8, 40);
      volumeId = d.toString('latin1', 40, 72);
      sectors = count;
    } else if (count !== sectors) report('iso-descriptors', '', 'the volume sizes of both trees differ');
    const root = d.subarray(156, 190);
    trees.push({
      name, rootSector: both32(root, 2, `${name} root`, report), rootBytes: both32(root, 10, `${name} root size`, report),
      pathTableBytes: both32(d, 132, `${name} path table size`, report), pathTableL: d.readUInt32LE(140), pathTableM: d.readUInt32BE(148),
      decode: isJoliet ? ucs2 : latin,
    });
  }
  if (!isTerminated) report('iso-descriptors', '', 'the volume descriptor set has no terminator');
  if (sectors * SECTOR !== image.bytes) report(sectors * SECTOR > image.bytes ? 'iso-cut' : 'iso-size', '', `the volume says ${sectors} sectors, the image has ${image.bytes / SECTOR}`);
  const primary = trees.find((tree) => tree.name === 'primary');
  const joliet = trees.find((tree) => tree.name === 'Joliet');
  if (!primary) report('iso-descriptors', '', 'there is no primary volume descriptor');
  const walked = { primary: primary ? walk(image, primary, report) : [], joliet: joliet ? walk(image, joliet, report) : undefined };
  const findings = found.list();
  return { systemId, volumeId, sectors, ...walked, findings, problems: findings.map(findingText) };
};

/** Escape sequences of Joliet levels 1 to 3. @source Joliet Specification, SVD */
const JOLIET_LEVEL_3 = '%/E';
const JOLIET_ESCAPES = new Set(['%/@', '%/C', JOLIET_LEVEL_3]);

/** Far more files than a disc holds; ends the walk of a garbage tree, as does the sum of its directories. */
const MAX_ENTRIES = 1_000_000;
const MAX_TREE_BYTES = 512 << 20;
/** Flag of a record whose file goes on in the next record. */
const MULTI_EXTENT = 0x80;

interface Directory { readonly path: string; readonly sector: number; readonly bytes: number; readonly level: number; readonly parentSector: number }

const walk = (image: ImageBytes, tree: Tree, report: Report): readonly IsoEntry[] => {
  const entries: IsoEntry[] = [];
  const directories: Directory[] = [{ path: '', sector: tree.rootSector, bytes: tree.rootBytes, level: 1, parentSector: tree.rootSector }];
  const seen = new Set<number>();
  let treeBytes = 0;
  for (let n = 0; n < directories.length; n++) {
    const directory = directories[n];
    if (!directory) break;
    const where = `${tree.name} directory /${directory.path}`;
    if (seen.has(directory.sector)) { report('iso-directories', where, 'entered twice'); continue; }
    seen.add(directory.sector);
    treeBytes += directory.bytes;
    if (directory.bytes > MAX_TABLE_BYTES || entries.length > MAX_ENTRIES || treeBytes > MAX_TREE_BYTES) { report('limits', where, 'larger than any directory of a disc'); continue; }
    if (directory.bytes === 0 || directory.bytes % SECTOR !== 0) report('iso-directories', where, 'size is not whole sectors');
    const children = readDirectory(image, tree, directory, where, report);
    for (const child of children) {
      entries.push(child);
      if (child.isDirectory) directories.push({ path: child.path, sector: child.sector, bytes: child.bytes, level: directory.level + 1, parentSector: directory.sector });
    }
  }
  checkPathTables(image, tree, directories, report);
  return entries;
};

const readDirectory = (image: ImageBytes, tree: Tree, directory: Directory, where: string, report: Report): readonly IsoEntry[] => {
  const data = image.read(directory.sector * SECTOR, directory.bytes);
  if (data.length < directory.bytes) report('iso-directories', where, 'lies beyond the image');
  const entries: IsoEntry[] = [];
  let previous = '';
  let isContinued = false;
  let index = 0;
  for (let at = 0; at < data.length;) {
    const length = data[at] ?? 0;
    if (length === 0) { at = (Math.floor(at / SECTOR) + 1) * SECTOR; continue; }
    if (length < 34 || Math.floor(at / SECTOR) !== Math.floor((at + length - 1) / SECTOR) || at + length > data.length) { report('iso-directories', where, 'a record crosses a sector or is cut'); break; }
    const record = data.subarray(at, at + length);
    at += length;
    const idLength = record[32] ?? 0;
    const id = record.subarray(33, 33 + idLength);
    const sector = both32(record, 2, `${where} extent`, report);
    const bytes = both32(record, 10, `${where} size`, report);
    const isDirectory = ((record[25] ?? 0) & 2) !== 0;
    if (((record[25] ?? 0) & 0x18) !== 0) report('iso-directories', where, 'record or protection flag set');
    if (record[1] !== 0) report('iso-directories', where, 'an extended attribute record');
    if (index < 2) {
      const wanted = index === 0 ? directory.sector : directory.parentSector;
      if (idLength !== 1 || id[0] !== index || !isDirectory || sector !== wanted) report('iso-directories', where, `record ${index} is not ${index === 0 ? 'itself' : 'its parent'}`);
      index++;
      continue;
    }
    const identifier = tree.decode(id);
    if (sector * SECTOR + bytes > image.bytes) report('iso-directories', where, `${identifier} lies beyond the image`);
    const name = isDirectory ? identifier : identifier.replace(/;1$/, '').replace(/\.$/, '');
    // Joliet names are found with and without a version on discs, and readers take both.
    if (!isDirectory && tree.name === 'primary' && !identifier.endsWith(';1')) report('iso-names', where, `${identifier} has no version 1`);
    const flags = record[25] ?? 0;
    const last = entries.at(-1);
    if (isContinued && last?.identifier === identifier) {
      // A file of 4 GiB or more has several records of one name. @source ECMA-119 9.1.6, 6.5.1
      entries[entries.length - 1] = { ...last, bytes: last.bytes + bytes, extents: [...last.extents, { offset: sector * SECTOR, bytes }] };
      isContinued = (flags & MULTI_EXTENT) !== 0;
      continue;
    }
    isContinued = (flags & MULTI_EXTENT) !== 0;
    const key = sortKey(tree, identifier, isDirectory);
    if (key <= previous) report('iso-order', where, `${identifier} is out of order or twice`);
    previous = key;
    entries.push({ path: directory.path === '' ? name : `${directory.path}/${name}`, identifier, isDirectory, sector, bytes, level: directory.level, extents: bytes === 0 ? [] : [{ offset: sector * SECTOR, bytes }] });
  }
  if (index < 2) report('iso-directories', where, 'self or parent record is missing');
  return entries;
};

/** File name padded with spaces, then extension padded; Joliet by code units of the name without its version. @source ECMA-119 10.3 */
const sortKey = (tree: Tree, identifier: string, isDirectory: boolean): string => {
  const plain = isDirectory ? identifier : identifier.replace(/;1$/, '');
  if (tree.name === 'Joliet') return plain;
  const [name = '', extension = ''] = isDirectory ? [plain, ''] : plain.split('.');
  return name.padEnd(31, ' ') + extension.padEnd(31, ' ');
};

const checkPathTables = (image: ImageBytes, tree: Tree, directories: readonly Directory[], report: Report): void => {
  if (tree.pathTableBytes > MAX_TABLE_BYTES) { report('limits', tree.name, 'the path table is larger than any of a disc'); return; }
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
  if (JSON.stringify(l) !== JSON.stringify(m)) report('iso-path-tables', tree.name, 'the two path tables differ');
  const inTree = new Map(directories.map((directory) => [directory.sector, directory]));
  if (l.length !== directories.length || l.some((row) => !inTree.has(row.sector))) report('iso-path-tables', tree.name, 'the path table does not list the directories of the tree');
  for (const [n, row] of l.entries()) {
    if (row.parent < 1 || row.parent > Math.max(n, 1)) report('iso-path-tables', tree.name, `path table entry ${n + 1} has no parent before it`);
    const own = inTree.get(row.sector);
    if (own && n > 0 && l[row.parent - 1]?.sector !== own.parentSector) report('iso-path-tables', tree.name, `path table entry ${n + 1} has the wrong parent`);
  }
};
