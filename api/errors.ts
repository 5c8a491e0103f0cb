/** The one place where our errors become HTTP: problem documents with code and advice. @source RFC 9457 */
import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler } from 'express';
import { ZodError } from 'zod';
import { ApplianceError, ERRORS, isApplianceError } from '../infra/errors.ts';
import type { Logger } from '../infra/log.ts';

/** Wrong input as one error that names every field. */
export const invalid = (error: ZodError): ApplianceError =>
  new ApplianceError('API_INVALID', 'the request is not as described', { details: { fields: error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`) } });

/** What Express and its parsers refuse before a route is asked: bad escapes in the address, bodies that are no JSON or too large. */
const refusedByHttp = (error: unknown): ApplianceError | undefined => {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number' || error.status < 400 || error.status > 499) return undefined;
  return error.status === 404 ? new ApplianceError('API_NOT_FOUND', 'no such resource', { cause: error })
    : new ApplianceError('API_INVALID', error.status === 413 ? 'the body is too large' : error instanceof SyntaxError ? 'the body is not JSON' : 'the request cannot be read', { cause: error });
};

/** Answers every error as application/problem+json; foreign errors show only a correlation id. */
export const problemHandler = (log: Logger): ErrorRequestHandler => (error: unknown, request, response, next) => {
  if (response.headersSent) { next(error); return; }
  const correlationId = randomUUID();
  const known = isApplianceError(error) ? error
    : error instanceof ZodError ? invalid(error)
      : refusedByHttp(error) ?? new ApplianceError('API_INTERNAL', 'unexpected error', { cause: error });
  const row = ERRORS[known.code];
  if (row.http >= 500) log.error('http.failed', { method: request.method, route: request.baseUrl, code: known.code, correlationId, error });
  if (row.http === 401) response.set('www-authenticate', 'Bearer');
  response.status(row.http).type('application/problem+json').json({
    type: `urn:spindle:error:${known.code}`, title: known.code, status: row.http, code: known.code,
    detail: known.message.replace(`${known.code}: `, ''), advice: row.advice, retry: row.retry, details: known.details, correlationId,
  });
};
