/**
 * Writes a planned volume image in one forward pass from the stored files to a file or a stream, and hashes image, files and
 * data sets on the way. Keeps no staging copy and never seeks. Refuses to finish an image whose sources are not what was planned.
 */
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BLOCK_BYTES, createInlineHashing, createThreadedHashing, warmThreadedHashing, type BlockHashing } from './block-hashing.ts';
import { createImageSource, sourceFailure, type ImageSource } from './image-source.ts';
import { openImageTarget, type ImageTarget } from './image-target.ts';
import type { ImagePlan } from './image-plan.ts';
import { SECTOR_BYTES } from './sectors.ts';
import { DIGEST_BYTES, type Spans } from './span-hasher.ts';
import { createStreamTarget } from './stream-target.ts';

export type { ImageFile, ImageVolume } from './image-file.ts';
export type { ImagePlan } from './image-plan.ts';
export { planImage } from './plan-image.ts';

export interface WriteImageOptions {
  readonly signal?: AbortSignal;
  /** Called after every block that was written. */
  readonly onProgress?: (writtenBytes: number, totalBytes: number) => void;
  /** Hash in threads, if the pool has any left; by default from 32 MiB on, where starting them pays. */
  readonly hashWorkers?: boolean;
}

/** A file is written beside its name and made durable; a stream is taken over, ended after the last byte, and destroyed on failure. */
export type WriteImageTarget = { readonly file: string } | { readonly stream: Writable };

export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Present when the plan says where the data set starts. */
  readonly dataSetSha256?: string;
}

export interface WrittenImage {
  readonly bytes: number;
  readonly sectors: number;
  readonly sha256: string;
  /** In the order of the plan. */
  readonly files: readonly WrittenFile[];
}

/** Which of the roles of spansOf hashes the files. */
const FILES_ROLE = 1;
const THREADS_PAY_FROM_BYTES = 32 * 1024 * 1024;

/** Starts the threads for an image of about this length, while it is still being planned. */
export const warmHashing = (bytes: number): void => {
  if (bytes >= THREADS_PAY_FROM_BYTES) warmThreadedHashing();
};

/** Shared with the threads, not copied for each. */
const spansFor = (count: number): Spans => new Float64Array(new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT * 2 * count));

/** Data sets go to two roles in turn, so that two threads have as much to do as each other: the image and half of them, the files and the other half. */
const DATA_SET_ROLES = 2;

/** Spans in the order of the sectors, which is the order of the plan but for empty files: those sit where the next one starts. */
const spansOf = (plan: ImagePlan): readonly Spans[] => {
  const image = spansFor(1);
  const files = spansFor(plan.files.length);
  const count = plan.files.reduce((sum, { file }) => sum + (file.hashDataSetFrom === undefined ? 0 : 1), 0);
  const dataSets = Array.from({ length: DATA_SET_ROLES }, (_, role) => spansFor(Math.ceil((count - role) / DATA_SET_ROLES)));
  image[1] = plan.totalSectors * SECTOR_BYTES;
  let end = 0;
  let at = 0;
  plan.files.forEach(({ file, sector }, index) => {
    const start = file.bytes === 0 ? end : sector * SECTOR_BYTES;
    files[2 * index] = start;
    files[2 * index + 1] = file.bytes;
    end = start + file.bytes;
    if (file.hashDataSetFrom === undefined) return;
    dataSets[at % DATA_SET_ROLES]?.set([start + file.hashDataSetFrom, file.bytes - file.hashDataSetFrom], 2 * Math.floor(at / DATA_SET_ROLES));
    at += 1;
  });
  return [image, files, ...dataSets.filter(({ length }) => length > 0)];
};

const hexDigest = (digests: Uint8Array | undefined, index: number): string => {
  const start = index * DIGEST_BYTES;
  return digests === undefined ? '' : Buffer.from(digests.buffer, digests.byteOffset + start, DIGEST_BYTES).toString('hex');
};

const fillBlock = async (source: ImageSource, block: Uint8Array, length: number): Promise<void> => {
  let filled = source.fill(block.subarray(0, length));
  while (filled < length) {
    await nextTurn();
    filled += source.fill(block.subarray(filled, length));
  }
};

/** Bytes of the image that are written in one go; `first` is the ordinal of their first block. */
interface Stretch {
  readonly first: number;
  readonly from: number;
  readonly to: number;
  readonly totalBytes: number;
}

interface Pipeline {
  readonly source: ImageSource;
  readonly hashing: BlockHashing;
  readonly target: ImageTarget;
}

/** Reading of one block, writing of the one before and hashing of those before overlap. */
const pump = async ({ first, from: start, to, totalBytes }: Stretch, { source, hashing, target }: Pipeline, options: WriteImageOptions): Promise<number> => {
  let ordinal = first;
  let writing: Promise<void> = Promise.resolve();
  try {
    for (let from = start; from < to; ordinal += 1, from += BLOCK_BYTES) {
      options.signal?.throwIfAborted();
      const length = Math.min(BLOCK_BYTES, to - from);
      const block = await hashing.take(ordinal);
      await fillBlock(source, block, length);
      await writing;
      if (from > 0) options.onProgress?.(from, totalBytes);
      writing = target.write(block.subarray(0, length));
      // Awaited one block later; a failure in between must not count as unhandled.
      writing.catch(() => undefined);
      hashing.submit(ordinal, length);
    }
    await writing;
  } finally {
    await Promise.allSettled([writing]);
  }
  options.onProgress?.(to, totalBytes);
  options.signal?.throwIfAborted();
  return ordinal;
};

/** Writes up to the late file, if there is one, lets it be made from the digests so far, and writes the rest. */
const pumpAll = async (plan: ImagePlan, pipeline: Pipeline, options: WriteImageOptions): Promise<void> => {
  const totalBytes = plan.totalSectors * SECTOR_BYTES;
  const last = plan.files.at(-1);
  if (last === undefined || !('late' in last.file.content)) {
    await pump({ first: 0, from: 0, to: totalBytes, totalBytes }, pipeline, options);
    return;
  }
  const border = last.sector * SECTOR_BYTES;
  const first = await pump({ first: 0, from: 0, to: border, totalBytes }, pipeline, options);
  const digests = await pipeline.hashing.settled(FILES_ROLE);
  const others = plan.files.slice(0, -1).map(({ file }, index) => ({ path: file.path, sha256: hexDigest(digests, index) }));
  pipeline.source.supply(last.file.content.late(others));
  await pump({ first, from: border, to: totalBytes, totalBytes }, pipeline, options);
};

/** The digests as they are told; hex only now, for the digests of a full disc take many megabytes as text. */
const reportFiles = (plan: ImagePlan, [, fileDigests, ...dataSetDigests]: readonly Uint8Array[]): readonly WrittenFile[] => {
  let dataSets = 0;
  return plan.files.map(({ file }, index) => {
    const written = { path: file.path, bytes: file.bytes, sha256: hexDigest(fileDigests, index) };
    if (file.hashDataSetFrom === undefined) return written;
    const found = hexDigest(dataSetDigests[dataSets % DATA_SET_ROLES], Math.floor(dataSets / DATA_SET_ROLES));
    dataSets += 1;
    if (file.expectDataSetSha256 === undefined) return { ...written, dataSetSha256: found };
    if (file.expectDataSetSha256 !== found) throw sourceFailure(file, 'the data set of a stored file is not the one that was stored');
    // The text that is there already.
    return { ...written, dataSetSha256: file.expectDataSetSha256 };
  });
};

/**
 * Writes the image of a plan to `<file>.part`, makes it durable and gives it its name; or to a stream, at the pace of its reader.
 * The same plan from the same files gives the same bytes and digests. An error or abort leaves no file. The reader of a stream
 * sees no difference between a destroyed and an ended one: its owner must stop it before it takes the rest for a whole image.
 * Memory beside the plan: 2 MiB, with hash threads 16 MiB.
 * @throws {ApplianceError} DISC_IMAGE_FAILED when a source cannot be read or differs in length or data set digest from
 *   the plan (naming its path in the volume), or the target cannot be written. An abort throws the reason of the signal.
 * @source ours: positions are planned, so no descriptor depends on content and digests cost no second reading
 */
export const writeImage = async (
  plan: ImagePlan,
  to: WriteImageTarget,
  options: WriteImageOptions = {},
): Promise<WrittenImage> => {
  options.signal?.throwIfAborted();
  const bytes = plan.totalSectors * SECTOR_BYTES;
  const roles = spansOf(plan);
  const hashing = (options.hashWorkers ?? bytes >= THREADS_PAY_FROM_BYTES) ? createThreadedHashing(roles) : createInlineHashing(roles);
  const source = createImageSource(plan);
  try {
    const target = 'file' in to ? await openImageTarget(to.file) : createStreamTarget(to.stream, options.signal);
    try {
      await pumpAll(plan, { source, hashing, target }, options);
      // The disk takes the rest while the threads hash it.
      target.flush();
      const digests = await hashing.finish();
      const written = reportFiles(plan, digests);
      await target.complete();
      return { bytes, sectors: plan.totalSectors, sha256: hexDigest(digests[0], 0), files: written };
    } catch (error) {
      await target.discard();
      throw error;
    }
  } finally {
    source.close();
    hashing.close();
  }
};
