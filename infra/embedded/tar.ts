/**
 * Takes one file out of a gzipped tar archive as it streams by. Refuses archives that end early or whose headers do not add up.
 * @source POSIX.1-2024 pax, ustar Interchange Format
 */
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const BLOCK = 512;

interface Entry { readonly name: string; readonly bytes: number; readonly isFile: boolean }

const text = (block: Buffer, from: number, length: number): string => block.subarray(from, from + length).toString('latin1').replace(/\0.*$/s, '');

const header = (block: Buffer): Entry | undefined => {
  if (block.every((byte) => byte === 0)) return undefined;
  const expected = parseInt(text(block, 148, 8).trim(), 8);
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (sum !== expected) throw new RangeError('the archive is damaged (header sum)');
  const type = text(block, 156, 1);
  return { name: text(block, 0, 100).replace(/^\.\//, ''), bytes: parseInt(text(block, 124, 12).trim() || '0', 8), isFile: type === '0' || type === '' };
};

/**
 * Writes the file `name` of the archive to `target` (0755, synced) and reads the archive to its end.
 * @throws {RangeError} when the file is not in it, or the archive is damaged or ends early; zlib's errors when the compression is
 */
export const extractFile = async (archive: Readable, name: string, target: string): Promise<void> => {
  const gunzip = createGunzip();
  archive.on('error', (error) => { gunzip.destroy(error); });
  // The loop below meets errors while it reads; one that comes after it has no one else to meet it.
  gunzip.on('error', () => undefined);
  archive.pipe(gunzip);
  let pending: Buffer = Buffer.alloc(0);
  let current: Entry | undefined;
  let left = 0, padding = 0;
  let isFound = false, isEnded = false;
  const output = await open(target, 'wx', 0o755);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      if (isEnded) continue;
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (pending.length > 0 && !isEnded) {
        if (left > 0) {
          const part = pending.subarray(0, left);
          if (current?.isFile === true && current.name === name) await output.writeFile(part);
          left -= part.length;
          pending = pending.subarray(part.length);
        } else if (padding > 0) {
          const skipped = Math.min(padding, pending.length);
          padding -= skipped;
          pending = pending.subarray(skipped);
        } else {
          if (pending.length < BLOCK) break;
          current = header(pending.subarray(0, BLOCK));
          pending = pending.subarray(BLOCK);
          if (current === undefined) { isEnded = true; break; }
          left = current.bytes;
          padding = (BLOCK - left % BLOCK) % BLOCK;
          isFound ||= current.isFile && current.name === name;
        }
      }
    }
    if (!isEnded) throw new RangeError('the archive ends early');
    if (!isFound) throw new RangeError(`the archive does not hold ${name}`);
    await output.sync();
  } finally {
    await output.close();
  }
};
