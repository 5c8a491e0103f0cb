/**
 * Passphrases of encrypted discs: made by us or chosen by a person, at least 80 bits either way.
 * A passphrase goes to the person who handed the order in, once; never on a disc, into a log, a history or the catalog in the clear.
 */
import { randomInt } from 'node:crypto';
import { ApplianceError } from '../../infra/errors.ts';

/** Digits and letters that nobody mixes up, 5 bits each. @source Crockford base 32 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** Least strength of a passphrase. */
export const MIN_PASSPHRASE_BITS = 80;
/** Password of the CMS and ZIP formats: the characters that every system types alike. @source PS3.15 D.1 (ISO IR 6) */
const TYPEABLE = /^[\x20-\x7e]+$/;
const MIN_DISTINCT = 8;

/** Makes a passphrase of 4 groups of 4 characters, 80 bits. */
export const makePassphrase = (): string =>
  Array.from({ length: GROUPS }, () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')).join('-');

/** Characters that someone who guesses has to try, by the kinds that occur. */
const kinds: readonly (readonly [RegExp, number])[] = [[/[a-z]/, 26], [/[A-Z]/, 26], [/\d/, 10], [/[^a-zA-Z\d]/, 33]];

/** Upper bound of the strength of a chosen passphrase: repeated characters and runs (abc, 321) count once. */
const bitsOf = (passphrase: string): number => {
  const size = kinds.reduce((sum, [kind, count]) => sum + (kind.test(passphrase) ? count : 0), 0);
  let counted = 0;
  for (let at = 0; at < passphrase.length; at += 1) {
    const step = passphrase.charCodeAt(at) - passphrase.charCodeAt(at - 1);
    const before = passphrase.charCodeAt(at - 1) - passphrase.charCodeAt(at - 2);
    const isRun = at >= 2 && step === before && Math.abs(step) <= 1;
    if (!isRun) counted += 1;
  }
  return counted * Math.log2(Math.max(2, size));
};

export type PassphraseFault = 'characters' | 'too-short' | 'too-uniform' | 'tells-identity';

/**
 * What is wrong with a chosen passphrase; empty when it may be used.
 * @param identities names, identifiers and dates of the patient, which whoever finds the disc reads on its label
 * @source ours: the bound of PS3.15 D.1 is the character set only
 */
export const passphraseFaults = (passphrase: string, identities: readonly string[] = []): readonly PassphraseFault[] => {
  const folded = passphrase.toLowerCase();
  const faults: PassphraseFault[] = [];
  if (!TYPEABLE.test(passphrase) || passphrase.trim() !== passphrase) faults.push('characters');
  if (bitsOf(passphrase) < MIN_PASSPHRASE_BITS) faults.push('too-short');
  if (new Set(passphrase).size < MIN_DISTINCT) faults.push('too-uniform');
  if (identities.some((identity) => identity.length >= 3 && folded.includes(identity.toLowerCase()))) faults.push('tells-identity');
  return faults;
};

/** @throws {ApplianceError} DISC_PASSPHRASE_WEAK with the faults, never the passphrase */
export const requirePassphrase = (passphrase: string, identities: readonly string[] = []): void => {
  const faults = passphraseFaults(passphrase, identities);
  if (faults.length > 0) throw new ApplianceError('DISC_PASSPHRASE_WEAK', 'the passphrase cannot be used', { details: { faults } });
};
