/**
 * Our key, certificate and the authorities we trust, from files that may be replaced while we run.
 * New files are taken once they lie still, fit together and are valid; otherwise what was there stays in use.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ApplianceError } from './errors.ts';
import type { Logger } from './log.ts';

export interface TlsFiles {
  /** PEM, absolute paths; '' = none. */
  readonly key: string;
  /** Our certificate first, then those between it and the authority. */
  readonly certificate: string;
  /** Authorities we trust; without it those of the system. */
  readonly ca: string;
}

export interface TlsMaterial {
  readonly key?: string;
  readonly cert?: string;
  readonly ca?: string;
  /** End of our certificate. */
  readonly expiresAt?: Date;
}

export interface TlsIdentity {
  current(): TlsMaterial;
  /** Called with each material that takes the place of another. */
  onChange(listener: (material: TlsMaterial) => void): void;
  /** Looks at the files now. */
  check(): Promise<void>;
  close(): void;
}

export interface TlsIdentityOptions {
  readonly files: TlsFiles;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly now?: () => Date;
  /** How often the files are looked at. */
  readonly pollSeconds?: number;
}

const POLL_SECONDS = 5;

const refused = (what: string, cause?: unknown): ApplianceError => new ApplianceError('CONFIG_TLS', what, { cause });

const read = async (path: string, what: string): Promise<string | undefined> => {
  if (path === '') return undefined;
  return readFile(path, 'utf8').catch((cause: unknown) => { throw refused(`${what} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, cause); });
};

const certificates = (pem: string, what: string): readonly X509Certificate[] => {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw refused(`${what} holds no certificate in PEM`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw refused(`${what} holds a certificate that cannot be read`, cause);
  }
};

const checkKey = (own: X509Certificate, key: string): void => {
  let isPair: boolean;
  try {
    isPair = own.checkPrivateKey(createPrivateKey(key));
  } catch (cause) {
    throw refused('the key cannot be read: PEM without a passphrase is needed', cause);
  }
  if (!isPair) throw refused('key and certificate do not belong together');
};

/** Reads the files. @throws {ApplianceError} CONFIG_TLS when they cannot be used; an expired certificate can */
const load = async (files: TlsFiles): Promise<TlsMaterial> => {
  const [key, cert, ca] = await Promise.all([read(files.key, 'the key'), read(files.certificate, 'the certificate'), read(files.ca, 'the bundle of authorities')]);
  if (ca !== undefined) certificates(ca, 'the bundle of authorities');
  const trust = ca === undefined ? {} : { ca };
  if (key === undefined || cert === undefined) return trust;
  const [own] = certificates(cert, 'the certificate file');
  if (own === undefined) throw refused('the certificate file holds no certificate');
  checkKey(own, key);
  try {
    createSecureContext({ key, cert, ...trust });
  } catch (cause) {
    throw refused('TLS does not take key and certificate', cause);
  }
  return { key, cert, ...trust, expiresAt: new Date(own.validTo) };
};

/** Changes whenever a file does. */
const signature = async (files: TlsFiles): Promise<string> =>
  (await Promise.all([files.key, files.certificate, files.ca].filter((path) => path !== '').map((path) => stat(path).then((facts) => `${facts.ino} ${facts.size} ${facts.mtimeMs}`, () => 'absent')))).join('|');

/**
 * Reads the files and keeps looking at them.
 * @throws {ApplianceError} CONFIG_TLS when they cannot be used at the start
 */
export const openTlsIdentity = async (options: TlsIdentityOptions): Promise<TlsIdentity> => {
  const { files, log, now = () => new Date() } = options;
  const listeners: ((material: TlsMaterial) => void)[] = [];
  let known = await signature(files);
  let seen = known;
  let material = await load(files);
  const isExpired = (one: TlsMaterial): boolean => one.expiresAt !== undefined && one.expiresAt <= now();
  if (isExpired(material)) log.warn('tls.certificate-expired', { expiresAt: material.expiresAt?.toISOString() });

  const check = async (): Promise<void> => {
    const found = await signature(files);
    // Key and certificate are written one after the other: wait until nothing moves.
    const isStill = found === seen;
    seen = found;
    if (found === known || !isStill) return;
    known = found;
    try {
      const next = await load(files);
      if (isExpired(next)) throw refused('the new certificate has expired');
      material = next;
      log.info('tls.certificate-taken', { expiresAt: next.expiresAt?.toISOString() ?? null });
      for (const listener of listeners) listener(next);
    } catch (error) {
      log.warn('tls.certificate-refused', { error });
    }
  };
  const timer = setInterval(() => void check(), (options.pollSeconds ?? POLL_SECONDS) * 1000).unref();
  return { current: () => material, onChange: (listener) => { listeners.push(listener); }, check, close: () => clearInterval(timer) };
};
