/** Encapsulated PDF and CDA → the document itself, byte for byte, for people without DICOM software. */
import { strings, text, uintOf } from '../../dicom/data-set/data-set.ts';
import { decoderFor } from '../../dicom/data-set/text-decoder.ts';
import { TAG } from '../../dicom/tables/tags.ts';
import { readStored } from './read-stored.ts';
import type { StoredDataSet } from './read-stored.ts';
import { isPassiveXml, isPdf } from './sniff.ts';

export interface ReadableDocument {
  readonly kind: 'pdf' | 'xml';
  readonly bytes: Buffer;
  /** Document Title; '' when there is none. */
  readonly title: string;
}

const MAX_BYTES = 256 * 1024 * 1024;
const KINDS: Readonly<Record<string, ReadableDocument['kind']>> = { 'application/pdf': 'pdf', 'text/xml': 'xml', 'application/xml': 'xml' };

/** The bytes without the padding to even length. @source PS3.3 C.24.2 (Encapsulated Document Length) */
const withoutPadding = (value: Buffer, length: number | undefined): Buffer => {
  if (length !== undefined && length <= value.length && value.length - length <= 1) return value.subarray(0, length);
  return value.at(-1) === 0 ? value.subarray(0, -1) : value;
};

/**
 * Reads an encapsulated document; undefined where its type is another, or its content is not of the type it names, or would act by itself.
 * @throws {ApplianceError} INTAKE_CANNOT_UNDERSTAND
 * @source PS3.3 C.24.2
 */
export const readDocument = async (stored: StoredDataSet): Promise<ReadableDocument | undefined> => {
  const dataSet = await readStored(stored, MAX_BYTES);
  const decode = decoderFor(strings(dataSet, TAG.SpecificCharacterSet, decoderFor([])));
  const kind = KINDS[text(dataSet, TAG.MIMETypeOfEncapsulatedDocument, decode).toLowerCase()];
  const value = dataSet.elements.get(TAG.EncapsulatedDocument)?.value;
  if (kind === undefined || !value?.length) return undefined;
  const bytes = withoutPadding(value, uintOf(dataSet, TAG.EncapsulatedDocumentLength));
  const isSound = kind === 'pdf' ? isPdf(bytes) : isPassiveXml(bytes.toString('utf8'));
  return isSound ? { kind, bytes, title: text(dataSet, TAG.DocumentTitle, decode) } : undefined;
};
