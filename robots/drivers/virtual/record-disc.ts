/**
 * The bytes of a disc: written once, read back, compared. Refuses a disc that was written before.
 * With a speed, both directions take the time a drive would.
 */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import type { Clock } from '../../../infra/clock.ts';

const CHUNK_BYTES = 1 << 20;
const SECTOR_BYTES = 2048;

export interface Pace {
  /** 0 = no delay. */
  readonly sectorsPerSecond: number;
  readonly clock: Clock;
  /** Ends the work at the next chunk. */
  readonly signal: AbortSignal;
  readonly onPercent: (percent: number) => void;
}

/** Stretches the work to the speed of the drive. */
const pacer = ({ sectorsPerSecond, clock, signal, onPercent }: Pace, totalBytes: number): ((doneBytes: number) => Promise<void>) => {
  const startedAt = performance.now();
  return async (doneBytes) => {
    onPercent(totalBytes === 0 ? 100 : Math.floor((100 * doneBytes) / totalBytes));
    if (sectorsPerSecond === 0) return;
    const ahead = (1000 * doneBytes) / SECTOR_BYTES / sectorsPerSecond - (performance.now() - startedAt);
    if (ahead > 1) await clock.wait(ahead, signal);
  };
};

/** A slow drive shows progress between small pieces; a fast one is not held up by them. */
const chunkBytes = ({ sectorsPerSecond }: Pace): number =>
  sectorsPerSecond === 0 ? CHUNK_BYTES : Math.min(CHUNK_BYTES, Math.max(1, Math.ceil(sectorsPerSecond / 10)) * SECTOR_BYTES);

/**
 * Copies the image onto the disc, durably, and answers the SHA-256 of what was copied; undefined when the signal ended it.
 * @param stopAfterBytes where a failing recorder gives up
 */
export const recordDisc = async (imagePath: string, discPath: string, pace: Pace, stopAfterBytes = Infinity): Promise<string | undefined> => {
  const source = await open(imagePath, 'r');
  try {
    const target = await open(discPath, 'wx', 0o640);
    try {
      const { size } = await source.stat();
      const keepPace = pacer(pace, size);
      const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes(pace), size)));
      const hash = createHash('sha256');
      let done = 0;
      while (done < Math.min(size, stopAfterBytes)) {
        if (pace.signal.aborted) return undefined;
        const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, stopAfterBytes - done), done);
        if (bytesRead === 0) break;
        hash.update(buffer.subarray(0, bytesRead));
        let written = 0;
        while (written < bytesRead) written += (await target.write(buffer, written, bytesRead - written)).bytesWritten;
        done += bytesRead;
        await keepPace(done);
      }
      await target.sync();
      return hash.digest('hex');
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};

/** SHA-256 of what the disc holds; undefined when the signal ended the reading. */
export const readBack = async (discPath: string, pace: Pace): Promise<string | undefined> => {
  const disc = await open(discPath, 'r');
  try {
    const { size } = await disc.stat();
    const keepPace = pacer(pace, size);
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes(pace), size)));
    const hash = createHash('sha256');
    for (let done = 0; done < size;) {
      if (pace.signal.aborted) return undefined;
      const { bytesRead } = await disc.read(buffer, 0, buffer.length, done);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
      await keepPace(done);
    }
    return hash.digest('hex');
  } finally {
    await disc.close();
  }
};

/** Damages a disc for real: one byte in its middle is turned over. */
export const flipByte = async (discPath: string): Promise<void> => {
  const { size } = await stat(discPath);
  const disc = await open(discPath, 'r+');
  try {
    const at = Math.floor(size / 2);
    const byte = Buffer.alloc(1);
    await disc.read(byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ 0xff;
    await disc.write(byte, 0, 1, at);
    await disc.sync();
  } finally {
    await disc.close();
  }
};
