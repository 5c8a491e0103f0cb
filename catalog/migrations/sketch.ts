/**
 * Renders table sketches into the DDL of one engine, so that a migration reads once for all three.
 * Identifiers compare by code point everywhere (C, utf8mb4_bin, BIN2 collations).
 */
import type { EngineName } from '../dialects/dialect.ts';

interface ColumnTypes {
  readonly id: string;
  readonly long: string;
  readonly int: string;
  readonly flag: string;
  readonly time: string;
  readonly big: string;
  uid(length: number): string;
  text(length: number): string;
}

const COLUMN_TYPES: Record<EngineName, ColumnTypes> = {
  postgres: {
    id: 'bigint generated always as identity primary key', long: 'bigint', int: 'integer', flag: 'smallint', time: 'timestamptz(3)', big: 'text collate "C"',
    uid: (n) => `varchar(${n}) collate "C"`, text: (n) => `varchar(${n}) collate "C"`,
  },
  mysql: {
    id: 'bigint not null auto_increment primary key', long: 'bigint', int: 'integer', flag: 'smallint', time: 'datetime(3)', big: 'longtext',
    uid: (n) => `varchar(${n})`, text: (n) => `varchar(${n})`,
  },
  mssql: {
    id: 'bigint identity(1,1) not null primary key', long: 'bigint', int: 'int', flag: 'smallint', time: 'datetime2(3)', big: 'nvarchar(max) collate Latin1_General_100_BIN2',
    uid: (n) => `varchar(${n}) collate Latin1_General_100_BIN2`, text: (n) => `nvarchar(${n}) collate Latin1_General_100_BIN2`,
  },
};

/** `name type` per column, type as `id`, `long`, `int`, `flag`, `time`, `big`, `uid(n)` or `text(n)`; a trailing `?` allows null. */
export interface TableSketch {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primary?: readonly string[];
  readonly unique?: readonly (readonly string[])[];
  /** Unique among rows whose first column is not null. */
  readonly uniqueWhenSet?: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
}

const column = (engine: EngineName, sketch: string): string => {
  const [name, type] = sketch.split(' ');
  if (name === undefined || type === undefined) throw new TypeError(`column sketch "${sketch}"`);
  const isNullable = type.endsWith('?');
  const [kind, length] = type.replace('?', '').replace(')', '').split('(');
  const types = COLUMN_TYPES[engine];
  if (kind === 'id') return `${name} ${types.id}`;
  const rendered = kind === 'uid' || kind === 'text' ? types[kind](Number(length)) : types[kind as 'long' | 'int' | 'flag' | 'time' | 'big'];
  return `${name} ${rendered} ${isNullable ? 'null' : 'not null'}`;
};

/** The statement that adds columns to a table that has rows: they must allow null. */
export const renderColumns = (engine: EngineName, table: string, columns: readonly string[]): readonly string[] =>
  columns.map((sketch) => `alter table ${table} add ${column(engine, sketch)}`);

/** The statements that make one table and its indexes. */
export const renderTable = (engine: EngineName, table: TableSketch): readonly string[] => {
  const lines = table.columns.map((c) => column(engine, c));
  if (table.primary) lines.push(`primary key (${table.primary.join(', ')})`);
  const unique = table.unique ?? [];
  const indexes = table.indexes ?? [];
  const named = (kind: string, columns: readonly string[]): string => `${kind}_${table.name}_${columns.join('_')}`.slice(0, 60);
  for (const u of unique) lines.push(`constraint ${named('uq', u)} unique (${u.join(', ')})`);
  if (engine === 'mysql') {
    if (table.uniqueWhenSet) lines.push(`unique key ${named('uq', table.uniqueWhenSet)} (${table.uniqueWhenSet.join(', ')})`);
    for (const i of indexes) lines.push(`key ${named('ix', i)} (${i.join(', ')})`);
    return [`create table if not exists ${table.name} (${lines.join(', ')}) engine=InnoDB default charset=utf8mb4 collate=utf8mb4_bin`];
  }
  const made = [`create table ${table.name} (${lines.join(', ')})`];
  if (table.uniqueWhenSet) made.push(`create unique index ${named('uq', table.uniqueWhenSet)} on ${table.name} (${table.uniqueWhenSet.join(', ')}) where ${table.uniqueWhenSet[0] ?? ''} is not null`);
  for (const i of indexes) made.push(`create index ${named('ix', i)} on ${table.name} (${i.join(', ')})`);
  return made;
};
