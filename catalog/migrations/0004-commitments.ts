/** Storage commitments: what was asked, what was answered for each instance, and whether the answer has arrived. */
import type { EngineName } from '../dialects/dialect.ts';
import { renderTable } from './sketch.ts';
import type { TableSketch } from './sketch.ts';

const TABLES: readonly TableSketch[] = [
  {
    name: 'commitment',
    columns: ['id id', 'transaction_uid uid(64)', 'calling_ae text(32)', 'called_ae text(32)', 'state uid(16)', 'committed long', 'refused long', 'attempts int', 'requested_at time', 'next_try_at time', 'ended_at time?', 'revoked_at time?', 'revoked_by text(200)'],
    indexes: [['state', 'next_try_at'], ['transaction_uid']],
  },
  {
    name: 'commitment_instance',
    columns: ['commitment_key long', 'sop_instance_uid uid(64)', 'sop_class_uid uid(64)', 'instance_key long?', 'failure_reason int', 'is_revoked flag'],
    primary: ['commitment_key', 'sop_instance_uid'], indexes: [['instance_key']],
  },
];

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => TABLES.flatMap((table) => renderTable(engine, table));
