/**
 * The identifier of a C-MOVE or C-GET: bytes → a selection of the catalog. Refuses what the information model does
 * not know, and what would retrieve more than the level says; names the offending element.
 */
import type { RetrieveSelection } from '../../catalog/books/retrieve-book.ts';
import { ApplianceError } from '../../infra/errors.ts';
import { strings, text } from '../data-set/data-set.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { readElements } from '../data-set/read-elements.ts';
import { decoderFor } from '../data-set/text-decoder.ts';
import type { TextDecode } from '../data-set/text-decoder.ts';
import { UNIQUE_KEYS } from '../tables/retrieve-models.ts';
import type { RetrieveLevel, RetrieveModelRow } from '../tables/retrieve-models.ts';
import { TAG } from '../tables/tags.ts';

export interface RetrieveIdentifier {
  readonly level: RetrieveLevel;
  readonly selection: RetrieveSelection;
}

/** @source PS3.5 9.1, 6.2 (UI: 64 characters) */
const UID_FORM = /^[0-9.]{1,64}$/;
const ASCII = decoderFor([]);

const refuse = (what: string, offendingElement: number, cause?: unknown): ApplianceError =>
  new ApplianceError('RETRIEVE_IDENTIFIER', what, { details: { offendingElements: [offendingElement.toString(16).padStart(8, '0')] }, ...(cause === undefined ? {} : { cause }) });

const read = (bytes: Buffer, transferSyntaxUid: string): DataSet => {
  try {
    return readElements(bytes, transferSyntaxUid);
  } catch (cause) {
    throw refuse('the identifier cannot be read', TAG.QueryRetrieveLevel, cause);
  }
};

type Key = (typeof UNIQUE_KEYS)[number];

/** The values of a key: whole for a Patient ID, where a backslash has no meaning but separating values. */
const valuesOf = (dataSet: DataSet, key: Key, decode: TextDecode): readonly string[] => {
  const values = strings(dataSet, key.tag, key.isList ? ASCII : decode);
  const isBroken = key.isList ? values.some((value) => !UID_FORM.test(value)) : values.some((value) => value === '' || /[*?]/.test(value));
  if (isBroken) throw refuse(`${key.keyword} holds a value that names nothing`, key.tag);
  return values;
};

/**
 * Reads and checks an identifier: its level is one of the model, the unique keys of that level and of all above are
 * there, none below, one value each above and UID lists at the level itself. Patient ID beside a Study Root request narrows it.
 * @throws {ApplianceError} RETRIEVE_IDENTIFIER with the offending element in its details
 * @source PS3.4 C.4.2.2.1, C.4.3.2.1
 */
export const readIdentifier = (bytes: Buffer, transferSyntaxUid: string, model: RetrieveModelRow): RetrieveIdentifier => {
  const dataSet = read(bytes, transferSyntaxUid);
  const named = text(dataSet, TAG.QueryRetrieveLevel, ASCII);
  const level = model.levels.find((one) => one === named);
  if (level === undefined) throw refuse(`${model.name} has no such level`, TAG.QueryRetrieveLevel);
  const decode = decoderFor(strings(dataSet, TAG.SpecificCharacterSet, ASCII));
  const ownIndex = UNIQUE_KEYS.findIndex((key) => key.level === level);
  const found = UNIQUE_KEYS.map((key, index): readonly string[] => {
    const values = valuesOf(dataSet, key, decode);
    if (index > ownIndex && values.length > 0) throw refuse(`${key.keyword} is below the level`, key.tag);
    if (values.length === 0 && index <= ownIndex && model.levels.some((one) => one === key.level)) throw refuse(`${key.keyword} is missing`, key.tag);
    if (values.length > 1 && (index < ownIndex || !key.isList)) throw refuse(`${key.keyword} takes one value here`, key.tag);
    return values;
  });
  const [[patientId] = [], studies = [], series = [], instances = []] = found;
  const issuer = text(dataSet, TAG.IssuerOfPatientID, decode);
  return {
    level,
    selection: {
      ...(patientId === undefined ? {} : { patientId, ...(issuer === '' ? {} : { issuerOfPatientId: issuer }) }),
      ...(studies.length === 0 ? {} : { studyInstanceUids: studies }),
      ...(series.length === 0 ? {} : { seriesInstanceUids: series }),
      ...(instances.length === 0 ? {} : { sopInstanceUids: instances }),
    },
  };
};
