/** Queries by DICOM: what C-FIND asks of the catalog. */
import type { QueryField, QueryLevel } from '../../dicom/tables/query-attributes.ts';

/** One thing that must hold of an entity. Values are as in the request, trimmed and not empty. @source PS3.4 C.2.2.2 */
export type QueryCondition = { readonly matchesEmpty: boolean } & (
  /** Equal to one of these, by code point. */
  | { readonly kind: 'exact'; readonly field: QueryField; readonly values: readonly string[] }
  /** Matches one of these, in which `*` is any run and `?` one character. */
  | { readonly kind: 'pattern'; readonly field: QueryField; readonly values: readonly string[] }
  /** A person name, by component group; fuzzy: every word begins a word of the name. */
  | { readonly kind: 'name'; readonly field: QueryField; readonly key: string; readonly isFuzzy: boolean }
  /** A date or time from `from` to `to`, both included; '' = open. */
  | { readonly kind: 'range'; readonly field: QueryField; readonly from: string; readonly to: string }
  /** A moment of study date and time together; '' = open. */
  | { readonly kind: 'moment'; readonly from: { readonly date: string; readonly time: string }; readonly to: { readonly date: string; readonly time: string } });

export interface CatalogQuery {
  readonly level: QueryLevel;
  readonly conditions: readonly QueryCondition[];
  /** What shall be answered. */
  readonly fields: ReadonlySet<QueryField>;
  /** Name a file-set for every entity, not only for those that are not held. */
  readonly wantsFileSet: boolean;
}

/** One entity: only instances that count, empty entities never. */
export interface CatalogMatch {
  /** Every wanted field; '' when the entity has no value, several values joined by backslash. */
  readonly values: Readonly<Partial<Record<QueryField, string>>>;
  /** OFFLINE: what is not held is on good discs; UNAVAILABLE: some of it is nowhere. */
  readonly availability: 'ONLINE' | 'OFFLINE' | 'UNAVAILABLE';
  /** That of the newest good disc that holds every instance of the entity. */
  readonly fileSet?: { readonly id: string; readonly uid: string };
}

export interface QueryBook {
  /**
   * Answers matching entities page by page; only one page is in memory. Entities that match by an empty value come last.
   * @throws CATALOG_UNAVAILABLE
   */
  find(query: CatalogQuery): AsyncIterable<readonly CatalogMatch[]>;
}
