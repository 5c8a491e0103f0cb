/** Chapters 3.2 to 3.4 and 3.7 to 3.9 of the conformance statement: association policies, Verification, Storage, Query/Retrieve as user, Storage Commitment, failures. */
import { AE_SERVICES } from '../../../dicom/tables/ae-services.ts';
import { FAILURE_REASON, STATUS, statusOf } from '../../../dicom/tables/statuses.ts';
import { ERRORS } from '../../../infra/errors.ts';
import type { ErrorRow } from '../../../infra/errors.ts';
import { SETTINGS, environmentName } from '../../../infra/settings.ts';
import type { SettingKey } from '../../../infra/settings.ts';
import { hex, markdownTable } from '../generated-doc.ts';
import { query } from './query.ts';
import { retrieve } from './retrieve.ts';

const setting = (key: SettingKey): readonly string[] => {
  const row: { readonly default: unknown; readonly about: string; readonly unit?: string; readonly min?: number; readonly max?: number; readonly defaultText?: string } = SETTINGS[key];
  const fallback = row.defaultText ?? `${typeof row.default === 'number' ? row.default.toLocaleString('en-US', { useGrouping: row.unit !== 'port' }) : String(row.default)}${row.unit === undefined || row.unit === 'port' ? '' : ` ${row.unit}`}`;
  const range = row.min === undefined || row.max === undefined ? '' : `${row.min} to ${row.max}`;
  return [row.about, fallback, range, `\`${key}\`, \`${environmentName(key)}\``];
};

const POLICY_SETTINGS = ['aeTitle', 'dicomHost', 'dicomPort', 'dicomPlain', 'tlsPort', 'unknownCallers', 'checkCallerAddress', 'peers', 'userIdentity', 'queryFuzzyNames', 'maxAssociations', 'maxPduBytes', 'artimSeconds', 'associationIdleSeconds', 'storageScope'] as const satisfies readonly SettingKey[];

/** How an association request is refused; compared with the negotiation code by a test. @source PS3.8 Table 9-21 */
export const REJECTION_ROWS = [
  { cause: 'protocol-version', when: 'protocol version 1 is not offered', result: 1, source: 2, reason: 2 },
  { cause: 'application-context', when: 'another application context than that of DICOM', result: 1, source: 1, reason: 2 },
  { cause: 'calling-ae', when: 'calling AE title not in the AE registry, where unknown callers are rejected', result: 1, source: 1, reason: 3 },
  { cause: 'caller-address', when: 'the call comes from another address than the registered host, where that is checked', result: 1, source: 1, reason: 3 },
  { cause: 'called-ae', when: 'called AE title is not ours', result: 1, source: 1, reason: 7 },
  { cause: 'user-identity', when: 'a passcode is wrong, or none is given where one is required', result: 1, source: 1, reason: 1 },
  { cause: 'local-limit', when: 'as many associations as allowed are open', result: 2, source: 3, reason: 2 },
  { cause: 'congestion', when: 'the node is closing', result: 2, source: 3, reason: 1 },
] as const;

const policies = (): string => [
  '### 3.2 Association policies', '',
  markdownTable(['policy', 'default', 'range', 'setting'], POLICY_SETTINGS.map(setting)), '',
  'The node opens an association to a peer that opened one to it only to deliver the result of a storage commitment or what a C-MOVE sends there. As a user it opens associations to the AEs of the registry that it queries and retrieves from, to the destination of a C-MOVE, and where instances are sent: as many side by side as are set for that AE. For storage it proposes one presentation context for each pair of SOP class and transfer syntax among what is to be sent, and one per SOP class with Explicit and Implicit VR Little Endian where conversion is possible; 128 contexts at most on one association.', '',
  '#### Rejections sent', '',
  markdownTable(['when', 'result', 'source', 'reason'], REJECTION_ROWS.map(({ when, result, source, reason }) => [when, String(result), String(source), String(reason)])), '',
  '#### Presentation contexts', '',
  'Verification and Query take the three uncompressed transfer syntaxes, Storage Commitment Explicit and Implicit VR Little Endian. Of the transfer syntaxes proposed for a storage class, the one proposed first is accepted where it is compressed or deflated; among the uncompressed ones Explicit VR Little Endian is preferred, then Implicit VR Little Endian, then Explicit VR Big Endian. An unknown abstract syntax is answered with result 3, a service that the calling AE may not use with result 1, a context of which no transfer syntax is known with result 4; each is logged with calling AE and SOP class.',
].join('\n');

/** What each byte of SOP class extended negotiation is answered with; a test compares. @source PS3.4 B.3.1, C.5 */
export const EXTENDED_ROWS = [
  { classes: 'Query/Retrieve FIND', byte: 1, meaning: 'relational queries', answer: 'as asked' },
  { classes: 'Query/Retrieve FIND', byte: 2, meaning: 'combined date and time matching', answer: 'as asked' },
  { classes: 'Query/Retrieve FIND', byte: 3, meaning: 'fuzzy semantic matching of person names', answer: 'as asked with `queryFuzzyNames`, else 0' },
  { classes: 'Query/Retrieve FIND', byte: 4, meaning: 'timezone query adjustment', answer: '0' },
  { classes: 'Query/Retrieve FIND', byte: 5, meaning: 'enhanced multi-frame image conversion', answer: '0' },
  { classes: 'Query/Retrieve MOVE, GET', byte: 1, meaning: 'relational retrieval', answer: 'as asked' },
  { classes: 'Query/Retrieve MOVE, GET', byte: 2, meaning: 'enhanced multi-frame image conversion', answer: '0' },
  { classes: 'Storage', byte: 1, meaning: 'level of support', answer: '2 (full)' },
  { classes: 'Storage', byte: 3, meaning: 'digital signature support', answer: '1' },
  { classes: 'Storage', byte: 5, meaning: 'element coercion', answer: '0' },
] as const;

const negotiation = (): string => [
  '#### Association negotiation', '',
  markdownTable(['item', 'answer as provider'], [
    ['maximum length received', 'ours (`maxPduBytes`), whatever the peer announces; the length of the peer is kept when sending'],
    ['asynchronous operations window', '1 and 1 where asked: one operation at a time'],
    ['role selection', 'the SCU role is granted where asked, the SCP role only by a service that needs it and to an AE that may retrieve. A peer without the SCU role is answered 0211 to a request'],
    ['SOP class extended negotiation', 'see below; only for classes with an accepted presentation context, and no longer than asked'],
    ['SOP class common extended negotiation', 'read and ignored: no SOP class is accepted for its related class'],
    ['user identity', 'see 6.3'],
    ['unknown items', 'skipped'],
  ]), '',
  markdownTable(['SOP classes', 'byte', 'meaning', 'answer'], EXTENDED_ROWS.map(({ classes, byte, meaning, answer }) => [classes, String(byte), meaning, answer])), '',
  'The rows for Query/Retrieve count as soon as the service has an accepted presentation context.', '',
  '#### The AE registry', '',
  'Every known AE has an entry with title, host, port, TLS, services and preferred transfer syntaxes, made by a person or by `peers`. A change counts within a few seconds, without a restart; while the catalog is out of reach the last list stays in force. An AE may use Verification, and the services its entry names:', '',
  markdownTable(['service', 'allows the AE to'], AE_SERVICES.map(({ name, about }) => [`\`${name}\``, about])), '',
  'A presentation context for a service that the entry does not name is refused with result 1 (user rejection). Unknown callers that are let in may use every service. Callers that were refused, and unknown ones that were let in, are remembered with title, address and count.',
].join('\n');

const verification = (): string => [
  '### 3.3 Verification', '',
  'As provider: every C-ECHO is answered. As user: one C-ECHO on an association of its own, Implicit VR Little Endian, by the page or the REST interface to any AE of the registry.', '',
  markdownTable(['status', 'meaning', 'when'], [[hex(STATUS.success), 'Success', 'always']]),
].join('\n');

const storageFailures = (): readonly (readonly string[])[] =>
  Object.entries(ERRORS as Readonly<Record<string, ErrorRow>>).flatMap(([code, row]) =>
    row.dimse === undefined || !code.startsWith('INTAKE_') ? [] : [[hex(row.dimse), statusOf('C-STORE', row.dimse)?.name ?? '', `${code}: ${row.advice}`, row.retry === 'auto' ? 'yes' : 'no']]);

const storage = (): string => [
  '### 3.4 Storage', '',
  'Level 2 (Full) in the sense of PS3.4 B.4.1: every element of the data set is kept, private ones included; the bytes of the data set are stored exactly as received behind a Part 10 header of our own. No signature is checked or made.', '',
  '**Success is answered only after the file is synced to the disk and its row is committed to the catalog** (setting `durableStore`). Before a sender deletes its copy it should ask by Storage Commitment (3.8): stored instances may be deleted again, where retention says so.', '',
  '#### Statuses sent as provider', '',
  markdownTable(['status', 'meaning', 'when', 'sending again can help'], [
    [hex(STATUS.success), 'Success', 'file and row are durable; also for an instance that is already held, and for one that is held with other content (see below)', ''],
    ...storageFailures(),
    [hex(STATUS.unrecognizedOperation), statusOf('C-STORE', STATUS.unrecognizedOperation)?.name ?? '', 'a command that the presentation context does not know', 'no'],
    [hex(STATUS.processingFailure), statusOf('C-STORE', STATUS.processingFailure)?.name ?? '', 'any other failure', 'yes'],
  ]), '',
  'Failures carry an Error Comment (0000,0902) of at most 64 characters without patient data. Warnings are never sent: nothing is coerced and no element is discarded.', '',
  '#### The same SOP Instance UID again', '',
  markdownTable(['what arrives', 'what happens'], [
    ['the same data set in the same transfer syntax', 'already held: nothing is stored twice'],
    ['the same elements in another encoding, or the same elements with pixel data in another lossless transfer syntax', 'the same instance in another transfer syntax: already held, the held file stays'],
    ['any other content', 'kept beside the held one as a conflict; which one counts is decided by a person or by setting `conflictDefault` or `conflictBySource`. Held content is never overwritten'],
  ]), '',
  '#### Statuses as user', '',
  markdownTable(['status of the peer', 'what is reported for the instance'], [
    ['`0000`', 'stored'],
    ['warnings (`Bxxx`, `0001`, `0107`, `0116`)', 'stored, with warning and Error Comment'],
    ['everything else', 'refused, with status and Error Comment'],
    ['presentation context not accepted', 'sent converted to an uncompressed transfer syntax that is accepted, where that loses nothing and is possible; else not sent'],
    ['association lost before the answer', 'sent again on a new association, twice at most after pauses of 1 s and 5 s; what was answered is not sent again'],
  ]),
].join('\n');

const queryRetrieve = (): string => [
  '### 3.7 Query/Retrieve as user', '',
  'As user of Study Root, on one association for each query and each move, with Explicit and Implicit VR Little Endian proposed. AEs are those of the registry; one that is entered with TLS is spoken to as 6.2 says. Queries are made at study, series and, where an AE tells no number of instances, image level; text is sent in UTF-8 (ISO_IR 192), and answers are decoded by all of their character sets. Relational queries, date-time matching and fuzzy matching are not negotiated.', '',
  markdownTable(['level', 'matched when a person gives it', 'returned when the AE supports it'], [
    ['STUDY', 'Patient\'s Name, Patient ID, Accession Number, Study Instance UID, Modalities in Study, Study Date (range)', 'those, Issuer of Patient ID, Patient\'s Birth Date and Sex, Study Time, Description and ID, Referring Physician\'s Name, Number of Study Related Series and Instances'],
    ['SERIES', 'Study Instance UID', 'Series Instance UID, Modality, Series Number and Description, Body Part Examined, Number of Series Related Instances'],
    ['IMAGE', 'Study and Series Instance UID', 'SOP Instance UID'],
  ]), '',
  markdownTable(['limit', 'default', 'range', 'setting'], (['remoteAnswerSeconds', 'remoteQuerySeconds', 'remoteQueryAnswers', 'retrieveLimitSeconds', 'retrieveAttempts'] as const).map(setting)), '',
  'A study is retrieved by one C-MOVE at study level to our own AE title; each series that lacks instances is then asked for again at series level. **Complete is what the catalog holds against the numbers the AE told**, neither a status nor silence. An AE that sends nothing on the association of the C-MOVE is waited for as long as instances arrive.', '',
  'An instance counts as retrieved, and starts no burn rule, when its C-STORE names us as Move Originator and its study is, or within the last day was, being retrieved; without a Move Originator, when the calling AE is the one its study is being retrieved from.', '',
  markdownTable(['status of the peer', 'C-FIND', 'C-MOVE'], [
    ['`0000`', 'all answers are here', 'what has arrived is counted'],
    ['`FF00`, `FF01`', 'one answer', 'progress'],
    ['`A801`', 'the query failed', 'the order fails: our AE is not known there'],
    ['`FE00` and everything else', 'the query failed, unless we had it cancelled because enough answers were there (C-CANCEL)', 'what has arrived is counted; what lacks is asked for again'],
  ]),
].join('\n');

const commitment = (): string => [
  '### 3.8 Storage Commitment', '',
  'As provider, push model, with Explicit and Implicit VR Little Endian. The answer to N-ACTION is given once result and promises are committed to the catalog. Promised instances are kept until a person revokes the promise, whatever retention says; each revocation is logged. Nothing is promised with `retention: buffer` or with `durableStore` off.', '',
  'The result (N-EVENT-REPORT, event type 1 or 2) goes over the same association while it is open, begun 0.3 s after the answer to N-ACTION, with 10 s for its response; else over an association to the AE that the registry holds under the calling AE title, over TLS where it is entered so, on which the SCP role is proposed. It is tried for a day, after 10 s, 20 s and so on up to every 15 min, across restarts. An AE may get a result twice.', '',
  markdownTable(['Failure Reason', 'when'], [
    [hex(FAILURE_REASON.processingFailure), 'held, but not kept for good here, or the file is not as stored'],
    [hex(FAILURE_REASON.noSuchInstance), 'not held'],
    [hex(FAILURE_REASON.classInstanceConflict), 'held as another SOP class'],
    [hex(FAILURE_REASON.duplicateTransactionUid), 'the calling AE used this Transaction UID before, for something else or with the result delivered; for every instance of the request'],
  ]), '',
  markdownTable(['status of N-ACTION', 'when'], [
    [hex(STATUS.success), 'the request is taken'],
    ...Object.entries(ERRORS as Readonly<Record<string, ErrorRow>>).flatMap(([code, row]) => (code.startsWith('COMMITMENT_') && row.dimse !== undefined ? [[hex(row.dimse), `${code}: ${row.advice}`]] : [])),
    [hex(STATUS.cannotUnderstand), 'the data set cannot be read'],
    [hex(STATUS.processingFailure), 'any other failure'],
  ]),
].join('\n');

const failures = (): string => [
  '### 3.9 Communication failures', '',
  markdownTable(['failure', 'behaviour as provider', 'behaviour as user'], [
    ['connection without association request', `closed after ${SETTINGS.artimSeconds.default} s (ARTIM, \`artimSeconds\`)`, 'given up after the time limit of the caller'],
    ['no byte on an open association', `A-ABORT after ${SETTINGS.associationIdleSeconds.default.toLocaleString('en-US')} s (\`associationIdleSeconds\`), unless we are still working on the request`, 'A-ABORT after the time limit of the caller (storage 60 s, verification 30 s, query and retrieve `remoteAnswerSeconds`); the instances concerned are sent again on a new association, and reported as failed after that'],
    ['A-ABORT or lost connection within a data set', 'the incomplete file is removed, no row is made', 'the instances concerned are sent again on a new association, and reported as failed after that; those answered before keep their result'],
    ['release within a data set', 'the incomplete file is removed, the release is answered', 'does not occur'],
    ['unrecognised, unexpected or malformed PDU', 'A-ABORT by the service provider with the reason of PS3.8 Table 9-26', 'the same'],
    ['PDU longer than announced', 'A-ABORT', 'A-ABORT'],
    ['catalog out of reach', 'status A700, for C-FIND also in the midst of the answers; the association stays', 'not applicable'],
    ['Temporal out of reach', 'none: receiving goes on, orders follow when it is back', 'not applicable'],
  ]),
].join('\n');

/** Everything of chapter 3 from the policies to the failures; what we provide of Query/Retrieve stands in files of its own. @source PS3.2 Annex A, PS3.7, PS3.8 */
export const networking = (): string => [policies(), negotiation(), verification(), storage(), query(), retrieve(), queryRetrieve(), commitment(), failures()].join('\n\n');
