/** Walks the directories of a UDF file set. @source ECMA-167 4/8.6, 4/14.4; OSTA UDF 2.3.4 */
import type { Report } from '../findings.ts';
import { readExtents, SECTOR } from '../image-bytes.ts';
import type { Extent, ImageBytes } from '../image-bytes.ts';
import { readLongAd } from './allocation.ts';
import type { BlockAddress } from './allocation.ts';
import { readTag, TAG_ID } from './descriptor-tag.ts';
import { FILE_TYPE, readFileEntry } from './file-entry.ts';
import type { FileEntry } from './file-entry.ts';
import type { Partitions } from './partitions.ts';
import { readCompressed } from './text.ts';

export interface UdfEntry {
  /** Path with '/' from the root. */
  readonly path: string;
  readonly identifier: string;
  readonly isDirectory: boolean;
  readonly bytes: number;
  /** Sector of the first byte; 0 for an empty file. */
  readonly sector: number;
  /** Level of the directory it lies in; the root is level 1. */
  readonly level: number;
  readonly extents: readonly Extent[];
}

const MAX_DIRECTORY_BYTES = 64 << 20;
/** Far more than a disc holds; ends the walk of a garbage tree. */
const MAX_ENTRIES = 1_000_000;
const MAX_TREE_BYTES = 512 << 20;
const MAX_LEVEL = 64;
/** Characteristics of a file identifier. @source ECMA-167 4/14.4.3 */
const HIDDEN = 1, DIRECTORY = 2, DELETED = 4, PARENT = 8;
const FIXED_BYTES = 38;

interface WalkRequest {
  readonly image: ImageBytes;
  readonly partitions: Partitions;
  readonly root: BlockAddress;
  readonly report: Report;
}

interface OpenDirectory { readonly path: string; readonly level: number; readonly at: BlockAddress; readonly parent: BlockAddress; readonly entry: FileEntry; readonly extents: readonly Extent[] }

interface Identifier { readonly characteristics: number; readonly target: BlockAddress; readonly name: string | undefined; readonly uniqueIdLow: number }

export interface Walked {
  readonly entries: readonly UdfEntry[];
  readonly isReadable: boolean;
  readonly files: number;
  /** The root included. */
  readonly directories: number;
  readonly highestUniqueId: bigint;
}

const keyOf = ({ reference, block }: BlockAddress): string => `${reference}:${block}`;

/** Read for others, group and owner; on directories execute too. @source PS3.12 P, X; ECMA-167 4/14.9.5 */
const READ_BY_ALL = 0x1084, ENTERED_BY_ALL = 0x14a5;

const checkEntry = (entry: FileEntry, path: string, report: Report): void => {
  const wanted = entry.type === FILE_TYPE.directory ? ENTERED_BY_ALL : READ_BY_ALL;
  if ((entry.permissions & wanted) !== wanted) report('udf-media', path, 'not everyone may read it');
  const recorded = entry.extents.reduce((sum, extent) => sum + (extent.isRecorded ? Math.ceil(extent.bytes / SECTOR) : 0), 0);
  if (entry.blocksRecorded !== BigInt(recorded)) report('udf-entries', path, `${entry.blocksRecorded} blocks counted, ${recorded} recorded`);
};

/** Merges extents that follow each other, so that one stands for a file in one piece. */
const merged = (extents: readonly Extent[]): readonly Extent[] => {
  const out: Extent[] = [];
  for (const extent of extents) {
    const last = out.at(-1);
    if (last && last.offset >= 0 && extent.offset === last.offset + last.bytes) out[out.length - 1] = { offset: last.offset, bytes: last.bytes + extent.bytes };
    else out.push(extent);
  }
  return out;
};

/** The bytes a file consists of, cut to its length; reports when its descriptors give less or lie outside. */
const placeOf = ({ image, partitions, report }: WalkRequest, at: BlockAddress, entry: FileEntry, where: string): readonly Extent[] => {
  if (entry.insideAt !== undefined) {
    const [block] = partitions.locate({ ...at, bytes: SECTOR });
    return block && entry.bytes > 0 ? [{ offset: block.offset + entry.insideAt, bytes: entry.bytes }] : [];
  }
  const wanted = entry.extents.reduce((sum, extent) => sum + extent.bytes, 0);
  if (wanted !== entry.bytes) report('udf-entries', where, `its extents hold ${wanted} bytes, its length is ${entry.bytes}`);
  if (entry.extents.some((extent) => !extent.isRecorded)) report('udf-entries', where, 'has parts that are not recorded');
  const extents: Extent[] = [];
  let left = entry.bytes;
  for (const extent of entry.extents) {
    for (const part of partitions.locate({ ...extent, bytes: Math.min(extent.bytes, left) })) { extents.push(part); left -= part.bytes; }
    if (left <= 0) break;
  }
  if (left > 0) report('udf-entries', where, 'lies outside of its partition');
  if (extents.some(({ offset, bytes }) => offset + bytes > image.bytes)) report('udf-entries', where, 'lies beyond the image');
  return merged(extents);
};

/** The identifiers of a directory, each with a whole tag; stops where they cannot be followed. */
const readIdentifiers = ({ partitions, report }: WalkRequest, directory: OpenDirectory, data: Buffer, where: string): readonly Identifier[] => {
  const blockAt = blockFinder(partitions, directory);
  const identifiers: Identifier[] = [];
  for (let at = 0; at < data.length;) {
    const head = data.subarray(at, at + FIXED_BYTES);
    if (head.length < FIXED_BYTES) { report('udf-directories', where, 'ends within a file identifier'); break; }
    const nameBytes = head[19] ?? 0, useBytes = head.readUInt16LE(36);
    const length = Math.ceil((FIXED_BYTES + useBytes + nameBytes) / 4) * 4;
    const whole = data.subarray(at, at + length);
    const tag = readTag(whole, blockAt(at));
    if (tag?.id !== TAG_ID.fileIdentifier || whole.length < length) { report('udf-directories', where, `no file identifier at byte ${at}`); break; }
    for (const fault of tag.faults) report('udf-tags', `${where}, file identifier at byte ${at}`, fault);
    if (head.readUInt16LE(16) !== 1) report('udf-directories', where, `file version ${head.readUInt16LE(16)}`);
    identifiers.push({ characteristics: head[18] ?? 0, target: readLongAd(head, 20), uniqueIdLow: head.readUInt32LE(32), name: readCompressed(whole.subarray(FIXED_BYTES + useBytes, FIXED_BYTES + useBytes + nameBytes)) });
    at += length;
  }
  return identifiers;
};

/** Answers in which block of its partition a byte of the directory lies. */
const blockFinder = (partitions: Partitions, { at, entry }: OpenDirectory): ((offset: number) => number | undefined) => {
  if (entry.insideAt !== undefined) return () => at.block;
  return (offset) => {
    let skip = offset;
    for (const extent of entry.extents) {
      if (skip < extent.bytes) return extent.block + Math.floor(skip / SECTOR);
      skip -= extent.bytes;
    }
    return undefined;
  };
};

/** Walks all directories breadth first. Entries come in the order in which they are recorded. */
export const walkUdf = (request: WalkRequest): Walked => {
  const { image, report } = request;
  const entries: UdfEntry[] = [];
  const links: Links = new Map();
  const root = openEntry(request, request.root, 'root directory');
  if (root && root.type !== FILE_TYPE.directory) report('udf-directories', 'root directory', 'is no directory');
  if (root?.type !== FILE_TYPE.directory) return { entries, isReadable: false, files: 0, directories: 0, highestUniqueId: 0n };
  if (root.uniqueId !== 0n) report('udf-unique-ids', 'root directory', 'its unique id is not 0');
  const queue: OpenDirectory[] = [{ path: '', level: 1, at: request.root, parent: request.root, entry: root, extents: placeOf(request, request.root, root, 'root directory') }];
  const entered = new Set([keyOf(request.root)]);
  let treeBytes = 0;
  for (let n = 0; n < queue.length && entries.length <= MAX_ENTRIES; n++) {
    const directory = queue[n];
    if (!directory) break;
    const where = `UDF directory /${directory.path}`;
    treeBytes += directory.entry.bytes;
    if (directory.entry.bytes > MAX_DIRECTORY_BYTES || treeBytes > MAX_TREE_BYTES) { report('limits', where, 'larger than any directory of a disc'); continue; }
    const identifiers = readIdentifiers(request, directory, readExtents(image, directory.extents, 0, directory.entry.bytes), where);
    checkParent(identifiers, directory, where, report);
    for (const { identifier, path } of namedIn(directory, identifiers, where, report)) {
      const found = followIdentifier(request, links, identifier, path);
      if (!found) continue;
      const { entry, extents } = found;
      const isDirectory = entry.type === FILE_TYPE.directory;
      entries.push({ path, identifier: identifier.name ?? '', isDirectory, bytes: entry.bytes, sector: Math.floor((extents[0]?.offset ?? 0) / SECTOR), level: directory.level, extents });
      if (!isDirectory) continue;
      if (entered.has(keyOf(identifier.target))) report('udf-directories', path, 'entered twice');
      else if (directory.level >= MAX_LEVEL) report('limits', path, 'lies deeper than any directory of a disc');
      else queue.push({ path, level: directory.level + 1, at: identifier.target, parent: directory.at, entry, extents });
      entered.add(keyOf(identifier.target));
    }
  }
  if (entries.length > MAX_ENTRIES) report('limits', '', 'more UDF entries than any disc holds');
  return { entries, isReadable: true, ...checkLinks(links, report) };
};

/** Every entry seen, with how many names lead to it. */
type Links = Map<string, { readonly entry: FileEntry; readonly path: string; seen: number }>;

const openEntry = ({ partitions, report }: WalkRequest, at: BlockAddress, where: string): FileEntry | undefined => {
  const bytes = partitions.read(at, SECTOR);
  if (!bytes) { report('udf-entries', where, 'its file entry lies outside of its partition'); return undefined; }
  return readFileEntry({ bytes, at, readBlock: (address, length) => partitions.read(address, length), fault: (kind, text) => { report(kind === 'tag' ? 'udf-tags' : 'udf-entries', where, text); } });
};

/** The identifiers that name something, each with its path; says what is wrong with the names. */
const namedIn = (directory: OpenDirectory, identifiers: readonly Identifier[], where: string, report: Report): readonly { readonly identifier: Identifier; readonly path: string }[] => {
  const names = new Set<string>();
  return identifiers.filter(({ characteristics }) => (characteristics & (DELETED | PARENT)) === 0).map((identifier) => {
    const { name, characteristics } = identifier;
    if (name === undefined || name === '') report('udf-names', where, 'a name that is not compressed Unicode');
    else if (names.has(name)) report('udf-directories', where, `${name} stands there twice`);
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    else if (/[/\u0000]/.test(name)) report('udf-names', where, 'a name with a slash or NUL');
    if ((characteristics & HIDDEN) !== 0) report('udf-media', where, `${name ?? '?'} is hidden`);
    const shown = (name ?? '').replaceAll('/', '_') || `?${names.size}`;
    names.add(shown);
    return { identifier, path: directory.path === '' ? shown : `${directory.path}/${shown}` };
  });
};

/** The entry that an identifier leads to, checked when it is first seen. */
const followIdentifier = (request: WalkRequest, links: Links, { target, characteristics, uniqueIdLow }: Identifier, path: string): { readonly entry: FileEntry; readonly extents: readonly Extent[] } | undefined => {
  const { report } = request;
  const known = links.get(keyOf(target));
  const entry = known?.entry ?? openEntry(request, target, path);
  if (!entry) return undefined;
  if (known) known.seen++;
  else { links.set(keyOf(target), { entry, path, seen: 1 }); checkEntry(entry, path, report); }
  if (uniqueIdLow !== 0 && BigInt(uniqueIdLow) !== (entry.uniqueId & 0xffffffffn)) report('udf-unique-ids', path, 'its directory names another unique id than its entry');
  const isDirectory = entry.type === FILE_TYPE.directory;
  if (isDirectory !== ((characteristics & DIRECTORY) !== 0)) report('udf-directories', path, 'directory and entry disagree whether it is a directory');
  if (!isDirectory && entry.type !== FILE_TYPE.file && entry.type !== FILE_TYPE.realTime) report('udf-entries', path, `ICB file type ${entry.type}`);
  return { entry, extents: placeOf(request, target, entry, path) };
};

/** The first identifier of a directory leads to its parent. @source OSTA UDF 2.3.4; ECMA-167 4/8.6 */
const checkParent = (identifiers: readonly Identifier[], directory: OpenDirectory, where: string, report: Report): void => {
  const parents = identifiers.filter(({ characteristics }) => (characteristics & PARENT) !== 0);
  const [parent] = parents;
  if (!parent || parents.length > 1) report('udf-directories', where, 'has not exactly one entry for its parent');
  else if (keyOf(parent.target) !== keyOf(directory.parent)) report('udf-directories', where, 'its parent entry leads elsewhere');
};

/** Link counts and unique ids, once all names are known. */
const checkLinks = (links: Links, report: Report): Pick<Walked, 'files' | 'directories' | 'highestUniqueId'> => {
  const ids = new Set<bigint>();
  let directories = 1, highestUniqueId = 0n;
  for (const { entry, path, seen } of links.values()) {
    const isDirectory = entry.type === FILE_TYPE.directory;
    if (isDirectory) directories++;
    else if (entry.links !== seen) report('udf-entries', path, `${entry.links} links counted, ${seen} found`);
    if (ids.has(entry.uniqueId) || entry.uniqueId === 0n) report('udf-unique-ids', path, 'its unique id is 0 or used twice');
    ids.add(entry.uniqueId);
    if (entry.uniqueId > highestUniqueId) highestUniqueId = entry.uniqueId;
  }
  return { files: links.size - directories + 1, directories, highestUniqueId };
};
