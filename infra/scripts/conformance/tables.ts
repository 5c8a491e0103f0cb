/** The long tables of the conformance statement. */
import { CHARACTER_SETS } from '../../../dicom/tables/character-sets.ts';
import { RETIRED_RECORDS, SOP_CLASSES } from '../../../dicom/tables/sop-classes.ts';
import type { SopClassRow } from '../../../dicom/tables/sop-classes.ts';
import { TRANSFER_SYNTAXES } from '../../../dicom/tables/transfer-syntaxes.ts';
import { directoryRecord } from '../../../disc/tables/directory-records.ts';
import { markdownTable } from '../generated-doc.ts';

const yes = (value: boolean): string => (value ? 'yes' : '');

const onDisc = ({ record, isPrivate }: SopClassRow): string => {
  if (isPrivate) return 'left off (private class)';
  if (record === null) return 'left off (no record defined)';
  if (RETIRED_RECORDS.has(record)) return `left off (${record} is retired)`;
  return directoryRecord(record) ? record : `left off (${record} is not written)`;
};

const counts = (rows: readonly { readonly inReference: boolean }[], what: string): string =>
  `${rows.length} ${what}, ${rows.filter((row) => row.inReference).length} of them in the reference statement. With setting \`storageScope: reference\` only those are accepted.`;

/** Annex: SOP classes with their directory records. @source PS3.4 B.5, PS3.3 F.5 */
export const sopClassTable = (): string => [
  counts(SOP_CLASSES, 'SOP classes'),
  'Roles SCP and, as sub-operations of C-MOVE and C-GET, SCU; every transfer syntax of 7.2. *Directory record* is what the instance gets on a disc; an instance that is left off is named in the report of its order and on the disc\'s pages.',
  markdownTable(
    ['SOP class', 'UID', 'retired', 'in reference statement', 'directory record'],
    SOP_CLASSES.map((row: SopClassRow) => [row.name, `\`${row.uid}\``, yes(row.retired), yes(row.inReference), onDisc(row)]),
  ),
].join('\n\n');

/** Annex: transfer syntaxes. @source PS3.6 Table A-1 */
export const transferSyntaxTable = (): string => [
  counts(TRANSFER_SYNTAXES, 'transfer syntaxes'),
  'Instances are kept in the transfer syntax in which they came.',
  markdownTable(
    ['transfer syntax', 'UID', 'retired', 'in reference statement'],
    TRANSFER_SYNTAXES.map((row) => [row.name, `\`${row.uid}\``, yes(row.retired), yes(row.inReference)]),
  ),
].join('\n\n');

/** Character sets that are understood. @source PS3.3 C.12.1.1.2 */
export const characterSets = (): string => [
  'Understood in the attributes that are indexed, printed on labels and written on the pages of a disc, with code extensions where the table has a second term:',
  markdownTable(['defined term', 'with code extensions', 'repertoire'], CHARACTER_SETS.map((row) => [row.term ?? '', row.extensionTerm ?? '', row.name])),
  'Bytes of instances are never re-coded. Directory records carry the Specific Character Set of the instance they are made from.',
].join('\n\n');
