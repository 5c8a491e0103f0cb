/**
 * The media types with their usable size and file system. Pure data.
 * One kind is sold in several formats; the row holds the smallest, because a volume is planned before the blank is seen.
 */

/** What is written on the medium: ISO 9660 level 1 with a Joliet tree. */
export type FileSystem = 'iso9660-joliet';

export interface MediaTypeRow {
  readonly media: 'CD' | 'DVD' | 'DVD-DL' | 'BD' | 'BD-DL';
  /** Sectors of 2048 bytes that every blank of this kind takes. */
  readonly sectors: number;
  readonly fileSystem: FileSystem;
  readonly source: string;
}

export const MEDIA_TYPES = [
  { media: 'CD', sectors: 332_850, fileSystem: 'iso9660-joliet', source: 'PS3.12 F.2.1.1: 74 min = 333,000 sectors, less the pause of 150 (ECMA-130 20); 80 min blanks take 359,849' },
  { media: 'DVD', sectors: 2_295_104, fileSystem: 'iso9660-joliet', source: 'ECMA-349 (+R) 2,295,104; ECMA-359 (-R) 2,298,496; PS3.12 P' },
  { media: 'DVD-DL', sectors: 4_171_712, fileSystem: 'iso9660-joliet', source: 'ECMA-382 (-R DL) 4,171,712; ECMA-364 (+R DL) 4,173,824; PS3.12 P' },
  { media: 'BD', sectors: 11_826_176, fileSystem: 'iso9660-joliet', source: 'BD-R and BD-RE with default spare areas 11,826,176, without 12,219,392; ours: PS3.12 X.2.1.2 asks for UDF 2.6, so no profile is claimed' },
  { media: 'BD-DL', sectors: 23_652_352, fileSystem: 'iso9660-joliet', source: 'BD-R DL and BD-RE DL with default spare areas 23,652,352, without 24,438,784; ours: PS3.12 X.2.1.2 asks for UDF 2.6, so no profile is claimed' },
] as const satisfies readonly MediaTypeRow[];

const byMedia: ReadonlyMap<string, MediaTypeRow> = new Map(MEDIA_TYPES.map((row) => [row.media, row]));

/** The row of a media type. @throws {TypeError} for a kind that is not in the table */
export const mediaType = (media: MediaTypeRow['media']): MediaTypeRow => {
  const row = byMedia.get(media);
  if (!row) throw new TypeError('not a media type');
  return row;
};
