/** Reads stored instance files as far as de-identifying needs: header, elements before the pixel data, the rest as a stream. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { byteStream } from '../data-set/byte-stream.ts';
import type { ByteStream } from '../data-set/byte-stream.ts';
import type { DataSet } from '../data-set/data-set.ts';
import type { Encoding } from '../data-set/element-header.ts';
import { encodingOf } from '../data-set/encoding.ts';
import { readFileMeta } from '../data-set/part10.ts';
import { readEncoded } from '../data-set/read-elements.ts';
import { TAG } from '../tables/tags.ts';
import { transferSyntaxByUid } from '../tables/transfer-syntaxes.ts';

const META_BYTES = 64 * 1024;
const FIRST_HEAD_BYTES = 256 * 1024;

/** The first bytes of a file, in which its header ends. */
export const readMetaBytes = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(META_BYTES);
    const { bytesRead } = await file.read(bytes, 0, META_BYTES, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
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

/** Opens the data set of a stored file as a stream, inflated where it is deflated. */
export const openDataSet = (path: string, offset: number, deflated: boolean): { readonly bytes: AsyncIterable<Buffer>; close(): void } => {
  const file = createReadStream(path, { start: offset, highWaterMark: 256 * 1024 });
  if (!deflated) return { bytes: file, close: () => { file.destroy(); } };
  const inflate: Transform = createInflateRaw({ chunkSize: 256 * 1024 });
  file.on('error', (error) => inflate.destroy(error));
  return { bytes: file.pipe(inflate), close: () => { inflate.destroy(); file.destroy(); } };
};

/**
 * The elements before the pixel data of a stored file.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when it is no readable instance; errors of the file system as they come
 */
export const readHead = async (path: string): Promise<DataSet> => {
  const meta = readFileMeta(await readMetaBytes(path));
  const source = openDataSet(path, meta.dataSetOffset, transferSyntaxByUid.get(meta.transferSyntaxUid)?.deflated === true);
  try {
    return (await readBeforePixelData(byteStream(source.bytes), (head) => encodingOf(meta.transferSyntaxUid, head))).dataSet;
  } finally {
    source.close();
  }
};
