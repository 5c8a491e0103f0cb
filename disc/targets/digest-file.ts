/** SHA-256 of a file on disk, streamed. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PIECE_BYTES } from './source-file.ts';

/** SHA-256 in hex; stops between pieces when told to. */
export const digestFile = async (path: string, signal?: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    hash.update(piece);
  }
  return hash.digest('hex');
};
