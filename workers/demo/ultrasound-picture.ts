/** An ultrasound picture: a fan of speckle with a vessel, and the flow in it in the colours of Doppler. */
import { SOP_CLASSES } from '../../dicom/tables/sop-classes.ts';
import { binary, instanceFile, number, text } from './elements.ts';
import { seededRandom } from './random.ts';
import type { StudyContext } from './study-context.ts';

const COLUMNS = 640;
const ROWS = 480;
const APEX_ROW = 20;
const NEAR = 60;
const FAR = 440;
const HALF_ANGLE = 0.66;

/** Signed distance from the middle of the vessel, in radii; inside below 1. */
const vesselAt = (column: number, row: number): number => {
  const along = (column - COLUMNS / 2) / 150;
  return Math.abs(row - (250 + 38 * Math.sin(along * 1.7))) / 30;
};

const cystAt = (column: number, row: number): number => Math.hypot((column - 420) / 42, (row - 370) / 32);

/** Brightness of tissue before speckle, 0..1. */
const tissueAt = (column: number, row: number, depth: number): number => {
  const vessel = vesselAt(column, row);
  if (vessel < 1) return 0.04;
  const wall = vessel < 1.22 ? 0.45 : 0;
  const cyst = cystAt(column, row);
  if (cyst < 1) return 0.03;
  const isBehindCyst = Math.abs(column - 420) < 36 && row > 370;
  const layers = 0.06 * Math.sin(depth / 9) + 0.05 * Math.sin(depth / 23 + column / 90);
  return 0.36 - depth / 1900 + layers + wall + (isBehindCyst ? 0.16 : 0) + (cyst < 1.15 ? 0.25 : 0);
};

/** Red towards the transducer, blue away. */
const flowAt = (column: number, row: number): readonly [number, number, number] | undefined => {
  const vessel = vesselAt(column, row);
  if (vessel > 0.86 || Math.abs(column - COLUMNS / 2) > 105) return undefined;
  const speed = 1 - vessel * vessel;
  return column < COLUMNS / 2 + 12 * Math.sin(row / 5)
    ? [110 + 145 * speed, 190 * speed * speed, 10]
    : [10, 170 * speed * speed, 110 + 145 * speed];
};

const pictureOf = (seed: number): Buffer => {
  const random = seededRandom(seed + 77);
  const pixels = Buffer.alloc(COLUMNS * ROWS * 3);
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const depth = Math.hypot(column - COLUMNS / 2, row - APEX_ROW);
      const angle = Math.abs(Math.atan2(column - COLUMNS / 2, row - APEX_ROW));
      if (depth < NEAR || depth > FAR || angle > HALF_ANGLE) continue;
      // The sum of two squares of even noise is close to the spread of speckle.
      const speckle = Math.sqrt(random() ** 2 + random() ** 2) * 1.3;
      const grey = Math.min(255, Math.max(0, Math.round(255 * tissueAt(column, row, depth) * speckle)));
      pixels.set(flowAt(column, row)?.map(Math.round) ?? [grey, grey, grey], (row * COLUMNS + column) * 3);
    }
  }
  return pixels;
};

const ULTRASOUND = SOP_CLASSES.find(({ name, retired }) => name === 'Ultrasound Image Storage' && !retired)?.uid ?? '';

/**
 * The picture as an instance file.
 * @source PS3.3 A.6, C.7.6.3, C.8.5.6
 */
export const makeUltrasound = (context: StudyContext): Buffer => instanceFile(ULTRASOUND, context.uid('ultrasound'), [
  ...context.common({ number: 2, modality: 'US', description: 'Vessel, colour Doppler' }),
  text('ImageType', 'CS', 'ORIGINAL\\PRIMARY\\VASCULAR\\0011'),
  text('BodyPartExamined', 'CS', 'CAROTID'),
  text('Laterality', 'CS', 'L'),
  text('InstanceNumber', 'IS', '1'),
  text('PatientOrientation', 'CS', ''),
  number('SamplesPerPixel', 3),
  text('PhotometricInterpretation', 'CS', 'RGB'),
  number('PlanarConfiguration', 0),
  number('Rows', ROWS),
  number('Columns', COLUMNS),
  number('BitsAllocated', 8),
  number('BitsStored', 8),
  number('HighBit', 7),
  number('PixelRepresentation', 0),
  text('BurnedInAnnotation', 'CS', 'NO'),
  text('LossyImageCompression', 'CS', '00'),
  binary('PixelData', 'OB', pictureOf(context.seed)),
]);
