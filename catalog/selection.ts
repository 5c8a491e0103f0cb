/** Resolves an order selection into the instances that count, with their study rows locked against deletion and re-decision. */
import { ApplianceError } from '../infra/errors.ts';
import type { OrderSelection } from '../disc/order/order.ts';
import type { Database } from './database.ts';
import { chunked } from './dialects/dialect.ts';
import type { InTransaction } from './dialects/dialect.ts';
import type { Selected } from './place-order.ts';

const LEVELS = { patients: 'study.patient_key', studies: 'instance.study_key', series: 'instance.series_key', instances: 'instance.id' } as const;
const TABLE_OF = { patients: 'patient', studies: 'study', series: 'series', instances: 'instance' } as const;

const levelOf = (selection: OrderSelection): { level: keyof typeof LEVELS; ids: readonly number[] } => {
  const given = (Object.keys(LEVELS) as (keyof typeof LEVELS)[]).filter((l) => (selection[l]?.length ?? 0) > 0);
  const [level] = given;
  if (level === undefined) throw new ApplianceError('ORDER_NOTHING_SELECTED', 'the selection names nothing');
  if (given.length > 1) throw new ApplianceError('API_INVALID', 'a selection names exactly one level', { details: { levels: given } });
  return { level, ids: [...new Set(selection[level] ?? [])].sort((a, b) => a - b) };
};

/** The canonical text of a selection, for comparing orders under one request key. */
export const selectionText = (selection: OrderSelection): string => {
  if (selection.volume !== undefined) return JSON.stringify(['volume', selection.volume]);
  const { level, ids } = levelOf(selection);
  return JSON.stringify([level, ids]);
};

/** Everything a volume was made from, what was left off included: it is named on the disc. */
const ofVolume = async (trx: InTransaction, volumeId: number): Promise<OrderSelection> => {
  const rows = await trx.selectFrom('volume_instance').where('volume_key', '=', volumeId).select('instance_key').execute();
  return { instances: rows.map((row) => row.instance_key) };
};

/**
 * The counting instances of a selection, held or not.
 * @throws CATALOG_NOT_FOUND when a named row does not exist; ORDER_NOTHING_SELECTED, API_INVALID when not exactly one level is named
 */
export const selectInstances = async (database: Database, trx: InTransaction, selection: OrderSelection): Promise<readonly Selected[]> => {
  if (selection.volume !== undefined) return selectInstances(database, trx, await ofVolume(trx, selection.volume));
  const { level, ids } = levelOf(selection);
  const studies = new Set<number>();
  for (const part of chunked(ids, 1, database.engine.maxParameters)) {
    const known = await trx.selectFrom(TABLE_OF[level]).select((eb) => eb.fn.countAll<number>().as('known')).where('id', 'in', [...part]).executeTakeFirstOrThrow();
    if (Number(known.known) !== part.length) throw new ApplianceError('CATALOG_NOT_FOUND', 'the selection names rows that do not exist', { details: { level, missing: part.length - Number(known.known) } });
    const found = await trx.selectFrom('instance').innerJoin('study', 'study.id', 'instance.study_key').where(LEVELS[level], 'in', [...part]).select('instance.study_key').distinct().execute();
    for (const row of found) studies.add(row.study_key);
  }
  await database.engine.lockRows(trx, 'study', [...studies]);
  const selected: Selected[] = [];
  for (const part of chunked(ids, 1, database.engine.maxParameters)) {
    selected.push(...await trx.selectFrom('instance').innerJoin('study', 'study.id', 'instance.study_key').where(LEVELS[level], 'in', [...part]).where('instance.counts', '=', 1)
      .select(['instance.id', 'instance.series_key', 'instance.study_key', 'study.patient_key', 'instance.bytes', 'instance.is_held']).execute());
  }
  return selected;
};
