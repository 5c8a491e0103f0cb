/** Gives files their sectors, one behind the other; each is the segment that copies it as well. */
import type { ImageFile } from './image-file.ts';
import type { ImageSegment, PlannedFile } from './image-plan.ts';
import { sectorsFor } from './sectors.ts';

/** Every file from a sector of its own; an empty one has none. */
export const placeFiles = (files: readonly ImageFile[], startSector: number): { readonly placed: readonly PlannedFile[]; readonly endSector: number } => {
  let sector = startSector;
  const placed = files.map((file): PlannedFile => {
    const first = file.bytes === 0 ? 0 : sector;
    sector += sectorsFor(file.bytes);
    return { sector: first, bytes: file.bytes, file };
  });
  return { placed, endSector: sector };
};

export const fileSegments = (placed: readonly PlannedFile[]): readonly ImageSegment[] =>
  placed.filter(({ sector }) => sector !== 0);
