/** TLS from the settings: our files, and what we show and trust when we call others. */
import type { ClientTls } from '../dicom/association/secure.ts';
import type { Config } from '../infra/config.ts';
import type { Logger } from '../infra/log.ts';
import { openTlsIdentity } from '../infra/tls-identity.ts';
import type { TlsIdentity } from '../infra/tls-identity.ts';

/** Opens the files of the settings; without any it is an empty identity. @throws {ApplianceError} CONFIG_TLS */
export const openIdentity = (config: Config, log: Logger): Promise<TlsIdentity> =>
  openTlsIdentity({ files: { key: config.tlsKey, certificate: config.tlsCertificate, ca: config.tlsCa }, log });

/** What we show and trust as the calling side, as of now. */
export const clientTls = (config: Config, identity: TlsIdentity): ClientTls => {
  const { key, cert, ca } = identity.current();
  return { checksName: config.tlsCheckNames, ...(key === undefined ? {} : { key }), ...(cert === undefined ? {} : { cert }), ...(ca === undefined ? {} : { ca }) };
};
