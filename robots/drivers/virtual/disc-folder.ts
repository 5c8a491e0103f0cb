/**
 * Disc folders: drives/<drive>/<number> while a disc is worked on, out/<bin>/<number> or reject/<bin>/<number> after.
 * A disc moves by one rename, so it lies in exactly one place.
 */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, syncFolder, writeJsonFile } from '../../../infra/durable-file.ts';
import type { DiscJob, RobotError } from '../../robot.ts';

/** disc.json: what is known of one disc. */
export interface DiscNote {
  readonly number: number;
  readonly result: 'good' | 'bad';
  readonly key: string | null;
  readonly serial: string | null;
  readonly volumeId: string | null;
  readonly media: string | null;
  readonly imageBytes: number | null;
  readonly imageSha256: string | null;
  readonly error?: RobotError;
  readonly at: string;
}

export const discName = (number: number): string => String(number).padStart(6, '0');

export const isDiscName = (name: string): boolean => /^\d{6,}$/.test(name);

export const outPlace = (bin: string, number: number): string => `out/${bin}/${discName(number)}`;
export const rejectPlace = (bin: string, number: number): string => `reject/${bin}/${discName(number)}`;
/** Where discs lie that were taken out of a bin with act(). */
export const takenPlace = (bin: string, number: number): string => `taken/${bin}/${discName(number)}`;
export const drivePlace = (drive: string, number: number): string => `drives/${drive}/${discName(number)}`;

/** Names of the folders in a folder; none when it is absent. */
export const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
};

/** How many discs lie in an out or reject bin. */
export const countDiscs = async (directory: string, role: 'out' | 'reject', bin: string): Promise<number> =>
  (await namesIn(join(directory, role, bin))).filter(isDiscName).length;

/** The note of a job's disc. */
export const noteOf = (job: DiscJob | undefined, number: number, at: string, error?: RobotError): DiscNote => ({
  number,
  result: error ? 'bad' : 'good',
  key: job?.key ?? null,
  serial: job?.serial ?? null,
  volumeId: job?.image.volumeId ?? null,
  media: job?.media ?? null,
  imageBytes: job?.image.bytes ?? null,
  imageSha256: job?.image.sha256.toLowerCase() ?? null,
  ...(error ? { error } : {}),
  at,
});

/** Writes disc.json, and makes all names in the disc's folder durable. */
export const writeNote = (folder: string, note: DiscNote): Promise<void> => writeJsonFile(join(folder, 'disc.json'), note);

/** True when disc.json says that the disc was recorded, verified and printed. */
export const isNotedGood = async (folder: string): Promise<boolean> => {
  try {
    const note = await readJsonFile(join(folder, 'disc.json'));
    return typeof note === 'object' && note !== null && (note as { result?: unknown }).result === 'good';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

/** Moves a disc, durably; a disc that was moved before stays where it is. */
export const moveDisc = async (directory: string, from: string, to: string): Promise<void> => {
  const target = join(directory, to);
  const bin = join(target, '..');
  await mkdir(bin, { recursive: true });
  try {
    await rename(join(directory, from), target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await syncFolder(bin);
};
