/**
 * The serial as Data Matrix ECC 200, laid on whole printer dots so that every module is equally wide.
 */
import bwip from 'bwip-js/node';
import { ApplianceError } from '../../infra/errors.ts';
import type { Rect } from './geometry.ts';

/** Modules kept white on each side; the symbology asks for one. */
export const QUIET_MODULES = 2;

export interface DataMatrix {
  readonly field: string;
  /** Dark modules as rectangles, joined along each row. */
  readonly bars: readonly Rect[];
  readonly moduleMm: number;
  /** Modules along one side. */
  readonly modules: number;
  /** The symbol without its quiet zone. */
  readonly box: Rect;
}

const encode = (text: string): { pixels: readonly number[]; modules: number } => {
  try {
    const [symbol] = bwip.raw({ bcid: 'datamatrix', text });
    if (symbol === undefined || !('pixs' in symbol) || symbol.pixx !== symbol.pixy) throw new TypeError('not a square matrix symbol');
    return { pixels: symbol.pixs, modules: symbol.pixx };
  } catch (cause) {
    throw new ApplianceError('DISC_LABEL_FAILED', 'the serial cannot be written as Data Matrix', { cause });
  }
};

/**
 * Lays the symbol into the middle of the left edge of the area, quiet zone included.
 * @throws {ApplianceError} DISC_LABEL_FAILED when the text does not fit with modules of the smallest size
 * @source ISO/IEC 16022 (symbol and quiet zone)
 */
export const layDataMatrix = (text: string, options: { area: Rect; moduleMm: number; minModuleMm: number; dotMm: number }): DataMatrix => {
  const { pixels, modules } = encode(text);
  const { area, dotMm, minModuleMm } = options;
  const roomMm = Math.min(area.right - area.left, area.bottom - area.top) / (modules + 2 * QUIET_MODULES);
  if (roomMm < minModuleMm) throw new ApplianceError('DISC_LABEL_FAILED', 'the serial is too long for its Data Matrix', { details: { modules } });
  const dots = Math.min(Math.max(Math.ceil(minModuleMm / dotMm), Math.round(options.moduleMm / dotMm)), Math.floor(roomMm / dotMm));
  // At a coarse resolution no whole number of dots may lie between the smallest module and the room there is.
  const moduleMm = dots * dotMm >= minModuleMm ? dots * dotMm : roomMm;
  const snap = (mm: number): number => Math.round(mm / dotMm) * dotMm;
  const left = snap(area.left + QUIET_MODULES * moduleMm);
  const top = snap((area.top + area.bottom - modules * moduleMm) / 2);
  const bars: Rect[] = [];
  for (let row = 0; row < modules; row += 1) {
    for (let column = 0; column < modules; column += 1) {
      if (pixels[row * modules + column] !== 1) continue;
      const start = column;
      while (column + 1 < modules && pixels[row * modules + column + 1] === 1) column += 1;
      bars.push({ left: left + start * moduleMm, right: left + (column + 1) * moduleMm, top: top + row * moduleMm, bottom: top + (row + 1) * moduleMm });
    }
  }
  return { field: 'matrix', bars, moduleMm, modules, box: { left, top, right: left + modules * moduleMm, bottom: top + modules * moduleMm } };
};
