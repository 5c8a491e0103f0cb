/**
 * Arithmetic of 2048-byte sectors, shared by every kind of volume image.
 * Positions in bytes pass 2^32, so they are plain numbers and never shifted.
 */

/** Bytes of one sector of user data. @source ECMA-119 6.1.2 */
export const SECTOR_BYTES = 2048;

/** One extent of a level 1 or 2 file is described by 32 bits. @source ECMA-119 9.1.4, 10.1 */
export const MAX_ISO_FILE_BYTES = 0xffff_ffff;

/** Whole sectors that hold `bytes` bytes; an empty file holds none. */
export const sectorsFor = (bytes: number): number => Math.ceil(bytes / SECTOR_BYTES);
