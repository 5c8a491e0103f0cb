/** Port of the catalog to a log. */
/** What the catalog tells of its pool; takes a pino logger. */
export interface CatalogLogger {
  info(fields: Readonly<Record<string, unknown>>, message?: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message?: string): void;
}
