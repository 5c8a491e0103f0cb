/**
 * The arrival outbox counts what the operation log does not tell yet, so that storing takes neither the counter of the log,
 * which all writers share, nor a row of the log for every group of arrivals.
 */
import type { EngineName } from '../dialects/dialect.ts';
import { renderAddition } from './sketch.ts';

/** Raised when a series that the caller remembers is not there: no_data_found. */
export const STALE_SERIES = 'P0002';

/** What a new row of `instance` is made of. */
export const COLUMNS: readonly (readonly [name: string, type: string])[] = [
  ['sop_instance_uid', 'text'], ['variant', 'int'], ['series_key', 'bigint'], ['study_key', 'bigint'], ['sop_class_uid', 'text'], ['instance_number', 'text'], ['sort_number', 'int'],
  ['transfer_syntax_uid', 'text'], ['data_set_sha256', 'text'], ['data_set_offset', 'bigint'], ['bytes', 'bigint'], ['path', 'text'], ['calling_ae', 'text'], ['called_ae', 'text'], ['host', 'text'],
  ['is_pushed', 'int'], ['is_held', 'int'], ['counts', 'int'], ['is_contested', 'int'], ['stored_at', 'timestamptz'], ['attributes', 'text'],
];
const names = COLUMNS.map(([name]) => name).join(', ');

/**
 * store_arrivals(arrived, studies): what a group of arrivals changes, in one round trip and one transaction. The other engines do the
 * same in statements (store-batch.ts); one suite of tests holds all to the same promises.
 * `arrived` is an array of instance rows by ascending UID; those whose UID is new go in and are answered. `studies` are locked first,
 * ascending, where there are several. Two calls at once wait for each other only where they store into one series.
 * Plans are kept by each connection, so none may be made for tables that are still small: all go through indexes.
 * The time of a study moves by seconds, for it stands in an index.
 */
const STORE_ARRIVALS = `
create function store_arrivals(arrived json, studies bigint[]) returns table (uid text, made bigint) language plpgsql
set enable_seqscan = off as $body$
declare
  uids text[];
  ids bigint[];
  study_keys bigint[];
  series_keys bigint[];
  lengths bigint[];
  times timestamptz[];
  pushed int[];
  gained record;
  version_now bigint;
begin
  if cardinality(studies) > 0 then perform id from study where id = any(studies) order by id for update; end if;
  with fresh as (
    insert into instance (${names}) select ${names} from json_to_recordset(arrived) as t (${COLUMNS.map((column) => column.join(' ')).join(', ')})
    on conflict (sop_instance_uid, variant) do nothing returning id, sop_instance_uid, study_key, series_key, bytes, stored_at, is_pushed)
  select array_agg(sop_instance_uid), array_agg(id), array_agg(study_key), array_agg(series_key), array_agg(bytes), array_agg(stored_at), array_agg(is_pushed)
    into uids, ids, study_keys, series_keys, lengths, times, pushed from fresh;
  if ids is null then return; end if;
  for gained in
    select f.study_key, f.series_key, count(*) as instances, sum(f.bytes) as bytes, max(f.stored_at) as stored_at, max(f.is_pushed) as is_pushed
    from unnest(study_keys, series_keys, lengths, times, pushed) as f (study_key, series_key, bytes, stored_at, is_pushed)
    group by f.study_key, f.series_key order by f.study_key, f.series_key
  loop
    update study set last_stored_at = gained.stored_at where id = gained.study_key and last_stored_at < gained.stored_at - interval '1 second';
    update series set instances = instances + gained.instances, held_instances = held_instances + gained.instances, bytes = series.bytes + gained.bytes, arrivals = arrivals + 1, last_stored_at = greatest(last_stored_at, gained.stored_at)
      where id = gained.series_key returning arrivals into version_now;
    if not found then raise exception 'series is not there' using errcode = '${STALE_SERIES}'; end if;
    insert into arrival_outbox (series_key, version, is_pushed, instances, bytes) values (gained.series_key, version_now, gained.is_pushed, gained.instances, gained.bytes)
      on conflict (series_key) do update set version = excluded.version, is_pushed = greatest(arrival_outbox.is_pushed, excluded.is_pushed), instances = arrival_outbox.instances + excluded.instances, bytes = arrival_outbox.bytes + excluded.bytes;
  end loop;
  return query select unnest(uids), unnest(ids);
end
$body$`;

/** The statements of this migration for one engine, in order. */
export const statements = (engine: EngineName): readonly string[] => [
  ...renderAddition(engine, { table: 'arrival_outbox', columns: ['is_pushed int', 'instances long', 'bytes long'] }),
  // What was there came by being pushed, and is in the log.
  'update arrival_outbox set is_pushed = 1',
  ...(engine === 'postgres' ? ['drop function if exists store_arrivals(json, bigint[], timestamptz)', STORE_ARRIVALS] : []),
];
