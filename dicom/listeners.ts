/** The ports of our AE: plain and TLS. Hands every connection on; knows nothing of associations. */
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { ApplianceError } from '../infra/errors.ts';
import type { TlsIdentity, TlsMaterial } from '../infra/tls-identity.ts';
import type { EventLog } from './association/service.ts';
import { TLS_PROFILE } from './tables/tls-profile.ts';

export interface Address {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
}

export interface Listener {
  readonly port: number;
  /** Takes no further connection; those that are there go on. */
  close(): void;
}

export interface TlsListening extends Address {
  readonly identity: TlsIdentity;
  /** 'required': only callers that show a certificate of an authority we trust. 'optional': a shown one must be good. */
  readonly clientCertificates: 'required' | 'optional' | 'none';
  /** Seconds for the handshake. */
  readonly handshakeSeconds: number;
}

const listen = (server: Server, { host, port }: Address, log: EventLog): Promise<Listener> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'CONFIG_PORT_TAKEN' : 'CONFIG_INVALID';
      reject(new ApplianceError(code, `cannot listen for DICOM on port ${port}`, { cause, details: { port, host } }));
    });
    server.listen({ host, port, backlog: 512 }, () => {
      const address = server.address();
      // Running out of descriptors must not end the process.
      server.on('error', (error) => log.error('node.failed', { reason: error.message }));
      resolve({ port: address !== null && typeof address === 'object' ? address.port : port, close: () => void server.close() });
    });
  });

/** Listens without encryption. @throws {ApplianceError} CONFIG_PORT_TAKEN, CONFIG_INVALID (address cannot be used) @source PS3.8 9.1.4 */
export const listenPlain = (address: Address, log: EventLog, accept: (socket: Socket) => void): Promise<Listener> =>
  listen(createServer({ pauseOnConnect: true, allowHalfOpen: false }, accept), address, log);

const contextOf = ({ key, cert, ca }: TlsMaterial): TlsOptions => ({ ...TLS_PROFILE, ...(key === undefined ? {} : { key }), ...(cert === undefined ? {} : { cert }), ...(ca === undefined ? {} : { ca }) });

/**
 * Why a caller may not come in, or undefined. Node's own refusal would tell neither its address nor the reason, hence it is made here;
 * a certificate must be there even where the session was resumed, for such a session counts as authorized (Node 24).
 */
const refusalOf = (socket: TLSSocket, demanded: TlsListening['clientCertificates']): string | undefined => {
  const isShown = Object.keys(socket.getPeerCertificate()).length > 0;
  if (!isShown) return demanded === 'required' ? 'no certificate' : undefined;
  return demanded === 'none' || socket.authorized ? undefined : String(socket.authorizationError);
};

/** Listens with TLS; a renewed certificate serves the next connection. @throws {ApplianceError} CONFIG_PORT_TAKEN, CONFIG_INVALID @source PS3.15 B.12 */
export const listenTls = (options: TlsListening, log: EventLog, accept: (socket: Socket) => void): Promise<Listener> => {
  const { identity, clientCertificates, handshakeSeconds } = options;
  const secure = { ...contextOf(identity.current()), requestCert: clientCertificates !== 'none', rejectUnauthorized: false, handshakeTimeout: handshakeSeconds * 1000 };
  const server = createTlsServer(secure, (socket) => {
    const host = socket.remoteAddress ?? '';
    const refusal = refusalOf(socket, clientCertificates);
    if (refusal !== undefined) {
      log.warn('tls.refused', { host, reason: refusal });
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    log.debug('tls.agreed', { host, protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name });
    accept(socket);
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const host = socket.remoteAddress;
    // Who hung up within the handshake has no address any more; our own look at the certificate does so every few seconds.
    if (host === undefined) log.debug('tls.gone', { reason: error.code ?? error.message });
    else log.warn('tls.refused', { host, reason: error.code ?? error.message });
    // A handshake that takes too long is told of, and left open (Node 24).
    if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') socket.destroy();
  });
  identity.onChange((material) => server.setSecureContext(contextOf(material)));
  return listen(server, options, log);
};
