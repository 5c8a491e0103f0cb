/** The setting `peers` as AEs that can be sent to. A peer without host and port is a known caller and no destination. */
import type { FindAe, RemoteAe } from '../dicom/remote-ae.ts';
import type { Config } from '../infra/config.ts';

/** Two hide the 40 ms that many receivers hold each answer back, and no receiver is known to refuse them. */
const ASSOCIATIONS = 2;
const MOST_ASSOCIATIONS = 16;

const remoteAe = (peer: Config['peers'][number]): readonly RemoteAe[] => {
  const { aeTitle, host, port, associations } = peer;
  if (typeof aeTitle !== 'string' || typeof host !== 'string' || typeof port !== 'number') return [];
  const maxAssociations = typeof associations === 'number' && Number.isInteger(associations) ? Math.min(Math.max(associations, 1), MOST_ASSOCIATIONS) : ASSOCIATIONS;
  return [{ aeTitle, host, port, tls: peer['tls'] === true, maxAssociations, preferredTransferSyntaxes: [] }];
};

/** Finds destinations among the peers of the configuration; of two with one title the first counts. */
export const findPeer = (peers: Config['peers']): FindAe => {
  const found = new Map([...peers.flatMap(remoteAe)].reverse().map((ae) => [ae.aeTitle, ae]));
  return (aeTitle) => Promise.resolve(found.get(aeTitle));
};
