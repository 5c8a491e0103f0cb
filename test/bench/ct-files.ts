/** Generated CT slices for benches: a phantom of two ellipses plus seeded noise, so that nothing compresses better than real images do. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TAG } from '../../dicom/tables/tags.ts';
import { makeInstance, uid } from '../fixtures/make-instance.ts';
import type { MadeInstance } from '../fixtures/make-instance.ts';
import { scannerHead } from './scanner-head.ts';

export interface SliceWish {
  readonly seed: string;
  /** Of the instance within all; decides noise and UID. */
  readonly at: number;
  readonly series: number;
  readonly study: number;
  /** About how long the file becomes; images are square. */
  readonly bytes: number;
  /** The head of a scanner's image (scanner-head.ts) instead of the few elements that identify an instance. */
  readonly isScanned: boolean;
}

const phantoms = new Map<number, Uint16Array>();

const phantom = (side: number): Uint16Array => {
  const known = phantoms.get(side);
  if (known !== undefined) return known;
  const pixels = new Uint16Array(side * side);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const dx = x / side - 0.5, dy = y / side - 0.5;
      const body = (dx / 0.42) ** 2 + (dy / 0.32) ** 2 < 1, spine = (dx / 0.06) ** 2 + ((dy - 0.18) / 0.06) ** 2 < 1;
      pixels[y * side + x] = spine ? 1_900 : body ? 1_060 : 24;
    }
  }
  phantoms.set(side, pixels);
  return pixels;
};

const pixelsOf = (side: number, seed: number): Buffer => {
  const base = phantom(side);
  const pixels = new Uint16Array(base.length);
  let state = (Math.imul(seed + 1, 0x9e37_79b1) | 1) >>> 0;
  for (let at = 0; at < base.length; at += 1) {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    pixels[at] = (base[at] ?? 0) + (state & 15);
  }
  return Buffer.from(pixels.buffer);
};

/** What surrounds the pixels, about. */
const HEAD_BYTES = { own: 1_000, scanned: 6_400 };

export const makeSlice = ({ seed, at, series, study, bytes, isScanned }: SliceWish): MadeInstance => {
  const side = Math.max(8, Math.round(Math.sqrt(Math.max(bytes - (isScanned ? HEAD_BYTES.scanned : HEAD_BYTES.own), 0) / 2) / 2) * 2);
  return makeInstance({
    seed: `${seed} ${at}`, patientId: `BENCH-${study}`, patientName: `Phantom^Bench${study}`, studyInstanceUid: uid(`${seed} study ${study}`),
    seriesInstanceUid: uid(`${seed} study ${study} series ${series}`), seriesNumber: series + 1, instanceNumber: at + 1,
    elements: [...(isScanned ? scannerHead(at) : []), { tag: TAG.Rows, vr: 'US', value: side }, { tag: TAG.Columns, vr: 'US', value: side }, { tag: TAG.PixelData, vr: 'OW', value: pixelsOf(side, at) }],
  });
};

export interface SliceSet { readonly folders: readonly string[]; readonly count: number; readonly bytes: number }

/** Writes `count` slices of series of 100, dealt out to one folder per association; as a scanner makes them unless told. */
export const writeSlices = (folder: string, wish: { readonly seed: string; readonly count: number; readonly bytes: number; readonly associations: number; readonly isScanned?: boolean }): SliceSet => {
  const folders = Array.from({ length: wish.associations }, (_, n) => join(folder, String(n)));
  for (const one of folders) mkdirSync(one, { recursive: true });
  let bytes = 0;
  for (let at = 0; at < wish.count; at += 1) {
    const made = makeSlice({ seed: wish.seed, at, series: Math.floor(at / 100) % 3, study: Math.floor(at / 300), bytes: wish.bytes, isScanned: wish.isScanned ?? true });
    writeFileSync(join(folders[at % folders.length] ?? folder, `${String(at).padStart(6, '0')}.dcm`), made.bytes);
    bytes += made.bytes.length;
  }
  return { folders, count: wish.count, bytes };
};

