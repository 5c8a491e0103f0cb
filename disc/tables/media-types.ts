/**
 * The media types with their usable size and file system. Pure data.
 * One kind is sold in several formats; the row holds the smallest, because a volume is planned before the blank is seen.
 */

/** What is written on a medium. */
export type FileSystem = 'iso9660' | 'bridge' | 'udf250' | 'udf260';

export interface FileSystemRow {
  readonly fileSystem: FileSystem;
  /** In the words of a conformance statement. */
  readonly name: string;
  /** Directory trees that a reader finds. */
  readonly trees: readonly ('iso9660' | 'joliet' | 'udf')[];
  /** Longest file that every way of reading such a disc shows whole. */
  readonly maxFileBytes: number;
  /** Bytes that an instance in a series of its own takes beside those of ISO 9660 and Joliet. */
  readonly extraInstanceBytes: number;
  readonly source: string;
}

export const FILE_SYSTEMS = [
  { fileSystem: 'iso9660', trees: ['iso9660', 'joliet'], name: 'ISO 9660 level 1 with a Joliet tree', maxFileBytes: 0xffff_ffff, extraInstanceBytes: 0, source: 'ECMA-119 9.1.4, 10.1; PS3.12 F.2.2' },
  { fileSystem: 'bridge', trees: ['iso9660', 'joliet', 'udf'], name: 'ISO 9660 level 1 with a Joliet tree, and UDF 1.02 over the same files', maxFileBytes: 0xffff_ffff, extraInstanceBytes: 6144, source: 'ECMA-119 9.1.4, 10.1; OSTA UDF 1.02; PS3.12 P; ours: entry of file, entry and identifiers of directory' },
  { fileSystem: 'udf250', trees: ['udf'], name: 'UDF 2.50 with a metadata partition and its mirror', maxFileBytes: 122_406_334_464, extraInstanceBytes: 8192, source: 'OSTA UDF 2.50; PS3.12 X.2.1.3; ours: 114 extents of less than 1 GiB; the same as a bridge twice, without two directories' },
  { fileSystem: 'udf260', trees: ['udf'], name: 'UDF 2.60 with a metadata partition and its mirror', maxFileBytes: 122_406_334_464, extraInstanceBytes: 8192, source: 'OSTA UDF 2.60; PS3.12 X.2.1.2; ours: 114 extents of less than 1 GiB; the same as a bridge twice, without two directories' },
] as const satisfies readonly FileSystemRow[];

export interface MediaTypeRow {
  /** BD is a write-once disc, BD-RE a rewritable one. */
  readonly media: 'CD' | 'DVD' | 'DVD-DL' | 'BD' | 'BD-RE' | 'BD-DL' | 'BD-RE-DL' | 'USB';
  /** Sectors of 2048 bytes that every blank of this kind takes; for files on a stick, what an image on the way to them can count. */
  readonly sectors: number;
  readonly fileSystem: FileSystem;
  readonly source: string;
}

export const MEDIA_TYPES = [
  { media: 'CD', sectors: 332_850, fileSystem: 'iso9660', source: 'PS3.12 F.2.1.1: 74 min = 333,000 sectors, less the pause of 150 (ECMA-130 20); 80 min blanks take 359,849' },
  { media: 'DVD', sectors: 2_295_104, fileSystem: 'bridge', source: 'ECMA-349 (+R) 2,295,104; ECMA-359 (-R) 2,298,496; PS3.12 P' },
  { media: 'DVD-DL', sectors: 4_171_712, fileSystem: 'bridge', source: 'ECMA-382 (-R DL) 4,171,712; ECMA-364 (+R DL) 4,173,824; PS3.12 P' },
  { media: 'BD', sectors: 11_826_176, fileSystem: 'udf260', source: 'BD-R with default spare areas 11,826,176, without 12,219,392; PS3.12 X.2.1.2' },
  { media: 'BD-RE', sectors: 11_826_176, fileSystem: 'udf250', source: 'BD-RE with default spare areas 11,826,176, without 12,219,392; PS3.12 X.2.1.3' },
  { media: 'BD-DL', sectors: 23_652_352, fileSystem: 'udf260', source: 'BD-R DL with default spare areas 23,652,352, without 24,438,784; PS3.12 X.2.1.2' },
  { media: 'BD-RE-DL', sectors: 23_652_352, fileSystem: 'udf250', source: 'BD-RE DL with default spare areas 23,652,352, without 24,438,784; PS3.12 X.2.1.3' },
  { media: 'USB', sectors: 0xffff_ffff, fileSystem: 'iso9660', source: 'PS3.12 R (USB): FAT takes no longer file than ISO 9660; ours: no image is written to it, only files' },
] as const satisfies readonly MediaTypeRow[];

const byMedia: ReadonlyMap<string, MediaTypeRow> = new Map(MEDIA_TYPES.map((row) => [row.media, row]));

/** The row of a media type. @throws {TypeError} for a kind that is not in the table */
export const mediaType = (media: MediaTypeRow['media']): MediaTypeRow => {
  const row = byMedia.get(media);
  if (!row) throw new TypeError('not a media type');
  return row;
};

const byFileSystem: ReadonlyMap<string, FileSystemRow> = new Map(FILE_SYSTEMS.map((row) => [row.fileSystem, row]));

/** The row of a file system. @throws {TypeError} for one that is not in the table */
export const fileSystem = (name: FileSystem): FileSystemRow => {
  const row = byFileSystem.get(name);
  if (!row) throw new TypeError('not a file system');
  return row;
};
