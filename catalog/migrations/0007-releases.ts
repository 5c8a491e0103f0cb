/** Which instances a person has looked at and lets leave de-identified. */
import type { EngineName } from '../dialects/dialect.ts';
import { renderTable } from './sketch.ts';

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] =>
  renderTable(engine, { name: 'instance_release', columns: ['id id', 'instance_key long', 'purpose uid(16)', 'released_by text(200)', 'released_at time', 'reason text(400)'], unique: [['instance_key', 'purpose']] });
