/** An instance with encapsulated pixel data → the same instance with native pixel data: which attributes change, and the pixels. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ApplianceError } from '../../infra/errors.ts';
import { release } from '../codec/buffers.ts';
import type { CodecPool } from '../codec/codec-pool.ts';
import type { FrameTask } from '../codec/frame.ts';
import { readStreamHeader } from '../codec/frame-codec.ts';
import { frameBytes, FrameError } from '../codec/frame-format.ts';
import type { StreamHeader } from '../codec/stream-header.ts';
import type { Element } from '../data-set/data-set.ts';
import { UNDEFINED_LENGTH } from '../data-set/element-header.ts';
import type { Encoding } from '../data-set/element-header.ts';
import { encodeHeader, orderPiece, paddingOf } from '../data-set/encode-as.ts';
import { EXPLICIT_LITTLE } from '../data-set/encoding.ts';
import type { CodecRow } from '../tables/codecs.ts';
import { TAG } from '../tables/tags.ts';
import { findFrames, joinFragments, readFrame } from './fragments.ts';
import type { Encapsulated } from './fragments.ts';
import { framesDone } from './frame-pipeline.ts';
import { madeElement, textElement, uintElement } from './made-element.ts';
import { findPixels, pixelFacts } from './pixel-facts.ts';
import type { PixelFacts } from './pixel-facts.ts';
import { rewritten } from './rewrite.ts';
import type { Edits } from './rewrite.ts';
import { damaged } from './source.ts';
import type { Source } from './source.ts';

export interface Conversion {
  readonly dataSet: AsyncIterable<Uint8Array>;
  readonly pixels: 'untouched' | 'identical' | 'lossy-decoded';
}

export interface PixelDecoding {
  readonly source: Source;
  readonly codec: CodecRow;
  readonly to: Encoding;
  readonly pool: CodecPool;
  readonly signal?: AbortSignal;
}

const MAX_VALUE_BYTES = 0xfffffffe;

/** The head of a compressed frame; undefined for codecs without one. @throws {ApplianceError} TRANSCODE_FAILED, TRANSCODE_UNSUPPORTED */
export const streamHeaderOf = (codec: CodecRow, frame: Uint8Array): StreamHeader | undefined => {
  try {
    return readStreamHeader(codec.codec, frame);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    throw error.fault === 'unsupported' ? new ApplianceError('TRANSCODE_UNSUPPORTED', error.message) : damaged(error.message);
  }
};

/** What the first frame shows of all. */
export interface Plan { readonly task: FrameTask; readonly photometric: string; readonly isLossy: boolean }

/**
 * Luminance and chrominance of lossy JPEG become RGB, as the stream's own markers say before what the data set says; lossless
 * JPEG has no colour model of its own. JPEG 2000 undoes its transformation by itself. What stays is no longer subsampled.
 * @source PS3.3 C.7.6.3.1.2, PS3.5 8.2.1, 8.2.4
 */
export const planFor = (codec: CodecRow, facts: PixelFacts, header: StreamHeader | undefined): Plan => {
  const { format } = facts;
  const isYbr = format.photometric.startsWith('YBR');
  const isLossyColour = codec.codec === 'jpeg' && header?.isLossy === true && format.samples === 3;
  const toRgb = isLossyColour && !format.isSigned && (header.colour === 'ycc' || (header.colour === 'unsaid' && isYbr));
  const isRgb = toRgb || (isLossyColour && header.colour === 'rgb') || format.photometric === 'YBR_RCT' || format.photometric === 'YBR_ICT';
  const photometric = isRgb ? 'RGB' : format.photometric === 'YBR_FULL_422' ? 'YBR_FULL' : format.photometric;
  const task: FrameTask = { kind: 'decode', codec: codec.codec, format, toRgb, isPlanar: false };
  return { task, photometric, isLossy: codec.lossyMethod !== '' && (header?.isLossy === true || facts.lossyImageCompression === '01') };
};

/** Attributes of pixels that are native now. @source PS3.3 C.7.6.3.1.3 (Planar Configuration) */
const formatEdits = ({ format }: PixelFacts, { photometric }: Plan): readonly Element[] => [
  ...(photometric === format.photometric ? [] : [textElement(TAG.PhotometricInterpretation, 'CS', photometric)]),
  ...(format.samples > 1 ? [uintElement(TAG.PlanarConfiguration, 0)] : []),
];

/** Loss that happened stays said; what the data set already says of it stays. @source PS3.3 C.7.6.1.1.5, C.7.6.1.1.5.1, C.7.6.1.1.5.2 */
const lossEdits = (codec: CodecRow, facts: PixelFacts, encodedBytes: number): readonly Element[] => {
  const ratio = (frameBytes(facts.format) * facts.frames) / Math.max(1, encodedBytes);
  return [
    textElement(TAG.LossyImageCompression, 'CS', '01'),
    ...(facts.lossyRatios.length > 0 ? [] : [textElement(TAG.LossyImageCompressionRatio, 'DS', ratio.toFixed(2))]),
    ...(facts.lossyMethods.length > 0 || facts.lossyRatios.length > 1 ? [] : [textElement(TAG.LossyImageCompressionMethod, 'CS', codec.lossyMethod)]),
  ];
};

/** Decodes pixel data in items: icons. Elements without it are answered as they are. @source PS3.3 C.7.6.1.1.6, PS3.5 A.4 */
const decodeIcons = async (elements: readonly Element[], { codec, pool, signal }: PixelDecoding): Promise<readonly Element[]> => {
  const inItem = async (item: readonly Element[]): Promise<readonly Element[]> => {
    const pixels = item.find(({ tag, length, items }) => tag === TAG.PixelData && length === UNDEFINED_LENGTH && items === undefined);
    const rest = await deeper(item);
    if (pixels === undefined) return rest;
    const facts = pixelFacts({ elements: new Map(item.map((element) => [element.tag, element])), end: 0, complete: true });
    const frame = joinFragments(pixels.value);
    const plan = planFor(codec, facts, streamHeaderOf(codec, frame));
    const [native] = await pool.run(plan.task, [frame], signal);
    const made = [...formatEdits(facts, plan), madeElement(TAG.PixelData, facts.format.bitsAllocated > 8 ? 'OW' : 'OB', Buffer.from(native as Uint8Array))];
    const replaced = new Set(made.map(({ tag }) => tag));
    return [...rest.filter(({ tag }) => !replaced.has(tag)), ...made];
  };
  const deeper = async (all: readonly Element[]): Promise<readonly Element[]> => {
    const out: Element[] = [];
    for (const element of all) {
      const items = element.items === undefined ? [] : await Promise.all(element.items.map(async (item) => {
        const before = [...item.elements.values()];
        const after = await inItem(before);
        return before.every((one, index) => one === after[index]) ? item : { ...item, elements: new Map(after.map((one) => [one.tag, one])) };
      }));
      const isSame = element.items === undefined || items.every((item, index) => item === element.items?.[index]);
      const { tag, vr, valueOffset, length, value, bigEndian } = element;
      out.push(isSame ? element : { tag, vr, valueOffset, length, value, bigEndian, items });
    }
    return out;
  };
  return deeper(elements);
};

interface Frames { readonly handle: FileHandle; readonly encapsulated: Encapsulated; readonly facts: PixelFacts; readonly plan: Plan }

/** The native pixel data element, header and padding included. @source PS3.5 A.1, A.2, 8.1.2 */
async function* nativePixels({ handle, encapsulated, facts, plan }: Frames, { to, ...workers }: PixelDecoding): AsyncGenerator<Uint8Array, void, void> {
  const one = frameBytes(facts.format);
  const length = one * facts.frames;
  if (length > MAX_VALUE_BYTES) throw new ApplianceError('TRANSCODE_UNSUPPORTED', 'The decoded pixel data is longer than a value can be');
  const vr = facts.format.bitsAllocated > 8 ? 'OW' : 'OB';
  yield encodeHeader(TAG.PixelData, vr, length + (length % 2), to);
  const read = (frame: number): Promise<Uint8Array> => readFrame(handle, encapsulated.frames[frame] ?? []);
  for await (const frames of framesDone({ task: plan.task, count: facts.frames, read }, workers)) {
    for (const frame of frames) {
      yield orderPiece(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength), vr, { from: EXPLICIT_LITTLE, to });
      release(frame);
    }
  }
  if (length % 2 === 1) yield paddingOf(vr);
}

/** True when any frame may have lost something; syntaxes that forbid loss are not looked at. */
const anyLossy = async (codec: CodecRow, handle: FileHandle, { frames }: Encapsulated): Promise<boolean> => {
  if (codec.lossyMethod === '') return false;
  for (const fragments of frames) if (streamHeaderOf(codec, await readFrame(handle, fragments))?.isLossy === true) return true;
  return false;
};

interface DecodingPlan { readonly encapsulated: Encapsulated; readonly plan: Plan; readonly edits: Edits }

const planDecoding = async (handle: FileHandle, { source, codec }: PixelDecoding, facts: PixelFacts, extended: Buffer, at: number): Promise<DecodingPlan> => {
  const encapsulated = await findFrames(handle, source.dataSetOffset + at, facts.frames, extended);
  const first = planFor(codec, facts, streamHeaderOf(codec, await readFrame(handle, encapsulated.frames[0] ?? [])));
  const plan: Plan = { ...first, isLossy: first.isLossy || await anyLossy(codec, handle, encapsulated) };
  const made = [...formatEdits(facts, plan), ...(plan.isLossy ? lossEdits(codec, facts, encapsulated.encodedBytes) : [])];
  const edits: Edits = new Map<number, Element | undefined>([
    ...made.map((element): [number, Element] => [element.tag, element]),
    [TAG.ExtendedOffsetTable, undefined], [TAG.ExtendedOffsetTableLengths, undefined], [TAG.EncapsulatedPixelDataValueTotalLength, undefined],
  ]);
  return { encapsulated, plan, edits };
};

const withFile = async <T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> => {
  const handle = await open(file, 'r');
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
};

async function* decodedDataSet(job: PixelDecoding, facts: PixelFacts, { encapsulated, plan, edits }: DecodingPlan): AsyncGenerator<Uint8Array, void, void> {
  const { source, to } = job;
  const handle = await open(source.file, 'r');
  try {
    yield* rewritten(source, {
      to, edits, change: (elements) => decodeIcons(elements, job),
      pixels: {
        kind: 'fragments',
        make: async function* (from) {
          yield* nativePixels({ handle, encapsulated, facts, plan }, job);
          await from.leaveOut(encapsulated.end - source.dataSetOffset - from.taken());
        },
      },
    });
  } finally {
    await handle.close();
  }
}

/**
 * Plans the conversion of an instance to native pixel data; pixels are decoded while its data set is read.
 * An instance without encapsulated pixel data (reports in a compressed syntax, say) is only rewritten.
 * @throws {ApplianceError} TRANSCODE_FAILED, TRANSCODE_UNSUPPORTED; the data set may throw them later
 * @source PS3.5 A.4
 */
export const decodePixels = async (job: PixelDecoding): Promise<Conversion> => {
  const { source, to } = job;
  const { dataSet, place } = await findPixels(source);
  if (place?.kind !== 'fragments') return { dataSet: rewritten(source, { to, change: (elements) => decodeIcons(elements, job) }), pixels: 'untouched' };
  const facts = pixelFacts(dataSet);
  const extended = dataSet.elements.get(TAG.ExtendedOffsetTable)?.value ?? Buffer.alloc(0);
  const plan = await withFile(source.file, (handle) => planDecoding(handle, job, facts, extended, place.at));
  return { dataSet: decodedDataSet(job, facts, plan), pixels: plan.plan.isLossy ? 'lossy-decoded' : 'identical' };
};
