/** Object identifiers of Secure DICOM Files. */

/** By use. @source RFC 5652 4 to 7; RFC 3565 4.1; RFC 5754 2.2; RFC 8017 A.1; RFC 8018 A.2, B.1; RFC 3211 2.3 */
export const CMS_OID = {
  data: '1.2.840.113549.1.7.1',
  envelopedData: '1.2.840.113549.1.7.3',
  digestedData: '1.2.840.113549.1.7.5',
  sha256: '2.16.840.1.101.3.4.2.1',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  rsaEncryption: '1.2.840.113549.1.1.1',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  passwordKek: '1.2.840.113549.1.9.16.3.9',
} as const;
