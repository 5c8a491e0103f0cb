/** What goes wrong in a place outside, as codes; never the path, which may lie in someone's home. */
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import type { ErrorCode } from '../../infra/errors.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DISC_TARGET_FULL', EDQUOT: 'DISC_TARGET_FULL', EFBIG: 'DISC_TARGET_FULL',
  EROFS: 'DISC_TARGET_READ_ONLY', EACCES: 'DISC_TARGET_READ_ONLY', EPERM: 'DISC_TARGET_READ_ONLY',
  EEXIST: 'DISC_TARGET_EXISTS', ENOTEMPTY: 'DISC_TARGET_EXISTS',
};

export const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';

/**
 * The failure of a copy as one of ours; ours and aborts pass as they are. Causes are left out, for their messages spell paths out.
 * @source ours: POSIX error names
 */
export const targetFailure = (error: unknown, signal?: AbortSignal): unknown => {
  if (isApplianceError(error) || signal?.aborted === true) return error;
  const reason = systemCode(error);
  return new ApplianceError(CODES[reason] ?? 'DISC_TARGET_UNREACHABLE', 'the copy could not be written', { details: { reason } });
};
