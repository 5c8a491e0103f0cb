/** Where few senders are at work most groups of arrivals hold one instance: storing it alone spares PostgreSQL work. */
import type { EngineName } from '../dialects/dialect.ts';
import { COLUMNS, STALE_SERIES } from './0009-arrival-log.ts';

/**
 * store_arrival(the columns of an instance): what store_arrivals does for a group of one, from parameters instead of JSON and
 * without what gathers several. Answers the id of the new row, or null where the UID is known.
 */
const STORE_ARRIVAL = `
create function store_arrival(${COLUMNS.map(([name, type]) => `new_${name} ${type}`).join(', ')}) returns bigint language plpgsql
set enable_seqscan = off as $body$
declare
  made bigint;
  version_now bigint;
begin
  insert into instance (${COLUMNS.map(([name]) => name).join(', ')}) values (${COLUMNS.map(([name]) => `new_${name}`).join(', ')})
    on conflict (sop_instance_uid, variant) do nothing returning id into made;
  if made is null then return null; end if;
  update study set last_stored_at = new_stored_at where id = new_study_key and last_stored_at < new_stored_at - interval '1 second';
  update series set instances = instances + 1, held_instances = held_instances + 1, bytes = bytes + new_bytes, arrivals = arrivals + 1, last_stored_at = greatest(last_stored_at, new_stored_at)
    where id = new_series_key returning arrivals into version_now;
  if not found then raise exception 'series is not there' using errcode = '${STALE_SERIES}'; end if;
  insert into arrival_outbox (series_key, version, is_pushed, instances, bytes) values (new_series_key, version_now, new_is_pushed, 1, new_bytes)
    on conflict (series_key) do update set version = excluded.version, is_pushed = greatest(arrival_outbox.is_pushed, excluded.is_pushed), instances = arrival_outbox.instances + 1, bytes = arrival_outbox.bytes + excluded.bytes;
  return made;
end
$body$`;

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => (engine === 'postgres' ? [STORE_ARRIVAL] : []);
