/** LIKE with an escape character, the same on every engine. */
import { sql } from 'kysely';
import type { Expression, SqlBool } from 'kysely';

/** `column like pattern`; the pattern escapes wildcards with `!` only as made by folding.ts. */
export const like = (column: string, pattern: string): Expression<SqlBool> => sql<SqlBool>`${sql.ref(column)} like ${pattern} escape '!'`;
