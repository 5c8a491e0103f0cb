/** The registry of AEs we know, its history, and the callers we do not know. */
import type { EngineName } from '../dialects/dialect.ts';
import { renderTable } from './sketch.ts';
import type { TableSketch } from './sketch.ts';

const TABLES: readonly TableSketch[] = [
  { name: 'remote_ae', columns: ['id id', 'ae_title text(16)', 'source uid(16)', 'version int', 'draft big', 'changed_by text(200)', 'changed_at time'], unique: [['ae_title']] },
  { name: 'remote_ae_version', columns: ['id id', 'ae_title text(16)', 'version int', 'result uid(16)', 'draft big', 'changed_by text(200)', 'changed_at time'], indexes: [['ae_title', 'version']] },
  { name: 'unknown_caller', columns: ['id id', 'calling_ae text(16)', 'host text(255)', 'reason uid(64)', 'calls long', 'first_seen_at time', 'last_seen_at time'], unique: [['calling_ae', 'host']], indexes: [['last_seen_at', 'id']] },
];

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => [
  ...TABLES.flatMap((table) => renderTable(engine, table)),
  `insert ${engine === 'mysql' ? 'ignore ' : ''}into counter (name, value) values ('ae', 0)`,
];
