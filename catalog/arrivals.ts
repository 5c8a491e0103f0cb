/**
 * The arrival outbox: series that gained instances since they were last looked at, how many, and whether burn rules are to see them.
 * Storing counts here; the operation log tells of it once for each look, and what a look saw is taken away with it.
 */
import type { Arrival, RuleBook } from './books/rule-book.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { InTransaction } from './dialects/dialect.ts';
import { appendOperations } from './operations.ts';
import type { Operation } from './operations.ts';

interface Gain { readonly series_key: number; readonly study_key: number; readonly instances: number; readonly bytes: number }

const storedEvent = (gain: Gain): Operation => ({
  who: 'appliance', event: 'instances.stored', subject: String(gain.study_key), subjectKind: 'study', result: 'stored',
  details: { studyId: gain.study_key, seriesId: gain.series_key, instances: gain.instances, bytes: gain.bytes },
});

/** What series gained that the log does not tell yet, in the order in which storing takes their rows. */
const unlogged = (trx: InTransaction, seriesIds: readonly number[]): Promise<Gain[]> =>
  trx.selectFrom('arrival_outbox').innerJoin('series', 'series.id', 'arrival_outbox.series_key').where('arrival_outbox.series_key', 'in', [...seriesIds]).where('arrival_outbox.instances', '>', 0)
    .orderBy('series.study_key').orderBy('arrival_outbox.series_key').select(['arrival_outbox.series_key', 'series.study_key', 'arrival_outbox.instances', 'arrival_outbox.bytes']).execute();

/** Moves what was gained to the log. What comes meanwhile stays for the next time: only what was read is taken away. */
const writeLog = async (database: Database, trx: InTransaction, taken: readonly Pick<Arrival, 'seriesId'>[]): Promise<void> => {
  const gains: Gain[] = [];
  for (const chunk of chunked(taken, 1, Math.min(database.engine.maxParameters, 400))) gains.push(...await unlogged(trx, chunk.map((one) => one.seriesId)));
  for (const gain of gains) {
    await trx.updateTable('arrival_outbox').set((eb) => ({ instances: eb('instances', '-', gain.instances), bytes: eb('bytes', '-', gain.bytes) })).where('series_key', '=', gain.series_key).execute();
  }
  await appendOperations(database, trx, gains.map(storedEvent));
};

const dropSeen = async (database: Database, trx: InTransaction, taken: readonly Pick<Arrival, 'seriesId' | 'version'>[]): Promise<void> => {
  for (const chunk of chunked(taken, 2, Math.min(database.engine.maxParameters, 400))) {
    await trx.deleteFrom('arrival_outbox').where('instances', '=', 0).where((eb) => eb.or(chunk.map((one) => eb.and([eb('series_key', '=', one.seriesId), eb('version', '=', one.version)])))).execute();
  }
};

/** The part of the rule book that deals with arrivals. One process at a time takes them. */
export const createArrivals = (database: Database): Pick<RuleBook, 'arrivals' | 'logArrivals' | 'confirmArrivals'> => ({
  arrivals: (limit) => database.read(async (db) => {
    const query = db.selectFrom('arrival_outbox').innerJoin('series', 'series.id', 'arrival_outbox.series_key').innerJoin('study', 'study.id', 'series.study_key').orderBy('series.last_stored_at').orderBy('series.id')
      .select(['arrival_outbox.series_key', 'arrival_outbox.version', 'arrival_outbox.is_pushed', 'series.calling_ae', 'series.called_ae', 'series.modality', 'series.station', 'series.body_part', 'series.description', 'study.description as study_description']);
    return (await database.engine.first(query, limit).execute()).map((row) => ({
      seriesId: row.series_key, version: row.version, isPushed: row.is_pushed === 1,
      facts: { callingAe: row.calling_ae, calledAe: row.called_ae, modality: row.modality, station: row.station, bodyPart: row.body_part, studyDescription: row.study_description, seriesDescription: row.description },
    }));
  }),
  logArrivals: (taken) => database.write((trx) => writeLog(database, trx, taken)),
  confirmArrivals: (taken) => database.write((trx) => dropSeen(database, trx, [...taken].sort((a, b) => a.seriesId - b.seriesId))),
});
