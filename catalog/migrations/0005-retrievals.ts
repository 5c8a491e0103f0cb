/** Studies that orders have fetched from remote AEs, and what those AEs say the studies hold. */
import type { EngineName } from '../dialects/dialect.ts';
import { renderTable } from './sketch.ts';
import type { TableSketch } from './sketch.ts';

const TABLES: readonly TableSketch[] = [
  {
    name: 'retrieval',
    columns: ['id id', 'order_key long', 'remote_ae text(32)', 'study_instance_uid uid(64)', 'state uid(16)', 'reason uid(64)', 'is_selected flag', 'opened_at time', 'ended_at time?'],
    unique: [['order_key', 'study_instance_uid']], indexes: [['study_instance_uid'], ['state', 'id']],
  },
  { name: 'retrieval_series', columns: ['id id', 'retrieval_key long', 'series_instance_uid uid(64)', 'expected_instances long'], unique: [['retrieval_key', 'series_instance_uid']] },
];

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => TABLES.flatMap((table) => renderTable(engine, table));
