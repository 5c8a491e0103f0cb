/**
 * A passphrase as recipient of a Secure DICOM File: whoever knows it needs no certificate.
 * PBKDF2 makes a key of it, that key wraps the content key.
 */
import { createCipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { CMS_OID } from '../tables/cms-identifiers.ts';
import { contextTag, der, derInteger, derOid } from './der.ts';
import { requirePassphrase } from './passphrase.ts';

const SALT_BYTES = 16;
const BLOCK_BYTES = 16;
const KEY_BYTES = 32;
/** Guessing costs this much: some tenths of a second a file on an office computer. @source OWASP 2023 for PBKDF2-HMAC-SHA256 */
const ITERATIONS = 600_000;

/** The key that a passphrase makes, with what a reader needs to make it again. */
export interface PasswordRecipient {
  readonly salt: Buffer;
  readonly key: Buffer;
}

/**
 * Derives the key once for all files of a disc.
 * @throws {ApplianceError} DISC_PASSPHRASE_WEAK
 * @source PS3.15 D.1 (characters); RFC 8018 5.2
 */
export const readPassword = async (passphrase: string): Promise<PasswordRecipient> => {
  requirePassphrase(passphrase);
  const salt = randomBytes(SALT_BYTES);
  return { salt, key: await promisify(pbkdf2)(Buffer.from(passphrase, 'latin1'), salt, ITERATIONS, KEY_BYTES, 'sha256') };
};

const encryptBlocks = (key: Buffer, iv: Buffer, blocks: Buffer): Buffer => {
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
};

/** Count, check and key, filled up to whole blocks, encrypted twice: each byte of the result depends on all of them. @source RFC 3211 2.3.1 */
const wrap = (key: Buffer, iv: Buffer, content: Buffer): Buffer => {
  const check = Buffer.from(content.subarray(0, 3).map((byte) => byte ^ 0xff));
  const plain = Buffer.concat([Buffer.of(content.length), check, content]);
  const blocks = Buffer.concat([plain, randomBytes((BLOCK_BYTES - (plain.length % BLOCK_BYTES)) % BLOCK_BYTES)]);
  const once = encryptBlocks(key, iv, blocks);
  return encryptBlocks(key, once.subarray(-BLOCK_BYTES), once);
};

/** Wraps a content key for the passphrase. @source RFC 5652 6.2.4 (pwri); RFC 3211 2; RFC 8018 A.2 */
export const passwordTransport = ({ salt, key }: PasswordRecipient, contentKey: Buffer): Buffer => {
  const iv = randomBytes(BLOCK_BYTES);
  const iterations = Buffer.alloc(4);
  iterations.writeUInt32BE(ITERATIONS);
  const parameters = der('sequence', der('octetString', salt), der('integer', iterations.subarray(1)), derInteger(KEY_BYTES), der('sequence', derOid(CMS_OID.hmacWithSha256), der('null')));
  return der(contextTag(3), derInteger(0), der(contextTag(0), derOid(CMS_OID.pbkdf2), parameters),
    der('sequence', derOid(CMS_OID.passwordKek), der('sequence', derOid(CMS_OID.aes256Cbc), der('octetString', iv))), der('octetString', wrap(key, iv, contentKey)));
};
