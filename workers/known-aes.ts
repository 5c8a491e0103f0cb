/** Remote AEs from the setting `peers`, and how we query them and retrieve from them. */
import { createQueryRetrieveScu } from '../dicom/query-retrieve-scu.ts';
import type { QueryRetrieveScu } from '../dicom/query-retrieve-scu.ts';
import type { FindAe } from '../dicom/remote-ae.ts';
import type { Config } from '../infra/config.ts';

/** Peers with host and port by their AE title. */
export const findPeer = ({ peers }: Pick<Config, 'peers'>): FindAe => {
  const known = new Map(peers.flatMap(({ aeTitle, host, port, tls }) => (typeof aeTitle === 'string' && typeof host === 'string' && typeof port === 'number'
    ? [[aeTitle, { aeTitle, host, port, tls: tls === true, maxAssociations: 2, preferredTransferSyntaxes: [] }] as const] : [])));
  return (aeTitle) => Promise.resolve(known.get(aeTitle));
};

/** The SCU with the limits of the settings. */
export const createConfiguredScu = (config: Config): QueryRetrieveScu =>
  createQueryRetrieveScu({ aeTitle: config.aeTitle, silenceSeconds: config.remoteAnswerSeconds, queryLimitSeconds: config.remoteQuerySeconds, maxAnswers: config.remoteQueryAnswers });
