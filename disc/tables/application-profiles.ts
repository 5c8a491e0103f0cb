/**
 * The media application profiles a disc may claim, first match first. Pure data.
 * A profile is claimed only when every instance on the disc obeys it; SOP classes are free in all rows.
 */

export interface ApplicationProfileRow {
  readonly id: string;
  readonly media: readonly ('CD' | 'DVD' | 'DVD-DL' | 'BD' | 'BD-RE' | 'BD-DL' | 'BD-RE-DL')[];
  readonly transferSyntaxes: readonly string[];
  /** Which table of extra directory keys the profile asks for (disc/tables/directory-records.ts). */
  readonly extraKeys: 'K1';
  readonly source: string;
}

export const APPLICATION_PROFILES = [
  { id: 'STD-GEN-CD', media: ['CD'], transferSyntaxes: ['1.2.840.10008.1.2.1'], extraKeys: 'K1', source: 'PS3.11 D.3' },
] as const satisfies readonly ApplicationProfileRow[];

/** Every profile that exists for this medium. */
export const profilesOf = (media: ApplicationProfileRow['media'][number]): readonly ApplicationProfileRow[] => APPLICATION_PROFILES.filter((row) => (row.media as readonly string[]).includes(media));
