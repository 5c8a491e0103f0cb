/** Chapter 3.5 of the conformance statement: Query/Retrieve C-FIND as provider. */
import { QUERY_ATTRIBUTES, QUERY_LEVELS } from '../../../dicom/tables/query-attributes.ts';
import type { QueryAttribute, QueryLevel, QueryMatching } from '../../../dicom/tables/query-attributes.ts';
import { QUERY_MODELS } from '../../../dicom/tables/query-models.ts';
import { STATUS, statusOf } from '../../../dicom/tables/statuses.ts';
import { TAG } from '../../../dicom/tables/tags.ts';
import { ERRORS } from '../../errors.ts';
import type { ErrorRow } from '../../errors.ts';
import { SETTINGS, environmentName } from '../../settings.ts';
import { markdownTable } from '../generated-doc.ts';

const KEYWORDS: ReadonlyMap<number, string> = new Map(Object.entries(TAG).map(([keyword, tag]) => [tag, keyword]));
const tagText = (tag: number): string => `(${(tag >>> 16).toString(16).toUpperCase().padStart(4, '0')},${(tag & 0xffff).toString(16).toUpperCase().padStart(4, '0')})`;
const hex = (code: number): string => `\`${code.toString(16).toUpperCase().padStart(4, '0')}\``;

const MATCHING: Readonly<Record<QueryMatching, string>> = {
  text: 'single value, wildcards, list', name: 'single value, wildcards, by component group', date: 'single value, range', time: 'single value, range', uid: 'single UID, list of UIDs', integer: 'single number, list', none: 'none: returned only',
};
const TYPES = { U: 'unique', R: 'required', O: 'optional' } as const;

const models = (): string => markdownTable(['information model', 'SOP class', 'levels', 'source'], [...QUERY_MODELS].map(([uid, model]) => [`${model.name}${model.retired ? ' (retired)' : ''}`, `\`${uid}\``, model.levels.join(', '), model.source]));

const keys = (level: QueryLevel): string => [
  `#### Keys of the ${level} level`, '',
  markdownTable(['attribute', 'tag', 'VR', 'type', 'matching', 'in reference statement', 'source'], QUERY_ATTRIBUTES.filter((row) => row.level === level).map((row: QueryAttribute) =>
    [KEYWORDS.get(row.tag) ?? '', tagText(row.tag), row.vr, TYPES[row.type], MATCHING[row.matching], row.reference ?? 'no', row.source])), '',
].join('\n');

const rules = (): string => markdownTable(['what', 'behaviour', 'source'], [
  ['hierarchy', 'Without relational queries negotiated, a query names the unique keys of the higher levels. Other keys of higher levels are taken in their place; a query with neither is refused with A900', 'PS3.4 C.4.1.2.1; the exception is ours'],
  ['keys of higher levels', 'accepted for matching and returned at every lower level', 'PS3.4 C.4.1.3.2 (relational), taken also without negotiation'],
  ['wildcards', '`*` any run of characters, `?` exactly one; nothing else has a meaning of its own. Case-sensitive but for names. A value of `*` alone matches everything', 'PS3.4 C.2.2.2.4'],
  ['person names', 'Case, accents and widths of letters are ignored, and empty components at the end. Each component group is compared with its own; a key without `=` in Han, Kana or Hangul is looked for in all three groups, any other such key in the first. `Doe^*` also matches a name without given name', 'PS3.4 C.2.2.2.1, C.2.2.2.4'],
  ['fuzzy names', `Where negotiated, or with setting \`queryFuzzyNames\` (\`${environmentName('queryFuzzyNames')}\`, default ${SETTINGS.queryFuzzyNames.default ? 'on' : 'off'}): every word of the key begins a word of the name, in any order and group; wildcards are ignored`, 'PS3.4 C.2.2.2.1.1'],
  ['dates and times', 'Compared by meaning, also of the forms YYYY.MM.DD and hh:mm:ss. A value of limited precision stands for all it may mean: `10` as a time is 10:00:00 to 10:59:59.999999. Ranges include both ends; ranges of time do not cross midnight. Study Date and Study Time are combined only where that was negotiated', 'PS3.4 C.2.2.2.5'],
  ['required keys without a value', `An entity whose required key is empty matches every value of that key and is returned after the others. Setting \`queryMatchEmpty\` (\`${environmentName('queryMatchEmpty')}\`, default ${SETTINGS.queryMatchEmpty.default ? 'on' : 'off'}) turns this off`, 'PS3.4 C.2.2.1.2'],
  ['Modalities in Study, SOP Classes in Study', 'match when one series or instance of the study matches; all values are returned', 'PS3.4 C.3.4'],
  ['numbers of related entities', 'count what is in the catalog and counts: of contents in conflict under one SOP Instance UID only the one that counts. Values in the request are ignored', 'PS3.4 Table C.3-1'],
  ['always returned', 'Query/Retrieve Level, Instance Availability, Patient ID and the unique keys down to the level of the query, beside every supported key that was asked for', 'PS3.4 C.4.1.1.3.2, C.4.1.3.1.1'],
  ['Instance Availability', 'ONLINE when every instance is held; OFFLINE when those that are not held are on good discs; else UNAVAILABLE', 'PS3.3 C.4.23.1.1'],
  ['Retrieve AE Title', 'our AE title; left out (or empty, when asked for) when the entity is OFFLINE and one disc has all of it', 'PS3.4 C.4.1.1.3.2'],
  ['Storage Media File-Set ID and UID', 'those of the newest good disc whose file-set holds every instance of the entity, when asked for or when the entity is not ONLINE; left out when no single disc does', 'PS3.4 C.4.1.1.3.2'],
  ['Specific Character Set', 'Never matched; it says how the keys are read, the default repertoire when absent. Each response is written in the set of the request when that can say all of its values; else in ISO_IR 100, else in the first other single-byte set that can, else in ISO_IR 192. It is absent only when neither the request named one nor a value needs one', 'PS3.4 C.2.2.2, PS3.3 C.12.1.1.2'],
  ['unsupported optional keys', 'ignored, left out of the response, and announced by status FF01; also keys of a lower level than that of the query, sequences and private attributes', 'PS3.4 C.2.2.1.3'],
]);

const failures = (): readonly (readonly string[])[] =>
  Object.entries(ERRORS as Readonly<Record<string, ErrorRow>>).flatMap(([code, row]) =>
    row.dimse === undefined || !code.startsWith('QUERY_') ? [] : [[hex(row.dimse), statusOf('C-FIND', row.dimse)?.name ?? '', `${code}: ${row.advice}`]]);

/** The whole chapter. @source PS3.2 Annex A, PS3.4 Annex C */
export const query = (): string => [
  '### 3.5 Query (C-FIND)', '',
  'As provider of these information models, in Explicit VR Little Endian (preferred), Implicit VR Little Endian and Explicit VR Big Endian:', '',
  models(), '',
  rules(), '',
  'Answers are read from the catalog page by page and sent as the peer takes them. C-CANCEL ends a query between two writes, or at once while the catalog is at work.', '',
  ...QUERY_LEVELS.map(keys),
  '#### Statuses sent', '',
  markdownTable(['status', 'meaning', 'when'], [
    [hex(STATUS.success), 'Success', 'after the last match, also when there was none'],
    [hex(STATUS.pending), statusOf('C-FIND', STATUS.pending)?.name ?? '', 'with each match'],
    [hex(STATUS.pendingOptionalKeysIgnored), statusOf('C-FIND', STATUS.pendingOptionalKeysIgnored)?.name ?? '', 'with each match, when the request has keys that are not supported'],
    [hex(STATUS.cancel), statusOf('C-FIND', STATUS.cancel)?.name ?? '', 'after a C-CANCEL'],
    ...failures(),
    [hex(STATUS.processingFailure), statusOf('C-FIND', STATUS.processingFailure)?.name ?? '', 'any other failure'],
  ]), '',
  'A900 names the Offending Element (0000,0901). Failures carry an Error Comment (0000,0902) without patient data.',
].join('\n');
