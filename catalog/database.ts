/**
 * One open database: reads and transactions with the catalog's error rules.
 * Deadlocks are tried again, a database out of reach is CATALOG_UNAVAILABLE, anything else CATALOG_FAILED without the engine's words.
 */
import { Kysely } from 'kysely';
import { ApplianceError, isApplianceError } from '../infra/errors.ts';
import type { Engine, Executor, InTransaction } from './dialects/dialect.ts';
import type { Tables } from './tables.ts';

/** Remembered ids are not those of the database (it was restored to an earlier state): forget them and begin again. */
export class StaleIds extends Error {}

export interface Database {
  readonly engine: Engine;
  readonly now: () => Date;
  read<T>(work: (db: Executor) => Promise<T>): Promise<T>;
  /** One transaction; `work` runs again (at most 7 times more) after a deadlock or a lost race for a unique key. */
  write<T>(work: (trx: InTransaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const ATTEMPTS = 8;
/** Grows with each attempt and differs between rivals, so that they do not meet again. */
const pauseMs = (attempt: number): number => Math.random() * 20 * attempt;

const translated = (engine: Engine, error: unknown): unknown => {
  if (isApplianceError(error) || error instanceof StaleIds || error instanceof TypeError || error instanceof RangeError) return error;
  const details = { engine: engine.name, fault: engine.faultCode(error) };
  return ['unavailable', 'retry'].includes(engine.fault(error))
    ? new ApplianceError('CATALOG_UNAVAILABLE', 'the catalog database is out of reach', { details, cause: error })
    : new ApplianceError('CATALOG_FAILED', 'the catalog database refused a statement', { details });
};

/** Opens reads and writes over an engine's pool. */
export const openDatabase = (engine: Engine, now: () => Date): Database => {
  const db = new Kysely<Tables>({ dialect: engine.kysely });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const isWorthAgain = !isApplianceError(error) && ['retry', 'duplicate'].includes(engine.fault(error));
        if (!isWorthAgain || attempt >= ATTEMPTS) throw translated(engine, error);
        await new Promise((resolve) => setTimeout(resolve, pauseMs(attempt)));
      }
    }
  };
  return {
    engine,
    now,
    read: (work) => guarded(() => work(db)),
    write: (work) => guarded(() => db.transaction().execute(work)),
    close: () => db.destroy(),
  };
};
