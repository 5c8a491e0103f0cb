/**
 * Says in a PNG how many dots it has per metre, so that printer software needs no scaling.
 */
import { crc32 } from 'node:zlib';

const SIGNATURE_BYTES = 8;
const IHDR_BYTES = 25;
const MM_PER_INCH = 25.4;

/**
 * Returns the PNG with a pHYs chunk right after its header chunk.
 * @param dpi dots per inch, the same both ways
 * @source PNG (ISO/IEC 15948) 11.3.5.3 pHYs
 */
export const withResolution = (png: Buffer, dpi: number): Buffer => {
  const perMetre = Math.round((dpi / MM_PER_INCH) * 1000);
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write('pHYs', 4, 'latin1');
  chunk.writeUInt32BE(perMetre, 8);
  chunk.writeUInt32BE(perMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  const end = SIGNATURE_BYTES + IHDR_BYTES;
  return Buffer.concat([png.subarray(0, end), chunk, png.subarray(end)]);
};
