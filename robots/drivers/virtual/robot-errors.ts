/** Builds RobotErrors in the words of the one table of errors. */
import { ERRORS } from '../../../infra/errors.ts';
import type { RobotError, RobotErrorCode } from '../../robot.ts';

export const robotError = (code: RobotErrorCode, scope: RobotError['scope'], raw: string): RobotError => ({ code, scope, retry: ERRORS[code].retry, raw });

/** The taxonomy code of a failure of the file system under a disc; throws again what is none. */
export const failureOf = (error: unknown): RobotError => {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof errno !== 'number') throw error;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? robotError('ROBOT_NO_SPACE', 'disc', 'the disk of the robot is full')
    : robotError('ROBOT_WRITE_FAILED', 'disc', `the disc cannot be written (${code})`);
};
