/** What the API asks of encryption, delivery and de-identification, over the libraries. */
import type { CopiesPort } from '../api/route.ts';
import { makePassphrase, requirePassphrase } from '../disc/encrypt/passphrase.ts';
import { readRecipient } from '../disc/encrypt/recipient.ts';
import { holdReasonsAmong } from '../disc/preparation/teaching.ts';
import type { SecretFiles } from '../infra/secret-files.ts';

export const copiesPort = ({ copiesFolder, storeDirectory, secrets, now }: { readonly copiesFolder: string; readonly storeDirectory: string; readonly secrets: Pick<SecretFiles, 'keepPassphrase' | 'dropPassphrase'>; readonly now: () => Date }): CopiesPort => ({
  takesCopies: copiesFolder !== '',
  passphrase(chosen, identities) {
    if (chosen === undefined) return makePassphrase();
    requirePassphrase(chosen, identities);
    return chosen;
  },
  requireRecipients: (certificates) => { for (const certificate of certificates) readRecipient(certificate, now()); },
  keepPassphrase: (orderId, passphrase) => secrets.keepPassphrase(orderId, passphrase),
  dropPassphrase: (orderId) => secrets.dropPassphrase(orderId),
  holdReasons: (instances) => holdReasonsAmong(storeDirectory, instances),
});
