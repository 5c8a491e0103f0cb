/** How we query remote AEs and retrieve from them, as the settings say. */
import type { AssociationPlaces } from '../dicom/association-places.ts';
import { createQueryRetrieveScu } from '../dicom/query-retrieve-scu.ts';
import type { QueryRetrieveScu } from '../dicom/query-retrieve-scu.ts';
import type { Config } from '../infra/config.ts';
import type { TlsIdentity } from '../infra/tls-identity.ts';
import { clientTls } from './tls.ts';

/** The SCU with the limits of the settings; `places` where others in the process open associations too. */
export const createConfiguredScu = (config: Config, identity: TlsIdentity, places?: AssociationPlaces): QueryRetrieveScu => createQueryRetrieveScu({
  aeTitle: config.aeTitle, ...(places === undefined ? {} : { places }), tls: () => clientTls(config, identity), silenceSeconds: config.remoteAnswerSeconds, queryLimitSeconds: config.remoteQuerySeconds, maxAnswers: config.remoteQueryAnswers,
});
