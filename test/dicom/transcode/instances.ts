/** Image instances of every shape that pixel data has, as files; and the small tools that the suites of transcoding share. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFileMeta } from '../../../dicom/data-set/part10.ts';
import { readElements } from '../../../dicom/data-set/read-elements.ts';
import type { DataSet } from '../../../dicom/data-set/data-set.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import type { createTranscoder } from '../../../dicom/transcode.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import type { MadeElement } from '../../fixtures/make-instance.ts';

export type Transcoder = ReturnType<typeof createTranscoder>;
export type Converted = Awaited<ReturnType<Transcoder['convert']>>;

export interface Shape {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly isSigned?: boolean;
  readonly planar?: 0 | 1;
  readonly photometric?: string;
  readonly frames?: number;
  /** Samples fill the whole cell, overlay bits say. */
  readonly fills?: boolean;
}

export const SHAPES: readonly Shape[] = [
  { name: 'unsigned 12 of 16 bits', rows: 33, columns: 47, samples: 1, bitsAllocated: 16, bitsStored: 12 },
  { name: 'unsigned 16 bits', rows: 64, columns: 64, samples: 1, bitsAllocated: 16, bitsStored: 16 },
  { name: 'signed 16 bits', rows: 32, columns: 40, samples: 1, bitsAllocated: 16, bitsStored: 16, isSigned: true },
  { name: 'signed 12 of 16 bits', rows: 21, columns: 20, samples: 1, bitsAllocated: 16, bitsStored: 12, isSigned: true },
  { name: '12 bits under an overlay in the high bits', rows: 20, columns: 20, samples: 1, bitsAllocated: 16, bitsStored: 12, fills: true },
  { name: '8 bits, odd length', rows: 31, columns: 33, samples: 1, bitsAllocated: 8, bitsStored: 8 },
  { name: 'RGB by pixel', rows: 24, columns: 31, samples: 3, bitsAllocated: 8, bitsStored: 8, planar: 0, photometric: 'RGB' },
  { name: 'RGB by plane', rows: 24, columns: 31, samples: 3, bitsAllocated: 8, bitsStored: 8, planar: 1, photometric: 'RGB' },
  { name: 'nine frames', rows: 16, columns: 15, samples: 1, bitsAllocated: 16, bitsStored: 10, frames: 9 },
  { name: 'three frames of odd length', rows: 15, columns: 15, samples: 1, bitsAllocated: 8, bitsStored: 8, frames: 3 },
];

/** Smooth ramps with some noise on them: what compresses, and does not repeat. */
export const pixelsOf = (shape: Shape): Buffer => {
  const { rows, columns, samples, bitsAllocated, bitsStored, frames = 1 } = shape;
  const count = rows * columns * samples * frames;
  const bytes = Buffer.alloc(count * (bitsAllocated / 8));
  const range = 2 ** bitsStored;
  let state = 12345;
  for (let at = 0; at < count; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const level = (Math.floor(at / 3) * 5 + (state >>> 28)) % range;
    const value = shape.isSigned === true ? level - range / 2 : shape.fills === true && at % 7 === 0 ? level + range : level;
    if (bitsAllocated === 8) bytes.writeUInt8(value & 0xff, at);
    else if (bitsAllocated === 16) bytes.writeUInt16LE(value & 0xffff, at * 2);
    else bytes.writeUInt32LE(value >>> 0, at * 4);
  }
  return bytes;
};

export const imageElements = (shape: Shape): readonly MadeElement[] => [
  { tag: TAG.SamplesPerPixel, vr: 'US', value: shape.samples },
  { tag: TAG.PhotometricInterpretation, vr: 'CS', value: shape.photometric ?? 'MONOCHROME2' },
  ...(shape.planar === undefined ? [] : [{ tag: TAG.PlanarConfiguration, vr: 'US', value: shape.planar }]),
  ...(shape.frames === undefined ? [] : [{ tag: TAG.NumberOfFrames, vr: 'IS', value: String(shape.frames) }]),
  { tag: TAG.Rows, vr: 'US', value: shape.rows }, { tag: TAG.Columns, vr: 'US', value: shape.columns },
  { tag: TAG.BitsAllocated, vr: 'US', value: shape.bitsAllocated }, { tag: TAG.BitsStored, vr: 'US', value: shape.bitsStored },
  { tag: TAG.HighBit, vr: 'US', value: shape.bitsStored - 1 }, { tag: TAG.PixelRepresentation, vr: 'US', value: shape.isSigned === true ? 1 : 0 },
];

/** Writes an instance of a shape and answers its path. */
export const shapeFile = (folder: string, shape: Shape, more: readonly MadeElement[] = [], transferSyntaxUid: string = UID.explicitLittleEndian): string => {
  const file = join(folder, `${shape.name.replaceAll(/\W/g, '-')}-${transferSyntaxUid}.dcm`);
  const vr = shape.bitsAllocated > 8 || transferSyntaxUid === UID.implicitLittleEndian ? 'OW' : 'OB';
  writeFileSync(file, makeInstance({ seed: shape.name, transferSyntaxUid, elements: [...imageElements(shape).filter(({ tag }) => !more.some((other) => other.tag === tag)), { tag: TAG.PixelData, vr, value: pixelsOf(shape) }, ...more] }).bytes);
  return file;
};

/** Converts a file of any syntax. */
export const convertFile = (transcoder: Transcoder, file: string, toSyntaxUid: string, target: string, signal?: AbortSignal): Promise<Converted> => {
  const meta = readFileMeta(readFileSync(file));
  return transcoder.convert({ file, dataSetOffset: meta.dataSetOffset, fromSyntaxUid: meta.transferSyntaxUid, toSyntaxUid, target, ...(signal === undefined ? {} : { signal }) });
};

/** Reads the data set of a file whole. */
export const dataSetOf = (file: string): DataSet => {
  const bytes = readFileSync(file);
  const meta = readFileMeta(bytes);
  return readElements(bytes.subarray(meta.dataSetOffset), meta.transferSyntaxUid);
};

export const valueOf = (dataSet: DataSet, tag: number): string | undefined => dataSet.elements.get(tag)?.value.toString('latin1').trim();

/** An item or a sequence delimiter. */
export const item = (value: Uint8Array): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(0xe000, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
};
export const DELIMITER = Buffer.from('feffdde000000000', 'hex');
/** Header of encapsulated pixel data, Explicit VR Little Endian. */
export const ENCAPSULATED = Buffer.from('e07f10004f420000ffffffff', 'hex');

/** Fragments of an encapsulated file, without the offset table. */
export const fragmentsOf = (file: string): readonly Buffer[] => {
  const value = dataSetOf(file).elements.get(TAG.PixelData)?.value ?? Buffer.alloc(0);
  const fragments: Buffer[] = [];
  for (let at = 0; at < value.length;) {
    const length = value.readUInt32LE(at + 4);
    fragments.push(value.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return fragments.slice(1);
};

/** Writes a file again with other pixel data behind the same head: bytes from the pixel data element on. */
export const withPixelData = (file: string, target: string, pixelData: Buffer): string => {
  const bytes = readFileSync(file);
  const at = bytes.lastIndexOf(ENCAPSULATED);
  writeFileSync(target, Buffer.concat([bytes.subarray(0, at), pixelData]));
  return target;
};

/** All files below a folder, sorted. */
export const filesBelow = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
