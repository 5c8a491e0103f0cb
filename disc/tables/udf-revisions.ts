/**
 * What differs between the UDF volumes we write. Pure data, for writer and reader alike.
 * Positions are sectors of the volume unless a column says otherwise.
 */

export interface UdfRevisionRow {
  readonly kind: 'bridge' | 'udf250' | 'udf260';
  /** Of the domain and UDF identifiers, and what a writer needs. */
  readonly revision: number;
  /** What a reader needs. */
  readonly minReadRevision: number;
  /** Version in every descriptor tag: NSR02 or NSR03. */
  readonly tagVersion: 2 | 3;
  /** Entries lie in a metadata partition, as extended file entries, with a mirror. */
  readonly hasMetadataPartition: boolean;
  /** No tag of a file identifier may cross a block. */
  readonly keepsTagsInBlocks: boolean;
  readonly mainSequenceSector: number;
  readonly reserveSequenceSector: number;
  readonly integritySector: number;
  readonly partitionSector: number;
  readonly source: string;
}

export const UDF_REVISIONS = [
  { kind: 'bridge', revision: 0x0102, minReadRevision: 0x0102, tagVersion: 2, hasMetadataPartition: false, keepsTagsInBlocks: false, mainSequenceSector: 32, reserveSequenceSector: 48, integritySector: 64, partitionSector: 257, source: 'OSTA UDF 1.02; positions as in common bridges' },
  { kind: 'udf250', revision: 0x0250, minReadRevision: 0x0250, tagVersion: 3, hasMetadataPartition: true, keepsTagsInBlocks: false, mainSequenceSector: 32, reserveSequenceSector: 64, integritySector: 128, partitionSector: 288, source: 'OSTA UDF 2.50; PS3.12 X.2.1.3 (BD-RE)' },
  { kind: 'udf260', revision: 0x0260, minReadRevision: 0x0250, tagVersion: 3, hasMetadataPartition: true, keepsTagsInBlocks: true, mainSequenceSector: 32, reserveSequenceSector: 64, integritySector: 128, partitionSector: 288, source: 'OSTA UDF 2.60 with 2.2.6.4 (readable from 2.50), 2.3.4.4; PS3.12 X.2.1.2 (BD-R)' },
] as const satisfies readonly UdfRevisionRow[];

/** Sectors of one volume descriptor sequence. @source ECMA-167 3/8.4.2.2 */
export const SEQUENCE_SECTORS = 16;
/** Sectors of the logical volume integrity sequence. @source OSTA UDF 2.2.4.6 */
export const INTEGRITY_SECTORS = 4;
/** Where every reader looks first. @source ECMA-167 3/8.4.2.1 */
export const ANCHOR_SECTOR = 256;
/** Sectors of one error correction block of a Blu-ray disc, and twice that of a DVD. @source ECMA-267 (DVD, 16); White Paper Blu-ray Disc Format, Physical (32) */
export const PACKET_SECTORS = 32;

const byKind: ReadonlyMap<string, UdfRevisionRow> = new Map(UDF_REVISIONS.map((row) => [row.kind, row]));

/** The row of a kind of volume. @throws {TypeError} for a kind without UDF */
export const udfRevision = (kind: UdfRevisionRow['kind']): UdfRevisionRow => {
  const row = byKind.get(kind);
  if (!row) throw new TypeError('not a kind with UDF');
  return row;
};
