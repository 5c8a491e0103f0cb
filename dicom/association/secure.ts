/** TLS of associations that we ask for: profile, trust, names. Knows nothing of PDUs. */
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { TLS_PROFILE } from '../tables/tls-profile.ts';

export interface ClientTls {
  /** PEM: our key and certificate, shown to peers that ask. */
  readonly key?: string;
  readonly cert?: string;
  /** PEM: authorities we trust; without it those of the system. */
  readonly ca?: string;
  /** The certificate must be for the host we call. */
  readonly checksName: boolean;
}

const trust = ({ ca, checksName }: ClientTls): ConnectionOptions => ({ ...(ca === undefined ? {} : { ca }), ...(checksName ? {} : { checkServerIdentity: () => undefined }) });

/** Begins a connection; 'secureConnect' tells when it stands and the peer is trusted. @source PS3.15 B.12 */
export const connectSecure = (host: string, port: number, tls: ClientTls): TLSSocket => {
  const own = tls.key === undefined || tls.cert === undefined ? {} : { key: tls.key, cert: tls.cert };
  // Server names are host names only. @source RFC 6066 3
  return connect({ host, port, ...TLS_PROFILE, ...own, ...trust(tls), ...(isIP(host) === 0 ? { servername: host } : {}) });
};
