/**
 * Tells instances that came because we asked for them from those that someone pushed: only the latter start burn rules.
 * Senders of a C-MOVE should name us as originator; where one does not, the open retrieval and its calling AE title count.
 */
import type { RetrievalBook } from '../catalog/books/retrieval-book.ts';

export interface ArrivalOrigin {
  /** Move Originator AE title of the C-STORE, when it has one. @source PS3.7 9.1.1.1 */
  readonly moveOriginatorAe: string | undefined;
  readonly callingAe: string;
  readonly studyInstanceUid: string;
}

export interface RetrievedArrivalsOptions {
  readonly aeTitle: string;
  readonly retrievals: Pick<RetrievalBook, 'openAes' | 'expecting'>;
  readonly now?: () => number;
}

/** How long the set of AEs we retrieve from is believed; a retrieval asks for counts before anything is sent, which takes longer. */
const BELIEVED_MS = 250;

/**
 * Makes the question. An instance without originator costs no query unless its sender is one we retrieve from.
 * @throws what the catalog throws; the C-STORE is then answered as any other failure of the catalog
 */
export const createRetrievedArrivals = ({ aeTitle, retrievals, now = () => performance.now() }: RetrievedArrivalsOptions): ((origin: ArrivalOrigin) => Promise<boolean>) => {
  let openAes: Promise<ReadonlySet<string>> | undefined;
  let askedAt = 0;
  const sendersAsked = (): Promise<ReadonlySet<string>> => {
    if (openAes === undefined || now() - askedAt > BELIEVED_MS) {
      askedAt = now();
      const asked = retrievals.openAes();
      asked.catch(() => { openAes = undefined; });
      openAes = asked;
    }
    return openAes;
  };
  return async ({ moveOriginatorAe, callingAe, studyInstanceUid }) => {
    if (moveOriginatorAe === aeTitle) return (await retrievals.expecting(studyInstanceUid)).length > 0;
    if (moveOriginatorAe !== undefined || !(await sendersAsked()).has(callingAe)) return false;
    return (await retrievals.expecting(studyInstanceUid)).some(({ remoteAe, isOpen }) => isOpen && remoteAe === callingAe);
  };
};
