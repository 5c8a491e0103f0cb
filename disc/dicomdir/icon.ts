/** The icon of an image record: a small grey picture of the image. Pure. */
import { encodeElement, encodeSequence } from '../../dicom/data-set/encode.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import type { Raster } from '../../dicom/picture/render.ts';

const us = (tag: number, value: number): Buffer => { const bytes = Buffer.alloc(2); bytes.writeUInt16LE(value); return encodeElement(tag, 'US', bytes); };

/** How bright colours look. @source ITU-R BT.601, as PS3.3 C.7.6.3.1.2 (YBR_FULL) */
const grey = ({ samples, data }: Raster): Buffer =>
  (samples === 1 ? Buffer.from(data) : Buffer.from(Uint8Array.from({ length: data.length / 3 }, (_, at) => Math.round(0.299 * (data[at * 3] as number) + 0.587 * (data[at * 3 + 1] as number) + 0.114 * (data[at * 3 + 2] as number)))));

/** Encodes the Icon Image Sequence of a picture. @source PS3.3 F.7, C.7.6.1.1.6 */
export const encodeIcon = (picture: Raster): Buffer =>
  encodeSequence(TAG.IconImageSequence, [Buffer.concat([
    us(TAG.SamplesPerPixel, 1), encodeElement(TAG.PhotometricInterpretation, 'CS', Buffer.from('MONOCHROME2')), us(TAG.Rows, picture.rows), us(TAG.Columns, picture.columns),
    us(TAG.BitsAllocated, 8), us(TAG.BitsStored, 8), us(TAG.HighBit, 7), us(TAG.PixelRepresentation, 0), encodeElement(TAG.PixelData, 'OB', grey(picture)),
  ])]);
