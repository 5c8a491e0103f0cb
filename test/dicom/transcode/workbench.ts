/** A folder, a transcoder, and the questions that the suites of pixel data ask. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { TAG } from '../../../dicom/tables/tags.ts';
import { UID } from '../../../dicom/tables/uids.ts';
import { createTranscoder } from '../../../dicom/transcode.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import type { ErrorCode } from '../../../infra/errors.ts';
import { dataSetOf, pixelsOf, SHAPES } from './instances.ts';
import type { Shape, Transcoder } from './instances.ts';

/** The compressed syntaxes that we write. */
export const WRITTEN = [UID.rleLossless, UID.jpegLosslessFirstOrder, UID.jpegLsLossless, UID.jpeg2000Lossless];

export interface Workbench {
  readonly folder: string;
  readonly transcoder: Transcoder;
  /** A path in the folder. */
  at(name: string): string;
  /** Expects the code, and no file left behind. */
  refusing(work: Promise<unknown>, code: ErrorCode): Promise<void>;
}

/** Makes the workbench of a suite, which is cleared away after it. */
export const workbench = (): Workbench => {
  const folder = mkdtempSync(join(tmpdir(), 'transcode-'));
  const transcoder = createTranscoder({ workers: 2 });
  afterAll(async () => {
    await transcoder.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder, transcoder, at: (name) => join(folder, name),
    refusing: async (work, code) => {
      const before = readdirSync(folder);
      await expect(work).rejects.toSatisfy((error) => isApplianceError(error, code));
      expect(readdirSync(folder)).toEqual(before);
    },
  };
};

export const shapeNamed = (name: string): Shape => SHAPES.find((shape) => shape.name === name) as Shape;

/** Colour by plane as colour by pixel. */
const byPixel = (shape: Shape, pixels: Buffer, planar: number | undefined): Buffer => {
  if (planar !== 1) return pixels;
  const count = shape.rows * shape.columns;
  return Buffer.from(Array.from({ length: pixels.length }, (_, index) => pixels[(index % 3) * count + Math.floor(index / 3)] as number));
};

/** The pixels of a shape as decoding gives them. */
export const expectedPixels = (shape: Shape): Buffer => byPixel(shape, pixelsOf(shape), shape.planar);
/** The pixels of a native file, by pixel whichever way they lie in it. */
export const decodedPixels = (file: string, shape: Shape): Buffer | undefined => {
  const { elements } = dataSetOf(file);
  const pixels = elements.get(TAG.PixelData)?.value.subarray(0, expectedPixels(shape).length);
  return pixels && byPixel(shape, pixels, elements.get(TAG.PlanarConfiguration)?.value.readUInt16LE(0));
};
