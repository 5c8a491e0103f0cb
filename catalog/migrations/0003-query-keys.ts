/** The columns by which queries compare names, dates and times, and their indexes. */
import type { Engine, EngineName, Executor } from '../dialects/dialect.ts';
import { patientKeys, studyKeys } from '../query-keys.ts';
import { renderAddition } from './sketch.ts';

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => [
  ...renderAddition(engine, {
    table: 'patient', columns: ['name_alphabetic text(400)', 'name_ideographic text(400)', 'name_phonetic text(400)', 'birth_date_key uid(8)'],
    indexes: [['name_alphabetic', 'id'], ['name_ideographic'], ['name_phonetic']],
  }),
  ...renderAddition(engine, {
    table: 'study', columns: ['date_key uid(8)', 'time_key uid(12)', 'physician_alphabetic text(400)', 'physician_ideographic text(400)', 'physician_phonetic text(400)'],
    indexes: [['date_key', 'id']],
  }),
];

const ROWS_AT_ONCE = 500;

/** Folds what is there already, by ascending id. */
export const fill = async (db: Executor, engine: Engine): Promise<void> => {
  for (let last = 0; ;) {
    const rows = await engine.first(db.selectFrom('patient').select(['id', 'name', 'birth_date']).where('id', '>', last).orderBy('id'), ROWS_AT_ONCE).execute();
    for (const { id, ...row } of rows) await db.updateTable('patient').set(patientKeys(row)).where('id', '=', id).execute();
    if (rows.length < ROWS_AT_ONCE) break;
    last = rows.at(-1)?.id ?? last;
  }
  for (let last = 0; ;) {
    const rows = await engine.first(db.selectFrom('study').select(['id', 'study_date', 'study_time', 'referring_physician_name']).where('id', '>', last).orderBy('id'), ROWS_AT_ONCE).execute();
    for (const { id, ...row } of rows) await db.updateTable('study').set(studyKeys(row)).where('id', '=', id).execute();
    if (rows.length < ROWS_AT_ONCE) break;
    last = rows.at(-1)?.id ?? last;
  }
};
