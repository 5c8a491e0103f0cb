/**
 * What stands in place of UIDs, patients and dates: all from one secret key of the order, so that the same becomes the same
 * on every disc of the order and nobody without the key can find the way back. Nothing is remembered.
 */
import { createHmac } from 'node:crypto';
import { trimPadding } from '../data-set/data-set.ts';
import { STANDARD_ROOT } from '../tables/uids.ts';

/** The identity that stands for one patient. */
export interface Pseudonym {
  readonly name: string;
  readonly id: string;
}

export interface Substitutes {
  /** Another UID for an instance UID, always the same one; UIDs of the Standard stay. Takes one UID. */
  uid(uid: string): string;
  pseudonym(patientKey: string): Pseudonym;
  /** Days that every date moves into the past: 1 to 3650. */
  readonly shiftDays: number;
}

const MIN_KEY_BYTES = 32;

/** Sixteen bytes as a UUID of the free form (version 8), written as a UID. @source PS3.5 B.2; RFC 9562 5.8 */
const uuidUid = (bytes: Buffer): string => {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
};

/**
 * Makes the substitutes of one order.
 * @param key secret, 32 random bytes or more, made for the order and kept with it or thrown away; never written on a disc
 * @throws {TypeError} when the key is shorter
 * @source PS3.15 E.1.1 item 5 (UIDs consistent within a set of instances)
 */
export const createSubstitutes = (key: Buffer): Substitutes => {
  if (key.length < MIN_KEY_BYTES) throw new TypeError('the key of a de-identification has 32 bytes or more');
  const digest = (what: string, value: string): Buffer => createHmac('sha256', key).update(`${what}\0${value}`).digest();
  return {
    uid(uid) {
      const plain = trimPadding(uid);
      return plain === '' || plain.startsWith(STANDARD_ROOT) ? plain : uuidUid(digest('uid', plain).subarray(0, 16));
    },
    pseudonym(patientKey) {
      const code = digest('patient', patientKey).toString('hex', 0, 5).toUpperCase();
      return { name: `ANONYMOUS^${code}`, id: `ANON-${code}` };
    },
    shiftDays: 1 + (digest('days', '').readUInt32BE(0) % 3650),
  };
};

const DAY_MS = 86_400_000;

/** Moves the YYYYMMDD at the front of a date or date time; undefined where there is no whole date to move. */
const shiftOne = (value: string, days: number): string | undefined => {
  const parts = /^(\d{4})\.?(\d{2})\.?(\d{2})(.*)$/s.exec(value);
  if (parts === null) return undefined;
  const [, year = '', month = '', day = '', rest = ''] = parts;
  const at = new Date(0);
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(day)) return undefined;
  if (!/^[0-9.&+-]*$/.test(rest)) return undefined;
  const moved = new Date(at.getTime() - days * DAY_MS);
  return `${String(moved.getUTCFullYear()).padStart(4, '0')}${String(moved.getUTCMonth() + 1).padStart(2, '0')}${String(moved.getUTCDate()).padStart(2, '0')}${rest}`;
};

/**
 * Moves DA or DT values (parted by backslashes) some days back; times of day and offsets stay. Undefined when one of them is
 * no whole date: then nothing is known about its distance to the others. @source PS3.15 E.3.6, PS3.5 6.2
 */
export const shiftDates = (text: string, days: number): string | undefined => {
  const moved = text.split('\\').map((value) => (trimPadding(value) === '' ? '' : shiftOne(trimPadding(value), days)));
  return moved.includes(undefined) ? undefined : moved.join('\\');
};
