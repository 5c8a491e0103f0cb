/** Encapsulated pixel data in a file → which fragments make which frame. Keeps positions, never pixels. */
import type { FileHandle } from 'node:fs/promises';
import { ITEM, SEQUENCE_END, UNDEFINED_LENGTH } from '../data-set/element-header.ts';
import { damaged } from './source.ts';

/** One fragment by its place in the file. */
export interface Fragment {
  readonly at: number;
  readonly length: number;
  /** A JPEG, JPEG-LS or JPEG 2000 stream begins in it. */
  readonly opensStream: boolean;
}

export interface Encapsulated {
  readonly frames: readonly (readonly Fragment[])[];
  /** Where the pixel data element ends in the file. */
  readonly end: number;
  readonly encodedBytes: number;
}

/** Bound of the index in memory. */
const MAX_FRAGMENTS = 2_000_000;
/** Fragments are longer than this, or many heads lie in it. */
const WINDOW_BYTES = 4096;

/** Reads small pieces of a file in ascending order with few reads. */
const windowed = (handle: FileHandle): ((at: number, bytes: number) => Promise<Buffer>) => {
  let window = Buffer.alloc(0);
  let start = 0;
  return async (at, bytes) => {
    if (at < start || at + bytes > start + window.length) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(Math.max(bytes, WINDOW_BYTES)), 0, Math.max(bytes, WINDOW_BYTES), at);
      window = buffer.subarray(0, bytesRead);
      start = at;
    }
    return window.subarray(at - start, at - start + bytes);
  };
};

const opensStream = (first: Buffer): boolean =>
  first.length >= 4 && ((first[0] === 0xff && first[1] === 0xd8) || first.readUInt32BE(0) === 0xff4fff51 || (first.readUInt32BE(0) === 0x0000000c));

interface Items { readonly offsets: Buffer; readonly fragments: readonly Fragment[]; readonly end: number }

/** Walks the items; the last delimiter may be missing where the file ends with a whole fragment. @source PS3.5 A.4 */
const readItems = async (handle: FileHandle, from: number, fileBytes: number): Promise<Items> => {
  const read = windowed(handle);
  const fragments: Fragment[] = [];
  let offsets: Buffer | undefined;
  let at = from;
  while (at + 8 <= fileBytes) {
    const head = await read(at, 8);
    const tag = head.readUInt16LE(0) * 0x10000 + head.readUInt16LE(2);
    const length = head.readUInt32LE(4);
    if (tag === SEQUENCE_END) return { offsets: offsets ?? Buffer.alloc(0), fragments, end: at + 8 };
    if (tag !== ITEM || length === UNDEFINED_LENGTH) throw damaged('The fragments of the pixel data are broken');
    if (at + 8 + length > fileBytes) throw damaged('The pixel data ends inside a fragment');
    if (offsets === undefined) offsets = Buffer.from(await read(at + 8, length));
    else fragments.push({ at: at + 8, length, opensStream: opensStream(await read(at + 8, Math.min(4, length))) });
    if (fragments.length > MAX_FRAGMENTS) throw damaged('The pixel data has too many fragments');
    at += 8 + length;
  }
  return { offsets: offsets ?? Buffer.alloc(0), fragments, end: fileBytes };
};

/** Cuts the fragments where frames begin. */
const cutAt = (fragments: readonly Fragment[], isFirst: (fragment: Fragment) => boolean): readonly (readonly Fragment[])[] => {
  const frames: Fragment[][] = [];
  for (const fragment of fragments) {
    if (frames.length === 0 || isFirst(fragment)) frames.push([]);
    (frames.at(-1) as Fragment[]).push(fragment);
  }
  return frames;
};

/** Offsets of tables count from the first byte after the item of the basic table. @source PS3.5 A.4 Table A.4-1, A.4.1 */
const byOffsets = (fragments: readonly Fragment[], offsets: readonly number[]): readonly (readonly Fragment[])[] => {
  const base = (fragments[0]?.at ?? 8) - 8;
  const starts = new Set(offsets.map((offset) => base + offset + 8));
  return cutAt(fragments, ({ at }) => starts.has(at));
};

const basicOffsets = (table: Buffer): readonly number[] => Array.from({ length: table.length >> 2 }, (_, index) => table.readUInt32LE(index * 4));
const extendedOffsets = (table: Buffer): readonly number[] => Array.from({ length: table.length >> 3 }, (_, index) => Number(table.readBigUInt64LE(index * 8)));

/** The first reading of the fragments that gives the number of frames the data set says. */
const intoFrames = ({ fragments, offsets }: Items, frames: number, extended: Buffer): readonly (readonly Fragment[])[] => {
  if (frames === 1) return fragments.length === 0 ? [] : [fragments];
  const readings = [
    () => byOffsets(fragments, extendedOffsets(extended)),
    () => byOffsets(fragments, basicOffsets(offsets)),
    () => fragments.map((fragment) => [fragment]),
    () => cutAt(fragments, ({ opensStream: opens }) => opens),
  ];
  for (const reading of readings) {
    const cut = reading();
    if (cut.length === frames) return cut;
  }
  throw damaged('The fragments cannot be told apart into frames');
};

/**
 * Finds the frames of encapsulated pixel data whose items begin at `from` in the file.
 * @param extended value of the Extended Offset Table, empty where there is none
 * @throws {ApplianceError} TRANSCODE_FAILED when the items are broken or do not make that many frames
 * @source PS3.5 A.4
 */
export const findFrames = async (handle: FileHandle, from: number, frames: number, extended: Buffer): Promise<Encapsulated> => {
  const { size } = await handle.stat();
  const items = await readItems(handle, from, size);
  const cut = intoFrames(items, frames, extended);
  if (cut.length !== frames) throw damaged('The pixel data has no frames');
  return { frames: cut, end: items.end, encodedBytes: items.fragments.reduce((sum, { length }) => sum + length, 0) };
};

const readInto = async (handle: FileHandle, bytes: Buffer, at: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, at + done);
    if (bytesRead === 0) throw damaged('The file ends inside its pixel data');
    done += bytesRead;
  }
};

/** Bytes in a buffer of their own, which may change hands. */
const ownBuffer = (bytes: number): Buffer => Buffer.from(new ArrayBuffer(bytes));

/** Reads a stretch of a file, into a buffer of its own. */
export const readStretch = async (handle: FileHandle, at: number, length: number): Promise<Buffer> => {
  const bytes = ownBuffer(length);
  await readInto(handle, bytes, at);
  return bytes;
};

/** Reads the bytes of one frame, into a buffer of their own. */
export const readFrame = async (handle: FileHandle, fragments: readonly Fragment[]): Promise<Uint8Array> => {
  const bytes = ownBuffer(fragments.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const { at, length } of fragments) {
    await readInto(handle, bytes.subarray(to, to + length), at);
    to += length;
  }
  return bytes;
};

/** Joins the fragments of one frame that lie in memory: the value of an icon's pixel data. @source PS3.5 A.4 */
export const joinFragments = (value: Buffer): Uint8Array => {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= value.length;) {
    const end = at + 8 + value.readUInt32LE(at + 4);
    pieces.push(value.subarray(at + 8, end));
    at = end;
  }
  return new Uint8Array(Buffer.concat(pieces.slice(1)));
};
