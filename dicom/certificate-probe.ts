/** Looks at the certificate that a TLS port shows, whatever it is worth: how long our own one still lasts. */
import { connect } from 'node:tls';
import { ApplianceError } from '../infra/errors.ts';
import { connectFailure } from './association/connect-failure.ts';
import { TLS_PROFILE } from './tables/tls-profile.ts';

/**
 * Answers the end of the certificate shown. Trusts nobody, and hangs up before the handshake is over: no association is begun.
 * @throws {ApplianceError} ASSOCIATION_NO_LISTENER, ASSOCIATION_TLS_FAILED, ASSOCIATION_TIMED_OUT
 */
export const probeCertificate = ({ host, port, timeoutSeconds }: { readonly host: string; readonly port: number; readonly timeoutSeconds: number }): Promise<{ readonly expiresAt: Date }> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...TLS_PROFILE, rejectUnauthorized: false });
    socket.setTimeout(timeoutSeconds * 1000, () => socket.destroy(new ApplianceError('ASSOCIATION_TIMED_OUT', 'no TLS handshake in time')));
    socket.on('secureConnect', () => {
      resolve({ expiresAt: new Date(socket.getPeerCertificate().valid_to) });
      socket.destroy();
    });
    socket.on('error', (error) => reject(error instanceof ApplianceError ? error : connectFailure(error, true)));
  });
