/** The data sets of storage commitment: reads the request, writes the result in the transfer syntax of the context. */
import { ApplianceError } from '../infra/errors.ts';
import type { CommitmentItem } from '../catalog/books/commitment-book.ts';
import { strings, text } from './data-set/data-set.ts';
import { encodeElementsAs } from './data-set/encode-as.ts';
import { encodeElement, encodeSequence } from './data-set/encode.ts';
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './data-set/encoding.ts';
import { readElements } from './data-set/read-elements.ts';
import { decoderFor } from './data-set/text-decoder.ts';
import { TAG } from './tables/tags.ts';
import { UID } from './tables/uids.ts';

export interface CommitmentAsk {
  readonly transactionUid: string;
  /** Each instance once, with the class named first. */
  readonly references: readonly { readonly sopInstanceUid: string; readonly sopClassUid: string }[];
}

const ascii = decoderFor([]);
const isUid = (value: string): boolean => /^[0-9.]{1,64}$/.test(value);

/**
 * Reads the Action Information.
 * @throws {ApplianceError} COMMITMENT_INVALID, INTAKE_CANNOT_UNDERSTAND
 * @source PS3.4 Table J.3-1
 */
export const readCommitmentAsk = (bytes: Buffer, transferSyntaxUid: string): CommitmentAsk => {
  const dataSet = readElements(bytes, transferSyntaxUid);
  const transactionUid = text(dataSet, TAG.TransactionUID, ascii);
  if (!isUid(transactionUid)) throw new ApplianceError('COMMITMENT_INVALID', 'no Transaction UID');
  const references = new Map<string, string>();
  for (const item of dataSet.elements.get(TAG.ReferencedSOPSequence)?.items ?? []) {
    const [sopInstanceUid = ''] = strings(item, TAG.ReferencedSOPInstanceUID, ascii);
    const [sopClassUid = ''] = strings(item, TAG.ReferencedSOPClassUID, ascii);
    if (!isUid(sopInstanceUid) || !isUid(sopClassUid)) throw new ApplianceError('COMMITMENT_INVALID', 'a reference without SOP class or instance');
    if (!references.has(sopInstanceUid)) references.set(sopInstanceUid, sopClassUid);
  }
  if (references.size === 0) throw new ApplianceError('COMMITMENT_INVALID', 'no instance is named');
  return { transactionUid, references: [...references].map(([sopInstanceUid, sopClassUid]) => ({ sopInstanceUid, sopClassUid })) };
};

const reasonBytes = (reason: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(reason);
  return bytes;
};

const asImplicit = (explicit: Buffer): Buffer => encodeElementsAs([...readElements(explicit, UID.explicitLittleEndian).elements.values()], { from: EXPLICIT_LITTLE, to: IMPLICIT_LITTLE }, false);

/** Event types. @source PS3.4 Table J.3-2 */
export const EVENT_TYPE = { allCommitted: 1, failuresExist: 2 } as const;

/**
 * Writes the Event Information and names its event type.
 * @source PS3.4 Table J.3-2
 */
export const writeCommitmentResult = (transactionUid: string, retrieveAe: string, items: readonly CommitmentItem[], transferSyntaxUid: string): { readonly eventTypeId: number; readonly dataSet: Buffer } => {
  const ui = (tag: number, value: string): Buffer => encodeElement(tag, 'UI', Buffer.from(value, 'latin1'));
  const reference = (item: CommitmentItem): readonly Buffer[] => [ui(TAG.ReferencedSOPClassUID, item.sopClassUid), ui(TAG.ReferencedSOPInstanceUID, item.sopInstanceUid)];
  const failed = items.filter(({ failureReason }) => failureReason !== 0);
  const committed = items.filter(({ failureReason }) => failureReason === 0);
  const explicit = Buffer.concat([
    encodeElement(TAG.RetrieveAETitle, 'AE', Buffer.from(retrieveAe, 'latin1')),
    ui(TAG.TransactionUID, transactionUid),
    ...(failed.length === 0 ? [] : [encodeSequence(TAG.FailedSOPSequence, failed.map((item) => {
      const [sopClass, sopInstance] = reference(item) as [Buffer, Buffer];
      return Buffer.concat([sopClass, sopInstance, encodeElement(TAG.FailureReason, 'US', reasonBytes(item.failureReason))]);
    }))]),
    ...(committed.length === 0 ? [] : [encodeSequence(TAG.ReferencedSOPSequence, committed.map((item) => Buffer.concat(reference(item))))]),
  ]);
  const dataSet = transferSyntaxUid === UID.implicitLittleEndian ? asImplicit(explicit) : explicit;
  return { eventTypeId: failed.length === 0 ? EVENT_TYPE.allCommitted : EVENT_TYPE.failuresExist, dataSet };
};
