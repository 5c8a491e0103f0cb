/** Random access to the bytes of an image file or of a disc in a drive. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { ApplianceError } from '../../infra/errors.ts';

/** Bytes of one sector of user data. @source ECMA-119 6.1.2 */
export const SECTOR = 2048;

export interface ImageBytes {
  readonly bytes: number;
  /** What lies there; shorter where the image ends. @param into memory for it, if long enough; the answer lasts until that is used again */
  read(offset: number, length: number, into?: Buffer): Buffer;
  close(): void;
}

/** Bytes of an image that belong together; at `HOLE` nothing is recorded and zeros are read. */
export interface Extent {
  readonly offset: number;
  readonly bytes: number;
}

/** Offset of an extent that stands for zeros. */
export const HOLE = -1;

const reading = <T>(work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    throw new ApplianceError('DISC_IMAGE_FAILED', 'the image cannot be read back', { cause });
  }
};

/** The kernel counts the size of a block device in units of 512 bytes. */
const deviceBytes = (rdev: number): number => {
  // Major and minor number as glibc packs them.
  const major = (rdev >>> 8) & 0xfff, minor = (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
  return Number.parseInt(readFileSync(`/sys/dev/block/${major}:${minor}/size`, 'latin1'), 10) * 512;
};

/** Opens an image or a block device for reading. @throws {ApplianceError} DISC_IMAGE_FAILED when it cannot be opened or read */
export const openImage = (path: string): ImageBytes => {
  const fd = reading(() => openSync(path, 'r'));
  const bytes = reading(() => {
    const stats = fstatSync(fd);
    return stats.isBlockDevice() ? deviceBytes(stats.rdev) : stats.size;
  });
  return {
    bytes,
    read(offset, length, into) {
      const wanted = Math.max(0, Math.min(length, bytes - offset));
      const buffer = into && into.length >= wanted ? into : Buffer.allocUnsafe(wanted);
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

/** Reads a part of a file that lies in these extents. */
export const readExtents = (image: ImageBytes, extents: readonly Extent[], offset: number, length: number, into?: Buffer): Buffer => {
  const [only] = extents;
  if (only && extents.length === 1 && only.offset !== HOLE) return image.read(only.offset + offset, Math.max(0, Math.min(length, only.bytes - offset)), into);
  const parts: Buffer[] = [];
  let skip = offset, left = length;
  for (const extent of extents) {
    if (left <= 0) break;
    if (skip >= extent.bytes) { skip -= extent.bytes; continue; }
    const want = Math.min(left, extent.bytes - skip);
    const part = extent.offset === HOLE ? Buffer.alloc(want) : image.read(extent.offset + skip, want);
    parts.push(part);
    if (part.length < want) break;
    left -= want;
    skip = 0;
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
};
