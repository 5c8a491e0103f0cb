/** One frame decoded or encoded: checks the head of the stream against the data set, runs the codec, brings samples into place. */
import { inflateRawSync } from 'node:zlib';
import type { FrameCodec } from '../tables/codecs.ts';
import { release } from './buffers.ts';
import type { FrameFormat, FrameTask } from './frame.ts';
import { bitsUsed, fitted, frameBytes, FrameError, interleaved, lowBytes } from './frame-format.ts';
import { decodeNative, encodeNative } from './native-codecs.ts';
import type { NativeDecoder } from './native-codecs.ts';
import { decodeRle, encodeRle } from './rle.ts';
import { readJpeg2000Header, readJpegHeader, readJpegLsHeader } from './stream-header.ts';
import type { StreamHeader } from './stream-header.ts';

/** WebAssembly has 32-bit addresses, and needs the frame several times over. */
const FRAME_LIMIT_BYTES = 512 * 1024 * 1024;

/** Reads the head of a frame; undefined for codecs whose streams have none. @throws {FrameError} when it is no such stream */
export const readStreamHeader = (codec: FrameCodec, frame: Uint8Array): StreamHeader | undefined => {
  switch (codec) {
    case 'jpeg': return readJpegHeader(frame);
    case 'jpeg-ls': return readJpegLsHeader(frame);
    case 'jpeg-2000': case 'htj2k': return readJpeg2000Header(frame);
    case 'uncompressed': case 'deflate': case 'rle': return undefined;
  }
};

const checked = (codec: FrameCodec, frame: Uint8Array, format: FrameFormat): StreamHeader => {
  const header = readStreamHeader(codec, frame) as StreamHeader;
  if (header.width !== format.columns || header.height !== format.rows || header.samples !== format.samples) {
    throw new FrameError('damaged', 'The compressed frame has another size than the data set says');
  }
  if (header.precision > 16) throw new FrameError('unsupported', 'The compressed frame has more than 16 bits');
  return header;
};

/** The last bytes before padding. A stream that must end in EOI or EOC and does not was cut. @source ITU-T T.81 B.2.1, T.800 A.4.4 */
const endsWhole = (frame: Uint8Array): boolean => {
  let end = frame.length;
  while (end > 2 && frame[end - 1] !== 0xd9) end -= 1;
  return frame[end - 2] === 0xff && frame.length - end < 16;
};

const decodeStream = (decoder: NativeDecoder, header: StreamHeader, frame: Uint8Array, format: FrameFormat, toRgb: boolean): Uint8Array => {
  const cellBits = header.precision <= 8 ? 8 : 16;
  return decodeNative(decoder, frame, { ...format, bitsAllocated: cellBits, bitsStored: header.precision }, toRgb);
};

const decodeJpeg = (frame: Uint8Array, format: FrameFormat, toRgb: boolean): Uint8Array => {
  const header = checked('jpeg', frame, format);
  return fitted(decodeStream('decodeJpeg', header, frame, format, toRgb), header.precision, format);
};

const decodeJpegLs = (frame: Uint8Array, format: FrameFormat): Uint8Array => {
  const header = checked('jpeg-ls', frame, format);
  const decoded = decodeStream('decodeJpegLs', header, frame, format, false);
  return fitted(header.isPlanar ? interleaved(decoded, header.samples, header.precision <= 8 ? 1 : 2) : decoded, header.precision, format);
};

const decodeJpeg2000 = (frame: Uint8Array, format: FrameFormat): Uint8Array => {
  const header = checked('jpeg-2000', frame, format);
  // The library gives colour in bytes whatever its precision, and knows one or three components.
  if (header.samples !== 1 && (header.samples !== 3 || header.precision > 8)) throw new FrameError('unsupported', 'This JPEG 2000 colour cannot be decoded');
  return fitted(decodeStream('decodeJpeg2000', header, frame, format, false), header.precision, format);
};

const decodeHtj2k = (frame: Uint8Array, format: FrameFormat): Uint8Array => {
  const header = checked('htj2k', frame, format);
  if (header.isPlanar) throw new FrameError('unsupported', 'HTJ2K colour without a colour transformation cannot be decoded');
  // Its decoder goes on past any damage.
  if (!endsWhole(frame)) throw new FrameError('damaged', 'The HTJ2K stream is cut off');
  // The library clips negative samples of 8 bits; as 16 bits they stay.
  const isSmallSigned = format.isSigned && header.precision <= 8;
  if (!isSmallSigned) return fitted(decodeStream('decodeHtJpeg2000', header, frame, format, false), header.precision, format);
  const wide = decodeNative('decodeHtJpeg2000', frame, { ...format, bitsAllocated: 16, bitsStored: header.precision }, false);
  return fitted(lowBytes(wide), header.precision, format);
};

const exactly = (native: Uint8Array, format: FrameFormat): Uint8Array => {
  const bytes = frameBytes(format);
  if (native.length < bytes) throw new FrameError('damaged', 'The frame is shorter than the data set says');
  return native.subarray(0, bytes);
};

const inflated = (frame: Uint8Array, format: FrameFormat): Uint8Array => {
  try {
    return inflateRawSync(frame, { maxOutputLength: frameBytes(format) + 1 });
  } catch (cause) {
    throw new FrameError('damaged', 'The deflated frame cannot be inflated', cause);
  }
};

/** Decodes one frame to its native form. @throws {FrameError} */
export const decodeFrame = (codec: FrameCodec, frame: Uint8Array, format: FrameFormat, toRgb: boolean): Uint8Array => {
  if (frameBytes(format) > FRAME_LIMIT_BYTES) throw new FrameError('unsupported', 'The frame is too large for the codecs');
  switch (codec) {
    case 'uncompressed': return exactly(frame, format);
    case 'deflate': return exactly(inflated(frame, format), format);
    case 'rle': return decodeRle(frame, format);
    case 'jpeg': return decodeJpeg(frame, format, toRgb);
    case 'jpeg-ls': return decodeJpegLs(frame, format);
    case 'jpeg-2000': return decodeJpeg2000(frame, format);
    case 'htj2k': return decodeHtj2k(frame, format);
  }
};

/**
 * The precision to give a stream: Bits Stored where every cell fits, else the whole cell, so that overlay bits and signs survive.
 * @source PS3.5 8.2.1, 8.2.3: the stream may have more bits than Bits Stored
 */
const streamBits = (native: Uint8Array, format: FrameFormat): number =>
  bitsUsed(native, format.bitsAllocated) <= format.bitsStored ? format.bitsStored : format.bitsAllocated;

const encodeStream = (codec: FrameCodec, native: Uint8Array, format: FrameFormat): Uint8Array => {
  if (codec === 'rle') return encodeRle(native, format);
  if (format.bitsAllocated > 16) throw new FrameError('unsupported', 'This codec takes no samples of more than 16 bits');
  const bits = streamBits(native, format);
  switch (codec) {
    case 'jpeg': {
      const packed = bits <= 8 && format.bitsAllocated === 16 ? lowBytes(native) : native;
      return encodeNative('encodeJpeg', packed, { ...format, bitsAllocated: bits <= 8 ? 8 : 16, bitsStored: bits });
    }
    case 'jpeg-ls': {
      const packed = bits <= 8 && format.bitsAllocated === 16 ? lowBytes(native) : native;
      // It takes the precision from Bits Allocated.
      return encodeNative('encodeJpegLs', packed, { ...format, bitsAllocated: Math.max(2, bits), bitsStored: bits });
    }
    case 'jpeg-2000': {
      if (format.samples !== 1 && (format.samples !== 3 || format.bitsAllocated !== 8)) throw new FrameError('unsupported', 'This colour cannot be written as JPEG 2000');
      const signedBits = format.isSigned ? format.bitsStored : bits;
      const packed = signedBits <= 8 && format.bitsAllocated === 16 ? lowBytes(native) : native;
      return encodeNative('encodeJpeg2000', packed, { ...format, bitsStored: signedBits });
    }
    default: throw new FrameError('unsupported', 'This codec does not write');
  }
};

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/**
 * Encodes one native frame without loss and proves it by decoding it again.
 * @throws {FrameError} 'unsupported' when the codec does not take such frames, or does not give the same pixels back
 */
export const encodeFrame = (codec: FrameCodec, native: Uint8Array, format: FrameFormat): Uint8Array => {
  if (frameBytes(format) > FRAME_LIMIT_BYTES) throw new FrameError('unsupported', 'The frame is too large for the codecs');
  const attempt = (as: FrameFormat): Uint8Array | undefined => {
    const encoded = encodeStream(codec, native, as);
    const decoded = decodeFrame(codec, encoded, format, false);
    const isProven = isSame(decoded, native);
    release(decoded);
    return isProven ? encoded : undefined;
  };
  // Cells with more in them than Bits Stored says: once more with all of their bits.
  const encoded = attempt(format) ?? (format.bitsStored < format.bitsAllocated ? attempt({ ...format, bitsStored: format.bitsAllocated }) : undefined);
  if (encoded === undefined) throw new FrameError('unsupported', 'The codec does not give the same pixels back');
  return encoded;
};

/** Runs a task on one frame. @throws {FrameError} */
export const runFrame = ({ kind, codec, format, toRgb, isPlanar }: FrameTask, frame: Uint8Array): Uint8Array => {
  if (kind === 'decode') return decodeFrame(codec, frame, format, toRgb);
  return encodeFrame(codec, isPlanar ? interleaved(frame, format.samples, format.bitsAllocated / 8) : frame, format);
};
