/**
 * One instance file → the same instance in another transfer syntax, as a new file. Nothing is changed in place,
 * no whole instance is held in memory, and a target is either complete or absent.
 */
import { createReadStream } from 'node:fs';
import { ApplianceError } from '../infra/errors.ts';
import { EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, isDeflated } from './data-set/encoding.ts';
import type { Encoding } from './data-set/element-header.ts';
import { codecByUid } from './tables/codecs.ts';
import { transferSyntaxByUid } from './tables/transfer-syntaxes.ts';
import type { Transcoder } from './transcoder.ts';
import { newHeader } from './transcode/new-header.ts';
import { writePart10 } from './transcode/part10-file.ts';
import { rewritten } from './transcode/rewrite.ts';
import type { Source } from './transcode/source.ts';

const isNative = (uid: string): boolean => transferSyntaxByUid.get(uid)?.encapsulated === false;

const nativeEncoding = (uid: string): Encoding => {
  const row = transferSyntaxByUid.get(uid);
  return row?.bigEndian === true ? EXPLICIT_BIG : row?.explicit === false ? IMPLICIT_LITTLE : EXPLICIT_LITTLE;
};

const routeBetween: Transcoder['route'] = (from, to) => {
  if (from === to) return 'same';
  if (isNative(from) && isNative(to)) return 'native';
  if (isNative(to)) return codecByUid.has(from) ? 'decode' : undefined;
  return isNative(from) && codecByUid.get(to)?.writes === true ? 'encode' : undefined;
};

export const createTranscoder = (): Transcoder => {
  const convert: Transcoder['convert'] = async ({ file, dataSetOffset, fromSyntaxUid, toSyntaxUid, target, signal }) => {
    const source: Source = { file, dataSetOffset, transferSyntaxUid: fromSyntaxUid };
    const route = routeBetween(fromSyntaxUid, toSyntaxUid);
    signal?.throwIfAborted();
    const header = await newHeader(source, toSyntaxUid);
    switch (route) {
      case undefined: throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'no codec');
      case 'same': return { ...await writePart10({ target, header, dataSet: createReadStream(file, { start: dataSetOffset }), deflated: false, ...(signal ? { signal } : {}) }), pixels: 'untouched' };
      default: return { ...await writePart10({ target, header, dataSet: rewritten(source, { to: nativeEncoding(toSyntaxUid) }), deflated: isDeflated(toSyntaxUid), ...(signal ? { signal } : {}) }), pixels: 'untouched' };
    }
  };
  return { route: routeBetween, convert, close: async () => undefined };
};
