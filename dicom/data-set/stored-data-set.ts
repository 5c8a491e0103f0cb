/** Reads stored instance files: the header, the elements before the pixel data, the data set as a stream that is inflated where it is deflated. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { createInflate, createInflateRaw } from 'node:zlib';
import { TAG } from '../tables/tags.ts';
import { byteStream } from './byte-stream.ts';
import type { ByteStream } from './byte-stream.ts';
import type { DataSet } from './data-set.ts';
import type { Encoding } from './element-header.ts';
import { encodingOf, hasZlibHeader, isDeflated, notInflatable } from './encoding.ts';
import { readFileMeta } from './part10.ts';
import type { FileMeta } from './part10.ts';
import { readEncoded } from './read-elements.ts';

/** Bound of a header that is read; ours has some hundred bytes. */
const META_BYTES = 64 * 1024;
const FIRST_HEAD_BYTES = 256 * 1024;
const CHUNK_BYTES = 256 * 1024;

const firstBytes = async (path: string, from: number, wanted: number): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

/** The header of a stored file. @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND */
export const readStoredMeta = async (path: string): Promise<FileMeta> => readFileMeta(await firstBytes(path, 0, META_BYTES));

async function* inflated(inflate: Transform): AsyncGenerator<Buffer, void, void> {
  try {
    yield* inflate as AsyncIterable<Buffer>;
  } catch (cause) {
    throw notInflatable(cause);
  }
}

export interface OpenDataSet {
  readonly bytes: AsyncIterable<Buffer>;
  close(): void;
}

/**
 * Opens a data set, from `from` in the file on, as a stream; what is deflated comes inflated.
 * @throws {ApplianceError} (while reading) INTAKE_CANNOT_UNDERSTAND when it cannot be inflated
 * @source PS3.5 A.5, RFC 1951
 */
export const openDataSet = async (path: string, from: number, transferSyntaxUid: string): Promise<OpenDataSet> => {
  const isCompressed = isDeflated(transferSyntaxUid);
  const isZlib = isCompressed && hasZlibHeader(await firstBytes(path, from, 2));
  const file = createReadStream(path, { start: from, highWaterMark: CHUNK_BYTES });
  if (!isCompressed) return { bytes: file as AsyncIterable<Buffer>, close: () => { file.destroy(); } };
  const inflate: Transform = isZlib ? createInflate({ chunkSize: CHUNK_BYTES }) : createInflateRaw({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => inflate.destroy(error));
  return { bytes: inflated(file.pipe(inflate)), close: () => { inflate.destroy(); file.destroy(); } };
};

/** Reads elements up to the pixel data, with as much of the stream as that takes. */
export const readBeforePixelData = async (stream: ByteStream, encodingFor: (head: Buffer) => Encoding): Promise<{ readonly dataSet: DataSet; readonly encoding: Encoding }> => {
  for (let wanted = FIRST_HEAD_BYTES; ;) {
    const head = await stream.peek(wanted);
    const encoding = encodingFor(head);
    const isAll = head.length < wanted;
    const dataSet = readEncoded(head, 0, encoding, { untilTag: TAG.FloatPixelData, truncated: !isAll });
    if (isAll || dataSet.complete) return { dataSet, encoding };
    wanted = Math.max(wanted, head.length) * 4;
  }
};

/**
 * The elements before the pixel data of a stored file.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when it is no readable instance; errors of the file system as they come
 */
export const readHead = async (path: string): Promise<DataSet> => {
  const { dataSetOffset, transferSyntaxUid } = await readStoredMeta(path);
  const source = await openDataSet(path, dataSetOffset, transferSyntaxUid);
  try {
    return (await readBeforePixelData(byteStream(source.bytes), (head) => encodingOf(transferSyntaxUid, head))).dataSet;
  } finally {
    source.close();
  }
};
