/** Passcodes as they are kept: salted and stretched by scrypt, never readable. @source RFC 7914 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost { readonly N: number; readonly r: number; readonly p: number }

/** About 50 ms and 16 MiB on a small machine. */
const COST: Cost = { N: 16_384, r: 8, p: 1 };
const KEY_BYTES = 32;
const FORM = /^scrypt\$(\d{4,6})\$(\d{1,2})\$(\d)\$([A-Za-z0-9_-]{22,88})\$([A-Za-z0-9_-]{43})$/;

/** True for a text that checkPasscode can use. */
export const isPasscodeHash = (text: string): boolean => FORM.test(text);

const stretch = (passcode: string | Buffer, salt: Buffer, cost: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => { scrypt(passcode, salt, KEY_BYTES, { ...cost, maxmem: 256 * cost.N * cost.r }, (error, key) => { if (error) reject(error); else resolve(key); }); });

/** The text to keep instead of a passcode. */
export const hashPasscode = async (passcode: string): Promise<string> => {
  const salt = randomBytes(16);
  const key = await stretch(passcode, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
};

/** True when `passcode` is the one the text was made from. */
export const checkPasscode = async (passcode: string | Buffer, kept: string): Promise<boolean> => {
  const [, n, r, p, salt, key] = FORM.exec(kept) ?? [];
  if (salt === undefined || key === undefined) return false;
  const made = await stretch(passcode, Buffer.from(salt, 'base64url'), { N: Number(n), r: Number(r), p: Number(p) });
  return timingSafeEqual(made, Buffer.from(key, 'base64url'));
};
