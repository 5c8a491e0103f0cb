/** A stored instance as the source of a conversion: its data set as a stream (inflated), from any place in it. */
import { stat } from 'node:fs/promises';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import { byteStream } from '../data-set/byte-stream.ts';
import type { ByteStream } from '../data-set/byte-stream.ts';
import type { Encoding } from '../data-set/element-header.ts';
import { encodingOf, isDeflated } from '../data-set/encoding.ts';
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
  /** Takes bytes off it that nobody looks at; where the data set is not deflated, they are not read. @throws {ApplianceError} TRANSCODE_FAILED when there are not so many */
  leaveOut(bytes: number): Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;

/** Damage, whatever part of the reader found it. */
export const damaged = (what: string, cause?: unknown): ApplianceError =>
  new ApplianceError('TRANSCODE_FAILED', what, cause === undefined ? {} : { cause });
const endsInside = (): ApplianceError => damaged('The data set ends inside a value');

/** Opens the stream anew behind bytes that are left out, under the hands of who reads it. */
const openSource = async (source: Source, at: number): Promise<Omit<SourceStream, 'encoding'> & { close(): void }> => {
  const { file, dataSetOffset, transferSyntaxUid } = source;
  let taken = 0;
  let opened = await openDataSet(file, dataSetOffset + at, transferSyntaxUid);
  let inner = byteStream(opened.bytes);
  const stream: ByteStream = {
    peek: (bytes) => inner.peek(bytes),
    skip: (bytes) => { taken += bytes; inner.skip(bytes); },
    pass: async (bytes, each) => { const passed = await inner.pass(bytes, each); taken += passed; return passed; },
  };
  const leaveOut = async (bytes: number): Promise<void> => {
    if (isDeflated(transferSyntaxUid)) {
      if (await stream.pass(bytes, () => undefined) < bytes) throw endsInside();
      return;
    }
    taken += bytes;
    opened.close();
    const from = dataSetOffset + at + taken;
    if ((await stat(file)).size < from) throw endsInside();
    opened = await openDataSet(file, from, transferSyntaxUid);
    inner = byteStream(opened.bytes);
  };
  return { stream, taken: () => taken, leaveOut, close: () => { opened.close(); } };
};

/**
 * Lets `use` read the data set from `at` (0 unless it is not deflated), and closes the file in any case.
 * @throws {ApplianceError} TRANSCODE_FAILED when the data set cannot be read
 */
export async function* readingSource<T>(source: Source, at: number, use: (from: SourceStream) => AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  const { close, ...from } = await openSource(source, at);
  try {
    const encoding = encodingOf(source.transferSyntaxUid, at === 0 ? await from.stream.peek(CHUNK_BYTES) : Buffer.alloc(0));
    yield* use({ ...from, encoding });
  } catch (error) {
    if (isApplianceError(error, 'INTAKE_CANNOT_UNDERSTAND')) throw damaged('The data set cannot be read', error);
    throw error;
  } finally {
    close();
  }
}

/**
 * The next `length` bytes of the stream in pieces, each but the last a multiple of 8.
 * @throws {ApplianceError} TRANSCODE_FAILED when the stream ends before
 */
export async function* valueChunks(stream: ByteStream, length: number): AsyncGenerator<Buffer, void, void> {
  for (let left = length; left > 0;) {
    const held = await stream.peek(Math.min(8, left));
    if (held.length < Math.min(8, left)) throw endsInside();
    const size = left <= held.length ? left : held.length - (held.length % 8);
    stream.skip(size);
    left -= size;
    yield held.subarray(0, size);
  }
}
