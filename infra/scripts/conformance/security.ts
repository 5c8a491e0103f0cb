/** Chapter 6 of the conformance statement: who is let in, TLS, user identity. */
import { CIPHER_SUITES, TLS_PROFILE } from '../../../dicom/tables/tls-profile.ts';
import { SETTINGS } from '../../../infra/settings.ts';
import { markdownTable } from '../generated-doc.ts';

const access = [
  '### 6.1 Access', '',
  'Unless a setting says otherwise the node listens on the loopback address. On any other address calling AEs that are not in the AE registry are rejected. A title is no proof of identity: with `checkCallerAddress` the address must be that of the registered host as well (IPv4 and IPv6, names are resolved anew every minute), and certificates are the proof that TLS gives. A certificate is not tied to one AE title.',
].join('\n');

const tls = (): string => [
  '### 6.2 TLS', '',
  `BCP 195 TLS profile of PS3.15 B.12 (RFC 8996, RFC 9325), as provider on a port of its own (\`tlsPort\`, ${SETTINGS.tlsPort.default} unless set) and as user to every AE whose entry says so. The port without TLS can be closed (\`dicomPlain\`).`, '',
  markdownTable(['item', 'value'], [
    ['versions', `${TLS_PROFILE.maxVersion.replace('v', ' ')} first, ${TLS_PROFILE.minVersion.replace('v', ' ')}; older ones are refused`],
    ['certificates of callers', 'required, optional (a bad one is refused all the same) or not asked for: `tlsClientCertificates`'],
    ['trust', 'the authorities of `tlsCa`, both ways; as user without it those of the system'],
    ['name', 'as user the certificate must be for the host of the AE\'s entry, unless `tlsCheckNames` is off'],
    ['revocation lists', 'not consulted'],
    ['renewal', 'replaced files serve the next connection without a restart. Files that cannot be read, do not fit together or have expired are not taken: the old ones stay in use and the log tells'],
    ['end of our certificate', 'shown by the health answer, with a warning from 30 days before'],
    ['failure', 'the connection ends before any association begins; logged with address and reason. As user: ASSOCIATION_TLS_UNTRUSTED or ASSOCIATION_TLS_FAILED'],
  ]), '',
  markdownTable(['cipher suite (name of OpenSSL)', 'version', 'source'], CIPHER_SUITES.map(({ name, version, source }) => [`\`${name}\``, version.replace('v', ' '), source])),
].join('\n');

const identity = [
  '### 6.3 User identity', '',
  'By setting `userIdentity`; users and their passcodes (kept as scrypt hashes) by `users`.', '',
  markdownTable(['what the peer gives', '`ignore`', '`accept`', '`require`'], [
    ['nothing', 'let in', 'let in', 'rejected'],
    ['user name (type 1)', 'let in, no answer', 'let in; a positive answer to a listed name', 'rejected'],
    ['user name and passcode (type 2)', 'let in, no answer', 'let in with a positive answer where the passcode is right, else rejected', 'the same'],
    ['Kerberos ticket, SAML assertion, JSON web token (types 3 to 5)', 'let in, no answer', 'let in, no answer: they cannot be checked', 'rejected'],
  ]), '',
  'A positive answer (sub-item 59H, empty) is sent only where the peer asks for one. Passcodes pass in the clear on a port without TLS.',
].join('\n');

/** The whole chapter. @source PS3.15 B.12, PS3.7 D.3.3.7 */
export const security = (): string => [access, tls(), identity].join('\n\n');
