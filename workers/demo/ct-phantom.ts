/** A head made of ellipsoids, cut into CT slices: skull, brain, ventricles, eyes, sinuses, and a round lesion. Not for measuring. */
import { UID } from '../../dicom/tables/uids.ts';
import { binary, instanceFile, number, text } from './elements.ts';
import { seededRandom } from './random.ts';
import { STUDY_TIME } from './study-context.ts';
import type { StudyContext } from './study-context.ts';

export const CT_SLICES = 60;
export const CT_SERIES = 1;
/** Slice that shows the lesion best, from 1. */
export const LESION_SLICE = 40;

const SIZE = 512;
const PIXEL_MM = 0.45;
const SPACING_MM = 2.5;
const NOISE_HU = 12;
const INTERCEPT_HU = -1024;

/** One part: centre and half axes in mm (x to the left, y to the back, z to the head), turned about z; later parts cover earlier ones. */
interface Ellipsoid {
  readonly at: readonly [number, number, number];
  readonly half: readonly [number, number, number];
  readonly turnDegrees: number;
  readonly hu: number;
}

const part = (at: Ellipsoid['at'], half: Ellipsoid['half'], hu: number, turnDegrees = 0): Ellipsoid => ({ at, half, hu, turnDegrees });

/** After the ellipsoids of Shepp and Logan, with the CT numbers of tissues. @source Shepp, Logan: IEEE Trans. Nucl. Sci. NS-21 (1974) */
const HEAD: readonly Ellipsoid[] = [
  part([0, 0, 0], [78, 98, 92], 40),
  part([0, 0, 0], [74, 94, 88], 1050),
  part([0, 0, 0], [68, 88, 82], 36),
  part([0, -20, -4], [1.5, 62, 70], 52),
  part([16, -2, 6], [9, 30, 24], 6, 16),
  part([-16, -2, 6], [9, 30, 24], 6, -16),
  part([0, 8, -14], [4, 12, 16], 8),
  part([24, 8, -12], [10, 15, 12], 46, -20),
  part([-24, 8, -12], [10, 15, 12], 46, 20),
  part([0, 58, -42], [38, 22, 26], 44),
  part([0, 20, -60], [13, 13, 40], 48),
  part([31, -74, -38], [17, 16, 16], 900),
  part([-31, -74, -38], [17, 16, 16], 900),
  part([31, -76, -38], [14, 15, 14], 14),
  part([-31, -76, -38], [14, 15, 14], 14),
  part([31, -88, -38], [5, 3, 5], 95),
  part([-31, -88, -38], [5, 3, 5], 95),
  part([0, -76, -50], [11, 14, 22], -950),
  part([0, -84, -4], [20, 6, 12], -900),
  part([0, 6, 2], [2.5, 3, 2.5], 320),
  part([38, 24, 26], [15, 15, 15], 22),
  part([38, 24, 26], [11, 11, 11], 78),
  part([40, 22, 26], [4, 4, 4], 30),
];

const zOf = (slice: number): number => (slice - (CT_SLICES - 1) / 2) * SPACING_MM;

const paint = (plane: Float32Array, { at, half, turnDegrees, hu }: Ellipsoid, z: number): void => {
  const across = 1 - ((z - at[2]) / half[2]) ** 2;
  if (across <= 0) return;
  const turn = (turnDegrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const reach = Math.max(half[0], half[1]) * Math.sqrt(across);
  const toPixel = (mm: number): number => mm / PIXEL_MM + (SIZE - 1) / 2;
  const first = (mm: number): number => Math.max(0, Math.floor(toPixel(mm - reach)));
  const last = (mm: number): number => Math.min(SIZE - 1, Math.ceil(toPixel(mm + reach)));
  for (let row = first(at[1]); row <= last(at[1]); row += 1) {
    const y = (row - (SIZE - 1) / 2) * PIXEL_MM - at[1];
    for (let column = first(at[0]); column <= last(at[0]); column += 1) {
      const x = (column - (SIZE - 1) / 2) * PIXEL_MM - at[0];
      const u = (x * cos + y * sin) / half[0];
      const v = (y * cos - x * sin) / half[1];
      if (u * u + v * v <= across) plane[row * SIZE + column] = hu;
    }
  }
};

const pixelsOf = (slice: number, seed: number): Buffer => {
  const plane = new Float32Array(SIZE * SIZE).fill(-1000);
  for (const ellipsoid of HEAD) paint(plane, ellipsoid, zOf(slice));
  const random = seededRandom(seed * 1000 + slice);
  const pixels = new Uint16Array(SIZE * SIZE);
  for (let at = 0; at < pixels.length; at += 1) {
    const noise = (random() + random() + random() - 1.5) * 2 * NOISE_HU;
    pixels[at] = Math.min(4095, Math.max(0, Math.round((plane[at] ?? 0) + noise - INTERCEPT_HU)));
  }
  return Buffer.from(pixels.buffer);
};

/** UID of a slice, from 1. */
export const ctUid = (context: StudyContext, slice: number): string => context.uid(`ct ${slice}`);

/**
 * One slice, from 1, as an instance file.
 * @source PS3.3 A.3, C.7.6.1, C.7.6.2, C.7.6.3, C.8.2.1, C.11.2
 */
export const makeCtSlice = (context: StudyContext, slice: number): Buffer => {
  const corner = (-(SIZE - 1) / 2) * PIXEL_MM;
  const z = zOf(slice - 1);
  return instanceFile(UID.ctImageStorage, ctUid(context, slice), [
    ...context.common({ number: CT_SERIES, modality: 'CT', description: 'Head, 2.5 mm' }),
    text('ImageType', 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'),
    text('AcquisitionTime', 'TM', STUDY_TIME),
    text('BodyPartExamined', 'CS', 'HEAD'),
    text('SliceThickness', 'DS', String(SPACING_MM)),
    text('KVP', 'DS', '120'),
    text('SpacingBetweenSlices', 'DS', String(SPACING_MM)),
    text('PatientPosition', 'CS', 'HFS'),
    text('AcquisitionNumber', 'IS', '1'),
    text('InstanceNumber', 'IS', String(slice)),
    text('ImagePositionPatient', 'DS', `${corner.toFixed(3)}\\${corner.toFixed(3)}\\${z.toFixed(3)}`),
    text('ImageOrientationPatient', 'DS', '1\\0\\0\\0\\1\\0'),
    text('FrameOfReferenceUID', 'UI', context.uid('frame of reference')),
    text('PositionReferenceIndicator', 'LO', ''),
    text('SliceLocation', 'DS', z.toFixed(3)),
    number('SamplesPerPixel', 1),
    text('PhotometricInterpretation', 'CS', 'MONOCHROME2'),
    number('Rows', SIZE),
    number('Columns', SIZE),
    text('PixelSpacing', 'DS', `${PIXEL_MM}\\${PIXEL_MM}`),
    number('BitsAllocated', 16),
    number('BitsStored', 12),
    number('HighBit', 11),
    number('PixelRepresentation', 0),
    text('WindowCenter', 'DS', '40'),
    text('WindowWidth', 'DS', '120'),
    text('RescaleIntercept', 'DS', String(INTERCEPT_HU)),
    text('RescaleSlope', 'DS', '1'),
    text('RescaleType', 'LO', 'HU'),
    binary('PixelData', 'OW', pixelsOf(slice - 1, context.seed)),
  ]);
};
