import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { der, derHead, derOid, contextTag } from '../../../disc/encrypt/der.ts';
import { makePassphrase } from '../../../disc/encrypt/passphrase.ts';
import { readPassword } from '../../../disc/encrypt/password-recipient.ts';
import { readRecipient } from '../../../disc/encrypt/recipient.ts';
import { secureFileBytes, writeSecureFile } from '../../../disc/encrypt/secure-file.ts';
import { inMemory } from '../../../disc/targets/source-file.ts';
import type { SourceFile } from '../../../disc/targets/source-file.ts';
import { isApplianceError } from '../../../infra/errors.ts';
import { makeInstance } from '../../fixtures/make-instance.ts';
import { needs, program } from '../../fixtures/peers.ts';

/** Later than the certificates that are made below. */
const NOW = new Date(Date.now() + 3_600_000);
let folder = '';
const openssl = (...args: readonly string[]): Buffer => execFileSync(program('openssl') as string, [...args], { cwd: folder, timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] });
const certificate = (name: string, ...args: readonly string[]): string => {
  openssl('req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '30', '-subj', `/O=Example Clinic/CN=${name}`, ...args);
  return readFileSync(join(folder, `${name}.pem`), 'utf8');
};
let first = '';
let second = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secure-file-'));
  if (!needs('openssl')) return;
  first = certificate('first');
  second = certificate('second', '-addext', 'keyUsage=keyEncipherment');
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

describe('DER', () => {
  it('writes lengths in as few octets as they take, beyond 4 GiB too', () => {
    expect([0, 127, 128, 256, 5_000_000_000].map((length) => derHead('octetString', length).toString('hex'))).toEqual(['0400', '047f', '048180', '04820100', '0485012a05f200']);
    expect(derOid('1.2.840.113549.1.7.3').toString('hex')).toBe('06092a864886f70d010703');
    expect(der(contextTag(0), der('null')).toString('hex')).toBe('a0020500');
  });
});

describe.skipIf(!needs('openssl'))('Secure DICOM Files', () => {
  const write = async (name: string, source: SourceFile): Promise<string> => {
    const target = join(folder, name);
    const recipients = { certificates: [readRecipient(first, NOW), readRecipient(second, NOW)] };
    const written = await writeSecureFile({ source, recipients, target });
    const bytes = readFileSync(target);
    expect(written).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    expect(written.bytes).toBe(secureFileBytes(recipients)(source.bytes));
    return target;
  };

  it('open for every recipient to DigestedData that openssl finds unchanged', async () => {
    for (const bytes of [0, 1, 100, 65_000, 3_000_001]) {
      const content = bytes === 65_000 ? makeInstance({ rows: 200, columns: 160 }).bytes : Buffer.alloc(bytes, 9);
      const target = await write(`f${bytes}`, inMemory('DICOM/IM000001', content));
      for (const name of ['first', 'second']) {
        openssl('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', target, '-recip', `${name}.pem`, '-inkey', `${name}.key`, '-out', 'inner');
        const inner = readFileSync(join(folder, 'inner'));
        writeFileSync(join(folder, 'wrapped'), der('sequence', derOid('1.2.840.113549.1.7.5'), der(contextTag(0), inner)));
        openssl('cms', '-digest_verify', '-binary', '-inform', 'DER', '-in', 'wrapped', '-out', 'plain');
        expect(readFileSync(join(folder, 'plain')).equals(content)).toBe(true);
      }
    }
  });

  it('open by a passphrase too, and by no other', async () => {
    const passphrase = makePassphrase();
    const content = Buffer.alloc(70_000, 4);
    const recipients = { certificates: [readRecipient(first, NOW)], password: await readPassword(passphrase) };
    const target = join(folder, 'password');
    const written = await writeSecureFile({ source: inMemory('A', content), recipients, target });
    expect(written.bytes).toBe(secureFileBytes(recipients)(content.length));
    const open = (...args: readonly string[]): boolean => {
      if (spawnSync(program('openssl') as string, ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', target, '-out', 'inner', ...args], { cwd: folder }).status !== 0) return false;
      writeFileSync(join(folder, 'wrapped'), der('sequence', derOid('1.2.840.113549.1.7.5'), der(contextTag(0), readFileSync(join(folder, 'inner')))));
      openssl('cms', '-digest_verify', '-binary', '-inform', 'DER', '-in', 'wrapped', '-out', 'plain');
      return readFileSync(join(folder, 'plain')).equals(content);
    };
    expect([open('-pwri_password', passphrase), open('-recip', 'first.pem', '-inkey', 'first.key'), open('-pwri_password', makePassphrase())]).toEqual([true, true, false]);
    expect(readFileSync(target).includes(Buffer.from(passphrase))).toBe(false);
    await expect(readPassword('short')).rejects.toThrow('DISC_PASSPHRASE_WEAK');
  });

  it('name DigestedData as the inner type and AES-256-CBC as the cipher, and fill the file to its last byte', async () => {
    const target = await write('types', inMemory('DICOMDIR', Buffer.alloc(5000)));
    const said = openssl('asn1parse', '-inform', 'DER', '-in', target).toString();
    expect(said).toMatch(/pkcs7-envelopedData[\s\S]*rsaEncryption[\s\S]*rsaEncryption[\s\S]*pkcs7-digestData[\s\S]*aes-256-cbc/);
  });

  it('are found changed when one byte is', async () => {
    const target = await write('tampered', inMemory('A', Buffer.alloc(4000, 1)));
    const bytes = readFileSync(target);
    bytes[bytes.length - 2000] = (bytes[bytes.length - 2000] as number) ^ 1;
    writeFileSync(target, bytes);
    openssl('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', target, '-recip', 'first.pem', '-inkey', 'first.key', '-out', 'inner');
    writeFileSync(join(folder, 'wrapped'), der('sequence', derOid('1.2.840.113549.1.7.5'), der(contextTag(0), readFileSync(join(folder, 'inner')))));
    expect(spawnSync(program('openssl') as string, ['cms', '-digest_verify', '-binary', '-inform', 'DER', '-in', 'wrapped', '-out', 'plain'], { cwd: folder }).status).not.toBe(0);
  });

  it('do not open for others, and never the same way twice', async () => {
    certificate('stranger');
    const source = inMemory('A', Buffer.alloc(1000, 2));
    const [a, b] = [await write('once', source), await write('twice', source)];
    expect(readFileSync(a).equals(readFileSync(b))).toBe(false);
    const stranger = spawnSync(program('openssl') as string, ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', a, '-recip', 'stranger.pem', '-inkey', 'stranger.key'], { cwd: folder });
    expect(stranger.status === 0 && stranger.stdout.includes(Buffer.alloc(100, 2))).toBe(false);
  });

  it('leave nothing behind when the source is not as planned, and replace nothing', async () => {
    const recipients = { certificates: [readRecipient(first, NOW)] };
    const target = join(folder, 'short');
    await expect(writeSecureFile({ source: { ...inMemory('A', Buffer.alloc(3)), bytes: 4 }, recipients, target })).rejects.toThrow('DISC_ENCRYPT_FAILED');
    expect(existsSync(target)).toBe(false);
    writeFileSync(target, 'mine');
    await expect(writeSecureFile({ source: inMemory('A', Buffer.alloc(3)), recipients, target })).rejects.toThrow('DISC_ENCRYPT_FAILED');
    expect(readFileSync(target, 'utf8')).toBe('mine');
    await expect(writeSecureFile({ source: inMemory('A', Buffer.alloc(3)), recipients: { certificates: [] }, target })).rejects.toThrow(TypeError);
  });
});

describe.skipIf(!needs('openssl'))('certificates of recipients', () => {
  const refused = (pem: string | Buffer, now = NOW): boolean => {
    try { readRecipient(pem, now); return false; } catch (error) { return isApplianceError(error, 'DISC_RECIPIENT_INVALID'); }
  };

  it('are taken in PEM and DER', () => {
    openssl('x509', '-in', 'first.pem', '-outform', 'DER', '-out', 'first.der');
    expect(readRecipient(readFileSync(join(folder, 'first.der')), NOW).serial.equals(readRecipient(first, NOW).serial)).toBe(true);
  });

  it('are refused when short, expired, not yet valid, for signing only, of another kind, or none', () => {
    expect(refused('no certificate')).toBe(true);
    expect(refused(first, new Date(NOW.getTime() + 60 * 86_400_000))).toBe(true);
    expect(refused(first, new Date(NOW.getTime() - 2 * 86_400_000))).toBe(true);
    expect(refused(certificate('signer', '-addext', 'keyUsage=digitalSignature'))).toBe(true);
    openssl('req', '-x509', '-nodes', '-newkey', 'rsa:1024', '-keyout', 'short.key', '-out', 'short.pem', '-subj', '/CN=short');
    expect(refused(readFileSync(join(folder, 'short.pem')))).toBe(true);
    openssl('req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', 'ec.key', '-out', 'ec.pem', '-subj', '/CN=ec');
    expect(refused(readFileSync(join(folder, 'ec.pem')))).toBe(true);
  });
});
