/**
 * Makes fields fit for a log: masks what identifies a patient and what is secret, and writes errors as plain data.
 * Works by the name of the field, so callers must name fields by what they hold. Pure.
 */
import { ApplianceError } from './errors.ts';

const MASK = '[masked]';
const DEEPEST = 6;
const LONGEST = 50;
/** Compared without case, dashes and underscores, so DICOM keywords, database columns and our own names all match. */
const IDENTIFYING = new Set(['patientname', 'patientid', 'otherpatientids', 'otherpatientnames', 'birthdate', 'patientbirthdate', 'patientbirthtime', 'patientaddress',
  'patientbirthname', 'patientmothersbirthname', 'patienttelephonenumbers', 'patientcomments', 'patientsex', 'patientage', 'issuerofpatientid', 'accessionnumber',
  'referringphysicianname', 'performingphysicianname', 'nameofphysiciansreadingstudy', 'operatorsname', 'requestingphysician', 'studydescription', 'comment', 'recipient']);
const SECRET = new Set(['password', 'token', 'apitoken', 'logintoken', 'authorization', 'cookie', 'databaseurl', 'url', 'secret', 'session']);

const fold = (name: string): string => name.replace(/[-_ ]/g, '').toLowerCase();

const error = (value: Error, depth: number): Record<string, unknown> => ({
  name: value.name,
  message: value.message,
  ...(value instanceof ApplianceError ? { code: value.code, details: plain(value.details, depth + 1) } : {}),
  ...('code' in value && !(value instanceof ApplianceError) ? { code: String(value.code) } : {}),
  ...(value.stack === undefined ? {} : { stack: value.stack }),
  ...(value.cause === undefined ? {} : { cause: plain(value.cause, depth + 1) }),
});

const plain = (value: unknown, depth: number): unknown => {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? value.toString() : value;
  if (depth > DEEPEST) return '[deep]';
  if (value instanceof Error) return error(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, LONGEST).map((inner) => plain(inner, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    const name = fold(key);
    return [key, IDENTIFYING.has(name) || SECRET.has(name) ? MASK : plain(inner, depth + 1)];
  }));
};

/** Answers a copy of the fields without identifying and secret values; lists end after 50 entries, nesting after 6 levels. */
export const scrub = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> => plain(fields, 0) as Record<string, unknown>;
