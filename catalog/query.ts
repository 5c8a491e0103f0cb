/**
 * Finds patients, studies, series and instances for DICOM queries: pages by keyset, in the order of the index that serves the query,
 * so that the first page of a million comes as fast as of ten.
 */
import { sql } from 'kysely';
import type { Expression, SelectQueryBuilder, SqlBool } from 'kysely';
import { isAtOrAbove } from '../dicom/tables/query-attributes.ts';
import type { QueryLevel } from '../dicom/tables/query-attributes.ts';
import type { CatalogMatch, CatalogQuery, QueryBook, QueryCondition } from './catalog.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { Executor } from './dialects/dialect.ts';
import { COLUMN_OF, drivingColumn, holds, isEmpty } from './query-conditions.ts';
import { completed, isRemembering } from './query-details.ts';
import type { FoundRow } from './query-details.ts';
import type { Tables } from './tables.ts';

/** The first page is short, so that an answer leaves soon. */
const FIRST_PAGE = 50;
const NEXT_PAGES = 500;

const ENTITY: Readonly<Record<QueryLevel, string>> = { PATIENT: 'patient.id', STUDY: 'study.id', SERIES: 'series.id', IMAGE: 'instance.id' };

type Rows = SelectQueryBuilder<Tables, 'patient' | 'study' | 'series' | 'instance', FoundRow>;

/** The entities of a level that hold something that counts, each with its parents; all tables named here are really in the statement. */
const entities = (db: Executor, level: QueryLevel): Rows => {
  const hasSeries = sql<SqlBool>`exists (select filled.id from series filled where filled.study_key = study.id and filled.instances > 0)`;
  const hasStudy = sql<SqlBool>`exists (select owned.id from study owned inner join series filled on filled.study_key = owned.id where owned.patient_key = patient.id and filled.instances > 0)`;
  const study = (): unknown => db.selectFrom('study').innerJoin('patient', 'patient.id', 'study.patient_key');
  const made: Readonly<Record<QueryLevel, () => unknown>> = {
    PATIENT: () => db.selectFrom('patient').where(hasStudy),
    STUDY: () => (study() as Rows).where(hasSeries),
    SERIES: () => db.selectFrom('series').innerJoin('study', 'study.id', 'series.study_key').innerJoin('patient', 'patient.id', 'study.patient_key').where('series.instances', '>', 0),
    IMAGE: () => db.selectFrom('instance').innerJoin('series', 'series.id', 'instance.series_key').innerJoin('study', 'study.id', 'instance.study_key').innerJoin('patient', 'patient.id', 'study.patient_key').where('instance.counts', '=', 1),
  };
  return made[level]() as Rows;
};

const columns = (query: CatalogQuery): readonly (readonly [column: string, name: string])[] => [
  [ENTITY[query.level], 'id'],
  ...[...query.fields].flatMap((field): (readonly [string, string])[] => { const column = COLUMN_OF[field]; return column === undefined ? [] : [[column, field]]; }),
  ['patient.id', 'patient_key'],
  ...(isAtOrAbove('STUDY', query.level) ? [['study.id', 'study_key'] as const] : []),
  ...(isAtOrAbove('SERIES', query.level) ? [['series.instances', 'series_instances'] as const, ['series.held_instances', 'series_held'] as const] : []),
  ...(isAtOrAbove('SERIES', query.level) && isRemembering(query.fields) ? [['series.attributes', 'base'] as const] : []),
  ...(query.level === 'IMAGE' ? [['instance.is_held', 'is_held'] as const] : []),
  ...(query.level === 'IMAGE' && isRemembering(query.fields) ? [['instance.attributes', 'attributes'] as const] : []),
];

/** One sweep over the matches: conditions, and the column in whose order they are read. */
interface Sweep {
  readonly conditions: readonly Expression<SqlBool>[];
  readonly by: string;
}

/** Matches by value first, in index order, then those by an empty value of the driving key. */
const sweepsOf = (conditions: readonly QueryCondition[]): readonly Sweep[] => {
  const rank = (condition: QueryCondition): number => ['', 'patient.name_alphabetic', 'study.date_key'].indexOf(drivingColumn(condition) ?? 'none');
  const driver = [...conditions].filter((condition) => rank(condition) >= 0).sort((a, b) => rank(a) - rank(b))[0];
  const others = conditions.filter((condition) => condition !== driver).map((condition): Expression<SqlBool> => (condition.matchesEmpty ? sql`(${holds(condition)} or ${isEmpty(condition)})` : holds(condition)));
  if (driver === undefined) return [{ conditions: others, by: '' }];
  const byValue: Sweep = { conditions: [holds(driver), ...others], by: drivingColumn(driver) ?? '' };
  // The two sweeps must not meet: an empty name also matches a key of nothing but wildcards.
  return driver.matchesEmpty ? [byValue, { conditions: [isEmpty(driver), sql`not ${holds(driver)}`, ...others], by: '' }] : [byValue];
};

/** UIDs of a list that go into one statement. */
const LIST_AT_ONCE = 500;

/** A long list of UIDs in parts: an entity has one UID, so it matches in one part only. */
const inParts = (conditions: readonly QueryCondition[]): readonly (readonly QueryCondition[])[] => {
  const long = conditions.find((condition) => condition.kind === 'exact' && COLUMN_OF[condition.field] !== undefined && condition.values.length > LIST_AT_ONCE);
  if (long?.kind !== 'exact') return [conditions];
  return chunked(long.values, 1, LIST_AT_ONCE).flatMap((values) => inParts(conditions.map((condition) => (condition === long ? { ...long, values } : condition))));
};

interface Page { readonly rows: readonly FoundRow[]; readonly isLast: boolean }

const pageOf = (database: Database, query: CatalogQuery, sweep: Sweep, after: FoundRow | undefined, size: number): Promise<Page> => database.read(async (db) => {
  const id = sql.ref<number>(ENTITY[query.level]);
  const by = sweep.by === '' ? undefined : sql.ref<string>(sweep.by);
  let rows = entities(db, query.level).select(columns(query).map(([column, name]) => sql.ref(column).as(name))) as unknown as Rows;
  for (const condition of sweep.conditions) rows = rows.where(condition);
  if (by !== undefined) rows = (rows.select(by.as('driver')) as unknown as Rows).orderBy(by);
  if (after !== undefined) {
    // Said twice for the sake of the index: it begins at the value where the page before ended.
    rows = by === undefined ? rows.where(sql<SqlBool>`${id} > ${after.id}`) : rows.where(sql<SqlBool>`${by} >= ${after.driver}`).where(sql<SqlBool>`(${by} > ${after.driver} or ${id} > ${after.id})`);
  }
  const found = await database.engine.first(rows.orderBy(id), size + 1).execute();
  return { rows: found.slice(0, size), isLast: found.length <= size };
});

const find = async function* (database: Database, query: CatalogQuery): AsyncGenerator<readonly CatalogMatch[]> {
  let size = FIRST_PAGE;
  for (const sweep of inParts(query.conditions).flatMap(sweepsOf)) {
    for (let after: FoundRow | undefined, isLast = false; !isLast; size = NEXT_PAGES) {
      const page: Page = await pageOf(database, query, sweep, after, size);
      isLast = page.isLast;
      after = page.rows.at(-1);
      if (page.rows.length > 0) yield await database.read((db) => completed(db, query, page.rows));
    }
  }
};

/** The query book over one database. */
export const createQueryBook = (database: Database): QueryBook => ({ find: (query) => find(database, query) });
