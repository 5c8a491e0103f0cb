/** The files of a disc whatever they lie in: one tree of an image, or a folder into which a disc was copied or mounted. */
import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ApplianceError } from '../../infra/errors.ts';
import { digestFiles } from './digest-extents.ts';
import type { Report } from './findings.ts';
import { readExtents } from './image-bytes.ts';
import type { Extent, ImageBytes } from './image-bytes.ts';

export interface DiscEntry {
  /** Path with '/' from the root. */
  readonly path: string;
  readonly isDirectory: boolean;
  readonly bytes: number;
  /** Level of the directory it lies in; the root is level 1. */
  readonly level: number;
  /** Where it lies in the image; none in a folder. */
  readonly extents: readonly Extent[];
}

export interface DiscContent {
  readonly entries: readonly DiscEntry[];
  /** @param into as for the bytes of an image @throws {ApplianceError} DISC_IMAGE_FAILED when the medium gives no bytes */
  read(entry: DiscEntry, offset: number, length: number, into?: Buffer): Buffer;
  /** SHA-256 of whole files, in their order. @throws {ApplianceError} DISC_IMAGE_FAILED as read does */
  digests(entries: readonly DiscEntry[]): Promise<readonly string[]>;
}

/** One tree of an image. */
export const imageContent = (path: string, image: ImageBytes, entries: readonly DiscEntry[]): DiscContent => ({
  entries,
  read: (entry, offset, length, into) => readExtents(image, entry.extents, offset, length, into),
  digests: (files) => digestFiles(path, image, files.map(({ extents }) => extents)),
});

const CHUNK = 1 << 20;
/** Far more than a disc holds: a folder that is no disc ends the walk here. */
const MAX_ENTRIES = 1_000_000;
const MAX_LEVEL = 64;

const reading = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw new ApplianceError('DISC_IMAGE_FAILED', 'a file of the folder cannot be read', { cause });
  }
};

const withFile = <T>(file: string, work: (fd: number) => T): T => reading(() => {
  const fd = openSync(file, 'r');
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
});

const digestOf = (file: string): string => withFile(file, (fd) => {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) hash.update(buffer.subarray(0, n));
  return hash.digest('hex');
});

/** A folder; links and devices in it are no part of a disc and are not followed. */
export const folderContent = (root: string, report: Report): DiscContent => {
  const entries: DiscEntry[] = [];
  const walk = (below: string, level: number): void => {
    if (level > MAX_LEVEL) { report('limits', below, 'lies deeper than any directory of a disc'); return; }
    for (const name of readdirSync(join(root, below)).sort()) {
      if (entries.length >= MAX_ENTRIES) { report('limits', '', 'more entries than any disc holds'); return; }
      const path = below === '' ? name : `${below}/${name}`;
      const stats = lstatSync(join(root, path));
      if (!stats.isDirectory() && !stats.isFile()) continue;
      entries.push({ path, isDirectory: stats.isDirectory(), bytes: stats.isDirectory() ? 0 : stats.size, level, extents: [] });
      if (stats.isDirectory()) walk(path, level + 1);
    }
  };
  reading(() => { walk('', 1); });
  return {
    entries,
    read: (entry, offset, length) => withFile(join(root, entry.path), (fd) => {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, entry.bytes - offset)));
      let got = 0;
      for (let n = -1; n !== 0 && got < buffer.length; got += n) n = readSync(fd, buffer, got, buffer.length - got, offset + got);
      return buffer.subarray(0, got);
    }),
    digests: (files) => Promise.resolve(files.map(({ path }) => digestOf(join(root, path)))),
  };
};
