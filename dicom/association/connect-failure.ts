/** What it means when a connection cannot be made, in our codes. */
import { ApplianceError } from '../../infra/errors.ts';
import type { ErrorCode } from '../../infra/errors.ts';

/** By the code of the socket's error. @source errno(3); getaddrinfo(3) */
const BY_CODE: Readonly<Partial<Record<string, ErrorCode>>> = {
  ENOTFOUND: 'ASSOCIATION_HOST_UNKNOWN', EAI_AGAIN: 'ASSOCIATION_HOST_UNKNOWN', EAI_NODATA: 'ASSOCIATION_HOST_UNKNOWN', EAI_NONAME: 'ASSOCIATION_HOST_UNKNOWN',
  ECONNREFUSED: 'ASSOCIATION_NO_LISTENER', EHOSTUNREACH: 'ASSOCIATION_UNREACHABLE', ENETUNREACH: 'ASSOCIATION_UNREACHABLE', EHOSTDOWN: 'ASSOCIATION_UNREACHABLE', ETIMEDOUT: 'ASSOCIATION_TIMED_OUT',
};

/** Verdicts of OpenSSL and Node about the peer's certificate. @source X509_STORE_CTX_get_error(3) */
const UNTRUSTED = /^(CERT_|UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)/;

const codeOf = (cause: unknown): string => {
  const { code, errors } = cause as { code?: unknown; errors?: readonly unknown[] };
  if (Array.isArray(errors) && errors.length > 0) return codeOf(errors[0]);
  return typeof code === 'string' ? code : '';
};

/** The error for what a connecting socket reports. `isTls`: before TLS stood, and TLS was wanted. */
export const connectFailure = (cause: unknown, isTls: boolean): ApplianceError => {
  const reason = codeOf(cause);
  const details = { reason };
  const known = BY_CODE[reason];
  if (known !== undefined) return new ApplianceError(known, `connection failed (${reason})`, { cause, details });
  if (isTls && UNTRUSTED.test(reason)) return new ApplianceError('ASSOCIATION_TLS_UNTRUSTED', `its certificate is not trusted (${reason})`, { cause, details });
  if (isTls) return new ApplianceError('ASSOCIATION_TLS_FAILED', `TLS could not be agreed (${reason || 'closed'})`, { cause, details });
  return new ApplianceError('ASSOCIATION_ABORTED', `connection failed (${reason})`, { cause, details });
};
