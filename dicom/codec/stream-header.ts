/** What the head of a compressed frame says of itself: size, precision, loss, colour. Reads markers only; refuses what is no such stream. */
import { FrameError } from './frame-format.ts';

/** Facts of one compressed frame. */
export interface StreamHeader {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  /** Bits of a sample in the stream. */
  readonly precision: number;
  /** The coding of this very stream may have lost something. */
  readonly isLossy: boolean;
  /** The stream names itself luminance and chrominance (JFIF, Adobe), RGB, or does not say. */
  readonly colour: 'ycc' | 'rgb' | 'unsaid';
  /** JPEG-LS and HTJ2K: components come one after the other. */
  readonly isPlanar: boolean;
  /** JPEG 2000: a multiple component transformation is undone by decoding. */
  readonly hasTransform: boolean;
}

const damaged = (what: string): FrameError => new FrameError('damaged', what);
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 0x10000 + u16(bytes, at + 2);

interface Segment { readonly marker: number; readonly at: number; readonly length: number }

/** Marker segments of a JPEG or JPEG-LS stream up to and with the first SOS. @source ITU-T T.81 B.1.1 */
function* segments(bytes: Uint8Array): Generator<Segment, void, void> {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw damaged('The frame has no marker where one is due');
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) { at += 1; continue; }
    const length = u16(bytes, at + 2);
    if (length < 2 || at + 2 + length > bytes.length) throw damaged('A marker segment of the frame is cut off');
    yield { marker, at: at + 4, length: length - 2 };
    if (marker === 0xda) return;
    at += 2 + length;
  }
  throw damaged('The frame ends before its first scan');
}

const isFrameHeader = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const holds = (bytes: Uint8Array, at: number, text: string): boolean => [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));

const startsWith = (bytes: Uint8Array, marker: number): boolean => bytes.length > 4 && u16(bytes, 0) === marker;

/** Reads a JPEG stream. @source ITU-T T.81 B.2.2, T.871 (JFIF); Adobe TN 5116 (APP14) */
export const readJpegHeader = (bytes: Uint8Array): StreamHeader => {
  if (!startsWith(bytes, 0xffd8)) throw damaged('The frame is no JPEG stream');
  let colour: StreamHeader['colour'] = 'unsaid';
  let frame: Segment | undefined;
  for (const segment of segments(bytes)) {
    const { marker, at, length } = segment;
    if (marker === 0xe0 && length >= 5 && holds(bytes, at, 'JFIF')) colour = 'ycc';
    if (marker === 0xee && length >= 12 && holds(bytes, at, 'Adobe')) colour = bytes[at + 11] === 0 ? 'rgb' : 'ycc';
    if (isFrameHeader(marker)) frame ??= segment;
  }
  if (frame === undefined || frame.length < 6) throw damaged('The JPEG stream has no frame header');
  const { at, marker } = frame;
  // C3 is the lossless Huffman process; C7 its hierarchical relative.
  return { width: u16(bytes, at + 3), height: u16(bytes, at + 1), samples: bytes[at + 5] as number, precision: bytes[at] as number, isLossy: marker !== 0xc3 && marker !== 0xc7, colour, isPlanar: false, hasTransform: false };
};

/** Reads a JPEG-LS stream. @source ITU-T T.87 C.2.2, C.2.3 */
export const readJpegLsHeader = (bytes: Uint8Array): StreamHeader => {
  if (!startsWith(bytes, 0xffd8)) throw damaged('The frame is no JPEG-LS stream');
  let frame: Segment | undefined;
  let scan: Segment | undefined;
  for (const segment of segments(bytes)) {
    if (segment.marker === 0xf7) frame ??= segment;
    if (segment.marker === 0xda) scan = segment;
  }
  if (frame === undefined || frame.length < 6 || scan === undefined || scan.length < 3) throw damaged('The JPEG-LS stream has no frame header');
  const { at } = frame;
  const afterComponents = scan.at + scan.length - 3;
  const samples = bytes[at + 5] as number;
  return {
    width: u16(bytes, at + 3), height: u16(bytes, at + 1), samples, precision: bytes[at] as number,
    isLossy: bytes[afterComponents] !== 0, colour: 'unsaid', isPlanar: samples > 1 && bytes[afterComponents + 1] === 0, hasTransform: false,
  };
};

/** Where the codestream begins: at once, or inside a JP2 file, which some writers encapsulate. @source ITU-T T.800 A.4.1 */
const codestreamAt = (bytes: Uint8Array): number => {
  const limit = Math.min(bytes.length - 4, 4096);
  for (let at = 0; at <= limit; at += 1) if (u32(bytes, at) === 0xff4fff51) return at;
  throw damaged('The frame is no JPEG 2000 stream');
};

/** Reads a JPEG 2000 or HTJ2K stream. @source ITU-T T.800 A.5.1 (SIZ), A.6.1 (COD) */
export const readJpeg2000Header = (bytes: Uint8Array): StreamHeader => {
  const siz = codestreamAt(bytes) + 4;
  if (siz + 40 > bytes.length) throw damaged('The JPEG 2000 stream is cut off');
  const samples = u16(bytes, siz + 36);
  const components = siz + 38;
  if (samples === 0 || components + samples * 3 > bytes.length) throw damaged('The JPEG 2000 stream is cut off');
  const precisions = new Set<number>();
  for (let sample = 0; sample < samples; sample += 1) {
    const at = components + sample * 3;
    precisions.add(((bytes[at] as number) & 0x7f) + 1);
    if (bytes[at + 1] !== 1 || bytes[at + 2] !== 1) throw new FrameError('unsupported', 'The JPEG 2000 stream has subsampled components');
  }
  if (precisions.size !== 1) throw new FrameError('unsupported', 'The JPEG 2000 components differ in precision');
  let at = siz + u16(bytes, siz);
  while (at + 4 <= bytes.length && u16(bytes, at) !== 0xff52 && u16(bytes, at) !== 0xff90) at += 2 + u16(bytes, at + 2);
  if (at + 14 > bytes.length || u16(bytes, at) !== 0xff52) throw damaged('The JPEG 2000 stream has no coding style');
  return {
    width: u32(bytes, siz + 4) - u32(bytes, siz + 12), height: u32(bytes, siz + 8) - u32(bytes, siz + 16), samples, precision: [...precisions][0] as number,
    isLossy: bytes[at + 13] === 0, colour: 'unsaid', isPlanar: samples > 1 && bytes[at + 8] === 0, hasTransform: bytes[at + 8] !== 0,
  };
};
