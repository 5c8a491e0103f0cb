/** The OS user the embedded database runs as when the appliance is started by root: PostgreSQL refuses to run as root. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ApplianceError } from '../errors.ts';
import { run } from '../exec.ts';
import type { OnStep } from './keeper.ts';

export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

export const DATABASE_USER = 'spindle-db';
/** Home of that user, and place of clusters whose own home folder it cannot reach. */
export const DATABASE_USER_FOLDER = '/var/lib/spindle-db';

const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

const lookUp = async (): Promise<OsUser | undefined> => {
  const uid = await run(['id', '-u', DATABASE_USER], { timeoutMs: 10_000, env: ENV });
  const gid = await run(['id', '-g', DATABASE_USER], { timeoutMs: 10_000, env: ENV });
  return uid.code === 0 && gid.code === 0 ? { uid: Number(uid.stdoutTail), gid: Number(gid.stdoutTail) } : undefined;
};

/**
 * Answers the system user of the database, made when absent.
 * @throws {ApplianceError} CONFIG_DATABASE when it cannot be made
 */
export const databaseUser = async (onStep: OnStep): Promise<OsUser> => {
  const known = await lookUp();
  if (known !== undefined) return known;
  onStep(`Started by root: making the system user ${DATABASE_USER} for the database, which must not run as root`);
  const made = await run(['useradd', '--system', '--user-group', '--no-create-home', '--home-dir', DATABASE_USER_FOLDER, '--shell', '/usr/sbin/nologin', DATABASE_USER], { timeoutMs: 30_000, env: ENV })
    .catch((error: unknown) => { throw new ApplianceError('CONFIG_DATABASE', `the system user ${DATABASE_USER} cannot be made: start the appliance as an ordinary user`, { cause: error }); });
  const user = await lookUp();
  if (user === undefined) throw new ApplianceError('CONFIG_DATABASE', `the system user ${DATABASE_USER} cannot be made (${made.stderrTail.trim()}): start the appliance as an ordinary user`);
  return user;
};

/** True when the user may pass through the folder and all above it. */
export const canPass = async (folder: string, user: OsUser): Promise<boolean> => {
  const { mode, uid, gid } = await stat(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return dirname(folder) === folder || canPass(dirname(folder), user);
};
