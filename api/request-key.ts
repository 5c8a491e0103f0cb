/** The key that makes a request for an order one request, however often it is sent. */
import { createHash, randomUUID } from 'node:crypto';
import { ApplianceError } from '../infra/errors.ts';
import type { Call } from './route.ts';

/**
 * The request key of the catalog from the caller's Idempotency-Key, else one nobody repeats.
 * Hashed with the caller and what is asked for, so that keys of different callers and purposes never meet.
 * @throws {ApplianceError} API_INVALID when the header is no key
 */
export const requestKeyOf = ({ request, who }: Pick<Call, 'request' | 'who'>, purpose: string): string => {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return `${purpose}-${randomUUID()}`;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(key)) throw new ApplianceError('API_INVALID', 'Idempotency-Key takes 1 to 128 printable characters without blanks');
  return `${purpose}-${createHash('sha256').update(`${who} ${key}`).digest('hex').slice(0, 40)}`;
};
