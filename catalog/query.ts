/**
 * Finds patients, studies, series and instances for DICOM queries: pages by keyset, in the order of the index that serves the query,
 * so that the first page of a million comes as fast as of ten. Where that index belongs to a higher level, its entities are paged
 * and what lies below them is asked for page by page: no engine sorts or joins more than a page.
 */
import { sql } from 'kysely';
import type { Expression, SelectQueryBuilder, SqlBool } from 'kysely';
import { isAtOrAbove } from '../dicom/tables/query-attributes.ts';
import type { QueryLevel } from '../dicom/tables/query-attributes.ts';
import type { CatalogMatch, CatalogQuery, QueryBook, QueryCondition } from './books/query-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { Executor } from './dialects/dialect.ts';
import { COLUMN_OF, drivingColumn, holds, isEmpty, levelOf } from './query-conditions.ts';
import { completed, isRemembering } from './query-details.ts';
import type { FoundRow } from './query-details.ts';
import type { Tables } from './tables.ts';

/** The first page is short, so that an answer leaves soon. */
const FIRST_PAGE = 50;
const NEXT_PAGES = 500;
/** UIDs of a list that go into one statement. */
const LIST_AT_ONCE = 500;

const ENTITY: Readonly<Record<QueryLevel, string>> = { PATIENT: 'patient.id', STUDY: 'study.id', SERIES: 'series.id', IMAGE: 'instance.id' };

type Column = readonly [column: string, name: string];
type Rows = SelectQueryBuilder<Tables, 'patient' | 'study' | 'series' | 'instance', FoundRow>;

/** The entities of a level, each with its parents; the type promises more tables than a statement has, its conditions name no other. */
const entities = (db: Executor, level: QueryLevel): Rows => {
  switch (level) {
    case 'PATIENT': return db.selectFrom('patient') as unknown as Rows;
    case 'STUDY': return db.selectFrom('study').innerJoin('patient', 'patient.id', 'study.patient_key') as unknown as Rows;
    case 'SERIES': return db.selectFrom('series').innerJoin('study', 'study.id', 'series.study_key').innerJoin('patient', 'patient.id', 'study.patient_key').where('series.instances', '>', 0) as unknown as Rows;
    case 'IMAGE': return db.selectFrom('instance').innerJoin('series', 'series.id', 'instance.series_key').innerJoin('study', 'study.id', 'instance.study_key').innerJoin('patient', 'patient.id', 'study.patient_key').where('instance.counts', '=', 1) as unknown as Rows;
    default: return level satisfies never;
  }
};

/** What is read of each found entity. */
const columnsOf = ({ level, fields }: CatalogQuery): readonly Column[] => {
  const columns: Column[] = [['patient.id', 'patient_key']];
  for (const field of fields) {
    const column = COLUMN_OF[field];
    if (column !== undefined) columns.push([column, field]);
  }
  if (isAtOrAbove('STUDY', level)) columns.push(['study.id', 'study_key']);
  if (isAtOrAbove('SERIES', level)) columns.push(['series.instances', 'series_instances'], ['series.held_instances', 'series_held']);
  if (isAtOrAbove('SERIES', level) && isRemembering(fields)) columns.push(['series.attributes', 'base']);
  if (level === 'IMAGE') columns.push(['instance.is_held', 'is_held']);
  if (level === 'IMAGE' && isRemembering(fields)) columns.push(['instance.attributes', 'attributes']);
  return columns;
};

interface Condition { readonly level: QueryLevel; readonly sql: Expression<SqlBool> }

/** One sweep over the matches: conditions, and the indexed column in whose order they are read. */
interface Sweep {
  readonly conditions: readonly Condition[];
  readonly by?: { readonly column: string; readonly level: QueryLevel };
}

/** Matches by value first, in index order, then those by an empty value of the driving key. */
const sweepsOf = (conditions: readonly QueryCondition[]): readonly Sweep[] => {
  const rank = (condition: QueryCondition): number => ['', 'patient.name_alphabetic', 'study.date_key'].indexOf(drivingColumn(condition) ?? 'none');
  const [driver] = conditions.filter((condition) => rank(condition) >= 0).sort((a, b) => rank(a) - rank(b));
  const others = conditions.filter((condition) => condition !== driver)
    .map((condition): Condition => ({ level: levelOf(condition), sql: condition.matchesEmpty ? sql`(${holds(condition)} or ${isEmpty(condition)})` : holds(condition) }));
  if (driver === undefined) return [{ conditions: others }];
  const level = levelOf(driver);
  const column = drivingColumn(driver) ?? '';
  const byValue: Sweep = { conditions: [{ level, sql: holds(driver) }, ...others], ...(column === '' ? {} : { by: { column, level } }) };
  // The two sweeps must not meet: an empty name also matches a key of nothing but wildcards.
  return driver.matchesEmpty ? [byValue, { conditions: [{ level, sql: sql`(${isEmpty(driver)} and not ${holds(driver)})` }, ...others] }] : [byValue];
};

/** A long list of UIDs in parts: an entity has one UID, so it matches in one part only. */
const inParts = (conditions: readonly QueryCondition[]): readonly (readonly QueryCondition[])[] => {
  const long = conditions.find((condition) => condition.kind === 'exact' && COLUMN_OF[condition.field] !== undefined && condition.values.length > LIST_AT_ONCE);
  if (long?.kind !== 'exact') return [conditions];
  return chunked(long.values, 1, LIST_AT_ONCE).flatMap((values) => inParts(conditions.map((condition) => (condition === long ? { ...long, values } : condition))));
};

interface Reading {
  readonly level: QueryLevel;
  readonly columns: readonly Column[];
  readonly conditions: readonly Condition[];
  /** Read in the order of this column, then of the entity; by the entity alone without it. */
  readonly by?: string;
}

const read = (database: Database, reading: Reading, after: FoundRow | undefined, size: number): Promise<readonly FoundRow[]> => database.read((db) => {
  const id = sql.ref<number>(ENTITY[reading.level]);
  const by = reading.by === undefined ? undefined : sql.ref<string>(reading.by);
  const columns = [id.as('id'), ...reading.columns.map(([column, name]) => sql.ref(column).as(name)), ...(by === undefined ? [] : [by.as('driver')])];
  let rows = entities(db, reading.level).select(columns) as unknown as Rows;
  for (const condition of reading.conditions) rows = rows.where(condition.sql);
  // The driving value is said twice for the sake of the index: reading begins where the page before ended.
  if (after !== undefined) rows = by === undefined ? rows.where(sql<SqlBool>`${id} > ${after.id}`) : rows.where(sql<SqlBool>`${by} >= ${after.driver}`).where(sql<SqlBool>`(${by} > ${after.driver} or ${id} > ${after.id})`);
  return database.engine.first((by === undefined ? rows : rows.orderBy(by)).orderBy(id), size).execute();
});

/** The rows of a reading, page by page. `size` is shared by all readings of a query. */
const pages = async function* (database: Database, reading: Reading, size: { next: number }): AsyncGenerator<readonly FoundRow[]> {
  for (let after: FoundRow | undefined; ;) {
    const wanted = size.next;
    const rows = await read(database, reading, after, wanted);
    if (rows.length > 0) yield rows;
    if (rows.length < wanted) return;
    size.next = NEXT_PAGES;
    after = rows.at(-1);
  }
};

const sweep = async function* (database: Database, query: CatalogQuery, { conditions, by }: Sweep): AsyncGenerator<readonly FoundRow[]> {
  const { level } = query;
  const columns = columnsOf(query);
  if (by === undefined || by.level === level) {
    yield* pages(database, { level, columns, conditions, ...(by === undefined ? {} : { by: by.column }) }, { next: FIRST_PAGE });
    return;
  }
  const [above, below] = [conditions.filter((condition) => isAtOrAbove(condition.level, by.level)), conditions.filter((condition) => !isAtOrAbove(condition.level, by.level))];
  const size = { next: FIRST_PAGE };
  for await (const owners of pages(database, { level: by.level, columns: [], conditions: above, by: by.column }, { next: FIRST_PAGE })) {
    const owned: Condition = { level: by.level, sql: sql`${sql.ref(ENTITY[by.level])} in (${sql.join(owners.map((owner) => owner.id))})` };
    yield* pages(database, { level, columns, conditions: [owned, ...below] }, size);
  }
};

const find = async function* (database: Database, query: CatalogQuery): AsyncGenerator<readonly CatalogMatch[]> {
  for (const one of inParts(query.conditions).flatMap(sweepsOf)) {
    for await (const rows of sweep(database, query, one)) {
      const matches = await database.read((db) => completed(db, query, rows));
      if (matches.length > 0) yield matches;
    }
  }
};

/** The query book over one database. */
export const createQueryBook = (database: Database): QueryBook => ({ find: (query) => find(database, query) });
