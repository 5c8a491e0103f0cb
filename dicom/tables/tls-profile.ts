/** What TLS we speak, both ways: the BCP 195 profile. Everything older or weaker is refused. */

export interface CipherSuiteRow {
  /** Name as OpenSSL has it. */
  readonly name: string;
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  readonly source: string;
}

/** Best first. Finite field DHE is left out, as RFC 9325 4.1 recommends. @source PS3.15 B.12; RFC 9325 4.2, RFC 8446 B.4 */
export const CIPHER_SUITES = [
  { name: 'TLS_AES_256_GCM_SHA384', version: 'TLSv1.3', source: 'RFC 8446 B.4' },
  { name: 'TLS_CHACHA20_POLY1305_SHA256', version: 'TLSv1.3', source: 'RFC 8446 B.4' },
  { name: 'TLS_AES_128_GCM_SHA256', version: 'TLSv1.3', source: 'RFC 8446 B.4' },
  { name: 'ECDHE-ECDSA-AES256-GCM-SHA384', version: 'TLSv1.2', source: 'RFC 9325 4.2' },
  { name: 'ECDHE-RSA-AES256-GCM-SHA384', version: 'TLSv1.2', source: 'RFC 9325 4.2' },
  { name: 'ECDHE-ECDSA-AES128-GCM-SHA256', version: 'TLSv1.2', source: 'RFC 9325 4.2' },
  { name: 'ECDHE-RSA-AES128-GCM-SHA256', version: 'TLSv1.2', source: 'RFC 9325 4.2' },
] as const satisfies readonly CipherSuiteRow[];

/** Options of node:tls that every socket of ours gets. @source PS3.15 B.12; RFC 8996, RFC 9325 3.1.1 */
export const TLS_PROFILE = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers: CIPHER_SUITES.map((row) => row.name).join(':'), honorCipherOrder: true } as const;
