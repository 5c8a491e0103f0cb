/** Runs the independent readers that judge an image, and makes the folders the tests work in. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { needs } from '../../fixtures/peers.ts';

export const run = async (command: string, args: readonly string[], environment: Record<string, string> = {}): Promise<string> => {
  const { stdout } = await promisify(execFile)(command, [...args],
    { timeout: 900_000, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C.UTF-8', ...environment } });
  return stdout;
};

/** The script that mounts an image with a real kernel, when the machine for it is here. */
export const kernelMount = (): string | undefined => (needs('kernel') ? resolve(import.meta.dirname, '../../fixtures/kernel-mount.sh') : undefined);

/** Path and digest of every line "sha256  ./path", sorted. */
export const digestsListed = (listing: string): Record<string, string> =>
  Object.fromEntries(listing.split('\n').filter((line) => line !== '')
    .map((line): [string, string] => [line.slice(66).replace('./', ''), line.slice(0, 64)]).sort(([a], [b]) => (a < b ? -1 : 1)));

export const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'image-test-'));
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }); });
  return folder;
};

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Path and digest of every file below a folder, sorted. */
export const digestsBelow = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path): [string, string] => [relative(folder, path).normalize('NFC'), sha256(readFileSync(path))])
    .sort(([a], [b]) => (a < b ? -1 : 1)));
