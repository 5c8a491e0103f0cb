/**
 * The bytes of a planned image, front to back: segments in turn, zeros between them.
 * Opens one source file at a time and refuses one whose length is not the planned one.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { ApplianceError } from '../../infra/errors.ts';
import type { ImageFile } from './image-file.ts';
import type { ImagePlan, ImageSegment } from './image-plan.ts';
import { SECTOR_BYTES } from './sectors.ts';

export interface ImageSource {
  /** Puts the next bytes into `into` and gives their count: less than its length when time is up or the image ends. */
  readonly fill: (into: Uint8Array) => number;
  /** Gives the content of the late file before its turn comes. */
  readonly supply: (late: Uint8Array) => void;
  readonly close: () => void;
}

/** Longest stretch without giving the event loop its turn, however slow the disk under the sources is. */
const FILL_MS = 20;

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

/** Names the file of the volume, never the path it was read from: that one may tell who the patient is. */
export const sourceFailure = (file: ImageFile, what: string, reason?: string): ApplianceError =>
  new ApplianceError('DISC_IMAGE_FAILED', `${what}: ${file.path}`, {
    details: reason === undefined ? { path: file.path } : { path: file.path, reason },
  });

const guarded = <T>(file: ImageFile, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    // No cause: the message of a file system error spells the source path out.
    throw sourceFailure(file, 'a stored file cannot be read', errorCode(error));
  }
};

interface SegmentReader {
  /** Gives at least one byte; what it gives in all is the length of the segment. */
  readonly read: (into: Uint8Array) => number;
  readonly close: () => void;
}

const bytesReader = (bytes: Uint8Array): SegmentReader => {
  let given = 0;
  return {
    read: (into) => {
      const part = bytes.subarray(given, given + into.length);
      into.set(part);
      given += part.length;
      return part.length;
    },
    close: () => undefined,
  };
};

const PROBE = new Uint8Array(1);

const fileReader = (file: ImageFile, path: string): SegmentReader => {
  const descriptor = guarded(file, () => openSync(path, 'r'));
  let left = file.bytes;
  return {
    read: (into) => {
      const got = guarded(file, () => readSync(descriptor, into, 0, Math.min(into.length, left), null));
      left -= got;
      const isShort = got === 0;
      if (isShort || (left === 0 && guarded(file, () => readSync(descriptor, PROBE, 0, 1, null)) > 0)) {
        throw sourceFailure(file, `a stored file is ${isShort ? 'shorter' : 'longer'} than planned`);
      }
      return got;
    },
    close: () => { closeSync(descriptor); },
  };
};

const openSegment = (segment: ImageSegment, late: Uint8Array | undefined): SegmentReader => {
  if ('encode' in segment) return bytesReader(segment.encode());
  const { content } = segment.file;
  if ('data' in content) return bytesReader(content.data);
  if ('file' in content) return fileReader(segment.file, content.file);
  if (late?.length !== segment.file.bytes) throw sourceFailure(segment.file, 'a late file is not as long as planned');
  return bytesReader(late);
};

/** An empty file has no segment, so its source would otherwise never be looked at. */
const checkEmptyFiles = (plan: ImagePlan): void => {
  for (const { file } of plan.files) {
    if (file.bytes > 0 || !('file' in file.content)) continue;
    const { file: path } = file.content;
    const { size } = guarded(file, () => statSync(path));
    if (size > 0) throw sourceFailure(file, 'a stored file is longer than planned');
  }
};

/** Opens the byte stream of a plan. */
export const createImageSource = (plan: ImagePlan): ImageSource => {
  const totalBytes = plan.totalSectors * SECTOR_BYTES;
  let position = 0;
  let next = 0;
  let reader: SegmentReader | undefined;
  let late: Uint8Array | undefined;

  const step = (into: Uint8Array): number => {
    const segment = plan.segments[next];
    const start = segment === undefined ? totalBytes : segment.sector * SECTOR_BYTES;
    if (segment === undefined || position < start) {
      const zeros = Math.min(into.length, start - position);
      into.fill(0, 0, zeros);
      return zeros;
    }
    reader ??= openSegment(segment, late);
    const got = reader.read(into);
    if (position + got === start + segment.bytes) {
      reader.close();
      reader = undefined;
      next += 1;
    }
    return got;
  };

  return {
    fill: (into) => {
      if (position === 0) checkEmptyFiles(plan);
      const deadline = performance.now() + FILL_MS;
      let filled = 0;
      while (filled < into.length && position < totalBytes) {
        const got = step(into.subarray(filled));
        filled += got;
        position += got;
        if (performance.now() > deadline) break;
      }
      return filled;
    },
    supply: (content) => { late = content; },
    close: () => { reader?.close(); },
  };
};
