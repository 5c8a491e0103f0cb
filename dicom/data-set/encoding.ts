/** Which native encoding the bytes of a data set have: by transfer syntax, corrected by what the first header shows. */
import { inflateRawSync, inflateSync, constants } from 'node:zlib';
import { ApplianceError } from '../../infra/errors.ts';
import { transferSyntaxByUid } from '../tables/transfer-syntaxes.ts';
import { isKnownVr } from './element-header.ts';
import type { Encoding } from './element-header.ts';

export const EXPLICIT_LITTLE: Encoding = { explicit: true, bigEndian: false };
export const IMPLICIT_LITTLE: Encoding = { explicit: false, bigEndian: false };
export const EXPLICIT_BIG: Encoding = { explicit: true, bigEndian: true };

/** Bound of an inflated data set in memory, bytes: no more is inflated. */
export const INFLATE_LIMIT_BYTES = 256 * 1024 * 1024;

/** First lengths of a data set are small: a 'length' above this is a VR that implicit reading swallowed. */
const FIRST_LENGTH_LIMIT = 0x10000;

/** Says how little endian bytes at `at` are coded, where the first header leaves no doubt; else what was declared. */
const sniff = (buffer: Buffer, at: number, declared: Encoding): Encoding => {
  if (declared.bigEndian || at + 8 > buffer.length) return declared;
  const isVr = isKnownVr(buffer.readUInt16BE(at + 4));
  if (declared.explicit) {
    const first = buffer[at + 4] as number;
    const isImplicit = !isVr && (first < 0x41 || first > 0x5a) && buffer.readUInt32LE(at + 4) < FIRST_LENGTH_LIMIT;
    return isImplicit ? IMPLICIT_LITTLE : declared;
  }
  return isVr && buffer.readUInt32LE(at + 4) >= FIRST_LENGTH_LIMIT ? EXPLICIT_LITTLE : declared;
};

/**
 * The encoding of a data set that starts at `at`. Unknown transfer syntaxes read as Explicit VR Little Endian, which all
 * encapsulated ones share; a wrong declaration of implicit or explicit is corrected.
 * @source PS3.5 Annex A
 */
export const encodingOf = (transferSyntaxUid: string, buffer: Buffer, at = 0): Encoding => {
  const row = transferSyntaxByUid.get(transferSyntaxUid);
  if (row === undefined) return sniff(buffer, at, EXPLICIT_LITTLE);
  return sniff(buffer, at, row.bigEndian ? EXPLICIT_BIG : row.explicit ? EXPLICIT_LITTLE : IMPLICIT_LITTLE);
};

/** True for transfer syntaxes whose data set is a deflate stream. @source PS3.5 A.5 */
export const isDeflated = (transferSyntaxUid: string): boolean => transferSyntaxByUid.get(transferSyntaxUid)?.deflated === true;

/** Bound of an inflated head in memory, bytes. */
const HEAD_LIMIT_BYTES = 32 * 1024 * 1024;
/** A deflate stream swells to no more than this many times its length. @source zlib, "Maximum Compression Factor" */
const MAX_DEFLATE_RATIO = 1_032;

/** True when a zlib header stands before the deflate stream, as some writers have it. @source RFC 1950 2.2 */
export const hasZlibHeader = (bytes: Buffer): boolean => bytes.length > 1 && bytes[0] === 0x78 && bytes.readUInt16BE(0) % 31 === 0;

const inflate = (bytes: Buffer, maxOutputLength: number, truncated: boolean): Buffer => {
  const options = { maxOutputLength, ...(truncated ? { finishFlush: constants.Z_SYNC_FLUSH } : {}) };
  return hasZlibHeader(bytes) ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
};

export const notInflatable = (cause: unknown): ApplianceError => new ApplianceError('INTAKE_CANNOT_UNDERSTAND', 'The deflated data set cannot be inflated', { cause });

/**
 * Inflates a deflated data set; with `truncated` as much of it as the bytes give. Some writers add a zlib header: taken too.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when it is no deflate stream, ends early, or exceeds INFLATE_LIMIT_BYTES
 * @source PS3.5 A.5, RFC 1951
 */
export const inflateDataSet = (bytes: Buffer, truncated: boolean): Buffer => {
  try {
    return inflate(bytes, INFLATE_LIMIT_BYTES, truncated);
  } catch (cause) {
    throw notInflatable(cause);
  }
};

/**
 * Inflates the first bytes of a deflated data set, of which less is taken when they swell: `isCut` then.
 * This runs for every instance that arrives, so it must cost neither much memory nor much time, whatever a peer sends.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND when it is no deflate stream
 * @source PS3.5 A.5, RFC 1951
 */
export const inflateHead = (bytes: Buffer): { readonly inflated: Buffer; readonly isCut: boolean } => {
  try {
    return { inflated: inflate(bytes, HEAD_LIMIT_BYTES, true), isCut: false };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw notInflatable(cause);
    return { inflated: inflate(bytes.subarray(0, Math.floor(HEAD_LIMIT_BYTES / MAX_DEFLATE_RATIO)), HEAD_LIMIT_BYTES, true), isCut: true };
  }
};
