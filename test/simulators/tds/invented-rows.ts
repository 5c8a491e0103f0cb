/** Answers statements with invented rows: column names from the statement, types learned from the `create table` and `alter table` statements seen. */
import type { RecordedStatement } from './server.ts';
import type { TdsAnswer, TdsValue } from './tokens.ts';

export interface Invention {
  /** Statements that answer no row, and touch none. */
  empty: readonly RegExp[];
  /** Values by column name; of a list one row after the other has the next, the last stays. */
  values: Readonly<Record<string, TdsValue | readonly TdsValue[]>>;
}

const AT = new Date('2026-03-01T10:00:00.000Z');

const isList = (value: TdsValue | readonly TdsValue[]): value is readonly TdsValue[] => Array.isArray(value);

export const createInvention = (): Invention & { answer(statement: RecordedStatement): TdsAnswer } => {
  const types = new Map<string, string>();
  const columnsOf = new Map<string, string[]>();

  const learn = (sql: string): void => {
    const added = /^alter table (\w+) add (\w+) (\S+)/.exec(sql);
    if (added) {
      types.set(added[2] ?? '', added[3] ?? '');
      columnsOf.get(added[1] ?? '')?.push(added[2] ?? '');
    }
    const made = /^create table (\w+) \((.*)\)$/s.exec(sql);
    if (!made) return;
    const columns = (made[2] ?? '').split(/, (?![^(]*\))/).filter((c) => !/^(primary|constraint)/.test(c)).map((c) => c.split(' ') as [string, string]);
    for (const [name, type] of columns) types.set(name, type);
    columnsOf.set(made[1] ?? '', columns.map(([name]) => name));
  };

  const invention: Invention = { empty: [], values: {} };
  const given = new WeakMap<readonly TdsValue[], number>();
  const nextOf = (list: readonly TdsValue[]): TdsValue => {
    const at = given.get(list) ?? 0;
    given.set(list, at + 1);
    return list[Math.min(at, list.length - 1)] ?? null;
  };
  const valueOf = (name: string): TdsValue => {
    const value = invention.values[name];
    if (value !== undefined) return isList(value) ? nextOf(value) : value;
    const type = types.get(name) ?? '';
    if (name === 'at' || /_at$/.test(name)) return AT;
    if (/^n?varchar/.test(type) || name === 'base') return name.endsWith('attributes') || name === 'base' || name === 'details' || name === 'draft' || name === 'content' ? '{}' : name === 'patients' || name === 'report' ? '[]' : '1';
    return 1;
  };

  const columnNames = (sql: string): readonly string[] => {
    const output = /\boutput (.+?)(?: values| where|$)/is.exec(sql)?.[1];
    const list = output ?? /^(?:select)(?: distinct)?(?: top\(@?\w+\))?\s+(.+?) from /is.exec(sql)?.[1];
    if (list === undefined) return [];
    return list.split(/,(?![^(]*\))/).flatMap((part) => {
      const star = /^\s*(?:"?(\w+)"?\.)?\*\s*$/.exec(part);
      if (star) return columnsOf.get(star[1] ?? /from "?(\w+)"?/i.exec(sql)?.[1] ?? '') ?? [];
      return [/(\w+)[")\s]*$/.exec(part)?.[1] ?? 'n'];
    });
  };

  return Object.assign(invention, {
    answer(statement: RecordedStatement): TdsAnswer {
      learn(statement.sql);
      const columns = columnNames(statement.sql);
      if (invention.empty.some((pattern) => pattern.test(statement.sql))) return { columns, rows: [], affected: 0 };
      return { columns, rows: columns.length === 0 ? [] : [columns.map(valueOf)], affected: 1 };
    },
  });
};
