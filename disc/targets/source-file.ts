/** What is copied elsewhere: files of a finished volume as streams. */
import { createReadStream } from 'node:fs';

/** One file to copy. */
export interface SourceFile {
  /** Path on the volume with '/'. */
  readonly path: string;
  /** Exact length: a stream of another length fails the copy. */
  readonly bytes: number;
  /** SHA-256 in hex that the content must have; absent for the manifest itself. */
  readonly sha256?: string;
  /** Reads the content from its start, in pieces of at most 1 MiB. */
  open(): AsyncIterable<Uint8Array>;
}

/** Bytes that one read takes. */
export const PIECE_BYTES = 1 << 20;

/** A stretch of a file on disk as a SourceFile. */
export const stretchOf = (file: string, at: { readonly path: string; readonly offset: number; readonly bytes: number; readonly sha256?: string }): SourceFile => ({
  path: at.path, bytes: at.bytes, ...(at.sha256 === undefined ? {} : { sha256: at.sha256 }),
  open: () => (at.bytes === 0 ? nothing() : createReadStream(file, { start: at.offset, end: at.offset + at.bytes - 1, highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>),
});

 
async function* nothing(): AsyncGenerator<Uint8Array> { /* no bytes */ }

/** Bytes in memory as a SourceFile. */
export const inMemory = (path: string, content: Uint8Array): SourceFile => ({
  path, bytes: content.length,
   
  async *open() { yield content; },
});
