/** Who may open a Secure DICOM File: certificates, read and judged. The only place that knows pkijs and asn1js. */
import { constants, publicEncrypt, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BitString, fromBER } from 'asn1js';
import { Certificate } from 'pkijs';
import { ApplianceError } from '../../infra/errors.ts';
import { CMS_OID } from '../tables/cms-identifiers.ts';
import { der, derInteger, derOid } from './der.ts';

export interface Recipient {
  /** Issuer name, DER. */
  readonly issuer: Buffer;
  /** Serial number, DER. */
  readonly serial: Buffer;
  readonly key: KeyObject;
}

const MIN_RSA_BITS = 2048;
const KEY_USAGE = '2.5.29.15';
/** keyEncipherment is bit 2 of the first octet, counted from the top. @source RFC 5280 4.2.1.3 */
const KEY_ENCIPHERMENT = 0x20;

const invalid = (what: string, cause?: unknown): ApplianceError => new ApplianceError('DISC_RECIPIENT_INVALID', what, cause === undefined ? {} : { cause });

const parse = (certificate: string | Buffer): { readonly x509: X509Certificate; readonly parsed: Certificate } => {
  try {
    const x509 = new X509Certificate(certificate);
    return { x509, parsed: Certificate.fromBER(new Uint8Array(x509.raw)) };
  } catch (cause) {
    throw invalid('this is no certificate', cause);
  }
};

/** True when the certificate has no key usage, or one that allows to encrypt keys. */
const mayEncryptKeys = (certificate: Certificate): boolean => {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === KEY_USAGE);
  if (usage === undefined) return true;
  const { result } = fromBER(usage.extnValue.valueBlock.valueHexView);
  return result instanceof BitString && ((result.valueBlock.valueHexView[0] ?? 0) & KEY_ENCIPHERMENT) !== 0;
};

/**
 * Reads the certificate of a recipient, PEM or DER. Trust in it is the business of whoever entered it.
 * @throws {ApplianceError} DISC_RECIPIENT_INVALID when it is none, not valid at `now`, or has no RSA key of 2048 bits or more for encrypting
 * @source PS3.15 D.1; RFC 5280; RFC 5652 6.2.1
 */
export const readRecipient = (certificate: string | Buffer, now: Date): Recipient => {
  const { x509, parsed } = parse(certificate);
  const bits = x509.publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (x509.publicKey.asymmetricKeyType !== 'rsa' || bits < MIN_RSA_BITS) throw invalid('the certificate has no RSA key of 2048 bits or more');
  if (now < x509.validFromDate || now > x509.validToDate) throw invalid('the certificate is not valid today');
  if (!mayEncryptKeys(parsed)) throw invalid('the certificate is not for encrypting');
  return {
    issuer: Buffer.from(parsed.issuer.toSchema().toBER()), serial: Buffer.from(parsed.serialNumber.toBER()), key: x509.publicKey,
  };
};

/** Encrypts a content key for one recipient. @source RFC 5652 6.2.1 (ktri, issuer and serial number), RFC 3370 4.2.1 (PKCS #1 v1.5) */
export const keyTransport = (recipient: Recipient, key: Buffer): Buffer => {
  const encrypted = publicEncrypt({ key: recipient.key, padding: constants.RSA_PKCS1_PADDING }, key);
  return der('sequence', derInteger(0), der('sequence', recipient.issuer, recipient.serial), der('sequence', derOid(CMS_OID.rsaEncryption), der('null')), der('octetString', encrypted));
};
