/** Orders say what their discs are to hold (copy type, profile, language and what is still to come, as one JSON text), and which volume they make again. */
import type { EngineName } from '../dialects/dialect.ts';
import { renderAddition } from './sketch.ts';

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => renderAddition(engine, { table: 'disc_order', columns: ['content big?', 'reburn_of long?'] });
