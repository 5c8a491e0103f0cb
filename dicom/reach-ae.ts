/** From an entry of the AE registry to the options of our SCUs. */
import type { ClientTls } from './association/secure.ts';
import type { RemoteAe } from './remote-ae.ts';

export interface Reach {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  readonly tls?: ClientTls;
}

/** How to call an AE; `tls` is what we show and trust at this moment. */
export const reach = (ae: Pick<RemoteAe, 'aeTitle' | 'host' | 'port' | 'tls'>, callingAe: string, tls: ClientTls): Reach =>
  ({ host: ae.host, port: ae.port, calledAe: ae.aeTitle, callingAe, ...(ae.tls ? { tls } : {}) });
