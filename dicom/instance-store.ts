/**
 * One Part 10 file per SOP instance, durable. Writes part files below incoming/, places them below instances/ under
 * a name made of digests: no patient data, no name from outside. Knows nothing of the catalog.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { close, closeSync, fdatasync, mkdirSync, openSync, readSync, readdirSync, unlinkSync, writeSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDirectorySync } from './directory-sync.ts';
import { createPartFiles } from './part-files.ts';
import { createShelves } from './shelves.ts';
import { createSpaceGauge } from './space-gauge.ts';
import type { SpaceGauge } from './space-gauge.ts';
import { storeFailed } from './store-failed.ts';
import { storedInstances, unlinkIfThere } from './stored-instances.ts';
import type { StoredInstances } from './stored-instances.ts';

export interface InstanceStoreOptions {
  readonly directory: string;
  /** False skips all syncs: a power cut may then lose instances that were answered Success. */
  readonly durable: boolean;
  readonly reserveBytes: number;
  readonly highWaterPercent: number;
  readonly gauge?: SpaceGauge;
  /** Part files opened ahead while instances follow each other; none unless told. */
  readonly filesAhead?: number;
}

export interface PlacedFile {
  /** Relative to the store folder, '/' separated. */
  readonly path: string;
  readonly bytes: number;
  readonly dataSetOffset: number;
  readonly dataSetSha256: string;
  /** The same bytes were there already; nothing was added. */
  readonly existed: boolean;
}

/** A file being written. Every call but abort() may throw INTAKE_DISK_FULL or INTAKE_STORE_FAILED; abort() is then still to be called. */
export interface PartFile {
  readonly dataSetBytes: number;
  /** Appends bytes of the data set; they are written and digested when it returns. */
  append(chunks: readonly Buffer[]): void;
  /** The first bytes of the data set, read back; valid until the next call on any part file. */
  head(maxBytes: number): Buffer;
  /** Makes the file durable and places it; it is claimed until released or discarded. */
  commit(name: InstanceName): Promise<PlacedFile>;
  /** Removes the part file, now or, where the disk refuses, before the next one is opened. Never throws. No effect after commit. */
  abort(): void;
}

export interface InstanceName {
  readonly sopInstanceUid: string;
  /** Instances of one series lie in one folder: their directory entries are synced together, and composing reads them in a row. */
  readonly seriesInstanceUid: string;
}

export interface InstanceStore extends StoredInstances {
  /** Opens a part file that begins with our Part 10 header. @throws {ApplianceError} INTAKE_DISK_FULL, INTAKE_STORE_FAILED */
  open(header: Buffer): PartFile;
  /** The file is accounted for by a row. */
  release(path: string): void;
  /** Removes a placed file that no row names, unless someone else has claimed it meanwhile. */
  discard(path: string): void;
}

const HEAD_BYTES = 65_536;
const INCOMING = 'incoming';
const INSTANCES = 'instances';
const fdatasyncAsync = promisify(fdatasync);

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

const finalPath = (name: InstanceName, dataSetSha256: string): string => {
  const shelf = hex(name.seriesInstanceUid);
  return `${INSTANCES}/${shelf.slice(0, 2)}/${shelf.slice(2, 4)}/${hex(name.sopInstanceUid).slice(0, 32)}-${dataSetSha256.slice(0, 16)}`;
};

const guarded = <T>(what: string, action: () => T): T => {
  try {
    return action();
  } catch (cause) {
    throw storeFailed(what, cause);
  }
};

/** One write for all; the file system may take less than it is given. */
const writeAll = (fd: number, chunks: readonly Buffer[], bytes: number): void => {
  const first = chunks[0];
  let written = chunks.length === 1 && first !== undefined ? writeSync(fd, first) : writevSync(fd, chunks);
  if (written === bytes) return;
  const joined = Buffer.concat(chunks);
  while (written < bytes) written += writeSync(fd, joined, written);
};

/**
 * Opens the store; creates its folders and removes part files of an earlier run.
 * One process writes to a store; others see it through storedInstances().
 * @throws {ApplianceError} INTAKE_STORE_FAILED
 * @source PS3.10 7.1 (header and data set in one file); ours: name = digests, placed by rename, file and folder synced at once
 */
export const createInstanceStore = (options: InstanceStoreOptions): InstanceStore => {
  const { directory, durable } = options;
  const gauge = options.gauge ?? createSpaceGauge(directory, options);
  const claims = new Map<string, number>();
  const shelves = createShelves(join(directory, INSTANCES));
  const syncDirectory = createDirectorySync();
  guarded('store cannot be opened', () => {
    mkdirSync(join(directory, INCOMING), { recursive: true });
    mkdirSync(join(directory, INSTANCES), { recursive: true });
    for (const left of readdirSync(join(directory, INCOMING))) if (left.endsWith('.part')) unlinkSync(join(directory, INCOMING, left));
  });

  /** True when nobody else has the path claimed. */
  const unclaim = (path: string): boolean => {
    const count = (claims.get(path) ?? 1) - 1;
    if (count > 0) claims.set(path, count);
    else claims.delete(path);
    return count <= 0;
  };

  /** For the heads of nearly all instances: one after the other, as they are read in one go. */
  const headBuffer = Buffer.allocUnsafe(HEAD_BYTES);
  const partFiles = createPartFiles(join(directory, INCOMING), options.filesAhead ?? 0);

  /** Part files that were given up and could not be removed. */
  const leftOver = new Set<string>();
  const giveUp = (part: string): void => {
    try {
      unlinkIfThere(part);
      leftOver.delete(part);
    } catch {
      // The disk is in trouble, and whoever gives up a part file may be long gone: nobody is left to tell.
      leftOver.add(part);
    }
  };

  const open = (header: Buffer): PartFile => {
    for (const part of leftOver) giveUp(part);
    gauge.take(header.length);
    const { part, fd: openFd } = guarded('part file cannot be opened', () => partFiles.open());
    let fd: number | undefined = openFd;
    const hash: Hash = createHash('sha256');
    let waiting: readonly Buffer[] = [header];
    let bytes = header.length;
    let dataSetBytes = 0;
    let isPlaced = false;

    const write = (chunks: readonly Buffer[], length: number): void => {
      const target = fd;
      if (target === undefined) throw new TypeError('part file is closed');
      guarded('part file cannot be written', () => writeAll(target, chunks, length));
    };
    const closeFd = (): void => {
      const closing = fd;
      fd = undefined;
      if (closing !== undefined) guarded('part file cannot be closed', () => closeSync(closing));
    };
    const append = (chunks: readonly Buffer[]): void => {
      let length = 0;
      for (const chunk of chunks) {
        hash.update(chunk);
        length += chunk.length;
      }
      if (length === 0) return;
      gauge.take(length);
      const all = waiting.length === 0 ? chunks : [...waiting, ...chunks];
      write(all, waiting.length === 0 ? length : length + header.length);
      waiting = [];
      bytes += length;
      dataSetBytes += length;
    };
    /** Makes what has its name durable: the bytes and the folders' entries, side by side. */
    const sync = async (file: number, folders: readonly string[]): Promise<void> => {
      const [ofFile, ...ofFolders] = await Promise.allSettled([fdatasyncAsync(file), ...folders.map((folder) => syncDirectory(folder))]);
      if (ofFile.status === 'rejected') throw storeFailed('file cannot be synced', ofFile.reason);
      for (const one of ofFolders) if (one.status === 'rejected') throw storeFailed('folder cannot be synced', one.reason);
    };
    const commit = async (name: InstanceName): Promise<PlacedFile> => {
      if (waiting.length > 0) write(waiting, header.length);
      waiting = [];
      const dataSetSha256 = hash.digest('hex');
      const path = finalPath(name, dataSetSha256);
      const file = join(directory, path);
      // From here on nobody else removes the file of this name.
      claims.set(path, (claims.get(path) ?? 0) + 1);
      let existingBytes: number | undefined;
      try {
        const placed = await shelves.place(part, file, { bytes: dataSetBytes, sha256: dataSetSha256 }).catch((cause: unknown) => { throw storeFailed('file cannot be placed', cause); });
        isPlaced = true;
        ({ existingBytes } = placed);
        if (existingBytes !== undefined) {
          closeFd();
          fd = guarded('file cannot be opened', () => openSync(file, 'r'));
        }
        if (durable && fd !== undefined) await sync(fd, placed.folders);
        closeFd();
      } catch (error) {
        const isUnclaimed = unclaim(path);
        if (isPlaced) {
          if (fd !== undefined) close(fd, () => undefined);
          fd = undefined;
          if (isUnclaimed && existingBytes === undefined) unlinkIfThere(file);
        }
        throw error;
      }
      // The header of an earlier arrival may be longer or shorter than ours.
      const size = existingBytes ?? bytes;
      return { path, bytes: size, dataSetOffset: size - dataSetBytes, dataSetSha256, existed: existingBytes !== undefined };
    };
    return {
      get dataSetBytes() {
        return dataSetBytes;
      },
      append,
      head: (maxBytes) => {
        const from = fd;
        if (from === undefined) throw new TypeError('part file is closed');
        const wanted = Math.min(maxBytes, dataSetBytes);
        const head = wanted <= headBuffer.length ? headBuffer : Buffer.allocUnsafe(wanted);
        return head.subarray(0, guarded('part file cannot be read', () => readSync(from, head, 0, wanted, header.length)));
      },
      commit,
      abort: () => {
        if (isPlaced) return;
        const closing = fd;
        fd = undefined;
        // What close has to say about bytes that are given up matters to nobody.
        if (closing !== undefined) close(closing, () => undefined);
        giveUp(part);
      },
    };
  };

  return {
    open,
    release: (path) => void unclaim(path),
    discard: (path) => {
      if (unclaim(path)) unlinkIfThere(join(directory, path));
    },
    ...storedInstances(directory),
  };
};
