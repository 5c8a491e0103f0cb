/** Makes volumes of many small files in series of 333, as a long order has them. */
import type { ImageFile } from '../../../disc/image/write-image.ts';
import { contentOf } from './volumes.ts';

const CONTENT = contentOf('any', 5000);

export const manyFiles = (count: number, bytesOf: (index: number) => number): ImageFile[] =>
  Array.from({ length: count }, (_, index): ImageFile => {
    const bytes = bytesOf(index);
    const series = `SE${String(Math.floor(index / 333)).padStart(6, '0')}`;
    return { path: `DICOM/${series}/IM${String(index).padStart(6, '0')}`, bytes, content: { data: CONTENT.subarray(0, bytes) } };
  });
