/**
 * One instance file → the same instance in another transfer syntax, as a new file. Nothing is changed in place,
 * no whole instance is held in memory, and a target is either complete or absent.
 */
import { createReadStream } from 'node:fs';
import { ApplianceError } from '../infra/errors.ts';
import { createCodecPool } from './codec/codec-pool.ts';
import type { PoolOptions } from './codec/codec-pool.ts';
import { EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, isDeflated } from './data-set/encoding.ts';
import type { Encoding } from './data-set/element-header.ts';
import { codecByUid } from './tables/codecs.ts';
import type { CodecRow } from './tables/codecs.ts';
import { transferSyntaxByUid } from './tables/transfer-syntaxes.ts';
import type { Transcoder } from './transcoder.ts';
import type { Conversion } from './transcode/decode-pixels.ts';
import { newHeader } from './transcode/new-header.ts';
import { writePart10 } from './transcode/part10-file.ts';
import { rewritten } from './transcode/rewrite.ts';
import type { Source } from './transcode/source.ts';

const isNative = (uid: string): boolean => transferSyntaxByUid.get(uid)?.encapsulated === false;

const nativeEncoding = (uid: string): Encoding => {
  const row = transferSyntaxByUid.get(uid);
  return row?.bigEndian === true ? EXPLICIT_BIG : row?.explicit === false ? IMPLICIT_LITTLE : EXPLICIT_LITTLE;
};

async function* copied({ file, dataSetOffset }: Source): AsyncGenerator<Buffer, void, void> {
  yield* createReadStream(file, { start: dataSetOffset }) as AsyncIterable<Buffer>;
}

/**
 * How an instance gets from one transfer syntax to another; undefined where it does not: video, codecs we do not have, unknown
 * syntaxes, and from one compressed syntax to another.
 */
const routeBetween: Transcoder['route'] = (from, to) => {
  if (from === to) return 'same';
  if (isNative(from) && isNative(to)) return 'native';
  if (isNative(to)) return codecByUid.has(from) ? 'decode' : undefined;
  return isNative(from) && codecByUid.get(to)?.writes === true ? 'encode' : undefined;
};

/**
 * Makes the transcoder; its codec threads start with the first pixels.
 * `convert` keeps the SOP Instance UID: pixels stay the same, or are those that any reader of the lossy source sees.
 * @param options.workers codec threads; one for each core when absent
 * @throws {ApplianceError} (convert) TRANSCODE_UNSUPPORTED, TRANSCODE_FAILED, TRANSCODE_WRITE_FAILED; an abort throws the reason of the signal
 * @source PS3.3 C.7.6.1.1.5; ours: docs/decisions/0011
 */
export const createTranscoder = (options: PoolOptions = {}): Transcoder => {
  const pool = createCodecPool(options);

  /** What deals with pixels is loaded by those who convert some: a node that only ever receives has no need of it. */
  const planned = async (source: Source, toSyntaxUid: string, signal: AbortSignal | undefined): Promise<Conversion> => {
    const { transferSyntaxUid: fromSyntaxUid } = source;
    const ending = signal === undefined ? {} : { signal };
    const to = nativeEncoding(toSyntaxUid);
    switch (routeBetween(fromSyntaxUid, toSyntaxUid)) {
      case 'same': return { dataSet: copied(source), pixels: 'untouched' };
      case 'native': return { dataSet: rewritten(source, { to }), pixels: 'untouched' };
      case 'decode': return (await import('./transcode/decode-pixels.ts')).decodePixels({ source, to, codec: codecByUid.get(fromSyntaxUid) as CodecRow, pool, ...ending });
      case 'encode': return (await import('./transcode/encode-pixels.ts')).encodePixels({ source, codec: codecByUid.get(toSyntaxUid) as CodecRow, pool, ...ending });
      case undefined: throw new ApplianceError('TRANSCODE_UNSUPPORTED', `No way from ${fromSyntaxUid} to ${toSyntaxUid}`);
    }
  };

  const convert: Transcoder['convert'] = async ({ file, dataSetOffset, fromSyntaxUid, toSyntaxUid, target, signal }) => {
    signal?.throwIfAborted();
    const source: Source = { file, dataSetOffset, transferSyntaxUid: fromSyntaxUid };
    const header = await newHeader(source, toSyntaxUid);
    const { dataSet, pixels } = await planned(source, toSyntaxUid, signal);
    // Deflating a data set that is one already deflated stream would be once too many.
    const deflated = isDeflated(toSyntaxUid) && fromSyntaxUid !== toSyntaxUid;
    return { ...await writePart10({ target, header, dataSet, deflated, ...(signal === undefined ? {} : { signal }) }), pixels };
  };

  return { route: routeBetween, convert, close: () => pool.close() };
};
