/**
 * Keeps a second process away from a robot's folder. The lock of a process that no longer runs is taken over.
 * It is told from a later process with the same number by its start time.
 */
import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplianceError } from '../../../infra/errors.ts';
import { asIdentity, identify, isRunning } from '../../../infra/process-identity.ts';

const holds = (text: string): boolean => {
  try {
    const holder = asIdentity(JSON.parse(text) as unknown);
    return holder !== undefined && isRunning(holder);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

const ifPresent = async <T>(action: Promise<T>): Promise<T | undefined> => {
  try {
    return await action;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const claim = async (mine: string, path: string): Promise<boolean> => {
  try {
    // A link appears whole or not at all, so nobody reads a half-written lock.
    await link(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

/**
 * Takes the lock; the answer gives it back.
 * @throws {ApplianceError} CONFIG_HOME_IN_USE while another process, or another driver in this one, holds it
 */
export const lockRobot = async (directory: string, robot: string): Promise<() => Promise<void>> => {
  const path = join(directory, 'lock');
  const mine = join(directory, `.lock.${process.pid}.${randomBytes(6).toString('hex')}`);
  await writeFile(mine, JSON.stringify({ ...identify(process.pid), token: randomBytes(8).toString('hex') }), { flag: 'wx' });
  const token = await readFile(mine, 'utf8');
  try {
    while (!(await claim(mine, path))) {
      const held = await ifPresent(readFile(path, 'utf8'));
      if (held === undefined) continue;
      if (holds(held)) throw new ApplianceError('CONFIG_HOME_IN_USE', 'another process drives this robot', { details: { robot } });
      const aside = `${mine}.stale`;
      await ifPresent(rename(path, aside));
      const taken = await ifPresent(readFile(aside, 'utf8'));
      // Somebody else took the stale lock over first: what we moved aside is a live one and goes back.
      if (taken !== undefined && taken !== held && holds(taken)) await claim(aside, path);
      await rm(aside, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
  return async () => {
    if ((await ifPresent(readFile(path, 'utf8'))) === token) await rm(path, { force: true });
  };
};
