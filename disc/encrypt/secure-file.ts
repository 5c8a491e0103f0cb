/**
 * Secure DICOM Files of the Basic DICOM Media Security Profile: EnvelopedData (AES-256-CBC, its key for each recipient by RSA or passphrase) around
 * DigestedData (SHA-256) around the file. All lengths follow from the length of the file, so it streams and its size is known ahead.
 */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ApplianceError, isApplianceError } from '../../infra/errors.ts';
import { CMS_OID } from '../tables/cms-identifiers.ts';
import type { SourceFile } from '../targets/source-file.ts';
import { contextTag, der, derHead, derInteger, derOid } from './der.ts';
import { keyTransport } from './recipient.ts';
import type { Recipient } from './recipient.ts';
import { passwordTransport } from './password-recipient.ts';
import type { PasswordRecipient } from './password-recipient.ts';

/** Who can open: holders of private keys, and those who know a passphrase. */
export interface Recipients {
  readonly certificates: readonly Recipient[];
  readonly password?: PasswordRecipient;
}

export interface SecureFileRequest {
  readonly source: SourceFile;
  /** One or more; every one of them can open the file alone. */
  readonly recipients: Recipients;
  /** Must not exist. */
  readonly target: string;
  readonly signal?: AbortSignal;
}

export interface WrittenSecureFile {
  readonly bytes: number;
  /** SHA-256 of the Secure DICOM File, hex. */
  readonly sha256: string;
}

const BLOCK_BYTES = 16;
const KEY_BYTES = 32;
const DIGEST_BYTES = 32;

const algorithm = (oid: string, ...parameters: readonly Buffer[]): Buffer => der('sequence', derOid(oid), ...parameters);

interface Frame { readonly head: Buffer; readonly tail: (digest: Buffer) => Buffer; readonly bytes: number }

/** DigestedData around content of `bytes` bytes. @source RFC 5652 7 */
const digestedFrame = (bytes: number): Frame => {
  const prefix = Buffer.concat([derInteger(0), algorithm(CMS_OID.sha256)]);
  const octets = derHead('octetString', bytes);
  const explicit = derHead(contextTag(0), octets.length + bytes);
  const type = derOid(CMS_OID.data);
  const content = derHead('sequence', type.length + explicit.length + octets.length + bytes);
  const inner = prefix.length + content.length + type.length + explicit.length + octets.length + bytes + 2 + DIGEST_BYTES;
  const outer = derHead('sequence', inner);
  return { head: Buffer.concat([outer, prefix, content, type, explicit, octets]), tail: (digest) => der('octetString', digest), bytes: outer.length + inner };
};

/** Everything before the encrypted bytes of `plain` bytes. @param version 3 with a passphrase, else 0 @source RFC 5652 3, 6.1 */
const envelopeHead = ({ transports, version: number }: Transports, iv: Buffer, plain: number): { readonly head: Buffer; readonly encryptedBytes: number } => {
  // PKCS #7 padding adds 1 to 16 bytes. @source RFC 5652 6.3
  const encryptedBytes = (Math.floor(plain / BLOCK_BYTES) + 1) * BLOCK_BYTES;
  const cipher = algorithm(CMS_OID.aes256Cbc, der('octetString', iv));
  const type = derOid(CMS_OID.digestedData);
  const content = derHead(contextTag(0, false), encryptedBytes);
  const info = derHead('sequence', type.length + cipher.length + content.length + encryptedBytes);
  const version = derInteger(number);
  const recipients = der('set', ...[...transports].sort(Buffer.compare));
  const enveloped = version.length + recipients.length + info.length + type.length + cipher.length + content.length + encryptedBytes;
  const envelopedHead = derHead('sequence', enveloped);
  const explicit = derHead(contextTag(0), envelopedHead.length + enveloped);
  const outerType = derOid(CMS_OID.envelopedData);
  const outer = derHead('sequence', outerType.length + explicit.length + envelopedHead.length + enveloped);
  return { head: Buffer.concat([outer, outerType, explicit, envelopedHead, version, recipients, info, type, cipher, content]), encryptedBytes };
};

interface Transports { readonly transports: readonly Buffer[]; readonly version: number }

const transportsOf = ({ certificates, password }: Recipients, key: Buffer): Transports => ({
  transports: [...certificates.map((recipient) => keyTransport(recipient, key)), ...(password === undefined ? [] : [passwordTransport(password, key)])],
  version: password === undefined ? 0 : 3,
});

/** Exact length of the Secure DICOM File of a file of `bytes` bytes, for planning a volume before anything is encrypted. */
export const secureFileBytes = (recipients: Recipients): ((bytes: number) => number) => {
  // Every key makes transports of the same length.
  const transports = transportsOf(recipients, randomBytes(KEY_BYTES));
  return (bytes) => {
    const { head, encryptedBytes } = envelopeHead(transports, Buffer.alloc(BLOCK_BYTES), digestedFrame(bytes).bytes);
    return head.length + encryptedBytes;
  };
};

/** The pieces of the Secure DICOM File, in order. */
async function* securePieces({ source, recipients, signal }: SecureFileRequest): AsyncGenerator<Buffer> {
  const key = randomBytes(KEY_BYTES);
  const iv = randomBytes(BLOCK_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const frame = digestedFrame(source.bytes);
  yield envelopeHead(transportsOf(recipients, key), iv, frame.bytes).head;
  key.fill(0);
  yield cipher.update(frame.head);
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of source.open()) {
    signal?.throwIfAborted();
    digest.update(piece);
    bytes += piece.length;
    yield cipher.update(piece);
  }
  const sha256 = digest.digest();
  if (bytes !== source.bytes || (source.sha256 !== undefined && source.sha256 !== sha256.toString('hex'))) {
    throw new ApplianceError('DISC_ENCRYPT_FAILED', 'a file is not what was planned', { details: { path: source.path } });
  }
  yield cipher.update(frame.tail(sha256));
  yield cipher.final();
}

const writePieces = async (handle: FileHandle, pieces: AsyncIterable<Buffer>): Promise<WrittenSecureFile> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
};

/**
 * Writes the Secure DICOM File of one file, the DICOMDIR's too; memory does not grow with the file.
 * @throws {ApplianceError} DISC_ENCRYPT_FAILED when it cannot be read or written, or is not as planned
 * @throws {TypeError} without a recipient
 * @source PS3.15 D.1; PS3.10 7.4 (Secure DICOM File Format)
 */
export const writeSecureFile = async (request: SecureFileRequest): Promise<WrittenSecureFile> => {
  if (request.recipients.certificates.length === 0 && request.recipients.password === undefined) throw new TypeError('a file that nobody can open');
  let handle: FileHandle | undefined;
  try {
    handle = await open(request.target, 'wx', 0o640);
    return await writePieces(handle, securePieces(request));
  } catch (error) {
    if (handle !== undefined) await rm(request.target, { force: true });
    if (isApplianceError(error) || request.signal?.aborted === true) throw error;
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ApplianceError('DISC_ENCRYPT_FAILED', 'the encrypted file could not be written', { details: { path: request.source.path, reason } });
  } finally {
    await handle?.close();
  }
};
