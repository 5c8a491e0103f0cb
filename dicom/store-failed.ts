import { ApplianceError } from '../infra/errors.ts';

/** What an error of the file system means for a sender: no room, or no store. */
export const storeFailed = (what: string, cause: unknown): ApplianceError => {
  const code = (cause as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? new ApplianceError('INTAKE_DISK_FULL', what, { cause }) : new ApplianceError('INTAKE_STORE_FAILED', `${what} (${code ?? 'unknown'})`, { cause });
};
