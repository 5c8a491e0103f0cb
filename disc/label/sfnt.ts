/**
 * Unpacks WOFF 1.0 web fonts to the plain sfnt files that text shaping needs.
 * Refuses anything that is not WOFF 1.0; checks no glyph data.
 */
import { inflateSync } from 'node:zlib';
import { ApplianceError } from '../../infra/errors.ts';

const WOFF_SIGNATURE = 0x774f4646;
const WOFF_HEADER_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_HEADER_BYTES = 12;
const SFNT_ENTRY_BYTES = 16;

const padded = (bytes: number): number => (bytes + 3) & ~3;

/**
 * Returns the sfnt (TrueType or OpenType) bytes of a WOFF file.
 * @throws {ApplianceError} DISC_LABEL_FAILED when the bytes are no whole WOFF 1.0 file
 * @source W3C WOFF File Format 1.0, sections 3 to 5
 */
export const unpackWoff = (woff: Buffer): Buffer => {
  if (woff.length < WOFF_HEADER_BYTES || woff.readUInt32BE(0) !== WOFF_SIGNATURE) {
    throw new ApplianceError('DISC_LABEL_FAILED', 'a font file is not WOFF 1.0');
  }
  const tableCount = woff.readUInt16BE(12);
  const directory = Buffer.alloc(SFNT_HEADER_BYTES + tableCount * SFNT_ENTRY_BYTES);
  directory.writeUInt32BE(woff.readUInt32BE(4), 0);
  directory.writeUInt16BE(tableCount, 4);
  const parts: Buffer[] = [directory];
  let offset = directory.length;
  try {
    for (let i = 0; i < tableCount; i += 1) {
      const entry = WOFF_HEADER_BYTES + i * WOFF_ENTRY_BYTES;
      const start = woff.readUInt32BE(entry + 4);
      const compressedBytes = woff.readUInt32BE(entry + 8);
      const originalBytes = woff.readUInt32BE(entry + 12);
      const stored = woff.subarray(start, start + compressedBytes);
      const table = compressedBytes < originalBytes ? inflateSync(stored) : stored;
      if (table.length !== originalBytes) throw new RangeError('table length differs from the directory');
      const row = SFNT_HEADER_BYTES + i * SFNT_ENTRY_BYTES;
      woff.copy(directory, row, entry, entry + 4);
      directory.writeUInt32BE(woff.readUInt32BE(entry + 16), row + 4);
      directory.writeUInt32BE(offset, row + 8);
      directory.writeUInt32BE(originalBytes, row + 12);
      parts.push(table, Buffer.alloc(padded(originalBytes) - originalBytes));
      offset += padded(originalBytes);
    }
  } catch (cause) {
    throw new ApplianceError('DISC_LABEL_FAILED', 'a font file is damaged', { cause });
  }
  return Buffer.concat(parts);
};
