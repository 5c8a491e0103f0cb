/**
 * One digest for the content of an instance, whatever native transfer syntax its file has.
 * Everything before the pixel data is read into memory; pixel data streams by, so a large file needs little.
 */
import { createHash } from 'node:crypto';
import { ApplianceError } from '../../infra/errors.ts';
import { TAG } from '../tables/tags.ts';
import { transferSyntaxByUid } from '../tables/transfer-syntaxes.ts';
import { vrOf } from '../tables/data-elements.ts';
import { byteStream } from './byte-stream.ts';
import type { ByteStream } from './byte-stream.ts';
import { inOrder, openElement, writeElement } from './canonical.ts';
import type { Sink } from './canonical.ts';
import { headerAt, ITEM, SEQUENCE_END, UNDEFINED_LENGTH } from './element-header.ts';
import type { Encoding, Header } from './element-header.ts';
import { encodingOf } from './encoding.ts';
import { swapInPlace } from './encode.ts';
import { readEncoded } from './read-elements.ts';
import { openDataSet, readBeforePixelData, readStoredMeta } from './stored-data-set.ts';

/** Digests of one instance file, SHA-256 in hex. */
export interface ElementDigest {
  /** Over all data set elements. Pixel data of encapsulated syntaxes counts by its fragments. */
  readonly all: string;
  /** Over all but the top-level pixel data elements. */
  readonly withoutPixelData: string;
  readonly encapsulated: boolean;
  /** The transfer syntax permits loss. */
  readonly lossy: boolean;
}

const refuse = (what: string): ApplianceError => new ApplianceError('INTAKE_CANNOT_UNDERSTAND', what);

/** Streams the fragments of encapsulated pixel data into the sink. @source PS3.5 A.4 */
const passFragments = async (stream: ByteStream, encoding: Encoding, sink: Sink): Promise<void> => {
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  for (;;) {
    const head = await stream.peek(8);
    if (!headerAt(head, 0, head.length, encoding, header)) throw refuse('The pixel data ends early');
    stream.skip(8);
    if (header.tag === SEQUENCE_END) return;
    if (header.tag !== ITEM || header.length === UNDEFINED_LENGTH) throw refuse('The fragments of the pixel data are broken');
    openElement(sink, 'F', ITEM, header.length);
    if (await stream.pass(header.length, sink) < header.length) throw refuse('The pixel data ends early');
  }
};

/** Takes one pixel data element off the stream; false at the end of the data set or before another element. */
const passPixelData = async (stream: ByteStream, encoding: Encoding, sink: Sink): Promise<boolean> => {
  const header: Header = { tag: 0, vr: 0, valueOffset: 0, length: 0 };
  const head = await stream.peek(12);
  if (!headerAt(head, 0, head.length, encoding, header)) return false;
  const { tag, length } = header;
  if (tag !== TAG.PixelData && tag !== TAG.FloatPixelData && tag !== TAG.DoubleFloatPixelData) return false;
  const vr = header.vr === 0 ? vrOf(tag) : String.fromCharCode(header.vr >>> 8, header.vr & 0xff);
  stream.skip(header.valueOffset);
  if (length === UNDEFINED_LENGTH) {
    openElement(sink, 'P', tag, 0);
    await passFragments(stream, encoding, sink);
    return true;
  }
  openElement(sink, 'V', tag, length + (length % 2));
  const passed = await stream.pass(length, (piece) => { sink(encoding.bigEndian ? swapInPlace(piece, vr) : piece); });
  if (passed < length) throw refuse('The pixel data ends early');
  if (length % 2 === 1) sink(Buffer.of(0));
  return true;
};

const digestStream = async (stream: ByteStream, encodingFor: (head: Buffer) => Encoding): Promise<Pick<ElementDigest, 'all' | 'withoutPixelData'>> => {
  const all = createHash('sha256');
  const rest = createHash('sha256');
  const both: Sink = (bytes) => { all.update(bytes); rest.update(bytes); };
  const { dataSet, encoding } = await readBeforePixelData(stream, encodingFor);
  for (const element of inOrder(dataSet)) writeElement(both, element);
  stream.skip(dataSet.end);
  while (await passPixelData(stream, encoding, (bytes) => { all.update(bytes); }));
  const tail = await stream.peek(Number.MAX_SAFE_INTEGER);
  for (const element of inOrder(readEncoded(tail, 0, encoding))) writeElement(both, element);
  return { all: all.digest('hex'), withoutPixelData: rest.digest('hex') };
};

/**
 * Digests all data set elements of an instance file (the file meta information does not count): equal for one content in
 * Implicit or Explicit VR, either byte order, deflated or not, with any lengths and padding. Memory does not grow with the
 * pixel data (some 64 MB of stream buffers).
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when the file is no readable instance
 * @source PS3.5 chapters 6 and 7, Annex A
 */
export const elementDigest = async (filePath: string): Promise<ElementDigest> => {
  const { dataSetOffset, transferSyntaxUid } = await readStoredMeta(filePath);
  const row = transferSyntaxByUid.get(transferSyntaxUid);
  const source = await openDataSet(filePath, dataSetOffset, transferSyntaxUid);
  try {
    const digests = await digestStream(byteStream(source.bytes), (head) => encodingOf(transferSyntaxUid, head));
    return { ...digests, encapsulated: row?.encapsulated ?? false, lossy: row?.lossy ?? false };
  } finally {
    source.close();
  }
};
