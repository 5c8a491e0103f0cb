/**
 * How much may still be written to the disk of the store. Asks the file system at most once a second and counts
 * down between, so that the disk is never run full by us.
 */
import { statfsSync } from 'node:fs';
import { ApplianceError } from '../infra/errors.ts';

export interface SpaceLimits {
  /** Bytes that stay free. */
  readonly reserveBytes: number;
  /** Percent of the disk in use at which nothing more is taken. */
  readonly highWaterPercent: number;
}

export interface SpaceGauge {
  /** Takes `bytes` from what is left. @throws {ApplianceError} INTAKE_DISK_FULL, INTAKE_STORE_FAILED */
  take(bytes: number): void;
}

/** Bytes of a file system, as far as they matter here. */
export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** Reads the space of the file system below `directory`. */
export const diskSpace = (directory: string): DiskSpace => {
  const { blocks, bavail, bsize } = statfsSync(directory);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
};

const REFRESH_MS = 1000;

/** Makes a gauge; `read` and `nowMs` are given by tests. */
export const createSpaceGauge = (directory: string, limits: SpaceLimits, read: (directory: string) => DiskSpace = diskSpace, nowMs: () => number = () => performance.now()): SpaceGauge => {
  let left = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  const refresh = (): void => {
    try {
      const { totalBytes, freeBytes } = read(directory);
      const belowHighWater = freeBytes - totalBytes * (1 - limits.highWaterPercent / 100);
      left = Math.min(freeBytes - limits.reserveBytes, belowHighWater);
      readAt = nowMs();
    } catch (cause) {
      throw new ApplianceError('INTAKE_STORE_FAILED', 'space of the store cannot be read', { cause });
    }
  };
  return {
    take: (bytes) => {
      if (nowMs() - readAt >= REFRESH_MS) refresh();
      if (left < bytes) throw new ApplianceError('INTAKE_DISK_FULL', 'store is above its high-water mark', { details: { leftBytes: Math.max(0, Math.floor(left)) } });
      left -= bytes;
    },
  };
};
