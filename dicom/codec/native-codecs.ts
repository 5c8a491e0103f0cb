/**
 * The only code that knows dcmjs-codecs: its WebAssembly codecs, one frame at a time, synchronous.
 * What the library forgives silently (streams that end early) is an error here.
 */
import { createRequire } from 'node:module';
import library from 'dcmjs-codecs';
import type { Context } from 'dcmjs-codecs';
import type { FrameFault, FrameFormat } from './frame.ts';
import { FrameError } from './frame-format.ts';

export type NativeDecoder = 'decodeJpeg' | 'decodeJpegLs' | 'decodeJpeg2000' | 'decodeHtJpeg2000';
export type NativeEncoder = 'encodeJpeg' | 'encodeJpegLs' | 'encodeJpeg2000';

const { constants, log, NativeCodecs } = library;
const { PhotometricInterpretation, PlanarConfiguration, PixelRepresentation } = constants;

/** Warnings of libjpeg and openjpeg after which pixels are made up. */
const MADE_UP = /premature end|corrupt jpeg data|unsupported marker|bogus|truncat|tile part|not enough|failed to|stream too short/i;
/** Bytes between the last scan and EOI are padding. */
const HARMLESS = /extraneous bytes before marker 0xd9/i;

let complaints: string[] = [];

const start = async (): Promise<void> => {
  const wasm = createRequire(import.meta.url).resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm');
  log.info = (line: string): void => { complaints.push(line); };
  log.error = log.info;
  await NativeCodecs.initializeAsync({ webAssemblyModulePathOrUrl: wasm, logCodecsInfo: true });
};

let ready: Promise<void> | undefined;

/** Loads the codecs, once; needed before the functions below. */
export const loadNativeCodecs = (): Promise<void> => (ready ??= start());

const attributes = (format: FrameFormat): ConstructorParameters<typeof Context>[0] => ({
  width: format.columns,
  height: format.rows,
  bitsAllocated: format.bitsAllocated,
  bitsStored: format.bitsStored,
  samplesPerPixel: format.samples,
  pixelRepresentation: format.isSigned ? PixelRepresentation.Signed : PixelRepresentation.Unsigned,
  planarConfiguration: PlanarConfiguration.Interleaved,
  // It decides about colour transformations of encoders only, and the library knows no other terms.
  photometricInterpretation: format.photometric === PhotometricInterpretation.Rgb ? PhotometricInterpretation.Rgb : PhotometricInterpretation.Monochrome2,
});

/** After a fault the instance may be in any state, and what it allocated is lost: the next call gets a new one. */
const guarded = (what: string, fault: FrameFault, use: () => Uint8Array | undefined): Uint8Array => {
  complaints = [];
  let out: Uint8Array | undefined;
  try {
    out = use();
  } catch (cause) {
    ready = undefined;
    throw new FrameError(fault, `${what} failed`, cause);
  }
  const complaint = complaints.find((line) => MADE_UP.test(line) && !HARMLESS.test(line));
  if (complaint !== undefined) throw new FrameError(fault, `${what} met damage`, new TypeError(complaint));
  if (out === undefined) throw new FrameError(fault, `${what} gave nothing`);
  return out;
};

/** Decodes one frame. `format` describes the cells the codec is to make. @throws {FrameError} 'damaged' */
export const decodeNative = (decoder: NativeDecoder, encodedBuffer: Uint8Array, format: FrameFormat, toRgb: boolean): Uint8Array =>
  guarded(decoder, 'damaged', () => NativeCodecs[decoder](new library.Context({ ...attributes(format), encodedBuffer }), { convertColorspaceToRgb: toRgb }).getDecodedBuffer());

/** Encodes one frame without loss. @throws {FrameError} 'unsupported' when the encoder refuses it */
export const encodeNative = (encoder: NativeEncoder, decodedBuffer: Uint8Array, format: FrameFormat): Uint8Array =>
  guarded(encoder, 'unsupported', () => NativeCodecs[encoder](new library.Context({ ...attributes(format), decodedBuffer }), { lossy: false }).getEncodedBuffer());

/** Encodes 8-bit grey or RGB as baseline JPEG for browsers. @param quality 1 to 100 @throws {FrameError} @source ITU-T T.81; JFIF 1.02 */
export const encodePicture = ({ columns, rows, samples, data }: { readonly columns: number; readonly rows: number; readonly samples: 1 | 3; readonly data: Uint8Array }, quality: number): Uint8Array => {
  const format = { rows, columns, samples, bitsAllocated: 8, bitsStored: 8, isSigned: false, photometric: samples === 3 ? PhotometricInterpretation.Rgb : PhotometricInterpretation.Monochrome2 };
  return guarded('encodeJpeg', 'unsupported', () => NativeCodecs.encodeJpeg(new library.Context({ ...attributes(format), decodedBuffer: data }), { lossy: true, quality }).getEncodedBuffer());
};
