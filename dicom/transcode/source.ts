/** A stored instance as the source of a conversion: its data set as a stream (inflated), from any place in it. */
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import { byteStream } from '../data-set/byte-stream.ts';
import type { ByteStream } from '../data-set/byte-stream.ts';
import type { Encoding } from '../data-set/element-header.ts';
import { encodingOf } from '../data-set/encoding.ts';
import { openDataSet } from '../data-set/stored-data-set.ts';

export interface Source {
  readonly file: string;
  readonly dataSetOffset: number;
  readonly transferSyntaxUid: string;
}

/** A stream of a data set, and how many bytes were taken off it. */
export interface SourceStream {
  readonly stream: ByteStream;
  readonly encoding: Encoding;
  taken(): number;
}

const CHUNK_BYTES = 256 * 1024;

/** Damage, whatever part of the reader found it. */
export const damaged = (what: string, cause?: unknown): ApplianceError =>
  new ApplianceError('TRANSCODE_FAILED', what, cause === undefined ? {} : { cause });

const counted = (stream: ByteStream): { readonly stream: ByteStream; taken(): number } => {
  let taken = 0;
  return {
    taken: () => taken,
    stream: {
      peek: (bytes) => stream.peek(bytes),
      skip: (bytes) => { taken += bytes; stream.skip(bytes); },
      pass: async (bytes, each) => { const passed = await stream.pass(bytes, each); taken += passed; return passed; },
    },
  };
};

/**
 * Lets `use` read the data set from `at` (0 unless it is not deflated), and closes the file in any case.
 * @throws {ApplianceError} TRANSCODE_FAILED when the data set cannot be read
 */
export async function* readingSource<T>(source: Source, at: number, use: (from: SourceStream) => AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  const opened = await openDataSet(source.file, source.dataSetOffset + at, source.transferSyntaxUid);
  try {
    const { stream, taken } = counted(byteStream(opened.bytes));
    const encoding = at === 0 ? encodingOf(source.transferSyntaxUid, await stream.peek(CHUNK_BYTES)) : encodingOf(source.transferSyntaxUid, Buffer.alloc(0));
    yield* use({ stream, encoding, taken });
  } catch (error) {
    if (isApplianceError(error, 'INTAKE_CANNOT_UNDERSTAND')) throw damaged('The data set cannot be read', error);
    throw error;
  } finally {
    opened.close();
  }
}

/**
 * The next `length` bytes of the stream in pieces, each but the last a multiple of 8.
 * @throws {ApplianceError} TRANSCODE_FAILED when the stream ends before
 */
export async function* valueChunks(stream: ByteStream, length: number): AsyncGenerator<Buffer, void, void> {
  for (let left = length; left > 0;) {
    const held = await stream.peek(Math.min(8, left));
    if (held.length < Math.min(8, left)) throw damaged('The data set ends inside a value');
    const size = left <= held.length ? left : held.length - (held.length % 8);
    stream.skip(size);
    left -= size;
    yield held.subarray(0, size);
  }
}
