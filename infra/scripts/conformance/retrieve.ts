/** Chapter 3.6 of the conformance statement: C-MOVE and C-GET as provider. */
import { RETRIEVE_MODELS, UNIQUE_KEYS } from '../../../dicom/tables/retrieve-models.ts';
import type { RetrieveModelRow } from '../../../dicom/tables/retrieve-models.ts';
import { STATUS, statusOf } from '../../../dicom/tables/statuses.ts';
import { ERRORS } from '../../errors.ts';
import type { ErrorCode, ErrorRow } from '../../errors.ts';
import { hex, markdownTable } from '../generated-doc.ts';

const meaning = (code: number): string => statusOf('C-MOVE', code)?.name ?? '';

const WHEN: Readonly<Partial<Record<ErrorCode, string>>> = {
  RETRIEVE_IDENTIFIER: 'level or unique keys do not fit the information model; Offending Element (0000,0901) names which',
  RETRIEVE_DESTINATION_UNKNOWN: 'C-MOVE only: the AE registry has no entry for the move destination',
  RETRIEVE_CANNOT_COUNT: 'the catalog is out of reach',
  RETRIEVE_CANNOT_SEND: 'every sub-operation failed, because the destination cannot be reached or for other reasons',
  RETRIEVE_FAILED: 'the retrieve broke off within',
};

const failures = (): readonly (readonly string[])[] =>
  (Object.entries(WHEN) as [ErrorCode, string][]).map(([code, when]) => {
    const { dimse = STATUS.processingFailure }: ErrorRow = ERRORS[code];
    return [hex(dimse), meaning(dimse), when];
  });

/** The whole chapter. @source PS3.2 Annex A, PS3.4 Annex C */
export const retrieve = (): string => [
  '### 3.6 Retrieve (C-MOVE, C-GET)', '',
  markdownTable(['information model', 'C-MOVE SOP class', 'C-GET SOP class', 'levels', 'retired', 'source'],
    RETRIEVE_MODELS.map((row: RetrieveModelRow) => [row.name, `\`${row.moveUid}\``, `\`${row.getUid}\``, row.levels.join(', '), row.retired ? 'yes' : '', row.source])), '',
  'Role SCP. Identifiers in the three uncompressed transfer syntaxes. No extended negotiation: retrieves are hierarchical.', '',
  markdownTable(['level', 'unique key', 'at its level', 'at lower levels'], UNIQUE_KEYS.map((key) => [key.level, key.keyword, key.isList ? 'one value or a UID list' : 'one value', 'one value, where the model has the level'])), '',
  'Keys of levels below the one that is named are refused; Patient ID beside a Study Root request, and Issuer of Patient ID beside a Patient ID, narrow the selection. Other attributes are ignored.', '',
  'What is retrieved: the instances that count. Content that was superseded is not sent. Instances whose content is in conflict, and those that are no longer held, are failed sub-operations. An instance goes in the transfer syntax it is held in; where the receiver does not accept that, in an uncompressed one that it accepts, if conversion is possible without loss, else its sub-operation fails.', '',
  'C-MOVE sends over as many associations as are set for the destination, with Move Originator AE title and message id. A lost association is opened again, and what it did not confirm is sent again. C-GET sends on the association of the requester, in contexts in which it took the SCP role. When the requester\'s association ends, its retrieve ends.', '',
  '#### Statuses sent', '',
  markdownTable(['status', 'meaning', 'when'], [
    [hex(STATUS.success), meaning(STATUS.success), 'every sub-operation was answered with success, or there was none'],
    [hex(STATUS.pending), meaning(STATUS.pending), 'before the first sub-operation, then at most every second or after 64 sub-operations; for C-MOVE at least every 10 s'],
    [hex(STATUS.subOperationsFailed), meaning(STATUS.subOperationsFailed), 'some sub-operations failed or were answered with a warning'],
    [hex(STATUS.cancel), meaning(STATUS.cancel), 'C-CANCEL: sub-operations that are under way end, no others begin'],
    ...failures(),
    [hex(STATUS.processingFailure), meaning(STATUS.processingFailure), 'any other failure'],
  ]), '',
  'Pending, cancel and final responses carry the numbers of completed, failed and warning sub-operations, pending and cancel responses also that of the remaining ones. A final response with failed sub-operations carries Failed SOP Instance UID List (0008,0058), and the most frequent reason as Error Comment.',
].join('\n');
