-- migration
begin transaction;
exec sp_getapplock @Resource = 'spindle.migrate', @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 120000;
select count(*) as n from information_schema.tables where table_name = 'schema_version' and table_schema = schema_name();
create table schema_version (version int not null, applied_at datetime2(3) not null, primary key (version));
select count(*) as n from information_schema.tables where table_name = 'schema_version' and table_schema = schema_name();
create table counter (name varchar(32) collate Latin1_General_100_BIN2 not null, value bigint not null, primary key (name));
create table patient (id bigint identity(1,1) not null primary key, patient_id nvarchar(192) collate Latin1_General_100_BIN2 not null, issuer_of_patient_id nvarchar(192) collate Latin1_General_100_BIN2 not null, study_scope varchar(64) collate Latin1_General_100_BIN2 not null, name nvarchar(400) collate Latin1_General_100_BIN2 not null, birth_date nvarchar(16) collate Latin1_General_100_BIN2 not null, sex nvarchar(16) collate Latin1_General_100_BIN2 not null, constraint uq_patient_patient_id_issuer_of_patient_id_study_scope unique (patient_id, issuer_of_patient_id, study_scope));
create table study (id bigint identity(1,1) not null primary key, patient_key bigint not null, study_instance_uid varchar(64) collate Latin1_General_100_BIN2 not null, study_date nvarchar(16) collate Latin1_General_100_BIN2 not null, study_time nvarchar(32) collate Latin1_General_100_BIN2 not null, study_id_text nvarchar(64) collate Latin1_General_100_BIN2 not null, description nvarchar(400) collate Latin1_General_100_BIN2 not null, accession_number nvarchar(192) collate Latin1_General_100_BIN2 not null, referring_physician_name nvarchar(400) collate Latin1_General_100_BIN2 not null, institution_name nvarchar(400) collate Latin1_General_100_BIN2 not null, search_text nvarchar(max) collate Latin1_General_100_BIN2 not null, patient_differs smallint not null, first_stored_at datetime2(3) not null, last_stored_at datetime2(3) not null, constraint uq_study_study_instance_uid_patient_key unique (study_instance_uid, patient_key));
create index ix_study_patient_key on study (patient_key);
create index ix_study_last_stored_at_id on study (last_stored_at, id);
create index ix_study_accession_number on study (accession_number);
create table study_identity (id bigint identity(1,1) not null primary key, study_key bigint not null, digest varchar(64) collate Latin1_General_100_BIN2 not null, name nvarchar(400) collate Latin1_General_100_BIN2 not null, birth_date nvarchar(16) collate Latin1_General_100_BIN2 not null, sex nvarchar(16) collate Latin1_General_100_BIN2 not null, constraint uq_study_identity_study_key_digest unique (study_key, digest));
create table series (id bigint identity(1,1) not null primary key, study_key bigint not null, series_instance_uid varchar(64) collate Latin1_General_100_BIN2 not null, modality nvarchar(32) collate Latin1_General_100_BIN2 not null, series_number nvarchar(32) collate Latin1_General_100_BIN2 not null, description nvarchar(400) collate Latin1_General_100_BIN2 not null, body_part nvarchar(64) collate Latin1_General_100_BIN2 not null, station nvarchar(64) collate Latin1_General_100_BIN2 not null, calling_ae nvarchar(32) collate Latin1_General_100_BIN2 not null, called_ae nvarchar(32) collate Latin1_General_100_BIN2 not null, attributes nvarchar(max) collate Latin1_General_100_BIN2 not null, instances bigint not null, held_instances bigint not null, bytes bigint not null, arrivals bigint not null, last_stored_at datetime2(3) not null, constraint uq_series_series_instance_uid_study_key unique (series_instance_uid, study_key));
create index ix_series_study_key on series (study_key);
create table instance (id bigint identity(1,1) not null primary key, sop_instance_uid varchar(64) collate Latin1_General_100_BIN2 not null, variant int not null, series_key bigint not null, study_key bigint not null, sop_class_uid varchar(64) collate Latin1_General_100_BIN2 not null, instance_number nvarchar(32) collate Latin1_General_100_BIN2 not null, sort_number int not null, transfer_syntax_uid varchar(64) collate Latin1_General_100_BIN2 not null, data_set_sha256 varchar(64) collate Latin1_General_100_BIN2 not null, data_set_offset bigint not null, bytes bigint not null, path nvarchar(255) collate Latin1_General_100_BIN2 not null, calling_ae nvarchar(32) collate Latin1_General_100_BIN2 not null, called_ae nvarchar(32) collate Latin1_General_100_BIN2 not null, host nvarchar(255) collate Latin1_General_100_BIN2 not null, is_pushed smallint not null, is_held smallint not null, counts smallint not null, is_contested smallint not null, stored_at datetime2(3) not null, attributes nvarchar(max) collate Latin1_General_100_BIN2 not null, constraint uq_instance_sop_instance_uid_variant unique (sop_instance_uid, variant));
create index ix_instance_series_key on instance (series_key);
create index ix_instance_study_key on instance (study_key);
create table arrival_outbox (series_key bigint not null, version bigint not null, primary key (series_key));
create table burn_rule (id bigint identity(1,1) not null primary key, name nvarchar(200) collate Latin1_General_100_BIN2 not null, sort_order int not null, is_enabled smallint not null, is_removed smallint not null, source varchar(16) collate Latin1_General_100_BIN2 not null, version int not null, draft nvarchar(max) collate Latin1_General_100_BIN2 not null, changed_by nvarchar(200) collate Latin1_General_100_BIN2 not null, changed_at datetime2(3) not null);
create table burn_rule_version (id bigint identity(1,1) not null primary key, rule_key bigint not null, version int not null, draft nvarchar(max) collate Latin1_General_100_BIN2 not null, changed_by nvarchar(200) collate Latin1_General_100_BIN2 not null, changed_at datetime2(3) not null, constraint uq_burn_rule_version_rule_key_version unique (rule_key, version));
create table collect_group (id bigint identity(1,1) not null primary key, rule_key bigint not null, group_level varchar(16) collate Latin1_General_100_BIN2 not null, target_key bigint not null, generation int not null, is_open smallint not null, first_stored_at datetime2(3) not null, constraint uq_collect_group_rule_key_group_level_target_key unique (rule_key, group_level, target_key));
create index ix_collect_group_is_open_id on collect_group (is_open, id);
create table collect_group_series (group_key bigint not null, series_key bigint not null, primary key (group_key, series_key));
create index ix_collect_group_series_series_key on collect_group_series (series_key);
create table disc_order (id bigint identity(1,1) not null primary key, order_id varchar(16) collate Latin1_General_100_BIN2 not null, request_key nvarchar(200) collate Latin1_General_100_BIN2 not null, content_sha256 varchar(64) collate Latin1_General_100_BIN2 not null, source varchar(16) collate Latin1_General_100_BIN2 not null, rule_key bigint null, group_key bigint null, group_level varchar(16) collate Latin1_General_100_BIN2 not null, state varchar(16) collate Latin1_General_100_BIN2 not null, info varchar(32) collate Latin1_General_100_BIN2 not null, waiting_for nvarchar(400) collate Latin1_General_100_BIN2 not null, is_started smallint not null, is_held_back smallint not null, is_cancel_requested smallint not null, is_supplement smallint not null, is_released smallint not null, copies int not null, media varchar(16) collate Latin1_General_100_BIN2 not null, robot nvarchar(64) collate Latin1_General_100_BIN2 not null, priority int not null, comment nvarchar(1000) collate Latin1_General_100_BIN2 not null, label_template nvarchar(200) collate Latin1_General_100_BIN2 not null, several_patients smallint not null, retention varchar(16) collate Latin1_General_100_BIN2 not null, placed_by nvarchar(200) collate Latin1_General_100_BIN2 not null, placed_at datetime2(3) not null, started_at datetime2(3) null, ended_at datetime2(3) null, instances bigint not null, bytes bigint not null, copies_good int not null, report nvarchar(max) collate Latin1_General_100_BIN2 not null, version int not null, constraint uq_disc_order_order_id unique (order_id), constraint uq_disc_order_request_key unique (request_key));
create index ix_disc_order_state_ended_at on disc_order (state, ended_at);
create index ix_disc_order_group_key on disc_order (group_key);
create table order_instance (order_key bigint not null, instance_key bigint not null, rule_key bigint null, primary key (order_key, instance_key));
create unique index uq_order_instance_rule_key_instance_key on order_instance (rule_key, instance_key) where rule_key is not null;
create index ix_order_instance_instance_key on order_instance (instance_key);
create table volume (id bigint identity(1,1) not null primary key, order_key bigint not null, volume_index int not null, volume_count int not null, file_set_id varchar(16) collate Latin1_General_100_BIN2 not null, file_set_uid varchar(64) collate Latin1_General_100_BIN2 not null, media varchar(16) collate Latin1_General_100_BIN2 not null, state varchar(16) collate Latin1_General_100_BIN2 not null, instances bigint not null, spool_name varchar(64) collate Latin1_General_100_BIN2 not null, image_bytes bigint null, image_sha256 varchar(64) collate Latin1_General_100_BIN2 null, certificate nvarchar(max) collate Latin1_General_100_BIN2 not null, created_at datetime2(3) not null, constraint uq_volume_order_key_volume_index unique (order_key, volume_index));
create table volume_instance (volume_key bigint not null, instance_key bigint not null, file_id varchar(128) collate Latin1_General_100_BIN2 not null, sha256 varchar(64) collate Latin1_General_100_BIN2 not null, is_left_off smallint not null, primary key (volume_key, instance_key));
create index ix_volume_instance_instance_key on volume_instance (instance_key);
create table volume_study (volume_key bigint not null, study_key bigint not null, primary key (volume_key, study_key));
create index ix_volume_study_study_key on volume_study (study_key);
create table job (id bigint identity(1,1) not null primary key, job_key varchar(32) collate Latin1_General_100_BIN2 not null, volume_key bigint not null, copy int not null, attempt int not null, serial varchar(32) collate Latin1_General_100_BIN2 not null, robot nvarchar(64) collate Latin1_General_100_BIN2 not null, ref nvarchar(400) collate Latin1_General_100_BIN2 null, state varchar(16) collate Latin1_General_100_BIN2 not null, phase varchar(32) collate Latin1_General_100_BIN2 not null, activity varchar(32) collate Latin1_General_100_BIN2 not null, percent_done int null, error varchar(64) collate Latin1_General_100_BIN2 not null, created_at datetime2(3) not null, ended_at datetime2(3) null, constraint uq_job_job_key unique (job_key), constraint uq_job_serial unique (serial), constraint uq_job_volume_key_copy_attempt unique (volume_key, copy, attempt));
create table disc (id bigint identity(1,1) not null primary key, serial varchar(48) collate Latin1_General_100_BIN2 not null, job_id bigint not null, order_key bigint not null, volume_key bigint not null, copy int not null, result varchar(8) collate Latin1_General_100_BIN2 not null, state varchar(16) collate Latin1_General_100_BIN2 not null, robot nvarchar(64) collate Latin1_General_100_BIN2 not null, place nvarchar(200) collate Latin1_General_100_BIN2 not null, error varchar(64) collate Latin1_General_100_BIN2 not null, patients nvarchar(max) collate Latin1_General_100_BIN2 not null, search_text nvarchar(max) collate Latin1_General_100_BIN2 not null, made_at datetime2(3) not null, constraint uq_disc_serial unique (serial));
create index ix_disc_order_key on disc (order_key);
create index ix_disc_volume_key on disc (volume_key);
create index ix_disc_job_id on disc (job_id);
create table operation_log (id bigint not null, logged_at datetime2(3) not null, who nvarchar(200) collate Latin1_General_100_BIN2 not null, event varchar(64) collate Latin1_General_100_BIN2 not null, subject nvarchar(200) collate Latin1_General_100_BIN2 not null, subject_kind varchar(16) collate Latin1_General_100_BIN2 not null, result varchar(64) collate Latin1_General_100_BIN2 not null, details nvarchar(max) collate Latin1_General_100_BIN2 not null, primary key (id));
create index ix_operation_log_subject_kind_subject_id on operation_log (subject_kind, subject, id);
create table robot_report (name nvarchar(64) collate Latin1_General_100_BIN2 not null, capabilities nvarchar(max) collate Latin1_General_100_BIN2 not null, health nvarchar(max) collate Latin1_General_100_BIN2 not null, seen_at datetime2(3) not null, primary key (name));
create table login_token (token_sha256 varchar(64) collate Latin1_General_100_BIN2 not null, expires_at datetime2(3) not null, is_used smallint not null, primary key (token_sha256));
create table web_session (session_sha256 varchar(64) collate Latin1_General_100_BIN2 not null, who nvarchar(200) collate Latin1_General_100_BIN2 not null, expires_at datetime2(3) not null, primary key (session_sha256));
insert into counter (name, value) values ('disc', 0);
insert into counter (name, value) values ('identity', 0);
insert into counter (name, value) values ('operation', 0);
insert into counter (name, value) values ('rule', 0);
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
create table remote_ae (id bigint identity(1,1) not null primary key, ae_title nvarchar(16) collate Latin1_General_100_BIN2 not null, source varchar(16) collate Latin1_General_100_BIN2 not null, version int not null, draft nvarchar(max) collate Latin1_General_100_BIN2 not null, changed_by nvarchar(200) collate Latin1_General_100_BIN2 not null, changed_at datetime2(3) not null, constraint uq_remote_ae_ae_title unique (ae_title));
create table remote_ae_version (id bigint identity(1,1) not null primary key, ae_title nvarchar(16) collate Latin1_General_100_BIN2 not null, version int not null, result varchar(16) collate Latin1_General_100_BIN2 not null, draft nvarchar(max) collate Latin1_General_100_BIN2 not null, changed_by nvarchar(200) collate Latin1_General_100_BIN2 not null, changed_at datetime2(3) not null);
create index ix_remote_ae_version_ae_title_version on remote_ae_version (ae_title, version);
create table unknown_caller (id bigint identity(1,1) not null primary key, calling_ae nvarchar(16) collate Latin1_General_100_BIN2 not null, host nvarchar(255) collate Latin1_General_100_BIN2 not null, reason varchar(64) collate Latin1_General_100_BIN2 not null, calls bigint not null, first_seen_at datetime2(3) not null, last_seen_at datetime2(3) not null, constraint uq_unknown_caller_calling_ae_host unique (calling_ae, host));
create index ix_unknown_caller_last_seen_at_id on unknown_caller (last_seen_at, id);
insert into counter (name, value) values ('ae', 0);
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
alter table patient add name_alphabetic nvarchar(400) collate Latin1_General_100_BIN2 not null default '';
alter table patient add name_ideographic nvarchar(400) collate Latin1_General_100_BIN2 not null default '';
alter table patient add name_phonetic nvarchar(400) collate Latin1_General_100_BIN2 not null default '';
alter table patient add birth_date_key varchar(8) collate Latin1_General_100_BIN2 not null default '';
create index ix_patient_name_alphabetic_id on patient (name_alphabetic, id);
create index ix_patient_name_ideographic on patient (name_ideographic);
create index ix_patient_name_phonetic on patient (name_phonetic);
alter table study add date_key varchar(8) collate Latin1_General_100_BIN2 not null default '';
alter table study add time_key varchar(12) collate Latin1_General_100_BIN2 not null default '';
alter table study add physician_alphabetic nvarchar(400) collate Latin1_General_100_BIN2 not null default '';
alter table study add physician_ideographic nvarchar(400) collate Latin1_General_100_BIN2 not null default '';
alter table study add physician_phonetic nvarchar(400) collate Latin1_General_100_BIN2 not null default '';
create index ix_study_date_key_id on study (date_key, id);
-- @1 bigint
select top(500) "id", "name", "birth_date" from "patient" where "id" > @1 order by "id";
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 bigint
update "patient" set "name_alphabetic" = @1, "name_ideographic" = @2, "name_phonetic" = @3, "birth_date_key" = @4 where "id" = @5;
-- @1 bigint
select top(500) "id", "study_date", "study_time", "referring_physician_name" from "study" where "id" > @1 order by "id";
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 bigint
update "study" set "date_key" = @1, "time_key" = @2, "physician_alphabetic" = @3, "physician_ideographic" = @4, "physician_phonetic" = @5 where "id" = @6;
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
create table commitment (id bigint identity(1,1) not null primary key, transaction_uid varchar(64) collate Latin1_General_100_BIN2 not null, calling_ae nvarchar(32) collate Latin1_General_100_BIN2 not null, called_ae nvarchar(32) collate Latin1_General_100_BIN2 not null, state varchar(16) collate Latin1_General_100_BIN2 not null, committed bigint not null, refused bigint not null, attempts int not null, requested_at datetime2(3) not null, next_try_at datetime2(3) not null, ended_at datetime2(3) null, revoked_at datetime2(3) null, revoked_by nvarchar(200) collate Latin1_General_100_BIN2 not null);
create index ix_commitment_state_next_try_at on commitment (state, next_try_at);
create index ix_commitment_transaction_uid on commitment (transaction_uid);
create table commitment_instance (commitment_key bigint not null, sop_instance_uid varchar(64) collate Latin1_General_100_BIN2 not null, sop_class_uid varchar(64) collate Latin1_General_100_BIN2 not null, instance_key bigint null, failure_reason int not null, is_revoked smallint not null, primary key (commitment_key, sop_instance_uid));
create index ix_commitment_instance_instance_key on commitment_instance (instance_key);
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
create table retrieval (id bigint identity(1,1) not null primary key, order_key bigint not null, remote_ae nvarchar(32) collate Latin1_General_100_BIN2 not null, study_instance_uid varchar(64) collate Latin1_General_100_BIN2 not null, state varchar(16) collate Latin1_General_100_BIN2 not null, reason varchar(64) collate Latin1_General_100_BIN2 not null, is_selected smallint not null, opened_at datetime2(3) not null, ended_at datetime2(3) null, constraint uq_retrieval_order_key_study_instance_uid unique (order_key, study_instance_uid));
create index ix_retrieval_study_instance_uid on retrieval (study_instance_uid);
create index ix_retrieval_state_id on retrieval (state, id);
create table retrieval_series (id bigint identity(1,1) not null primary key, retrieval_key bigint not null, series_instance_uid varchar(64) collate Latin1_General_100_BIN2 not null, expected_instances bigint not null, constraint uq_retrieval_series_retrieval_key_series_instance_uid unique (retrieval_key, series_instance_uid));
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
alter table disc_order add content nvarchar(max) collate Latin1_General_100_BIN2 null;
alter table disc_order add reburn_of bigint null;
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
create table instance_release (id bigint identity(1,1) not null primary key, instance_key bigint not null, purpose varchar(16) collate Latin1_General_100_BIN2 not null, released_by nvarchar(200) collate Latin1_General_100_BIN2 not null, released_at datetime2(3) not null, reason nvarchar(400) collate Latin1_General_100_BIN2 not null, constraint uq_instance_release_instance_key_purpose unique (instance_key, purpose));
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
alter table arrival_outbox add is_pushed int not null default 0;
alter table arrival_outbox add instances bigint not null default 0;
alter table arrival_outbox add bytes bigint not null default 0;
update arrival_outbox set is_pushed = 1;
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
-- @1 bigint, @2 datetime2(3)
insert into "schema_version" ("version", "applied_at") values (@1, @2);
commit transaction;
-- instances.store of new series
begin transaction;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64)
select * from "patient" where "patient_id" = @1 and "issuer_of_patient_id" = @2 and "study_scope" = @3;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 nvarchar(4000), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64)
insert into "patient" ("patient_id", "issuer_of_patient_id", "study_scope", "name", "birth_date", "sex", "name_alphabetic", "name_ideographic", "name_phonetic", "birth_date_key") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10);
-- @1 varchar(64)
select * from "study" where "study_instance_uid" = @1;
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 nvarchar(4000), @16 bigint, @17 datetime2(3), @18 datetime2(3)
insert into "study" ("patient_key", "study_instance_uid", "study_date", "study_time", "study_id_text", "description", "accession_number", "referring_physician_name", "institution_name", "date_key", "time_key", "physician_alphabetic", "physician_ideographic", "physician_phonetic", "search_text", "patient_differs", "first_stored_at", "last_stored_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18);
-- @1 bigint
select "study_identity"."study_key", "study_identity"."digest", "study_identity"."name", "study_identity"."birth_date", "study_identity"."sex" from "study_identity" inner join "study" on "study"."id" = "study_identity"."study_key" where "study"."patient_key" = @1;
-- @1 bigint, @2 varchar(64), @3 nvarchar(4000), @4 varchar(64), @5 varchar(64)
insert into "study_identity" ("study_key", "digest", "name", "birth_date", "sex") output "inserted"."id" values (@1, @2, @3, @4, @5);
-- @1 varchar(64), @2 bigint
select "id", "attributes" from "series" where "series_instance_uid" = @1 and "study_key" = @2;
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 nvarchar(4000), @11 bigint, @12 bigint, @13 bigint, @14 bigint, @15 datetime2(3)
insert into "series" ("study_key", "series_instance_uid", "modality", "series_number", "description", "body_part", "station", "calling_ae", "called_ae", "attributes", "instances", "held_instances", "bytes", "arrivals", "last_stored_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15);
-- @1 varchar(64), @2 varchar(64), @3 varchar(64)
select * from "patient" where "patient_id" = @1 and "issuer_of_patient_id" = @2 and "study_scope" = @3;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 nvarchar(4000), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64)
insert into "patient" ("patient_id", "issuer_of_patient_id", "study_scope", "name", "birth_date", "sex", "name_alphabetic", "name_ideographic", "name_phonetic", "birth_date_key") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10);
-- @1 varchar(64)
select * from "study" where "study_instance_uid" = @1;
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 nvarchar(4000), @16 bigint, @17 datetime2(3), @18 datetime2(3)
insert into "study" ("patient_key", "study_instance_uid", "study_date", "study_time", "study_id_text", "description", "accession_number", "referring_physician_name", "institution_name", "date_key", "time_key", "physician_alphabetic", "physician_ideographic", "physician_phonetic", "search_text", "patient_differs", "first_stored_at", "last_stored_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18);
-- @1 bigint
select "study_identity"."study_key", "study_identity"."digest", "study_identity"."name", "study_identity"."birth_date", "study_identity"."sex" from "study_identity" inner join "study" on "study"."id" = "study_identity"."study_key" where "study"."patient_key" = @1;
-- @1 bigint, @2 varchar(64), @3 nvarchar(4000), @4 varchar(64), @5 varchar(64)
insert into "study_identity" ("study_key", "digest", "name", "birth_date", "sex") output "inserted"."id" values (@1, @2, @3, @4, @5);
-- @1 varchar(64), @2 bigint
select "id", "attributes" from "series" where "series_instance_uid" = @1 and "study_key" = @2;
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 nvarchar(4000), @11 bigint, @12 bigint, @13 bigint, @14 bigint, @15 datetime2(3)
insert into "series" ("study_key", "series_instance_uid", "modality", "series_number", "description", "body_part", "station", "calling_ae", "called_ae", "attributes", "instances", "held_instances", "bytes", "arrivals", "last_stored_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15);
commit transaction;
begin transaction;
-- @1 varchar(64), @2 varchar(64)
select sop_instance_uid from instance with (updlock, serializable) where sop_instance_uid in (@1, @2) and variant = 0;
-- @1 varchar(64), @2 bigint, @3 bigint, @4 bigint, @5 varchar(64), @6 varchar(64), @7 bigint, @8 varchar(64), @9 bigint, @10 bigint, @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 varchar(64), @16 bigint, @17 bigint, @18 bigint, @19 bigint, @20 datetime2(3), @21 varchar(64), @22 varchar(64), @23 bigint, @24 bigint, @25 bigint, @26 varchar(64), @27 varchar(64), @28 bigint, @29 varchar(64), @30 bigint, @31 bigint, @32 varchar(64), @33 varchar(64), @34 varchar(64), @35 varchar(64), @36 varchar(64), @37 bigint, @38 bigint, @39 bigint, @40 bigint, @41 datetime2(3), @42 varchar(64)
insert into "instance" ("sop_instance_uid", "variant", "series_key", "study_key", "sop_class_uid", "instance_number", "sort_number", "path", "bytes", "data_set_offset", "data_set_sha256", "transfer_syntax_uid", "calling_ae", "called_ae", "host", "is_pushed", "is_held", "counts", "is_contested", "stored_at", "attributes") output "inserted"."id", "inserted"."sop_instance_uid" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18, @19, @20, @21), (@22, @23, @24, @25, @26, @27, @28, @29, @30, @31, @32, @33, @34, @35, @36, @37, @38, @39, @40, @41, @42);
-- @1 varchar(64), @2 varchar(64)
select "id", "sop_instance_uid", "series_key", "study_key", "is_held", "counts", "is_pushed", "path", "bytes", "data_set_offset", "data_set_sha256", "transfer_syntax_uid" from "instance" where "sop_instance_uid" in (@1, @2) order by "variant";
commit transaction;
-- instances.store of a known series
begin transaction;
-- @1 varchar(64)
select sop_instance_uid from instance with (updlock, serializable) where sop_instance_uid in (@1) and variant = 0;
-- @1 varchar(64), @2 bigint, @3 bigint, @4 bigint, @5 varchar(64), @6 varchar(64), @7 bigint, @8 varchar(64), @9 bigint, @10 bigint, @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 varchar(64), @16 bigint, @17 bigint, @18 bigint, @19 bigint, @20 datetime2(3), @21 varchar(64)
insert into "instance" ("sop_instance_uid", "variant", "series_key", "study_key", "sop_class_uid", "instance_number", "sort_number", "path", "bytes", "data_set_offset", "data_set_sha256", "transfer_syntax_uid", "calling_ae", "called_ae", "host", "is_pushed", "is_held", "counts", "is_contested", "stored_at", "attributes") output "inserted"."id", "inserted"."sop_instance_uid" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18, @19, @20, @21);
-- @1 datetime2(3), @2 bigint, @3 datetime2(3)
update study set last_stored_at = @1 where id = @2 and last_stored_at < @3;
-- @1 bigint, @2 bigint, @3 bigint, @4 datetime2(3), @5 datetime2(3), @6 bigint
update series set instances = instances + @1, held_instances = held_instances + @2, bytes = bytes + @3, arrivals = arrivals + 1, last_stored_at = case when last_stored_at < @4 then @5 else last_stored_at end output inserted.arrivals where id = @6;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 bigint, @6 bigint
update arrival_outbox with (updlock, serializable) set version = @1, is_pushed = case when is_pushed < @2 then @3 else is_pushed end, instances = instances + @4, bytes = bytes + @5 where series_key = @6;
commit transaction;
-- instances.storeConflicting
begin transaction;
-- @1 varchar(64)
select "id", "study_key", "series_key", "is_pushed", "counts", "is_contested", "is_held", "stored_at" from "instance" where "sop_instance_uid" = @1 order by "variant";
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 varchar(64)
select "id", "study_key", "series_key", "is_pushed", "counts", "is_contested", "is_held", "stored_at" from "instance" where "sop_instance_uid" = @1 order by "variant";
-- @1 varchar(64), @2 varchar(64), @3 varchar(64)
select "id" from "instance" where "sop_instance_uid" = @1 and "data_set_sha256" = @2 and "transfer_syntax_uid" = @3;
-- @1 varchar(64), @2 bigint, @3 bigint, @4 bigint, @5 varchar(64), @6 varchar(64), @7 bigint, @8 varchar(64), @9 bigint, @10 bigint, @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 varchar(64), @16 bigint, @17 bigint, @18 bigint, @19 bigint, @20 datetime2(3), @21 varchar(64)
insert into "instance" ("sop_instance_uid", "variant", "series_key", "study_key", "sop_class_uid", "instance_number", "sort_number", "path", "bytes", "data_set_offset", "data_set_sha256", "transfer_syntax_uid", "calling_ae", "called_ae", "host", "is_pushed", "is_held", "counts", "is_contested", "stored_at", "attributes") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18, @19, @20, @21);
-- @1 bigint, @2 bigint, @3 bigint
update "instance" set "counts" = @1, "is_contested" = @2 where "id" = @3;
-- @1 bigint, @2 bigint
select count(*) as "instances", sum("is_held") as "held", sum("bytes") as "bytes" from "instance" where "series_key" = @1 and "counts" = @2;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint
update "series" set "instances" = @1, "held_instances" = @2, "bytes" = @3 where "id" = @4;
-- @1 bigint, @2 bigint
update "series" set "arrivals" = "arrivals" + @1 where "id" = @2;
-- @1 bigint
select "arrivals" from "series" where "id" = @1;
-- @1 bigint, @2 bigint, @3 bigint
update "arrival_outbox" set "version" = @1, "is_pushed" = @2 where "series_key" = @3;
-- @1 datetime2(3), @2 bigint, @3 datetime2(3)
update "study" set "last_stored_at" = @1 where "id" = @2 and "last_stored_at" < @3;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- instances.settleConflict
begin transaction;
-- @1 bigint
select "sop_instance_uid", "study_key" from "instance" where "id" = @1;
-- @1 varchar(64)
select "id", "study_key", "series_key", "is_pushed", "counts", "is_contested", "is_held", "stored_at" from "instance" where "sop_instance_uid" = @1 order by "variant";
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 varchar(64)
select "id", "study_key", "series_key", "is_pushed", "counts", "is_contested", "is_held", "stored_at" from "instance" where "sop_instance_uid" = @1 order by "variant";
-- @1 bigint, @2 bigint, @3 bigint
update "instance" set "counts" = @1, "is_contested" = @2 where "id" = @3;
-- @1 bigint, @2 bigint
select count(*) as "instances", sum("is_held") as "held", sum("bytes") as "bytes" from "instance" where "series_key" = @1 and "counts" = @2;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint
update "series" set "instances" = @1, "held_instances" = @2, "bytes" = @3 where "id" = @4;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- instances.held
-- @1 varchar(64)
select "id", "is_held", "path", "bytes", "data_set_offset", "data_set_sha256", "transfer_syntax_uid" from "instance" where "sop_instance_uid" = @1 order by "variant";
-- instances.conflicts
-- @1 bigint, @2 bigint, @3 bigint
select "instance"."id", "instance"."sop_instance_uid", "instance"."stored_at", "instance"."calling_ae", "instance"."bytes", "instance"."attributes", "series"."attributes" as "base" from "instance" inner join "series" on "series"."id" = "instance"."series_key" where "instance"."sop_instance_uid" in (select "sop_instance_uid" from "instance" where "study_key" = @1 and "is_contested" = @2) and "instance"."is_contested" = @3 order by "instance"."sop_instance_uid", "instance"."variant";
-- instances.instancesOfVolume
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."attributes", "series"."attributes" as "base", "study"."patient_key", "instance"."study_key", "instance"."series_key", "instance"."path", "instance"."bytes", "instance"."data_set_offset", "instance"."data_set_sha256", "instance"."transfer_syntax_uid" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" inner join "volume_instance" on "volume_instance"."instance_key" = "instance"."id" where "instance"."counts" = @1 and "volume_instance"."volume_key" = @2 order by "study"."patient_key", "study"."id", "series"."id", "instance"."sort_number", "instance"."id";
-- studies.search
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 datetime2(3), @12 datetime2(3), @13 bigint
select top(21) "study".*, "patient"."name", "patient"."patient_id", "patient"."issuer_of_patient_id", "patient"."birth_date", "patient"."sex" from "study" inner join "patient" on "patient"."id" = "study"."patient_key" where "study"."id" in (select "series"."study_key" from "series" where "series"."instances" > @1) and "study"."search_text" like @2 escape '!' and "study"."search_text" like @3 escape '!' and "patient"."patient_id" = @4 and "study"."accession_number" = @5 and "study"."study_instance_uid" = @6 and "study"."id" in (select "series"."study_key" from "series" where "series"."modality" = @7) and "study"."study_date" >= @8 and "study"."study_date" <= @9 and "study"."study_date" != @10 and ("study"."last_stored_at" < @11 or ("study"."last_stored_at" = @12 and "study"."id" < @13)) order by "study"."last_stored_at" desc, "study"."id" desc;
-- @1 bigint
select "study_key", "modality", "instances", "held_instances", "bytes" from "series" where "study_key" in (@1) order by "id";
-- @1 bigint, @2 bigint
select distinct "study_key" from "instance" where "study_key" in (@1) and "is_contested" = @2;
-- @1 bigint, @2 varchar(64)
select "volume_study"."study_key", count(*) as "discs" from "volume_study" inner join "disc" on "disc"."volume_key" = "volume_study"."volume_key" where "volume_study"."study_key" in (@1) and "disc"."state" = @2 group by "volume_study"."study_key";
-- studies.study
-- @1 bigint
select "study".*, "patient"."name", "patient"."patient_id", "patient"."issuer_of_patient_id", "patient"."birth_date", "patient"."sex" from "study" inner join "patient" on "patient"."id" = "study"."patient_key" where "study"."id" = @1;
-- @1 bigint
select "study_key", "modality", "instances", "held_instances", "bytes" from "series" where "study_key" in (@1) order by "id";
-- @1 bigint, @2 bigint
select distinct "study_key" from "instance" where "study_key" in (@1) and "is_contested" = @2;
-- @1 bigint, @2 varchar(64)
select "volume_study"."study_key", count(*) as "discs" from "volume_study" inner join "disc" on "disc"."volume_key" = "volume_study"."volume_key" where "volume_study"."study_key" in (@1) and "disc"."state" = @2 group by "volume_study"."study_key";
-- @1 bigint
select "disc"."id", "disc"."serial", "job"."job_key", "disc_order"."order_id", "disc"."volume_key", "volume"."volume_index", "volume"."volume_count", "disc"."copy", "disc"."result", "disc"."state", "disc"."robot", "disc"."place", "volume"."media", "volume"."file_set_id", "volume"."file_set_uid", "volume"."image_sha256", "disc"."error", "disc"."made_at", "disc"."patients", "disc_order"."is_supplement" from "disc" inner join "job" on "job"."id" = "disc"."job_id" inner join "volume" on "volume"."id" = "disc"."volume_key" inner join "disc_order" on "disc_order"."id" = "disc"."order_key" where "disc"."volume_key" in (select "volume_key" from "volume_study" where "study_key" = @1) order by "disc"."id" desc;
-- @1 bigint
select * from "series" where "study_key" = @1 order by "id";
-- studies.instances
-- @1 bigint, @2 bigint
select "id", "sop_instance_uid", "instance_number", "sop_class_uid", "transfer_syntax_uid", "bytes", "is_held" from "instance" where "series_key" = @1 and "counts" = @2 order by "sort_number", "id";
-- queries.find patients by name
-- @1 varchar(64), @2 nvarchar(4000)
select top(50) "patient"."id" as "id", "patient"."id" as "patient_key", "patient"."name" as "patientName", "patient"."name_alphabetic" as "driver" from "patient" where (("patient"."name_alphabetic" like @1 escape '!') and ("patient"."name_ideographic" = @2)) order by "patient"."name_alphabetic", "patient"."id";
-- @1 bigint, @2 bigint
select "study"."patient_key" as "key", count(distinct "study"."id") as "studies", count("series"."id") as "series_count", sum("series"."instances") as "instances", sum("series"."held_instances") as "held" from "series" inner join "study" on "study"."id" = "series"."study_key" where "study"."patient_key" in (@1) and "series"."instances" > @2 group by "study"."patient_key";
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 nvarchar(4000)
select top(50) "patient"."id" as "id", "patient"."id" as "patient_key", "patient"."name" as "patientName" from "patient" where (("patient"."name_alphabetic" = @1 and "patient"."name_ideographic" = @2 and "patient"."name_phonetic" = @3) and not (("patient"."name_alphabetic" like @4 escape '!') and ("patient"."name_ideographic" = @5))) order by "patient"."id";
-- @1 bigint, @2 bigint
select "study"."patient_key" as "key", count(distinct "study"."id") as "studies", count("series"."id") as "series_count", sum("series"."instances") as "instances", sum("series"."held_instances") as "held" from "series" inner join "study" on "study"."id" = "series"."study_key" where "study"."patient_key" in (@1) and "series"."instances" > @2 group by "study"."patient_key";
-- queries.find studies by accession number and moment
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64)
select top(50) "study"."id" as "id", "patient"."id" as "patient_key", "study"."study_date" as "studyDate", "study"."id" as "study_key" from "study" inner join "patient" on "patient"."id" = "study"."patient_key" where ("study"."accession_number" like @1 escape '!' or "study"."accession_number" = @2) and (("study"."date_key" <> '' and "study"."date_key" >= @3 and ("study"."date_key" > @4 or "study"."time_key" >= @5) and "study"."date_key" <= @6 and ("study"."date_key" < @7 or ("study"."time_key" <> '' and "study"."time_key" <= @8))) or ("study"."date_key" = @9 or "study"."time_key" = @10)) order by "study"."id";
-- @1 bigint, @2 bigint
select "series"."study_key" as "key", count(distinct "study"."id") as "studies", count("series"."id") as "series_count", sum("series"."instances") as "instances", sum("series"."held_instances") as "held" from "series" inner join "study" on "study"."id" = "series"."study_key" where "series"."study_key" in (@1) and "series"."instances" > @2 group by "series"."study_key";
-- @1 bigint, @2 bigint
select distinct "study_key", "modality" as "value" from "series" where "study_key" in (@1) and "instances" > @2 order by "study_key", "value";
-- @1 bigint, @2 bigint
select distinct "study_key", "sop_class_uid" as "value" from "instance" where "study_key" in (@1) and "counts" = @2 order by "study_key", "value";
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 varchar(64)
select distinct "instance"."study_key" as "key" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1) and "instance"."counts" = @2 and "instance"."is_held" = @3 and not exists (select "disc"."id" from "volume_instance" inner join "disc" on "disc"."volume_key" = "volume_instance"."volume_key" where "volume_instance"."instance_key" = "instance"."id" and "volume_instance"."is_left_off" = @4 and "disc"."state" = @5);
-- @1 bigint, @2 bigint, @3 bigint
select "instance"."study_key" as "key", "volume_instance"."volume_key", count(*) as "covered" from "instance" inner join "study" on "study"."id" = "instance"."study_key" inner join "volume_instance" on "volume_instance"."instance_key" = "instance"."id" where "instance"."study_key" in (@1) and "instance"."counts" = @2 and "volume_instance"."is_left_off" = @3 group by "instance"."study_key", "volume_instance"."volume_key";
-- @1 bigint, @2 varchar(64)
select "disc"."volume_key", "volume"."file_set_id", "volume"."file_set_uid" from "disc" inner join "volume" on "volume"."id" = "disc"."volume_key" where "disc"."volume_key" in (@1) and "disc"."state" = @2 order by "disc"."made_at" desc, "disc"."id" desc;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 varchar(64)
select top(50) "study"."id" as "id", "patient"."id" as "patient_key", "study"."study_date" as "studyDate", "study"."id" as "study_key" from "study" inner join "patient" on "patient"."id" = "study"."patient_key" where ("study"."accession_number" = @1 and not ("study"."accession_number" like @2 escape '!' or "study"."accession_number" = @3)) and (("study"."date_key" <> '' and "study"."date_key" >= @4 and ("study"."date_key" > @5 or "study"."time_key" >= @6) and "study"."date_key" <= @7 and ("study"."date_key" < @8 or ("study"."time_key" <> '' and "study"."time_key" <= @9))) or ("study"."date_key" = @10 or "study"."time_key" = @11)) order by "study"."id";
-- @1 bigint, @2 bigint
select "series"."study_key" as "key", count(distinct "study"."id") as "studies", count("series"."id") as "series_count", sum("series"."instances") as "instances", sum("series"."held_instances") as "held" from "series" inner join "study" on "study"."id" = "series"."study_key" where "series"."study_key" in (@1) and "series"."instances" > @2 group by "series"."study_key";
-- @1 bigint, @2 bigint
select distinct "study_key", "modality" as "value" from "series" where "study_key" in (@1) and "instances" > @2 order by "study_key", "value";
-- @1 bigint, @2 bigint
select distinct "study_key", "sop_class_uid" as "value" from "instance" where "study_key" in (@1) and "counts" = @2 order by "study_key", "value";
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 varchar(64)
select distinct "instance"."study_key" as "key" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1) and "instance"."counts" = @2 and "instance"."is_held" = @3 and not exists (select "disc"."id" from "volume_instance" inner join "disc" on "disc"."volume_key" = "volume_instance"."volume_key" where "volume_instance"."instance_key" = "instance"."id" and "volume_instance"."is_left_off" = @4 and "disc"."state" = @5);
-- @1 bigint, @2 bigint, @3 bigint
select "instance"."study_key" as "key", "volume_instance"."volume_key", count(*) as "covered" from "instance" inner join "study" on "study"."id" = "instance"."study_key" inner join "volume_instance" on "volume_instance"."instance_key" = "instance"."id" where "instance"."study_key" in (@1) and "instance"."counts" = @2 and "volume_instance"."is_left_off" = @3 group by "instance"."study_key", "volume_instance"."volume_key";
-- @1 bigint, @2 varchar(64)
select "disc"."volume_key", "volume"."file_set_id", "volume"."file_set_uid" from "disc" inner join "volume" on "volume"."id" = "disc"."volume_key" where "disc"."volume_key" in (@1) and "disc"."state" = @2 order by "disc"."made_at" desc, "disc"."id" desc;
-- queries.find series by words of a name
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 varchar(64), @16 varchar(64), @17 varchar(64), @18 varchar(64), @19 varchar(64), @20 varchar(64), @21 varchar(64), @22 varchar(64), @23 varchar(64), @24 varchar(64), @25 varchar(64), @26 varchar(64)
select top(50) "series"."id" as "id", "patient"."id" as "patient_key", "series"."series_number" as "seriesNumber", "study"."id" as "study_key", "series"."instances" as "series_instances", "series"."held_instances" as "series_held", "series"."attributes" as "base" from "series" inner join "study" on "study"."id" = "series"."study_key" inner join "patient" on "patient"."id" = "study"."patient_key" where "series"."instances" > @1 and (("study"."physician_alphabetic" like @2 escape '!' or "study"."physician_alphabetic" like @3 escape '!' or "study"."physician_alphabetic" like @4 escape '!' or "study"."physician_alphabetic" like @5 escape '!' or "study"."physician_ideographic" like @6 escape '!' or "study"."physician_ideographic" like @7 escape '!' or "study"."physician_ideographic" like @8 escape '!' or "study"."physician_ideographic" like @9 escape '!' or "study"."physician_phonetic" like @10 escape '!' or "study"."physician_phonetic" like @11 escape '!' or "study"."physician_phonetic" like @12 escape '!' or "study"."physician_phonetic" like @13 escape '!') and ("study"."physician_alphabetic" like @14 escape '!' or "study"."physician_alphabetic" like @15 escape '!' or "study"."physician_alphabetic" like @16 escape '!' or "study"."physician_alphabetic" like @17 escape '!' or "study"."physician_ideographic" like @18 escape '!' or "study"."physician_ideographic" like @19 escape '!' or "study"."physician_ideographic" like @20 escape '!' or "study"."physician_ideographic" like @21 escape '!' or "study"."physician_phonetic" like @22 escape '!' or "study"."physician_phonetic" like @23 escape '!' or "study"."physician_phonetic" like @24 escape '!' or "study"."physician_phonetic" like @25 escape '!')) and exists (select below.id from series below where below.study_key = study.id and below.instances > 0 and ("below"."modality" = @26)) order by "series"."id";
-- @1 bigint, @2 bigint
select "study"."patient_key" as "key", count(distinct "study"."id") as "studies", count("series"."id") as "series_count", sum("series"."instances") as "instances", sum("series"."held_instances") as "held" from "series" inner join "study" on "study"."id" = "series"."study_key" where "study"."patient_key" in (@1) and "series"."instances" > @2 group by "study"."patient_key";
-- queries.find series below the patients of a name and the studies of a date
-- @1 varchar(64)
select top(50) "patient"."id" as "id", "patient"."name_alphabetic" as "driver" from "patient" where (("patient"."name_alphabetic" like @1 escape '!')) order by "patient"."name_alphabetic", "patient"."id";
-- @1 bigint, @2 bigint, @3 varchar(64), @4 varchar(64)
select top(50) "series"."id" as "id", "patient"."id" as "patient_key", "series"."series_number" as "seriesNumber", "study"."id" as "study_key", "series"."instances" as "series_instances", "series"."held_instances" as "series_held" from "series" inner join "study" on "study"."id" = "series"."study_key" inner join "patient" on "patient"."id" = "study"."patient_key" where "series"."instances" > @1 and "patient"."id" in (@2) and (("study"."date_key" <> '' and "study"."date_key" >= @3) or "study"."date_key" = @4) order by "series"."id";
-- queries.find instances
-- @1 bigint, @2 varchar(64), @3 varchar(64)
select top(50) "instance"."id" as "id", "patient"."id" as "patient_key", "instance"."instance_number" as "instanceNumber", "study"."id" as "study_key", "series"."instances" as "series_instances", "series"."held_instances" as "series_held", "series"."attributes" as "base", "instance"."is_held" as "is_held", "instance"."attributes" as "attributes" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" inner join "patient" on "patient"."id" = "study"."patient_key" where "instance"."counts" = @1 and "instance"."sop_instance_uid" in (@2, @3) order by "instance"."id";
-- rules.create
begin transaction;
-- @1 varchar(64), @2 bigint, @3 bigint, @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3), @7 bigint, @8 varchar(64), @9 bigint
insert into "burn_rule" ("name", "sort_order", "is_enabled", "draft", "changed_by", "changed_at", "is_removed", "source", "version") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9);
-- @1 bigint, @2 bigint, @3 nvarchar(4000), @4 varchar(64), @5 datetime2(3)
insert into "burn_rule_version" ("rule_key", "version", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- rules.change
begin transaction;
-- @1 bigint
select id from "burn_rule" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint, @2 bigint
select * from "burn_rule" where "id" = @1 and "is_removed" = @2;
-- @1 varchar(64), @2 bigint, @3 bigint, @4 bigint, @5 varchar(64), @6 bigint, @7 nvarchar(4000), @8 varchar(64), @9 datetime2(3), @10 bigint
update "burn_rule" set "name" = @1, "sort_order" = @2, "is_enabled" = @3, "is_removed" = @4, "source" = @5, "version" = @6, "draft" = @7, "changed_by" = @8, "changed_at" = @9 where "id" = @10;
-- @1 bigint, @2 bigint, @3 nvarchar(4000), @4 varchar(64), @5 datetime2(3)
insert into "burn_rule_version" ("rule_key", "version", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- rules.importFileRules
begin transaction;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 varchar(64), @2 bigint
select * from "burn_rule" where "source" = @1 and "is_removed" = @2;
-- @1 varchar(64), @2 bigint, @3 bigint, @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3), @7 bigint, @8 varchar(64), @9 bigint
insert into "burn_rule" ("name", "sort_order", "is_enabled", "draft", "changed_by", "changed_at", "is_removed", "source", "version") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9);
-- @1 bigint, @2 bigint, @3 nvarchar(4000), @4 varchar(64), @5 datetime2(3)
insert into "burn_rule_version" ("rule_key", "version", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5);
-- @1 varchar(64), @2 bigint, @3 bigint, @4 bigint, @5 varchar(64), @6 bigint, @7 nvarchar(4000), @8 varchar(64), @9 datetime2(3), @10 bigint
update "burn_rule" set "name" = @1, "sort_order" = @2, "is_enabled" = @3, "is_removed" = @4, "source" = @5, "version" = @6, "draft" = @7, "changed_by" = @8, "changed_at" = @9 where "id" = @10;
-- @1 bigint, @2 bigint, @3 nvarchar(4000), @4 varchar(64), @5 datetime2(3)
insert into "burn_rule_version" ("rule_key", "version", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 bigint, @10 datetime2(3), @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 varchar(64), @16 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8), (@9, @10, @11, @12, @13, @14, @15, @16);
commit transaction;
-- rules.arrivals
select top(50) "arrival_outbox"."series_key", "arrival_outbox"."version", "arrival_outbox"."is_pushed", "series"."calling_ae", "series"."called_ae", "series"."modality", "series"."station", "series"."body_part", "series"."description", "study"."description" as "study_description" from "arrival_outbox" inner join "series" on "series"."id" = "arrival_outbox"."series_key" inner join "study" on "study"."id" = "series"."study_key" order by "series"."last_stored_at", "series"."id";
-- rules.watch
begin transaction;
-- @1 bigint
select "series"."id", "series"."study_key", "study"."patient_key", "series"."last_stored_at" from "series" inner join "study" on "study"."id" = "series"."study_key" where "series"."id" in (@1);
-- @1 bigint, @2 bigint
select "id", "rule_key", "group_level", "target_key" from "collect_group" where "rule_key" in (@1) and "target_key" in (@2);
-- @1 bigint, @2 varchar(64), @3 bigint, @4 bigint, @5 bigint, @6 datetime2(3)
insert into "collect_group" ("rule_key", "group_level", "target_key", "generation", "is_open", "first_stored_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6);
-- @1 bigint
select id from "collect_group" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint, @2 bigint
select "id" from "collect_group" where "id" in (@1) and "is_open" = @2 order by "id";
-- @1 bigint, @2 bigint
select "group_key", "series_key" from "collect_group_series" where "group_key" in (@1) and "series_key" in (@2);
-- @1 bigint, @2 bigint
insert into "collect_group_series" ("group_key", "series_key") values (@1, @2);
commit transaction;
-- rules.logArrivals
begin transaction;
-- @1 bigint, @2 bigint, @3 bigint
select "arrival_outbox"."series_key", "series"."study_key", "arrival_outbox"."instances", "arrival_outbox"."bytes" from "arrival_outbox" inner join "series" on "series"."id" = "arrival_outbox"."series_key" where "arrival_outbox"."series_key" in (@1, @2) and "arrival_outbox"."instances" > @3 order by "series"."study_key", "arrival_outbox"."series_key";
-- @1 bigint, @2 bigint, @3 bigint
update "arrival_outbox" set "instances" = "instances" - @1, "bytes" = "bytes" - @2 where "series_key" = @3;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- rules.confirmArrivals
begin transaction;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 bigint
delete from "arrival_outbox" where "instances" = @1 and (("series_key" = @2 and "version" = @3) or ("series_key" = @4 and "version" = @5));
commit transaction;
-- rules.studiesOfGroups
-- @1 bigint, @2 bigint
select distinct "collect_group_series"."group_key", "study"."id", "patient"."name", "patient"."patient_id", "study"."description" from "collect_group_series" inner join "series" on "series"."id" = "collect_group_series"."series_key" inner join "study" on "study"."id" = "series"."study_key" inner join "patient" on "patient"."id" = "study"."patient_key" where "collect_group_series"."group_key" in (@1, @2) order by "collect_group_series"."group_key", "study"."id";
-- rules.openGroups
-- @1 bigint, @2 bigint, @3 bigint
select "collect_group"."id" from "collect_group" inner join "burn_rule" on "burn_rule"."id" = "collect_group"."rule_key" where "collect_group"."is_open" = @1 and "burn_rule"."is_removed" = @2 and "burn_rule"."is_enabled" = @3 order by "collect_group"."id";
-- rules.orderGroup
begin transaction;
-- @1 bigint
select id from "collect_group" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint
select * from "collect_group" where "id" = @1;
-- @1 bigint, @2 bigint
select * from "burn_rule" where "id" = @1 and "is_removed" = @2;
-- @1 bigint
select max("series"."last_stored_at") as "at" from "collect_group_series" inner join "series" on "series"."id" = "collect_group_series"."series_key" where "collect_group_series"."group_key" = @1;
-- @1 bigint, @2 bigint
select max("series"."last_stored_at") as "at" from "arrival_outbox" inner join "series" on "series"."id" = "arrival_outbox"."series_key" inner join "study" on "study"."id" = "series"."study_key" where "arrival_outbox"."is_pushed" = @1 and "series"."study_key" = @2;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 bigint
select "instance"."id", "instance"."series_key", "instance"."study_key", "study"."patient_key", "instance"."bytes", "instance"."is_held" from "collect_group_series" inner join "instance" on "instance"."series_key" = "collect_group_series"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "collect_group_series"."group_key" = @1 and "instance"."counts" = @2 and "instance"."is_held" = @3 and "instance"."is_pushed" = @4 and not exists (select "order_instance"."order_key" from "order_instance" where "order_instance"."instance_key" = "instance"."id" and "order_instance"."rule_key" = @5) order by "instance"."id";
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 bigint
select "instance"."id", "instance"."series_key", "instance"."study_key", "study"."patient_key", "instance"."bytes", "instance"."is_held" from "collect_group_series" inner join "instance" on "instance"."series_key" = "collect_group_series"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "collect_group_series"."group_key" = @1 and "instance"."counts" = @2 and "instance"."is_held" = @3 and "instance"."is_pushed" = @4 and not exists (select "order_instance"."order_key" from "order_instance" where "order_instance"."instance_key" = "instance"."id" and "order_instance"."rule_key" = @5) order by "instance"."id";
-- @1 bigint, @2 bigint, @3 bigint
update "collect_group" set "is_open" = @1, "generation" = @2 where "id" = @3;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 bigint, @6 bigint, @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 bigint, @12 bigint, @13 bigint, @14 bigint, @15 bigint, @16 bigint, @17 varchar(64), @18 varchar(64), @19 bigint, @20 varchar(64), @21 varchar(64), @22 bigint, @23 varchar(64), @24 varchar(64), @25 datetime2(3), @26 nvarchar(4000), @27 nvarchar(4000), @28 nvarchar(4000), @29 nvarchar(4000), @30 bigint, @31 bigint, @32 bigint, @33 varchar(64), @34 bigint
insert into "disc_order" ("order_id", "request_key", "content_sha256", "source", "rule_key", "group_key", "group_level", "state", "info", "waiting_for", "is_started", "is_held_back", "is_cancel_requested", "is_supplement", "is_released", "copies", "media", "robot", "priority", "comment", "label_template", "several_patients", "retention", "placed_by", "placed_at", "started_at", "ended_at", "content", "reburn_of", "instances", "bytes", "copies_good", "report", "version") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18, @19, @20, @21, @22, @23, @24, @25, @26, @27, @28, @29, @30, @31, @32, @33, @34);
-- @1 bigint, @2 bigint, @3 bigint
insert into "order_instance" ("order_key", "instance_key", "rule_key") values (@1, @2, @3);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 nvarchar(4000)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- orders.place
begin transaction;
-- @1 varchar(64)
select "order_id", "content_sha256" from "disc_order" where "request_key" = @1;
-- @1 bigint
select count(*) as "known" from "study" where "id" in (@1);
-- @1 bigint
select distinct "instance"."study_key" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1);
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."series_key", "instance"."study_key", "study"."patient_key", "instance"."bytes", "instance"."is_held" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1) and "instance"."counts" = @2;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 nvarchar(4000), @6 nvarchar(4000), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 bigint, @12 bigint, @13 bigint, @14 bigint, @15 bigint, @16 bigint, @17 varchar(64), @18 varchar(64), @19 bigint, @20 nvarchar(4000), @21 varchar(64), @22 bigint, @23 varchar(64), @24 varchar(64), @25 datetime2(3), @26 nvarchar(4000), @27 nvarchar(4000), @28 nvarchar(4000), @29 nvarchar(4000), @30 bigint, @31 bigint, @32 bigint, @33 varchar(64), @34 bigint
insert into "disc_order" ("order_id", "request_key", "content_sha256", "source", "rule_key", "group_key", "group_level", "state", "info", "waiting_for", "is_started", "is_held_back", "is_cancel_requested", "is_supplement", "is_released", "copies", "media", "robot", "priority", "comment", "label_template", "several_patients", "retention", "placed_by", "placed_at", "started_at", "ended_at", "content", "reburn_of", "instances", "bytes", "copies_good", "report", "version") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18, @19, @20, @21, @22, @23, @24, @25, @26, @27, @28, @29, @30, @31, @32, @33, @34);
-- @1 bigint, @2 bigint, @3 nvarchar(4000)
insert into "order_instance" ("order_key", "instance_key", "rule_key") values (@1, @2, @3);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 nvarchar(4000)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- orders.placeRemote
begin transaction;
-- @1 varchar(64)
select "order_id", "content_sha256" from "disc_order" where "request_key" = @1;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 nvarchar(4000), @6 nvarchar(4000), @7 varchar(64), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 bigint, @12 bigint, @13 bigint, @14 bigint, @15 bigint, @16 bigint, @17 varchar(64), @18 varchar(64), @19 bigint, @20 nvarchar(4000), @21 varchar(64), @22 bigint, @23 varchar(64), @24 varchar(64), @25 datetime2(3), @26 nvarchar(4000), @27 nvarchar(4000), @28 nvarchar(4000), @29 nvarchar(4000), @30 bigint, @31 bigint, @32 bigint, @33 varchar(64), @34 bigint
insert into "disc_order" ("order_id", "request_key", "content_sha256", "source", "rule_key", "group_key", "group_level", "state", "info", "waiting_for", "is_started", "is_held_back", "is_cancel_requested", "is_supplement", "is_released", "copies", "media", "robot", "priority", "comment", "label_template", "several_patients", "retention", "placed_by", "placed_at", "started_at", "ended_at", "content", "reburn_of", "instances", "bytes", "copies_good", "report", "version") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18, @19, @20, @21, @22, @23, @24, @25, @26, @27, @28, @29, @30, @31, @32, @33, @34);
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 bigint, @7 datetime2(3), @8 nvarchar(4000)
insert into "retrieval" ("order_key", "remote_ae", "study_instance_uid", "state", "reason", "is_selected", "opened_at", "ended_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 nvarchar(4000)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- orders.selectRetrieved
begin transaction;
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- @1 bigint
select id from "disc_order" with (updlock, rowlock) where id in (@1) order by id;
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- @1 bigint, @2 bigint
select "study_instance_uid" from "retrieval" where "order_key" = @1 and "is_selected" = @2;
-- @1 varchar(64)
select "id" from "study" where "study_instance_uid" in (@1);
-- @1 bigint
select count(*) as "known" from "study" where "id" in (@1);
-- @1 bigint
select distinct "instance"."study_key" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1);
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."series_key", "instance"."study_key", "study"."patient_key", "instance"."bytes", "instance"."is_held" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1) and "instance"."counts" = @2;
-- @1 bigint, @2 bigint, @3 bigint
insert into "order_instance" ("order_key", "instance_key", "rule_key") values (@1, @2, @3);
-- @1 bigint, @2 bigint
update "retrieval" set "is_selected" = @1 where "order_key" = @2;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint
update "disc_order" set "instances" = @1, "bytes" = @2, "version" = @3 where "id" = @4;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- commitments.candidates
-- @1 varchar(64), @2 bigint
select "id", "sop_instance_uid", "sop_class_uid", "path", "bytes", "study_key" from "instance" where "sop_instance_uid" in (@1) and "is_held" = @2 order by "counts" desc, "variant";
-- commitments.find
-- @1 varchar(64), @2 varchar(64)
select top(1) * from "commitment" where "transaction_uid" = @1 and "calling_ae" = @2 order by "id";
-- commitments.record
begin transaction;
-- @1 varchar(64), @2 bigint
select "id", "sop_instance_uid", "sop_class_uid", "path", "bytes", "study_key" from "instance" where "sop_instance_uid" in (@1) and "is_held" = @2 order by "counts" desc, "variant";
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 varchar(64), @2 bigint
select "id", "sop_instance_uid", "sop_class_uid", "path", "bytes", "study_key" from "instance" where "sop_instance_uid" in (@1) and "is_held" = @2 order by "counts" desc, "variant";
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 bigint, @6 bigint, @7 bigint, @8 datetime2(3), @9 datetime2(3), @10 nvarchar(4000), @11 nvarchar(4000), @12 varchar(64)
insert into "commitment" ("transaction_uid", "calling_ae", "called_ae", "state", "committed", "refused", "attempts", "requested_at", "next_try_at", "ended_at", "revoked_at", "revoked_by") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12);
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 bigint, @5 bigint, @6 bigint, @7 bigint, @8 varchar(64), @9 varchar(64), @10 nvarchar(4000), @11 bigint, @12 bigint
insert into "commitment_instance" ("commitment_key", "sop_instance_uid", "sop_class_uid", "instance_key", "failure_reason", "is_revoked") values (@1, @2, @3, @4, @5, @6), (@7, @8, @9, @10, @11, @12);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- commitments.due
-- @1 varchar(64), @2 datetime2(3)
select top(20) * from "commitment" where "state" = @1 and "next_try_at" <= @2 order by "next_try_at", "id";
-- commitments.tried
begin transaction;
-- @1 bigint, @2 datetime2(3), @3 bigint
update "commitment" set "attempts" = "attempts" + @1, "next_try_at" = @2 where "id" = @3;
commit transaction;
-- commitments.end
begin transaction;
-- @1 bigint
select * from "commitment" where "id" = @1;
-- @1 varchar(64), @2 datetime2(3), @3 bigint
update "commitment" set "state" = @1, "ended_at" = @2 where "id" = @3;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- commitments.list
-- @1 bigint
select top(21) * from "commitment" where "id" < @1 order by "id" desc;
-- commitments.items
-- @1 bigint
select * from "commitment_instance" where "commitment_key" = @1 order by "sop_instance_uid";
-- retrievals.retrieval
-- @1 bigint
select "retrieval".*, "disc_order"."order_id" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."id" = @1;
-- retrievals.expect
begin transaction;
-- @1 bigint
select "retrieval".*, "disc_order"."order_id" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."id" = @1;
-- @1 bigint
select * from "retrieval_series" where "retrieval_key" = @1;
-- @1 bigint
delete from "retrieval_series" where "id" in (@1);
-- @1 bigint, @2 varchar(64), @3 bigint
insert into "retrieval_series" ("retrieval_key", "series_instance_uid", "expected_instances") output "inserted"."id" values (@1, @2, @3);
commit transaction;
-- retrievals.progress
-- @1 bigint
select "retrieval".*, "disc_order"."order_id" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."id" = @1;
-- @1 varchar(64), @2 bigint
select "series"."series_instance_uid", count(distinct "instance"."sop_instance_uid") as "held" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "study"."study_instance_uid" = @1 and "instance"."is_held" = @2 group by "series"."series_instance_uid";
-- @1 bigint
select * from "retrieval_series" where "retrieval_key" = @1 order by "id";
-- retrievals.end
begin transaction;
-- @1 bigint
select "retrieval".*, "disc_order"."order_id" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."id" = @1;
-- @1 bigint
select "retrieval".*, "disc_order"."order_id" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."id" = @1;
-- @1 varchar(64), @2 bigint
select "series"."series_instance_uid", count(distinct "instance"."sop_instance_uid") as "held" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "study"."study_instance_uid" = @1 and "instance"."is_held" = @2 group by "series"."series_instance_uid";
-- @1 bigint
select * from "retrieval_series" where "retrieval_key" = @1 order by "id";
-- @1 varchar(64), @2 varchar(64), @3 datetime2(3), @4 bigint
update "retrieval" set "state" = @1, "reason" = @2, "ended_at" = @3 where "id" = @4;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 nvarchar(4000)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- retrievals.openAes
-- @1 varchar(64), @2 varchar(64), @3 varchar(64)
select distinct "retrieval"."remote_ae" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."state" = @1 and "disc_order"."state" in (@2, @3);
-- retrievals.expecting
-- @1 varchar(64)
select "retrieval"."remote_ae", "retrieval"."state", "retrieval"."ended_at", "disc_order"."state" as "order_state", "disc_order"."ended_at" as "order_ended_at" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."study_instance_uid" = @1;
-- orders.list
-- @1 varchar(64), @2 bigint
select top(21) * from "disc_order" where "state" in (@1) and "id" < @2 order by "id" desc;
-- orders.detail
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- @1 bigint
select * from "volume" where "order_key" = @1 order by "volume_index";
-- @1 bigint
select "job".* from "job" inner join "volume" on "volume"."id" = "job"."volume_key" where "volume"."order_key" = @1 order by "job"."id";
-- @1 bigint
select "disc"."id", "disc"."serial", "job"."job_key", "disc_order"."order_id", "disc"."volume_key", "volume"."volume_index", "volume"."volume_count", "disc"."copy", "disc"."result", "disc"."state", "disc"."robot", "disc"."place", "volume"."media", "volume"."file_set_id", "volume"."file_set_uid", "volume"."image_sha256", "disc"."error", "disc"."made_at", "disc"."patients", "disc_order"."is_supplement" from "disc" inner join "job" on "job"."id" = "disc"."job_id" inner join "volume" on "volume"."id" = "disc"."volume_key" inner join "disc_order" on "disc_order"."id" = "disc"."order_key" where "disc"."order_key" = @1 order by "disc"."id";
-- @1 bigint
select "study"."id", "study"."study_date", "study"."description", "study"."patient_key", "patient"."name", "patient"."patient_id" from "study" inner join "patient" on "patient"."id" = "study"."patient_key" where "study"."id" in (select "instance"."study_key" from "order_instance" inner join "instance" on "instance"."id" = "order_instance"."instance_key" where "order_instance"."order_key" = @1) order by "study"."id";
-- @1 varchar(64), @2 varchar(64)
select top(500) * from "operation_log" where "subject_kind" = @1 and "subject" = @2 order by "id" desc;
-- @1 bigint
select "retrieval".*, "disc_order"."order_id" from "retrieval" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "retrieval"."order_key" = @1 order by "retrieval"."id";
-- orders.openOrders
-- @1 varchar(64), @2 varchar(64), @3 bigint
select "order_id", "priority" from "disc_order" where "state" in (@1, @2) and "is_started" = @3 order by "priority", "id";
-- orders.brief
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- @1 bigint, @2 bigint
select "instance"."study_key", "instance"."series_key", count(*) as "instances", sum("instance"."bytes") as "bytes" from "order_instance" inner join "instance" on "instance"."id" = "order_instance"."instance_key" where "order_instance"."order_key" = @1 and "instance"."counts" = @2 group by "instance"."study_key", "instance"."series_key" order by "instance"."study_key", "instance"."series_key";
-- @1 bigint, @2 bigint
select "id" from "retrieval" where "order_key" = @1 and "is_selected" = @2 order by "id";
-- @1 bigint, @2 bigint
select "id" from "study" where "id" in (select "instance"."study_key" from "order_instance" inner join "instance" on "instance"."id" = "order_instance"."instance_key" where "order_instance"."order_key" = @1) and "patient_differs" = @2;
-- @1 bigint, @2 bigint
select distinct "study_key" from "instance" where "study_key" in (select "instance"."study_key" from "order_instance" inner join "instance" on "instance"."id" = "order_instance"."instance_key" where "order_instance"."order_key" = @1) and "is_contested" = @2;
-- orders.setState
begin transaction;
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- @1 bigint
select id from "disc_order" with (updlock, rowlock) where id in (@1) order by id;
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 bigint, @5 datetime2(3), @6 bigint
update "disc_order" set "state" = @1, "info" = @2, "waiting_for" = @3, "version" = @4, "started_at" = @5 where "id" = @6;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 nvarchar(4000)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- orders.recordVolumes
begin transaction;
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- @1 bigint
select id from "disc_order" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint
select "id", "volume_index", "volume_count" from "volume" where "order_key" = @1 order by "volume_index";
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."series_key", "instance"."study_key" from "order_instance" inner join "instance" on "instance"."id" = "order_instance"."instance_key" where "order_instance"."order_key" = @1 and "instance"."counts" = @2 order by "instance"."sort_number", "instance"."id";
-- @1 bigint, @2 bigint, @3 varchar(64), @4 varchar(64), @5 datetime2(3), @6 bigint, @7 varchar(64), @8 varchar(64), @9 bigint, @10 varchar(64), @11 nvarchar(4000), @12 nvarchar(4000), @13 varchar(64)
insert into "volume" ("volume_index", "volume_count", "file_set_id", "file_set_uid", "created_at", "order_key", "media", "state", "instances", "spool_name", "image_bytes", "image_sha256", "certificate") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13);
-- @1 bigint, @2 bigint, @3 varchar(64), @4 varchar(64), @5 bigint
insert into "volume_instance" ("volume_key", "instance_key", "file_id", "sha256", "is_left_off") values (@1, @2, @3, @4, @5);
-- @1 bigint, @2 bigint
insert into "volume_study" ("volume_key", "study_key") values (@1, @2);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- orders.volume
-- @1 bigint
select * from "volume" where "id" = @1;
-- @1 bigint
select * from "disc_order" where "id" = @1;
-- @1 bigint, @2 bigint
select "id", "volume_index", "file_set_id" from "volume" where "order_key" = @1 and "id" != @2 order by "volume_index";
-- @1 bigint
select "volume_instance"."volume_key", "study"."study_date", "study"."description" as "study_description", "series"."modality", "series"."series_number", "series"."description", count(*) as "instances" from "volume_instance" inner join "instance" on "instance"."id" = "volume_instance"."instance_key" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "volume_instance"."volume_key" in (@1) group by "volume_instance"."volume_key", "study"."id", "study"."study_date", "study"."description", "series"."id", "series"."modality", "series"."series_number", "series"."description" order by "study"."id", "series"."id";
-- orders.volume of a re-burn of a re-burn
-- @1 bigint
select * from "volume" where "id" = @1;
-- @1 bigint
select * from "disc_order" where "id" = @1;
-- @1 bigint
select * from "volume" where "id" = @1;
-- @1 bigint, @2 bigint
select "id", "volume_index", "file_set_id" from "volume" where "order_key" = @1 and "id" != @2 order by "volume_index";
-- @1 bigint
select "volume_instance"."volume_key", "study"."study_date", "study"."description" as "study_description", "series"."modality", "series"."series_number", "series"."description", count(*) as "instances" from "volume_instance" inner join "instance" on "instance"."id" = "volume_instance"."instance_key" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "volume_instance"."volume_key" in (@1) group by "volume_instance"."volume_key", "study"."id", "study"."study_date", "study"."description", "series"."id", "series"."modality", "series"."series_number", "series"."description" order by "study"."id", "series"."id";
-- @1 bigint
select "disc_order"."order_id", "disc_order"."reburn_of" from "disc_order" inner join "volume" on "volume"."order_key" = "disc_order"."id" where "volume"."id" = @1;
-- @1 bigint
select "disc_order"."order_id", "disc_order"."reburn_of" from "disc_order" inner join "volume" on "volume"."order_key" = "disc_order"."id" where "volume"."id" = @1;
-- instances.instancesOfOrder
-- @1 bigint, @2 varchar(64)
select "instance"."id", "instance"."attributes", "series"."attributes" as "base", "study"."patient_key", "instance"."study_key", "instance"."series_key", "instance"."path", "instance"."bytes", "instance"."data_set_offset", "instance"."data_set_sha256", "instance"."transfer_syntax_uid" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" inner join "order_instance" on "order_instance"."instance_key" = "instance"."id" inner join "disc_order" on "disc_order"."id" = "order_instance"."order_key" where "instance"."counts" = @1 and "disc_order"."order_id" = @2 order by "study"."patient_key", "study"."id", "series"."id", "instance"."sort_number", "instance"."id";
-- orders.recordComposed
begin transaction;
-- @1 bigint
select id from "volume" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint
select * from "volume" where "id" = @1;
-- @1 bigint
delete from "volume_instance" where "volume_key" = @1;
-- @1 bigint, @2 bigint, @3 varchar(64), @4 varchar(64), @5 bigint, @6 bigint, @7 bigint, @8 varchar(64), @9 varchar(64), @10 bigint
insert into "volume_instance" ("volume_key", "instance_key", "file_id", "sha256", "is_left_off") values (@1, @2, @3, @4, @5), (@6, @7, @8, @9, @10);
-- @1 varchar(64), @2 bigint, @3 varchar(64), @4 varchar(64), @5 bigint, @6 bigint
update "volume" set "state" = @1, "image_bytes" = @2, "image_sha256" = @3, "certificate" = @4, "instances" = @5 where "id" = @6;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- discs.openJob
begin transaction;
-- @1 bigint, @2 bigint, @3 bigint
select * from "job" where "volume_key" = @1 and "copy" = @2 and "attempt" = @3;
-- @1 bigint
select "id" from "volume" where "id" = @1;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 varchar(64), @2 bigint, @3 bigint, @4 bigint, @5 varchar(64), @6 varchar(64), @7 nvarchar(4000), @8 varchar(64), @9 varchar(64), @10 varchar(64), @11 nvarchar(4000), @12 varchar(64), @13 datetime2(3), @14 nvarchar(4000)
insert into "job" ("job_key", "volume_key", "copy", "attempt", "serial", "robot", "ref", "state", "phase", "activity", "percent_done", "error", "created_at", "ended_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 nvarchar(4000)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- discs.jobSubmitted
begin transaction;
-- @1 varchar(64)
select "id" from "job" where "job_key" = @1;
-- @1 bigint
select id from "job" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint
select * from "job" where "id" = @1;
-- @1 varchar(64), @2 varchar(64), @3 bigint
update "job" set "state" = @1, "ref" = @2 where "id" = @3;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- discs.jobEnded
begin transaction;
-- @1 varchar(64)
select "id" from "job" where "job_key" = @1;
-- @1 bigint
select id from "job" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint
select * from "job" where "id" = @1;
-- @1 bigint
select "order_key" from "volume" where "id" = @1;
-- @1 bigint
select id from "disc_order" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint
select "serial" from "disc" where "job_id" = @1;
-- @1 bigint
select distinct "patient"."name", "patient"."patient_id" as "id", "patient"."id" as "patientKey" from "volume_study" inner join "study" on "study"."id" = "volume_study"."study_key" inner join "patient" on "patient"."id" = "study"."patient_key" where "volume_study"."volume_key" = @1 order by "patient"."id";
-- @1 bigint, @2 bigint, @3 bigint
select count(*) as "n" from "volume_instance" inner join "instance" on "instance"."id" = "volume_instance"."instance_key" where "volume_instance"."volume_key" = @1 and "volume_instance"."is_left_off" = @2 and "instance"."counts" = @3;
-- @1 varchar(64), @2 varchar(64), @3 datetime2(3), @4 bigint
update "job" set "state" = @1, "error" = @2, "ended_at" = @3 where "id" = @4;
-- @1 bigint, @2 varchar(64)
select "id" from "volume" where "order_key" = @1 and "state" != @2;
-- @1 bigint, @2 varchar(64)
select distinct "volume_key", "copy" from "disc" where "order_key" = @1 and "result" = @2;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint
update "disc_order" set "copies_good" = @1, "version" = "version" + @2 where "id" = @3 and "copies_good" != @4;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- discs.list
-- @1 varchar(64), @2 bigint, @3 varchar(64), @4 bigint
select top(21) "disc"."id", "disc"."serial", "job"."job_key", "disc_order"."order_id", "disc"."volume_key", "volume"."volume_index", "volume"."volume_count", "disc"."copy", "disc"."result", "disc"."state", "disc"."robot", "disc"."place", "volume"."media", "volume"."file_set_id", "volume"."file_set_uid", "volume"."image_sha256", "disc"."error", "disc"."made_at", "disc"."patients", "disc_order"."is_supplement" from "disc" inner join "job" on "job"."id" = "disc"."job_id" inner join "volume" on "volume"."id" = "disc"."volume_key" inner join "disc_order" on "disc_order"."id" = "disc"."order_key" where "disc_order"."order_id" = @1 and "disc"."volume_key" in (select "volume_key" from "volume_study" where "study_key" = @2) and "disc"."search_text" like @3 escape '!' and "disc"."id" < @4 order by "disc"."id" desc;
-- discs.disc
-- @1 varchar(64)
select "disc"."id", "disc"."serial", "job"."job_key", "disc_order"."order_id", "disc"."volume_key", "volume"."volume_index", "volume"."volume_count", "disc"."copy", "disc"."result", "disc"."state", "disc"."robot", "disc"."place", "volume"."media", "volume"."file_set_id", "volume"."file_set_uid", "volume"."image_sha256", "disc"."error", "disc"."made_at", "disc"."patients", "disc_order"."is_supplement" from "disc" inner join "job" on "job"."id" = "disc"."job_id" inner join "volume" on "volume"."id" = "disc"."volume_key" inner join "disc_order" on "disc_order"."id" = "disc"."order_key" where "disc"."serial" = @1;
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."sop_instance_uid", "volume_instance"."file_id", "volume_instance"."sha256", "instance"."is_held", "instance"."counts" from "volume_instance" inner join "instance" on "instance"."id" = "volume_instance"."instance_key" where "volume_instance"."volume_key" = @1 and "volume_instance"."is_left_off" = @2 order by "volume_instance"."file_id", "instance"."id";
-- discs.certificate
-- @1 varchar(64)
select "volume"."certificate" from "disc" inner join "volume" on "volume"."id" = "disc"."volume_key" where "disc"."serial" = @1;
-- retrieve.plan
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64)
select "sop_class_uid", "transfer_syntax_uid", count(*) as "instances" from "instance" where ("instance"."counts" = @1 and "instance"."study_key" in (select "study"."id" from "study" inner join "patient" on "patient"."id" = "study"."patient_key" where "patient"."patient_id" = @2 and "patient"."issuer_of_patient_id" = @3) and "instance"."study_key" in (select "study"."id" from "study" where "study"."study_instance_uid" in (@4))) group by "sop_class_uid", "transfer_syntax_uid";
-- retrieve.page
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 bigint
select top(500) "instance"."id", "sop_class_uid", "sop_instance_uid", "is_held", "is_contested", "path", "bytes", "data_set_offset", "data_set_sha256", "transfer_syntax_uid" from "instance" where ("instance"."counts" = @1 and "instance"."study_key" in (select "study"."id" from "study" where "study"."study_instance_uid" in (@2)) and "instance"."series_key" in (select "series"."id" from "series" where "series"."series_instance_uid" in (@3, @4)) and "instance"."sop_instance_uid" in (@5)) and "instance"."id" > @6 order by "instance"."id";
-- retrieve.page by keys
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 bigint, @6 bigint, @7 bigint
select top(500) "instance"."id", "sop_class_uid", "sop_instance_uid", "is_held", "is_contested", "path", "bytes", "data_set_offset", "data_set_sha256", "transfer_syntax_uid" from "instance" where ("instance"."counts" = @1 and "instance"."study_key" in (select "study"."id" from "study" where "study"."patient_key" in (@2)) and "instance"."study_key" in (@3) and "instance"."series_key" in (@4) and "instance"."id" in (@5, @6)) and "instance"."id" > @7 order by "instance"."id";
-- retention.deletable
-- @1 bigint, @2 bigint, @3 varchar(64), @4 bigint, @5 varchar(64), @6 bigint, @7 bigint, @8 bigint, @9 varchar(64), @10 varchar(64), @11 bigint, @12 bigint, @13 varchar(64), @14 varchar(64), @15 varchar(64), @16 datetime2(3)
select top(100) "id", "path" from "instance" where "is_held" = @1 and "is_contested" = @2 and (exists (select "disc_order"."id" from "order_instance" inner join "disc_order" on "disc_order"."id" = "order_instance"."order_key" where "order_instance"."instance_key" = "instance"."id" and "disc_order"."state" = @3) and (exists (select "disc"."id" from "volume_instance" inner join "disc" on "disc"."volume_key" = "volume_instance"."volume_key" where "volume_instance"."instance_key" = "instance"."id" and "volume_instance"."is_left_off" = @4 and "disc"."state" = @5) and not exists (select "arrival_outbox"."series_key" from "arrival_outbox" where "arrival_outbox"."series_key" = "instance"."series_key" and "arrival_outbox"."is_pushed" = @6) and not exists (select "collect_group"."id" from "collect_group_series" inner join "collect_group" on "collect_group"."id" = "collect_group_series"."group_key" where "collect_group_series"."series_key" = "instance"."series_key" and "collect_group"."is_open" = @7)) and not exists (select "retrieval"."id" from "retrieval" inner join "study" on "study"."study_instance_uid" = "retrieval"."study_instance_uid" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "study"."id" = "instance"."study_key" and "retrieval"."is_selected" = @8 and "disc_order"."state" in (@9, @10)) and not exists (select "commitment_instance"."instance_key" from "commitment_instance" where "commitment_instance"."instance_key" = "instance"."id" and "commitment_instance"."failure_reason" = @11 and "commitment_instance"."is_revoked" = @12) and not exists (select "disc_order"."id" from "order_instance" inner join "disc_order" on "disc_order"."id" = "order_instance"."order_key" where "order_instance"."instance_key" = "instance"."id" and "disc_order"."state" != @13 and ("disc_order"."state" != @14 or "disc_order"."retention" in (@15) or "disc_order"."ended_at" > @16 or "disc_order"."copies_good" < "disc_order"."copies"))) order by "id";
-- retention.markDeleted
begin transaction;
-- @1 bigint
select distinct "study_key" from "instance" where "id" in (@1);
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint, @5 varchar(64), @6 varchar(64), @7 bigint, @8 bigint, @9 varchar(64), @10 varchar(64)
select "id", "series_key" from "instance" where "id" in (@1) and "is_held" = @2 and "is_contested" = @3 and not (exists (select "retrieval"."id" from "retrieval" inner join "study" on "study"."study_instance_uid" = "retrieval"."study_instance_uid" inner join "disc_order" on "disc_order"."id" = "retrieval"."order_key" where "study"."id" = "instance"."study_key" and "retrieval"."is_selected" = @4 and "disc_order"."state" in (@5, @6)) or exists (select "commitment_instance"."instance_key" from "commitment_instance" where "commitment_instance"."instance_key" = "instance"."id" and "commitment_instance"."failure_reason" = @7 and "commitment_instance"."is_revoked" = @8)) and not exists (select "disc_order"."id" from "order_instance" inner join "disc_order" on "disc_order"."id" = "order_instance"."order_key" where "order_instance"."instance_key" = "instance"."id" and "disc_order"."state" in (@9, @10));
-- @1 bigint, @2 bigint
update "instance" set "is_held" = @1 where "id" in (@2);
-- @1 bigint, @2 bigint
select count(*) as "instances", sum("is_held") as "held", sum("bytes") as "bytes" from "instance" where "series_key" = @1 and "counts" = @2;
-- @1 bigint, @2 bigint, @3 bigint, @4 bigint
update "series" set "instances" = @1, "held_instances" = @2, "bytes" = @3 where "id" = @4;
commit transaction;
-- retention.totals
select sum("instances") as "instances", sum("held_instances") as "held" from "series";
-- @1 bigint
select sum("bytes") as "bytes" from "instance" where "is_held" = @1;
-- @1 varchar(64)
select count(*) as "n" from "disc" where "state" = @1;
select count(*) as "n" from "study";
select count(*) as "n" from "patient";
select count(*) as "n" from "disc_order";
-- operations.since
-- @1 bigint
select top(100) * from "operation_log" where "id" > @1 order by "id";
-- instances.instancesOfStudy
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."attributes", "series"."attributes" as "base", "study"."patient_key", "instance"."study_key", "instance"."series_key", "instance"."path", "instance"."bytes", "instance"."data_set_offset", "instance"."data_set_sha256", "instance"."transfer_syntax_uid" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."counts" = @1 and "instance"."study_key" = @2 order by "study"."patient_key", "study"."id", "series"."id", "instance"."sort_number", "instance"."id";
-- instances.instancesOfSeries
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."attributes", "series"."attributes" as "base", "study"."patient_key", "instance"."study_key", "instance"."series_key", "instance"."path", "instance"."bytes", "instance"."data_set_offset", "instance"."data_set_sha256", "instance"."transfer_syntax_uid" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."counts" = @1 and "instance"."series_key" = @2 order by "study"."patient_key", "study"."id", "series"."id", "instance"."sort_number", "instance"."id";
-- instances.instance
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."attributes", "series"."attributes" as "base", "study"."patient_key", "instance"."study_key", "instance"."series_key", "instance"."path", "instance"."bytes", "instance"."data_set_offset", "instance"."data_set_sha256", "instance"."transfer_syntax_uid" from "instance" inner join "series" on "series"."id" = "instance"."series_key" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."counts" = @1 and "instance"."id" = @2 order by "study"."patient_key", "study"."id", "series"."id", "instance"."sort_number", "instance"."id";
-- orders.firstMaking
-- @1 varchar(64)
select * from "disc_order" where "order_id" = @1;
-- orders.patientsOf
begin transaction;
-- @1 bigint
select count(*) as "known" from "study" where "id" in (@1);
-- @1 bigint
select distinct "instance"."study_key" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1);
-- @1 bigint
select id from "study" with (updlock, rowlock) where id in (@1) order by id;
-- @1 bigint, @2 bigint
select "instance"."id", "instance"."series_key", "instance"."study_key", "study"."patient_key", "instance"."bytes", "instance"."is_held" from "instance" inner join "study" on "study"."id" = "instance"."study_key" where "instance"."study_key" in (@1) and "instance"."counts" = @2;
-- @1 bigint
select "name", "patient_id", "birth_date" from "patient" where "id" in (@1);
commit transaction;
-- releases.release
begin transaction;
-- @1 bigint
select count(*) as "known" from "instance" where "id" in (@1);
-- @1 varchar(64), @2 bigint
select "instance_key" from "instance_release" where "purpose" = @1 and "instance_key" in (@2);
-- @1 bigint, @2 varchar(64), @3 varchar(64), @4 datetime2(3), @5 varchar(64)
insert into "instance_release" ("instance_key", "purpose", "released_by", "released_at", "reason") values (@1, @2, @3, @4, @5);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- releases.revoke
begin transaction;
-- @1 bigint
select count(*) as "known" from "instance" where "id" in (@1);
-- @1 bigint, @2 varchar(64)
select "id" from "instance_release" where "instance_key" = @1 and "purpose" = @2;
-- @1 bigint
delete from "instance_release" where "id" = @1;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- releases.among
-- @1 varchar(64), @2 bigint, @3 bigint
select * from "instance_release" where "purpose" = @1 and "instance_key" in (@2, @3);
-- aes.create
begin transaction;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 varchar(64)
select * from "remote_ae" where "ae_title" = @1;
-- @1 varchar(64), @2 varchar(64), @3 bigint, @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3)
insert into "remote_ae" ("ae_title", "source", "version", "draft", "changed_by", "changed_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6);
-- @1 varchar(64), @2 bigint, @3 varchar(64), @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3)
insert into "remote_ae_version" ("ae_title", "version", "result", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5, @6);
-- @1 varchar(64)
delete from "unknown_caller" where "calling_ae" = @1;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- aes.change
begin transaction;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 varchar(64)
select * from "remote_ae" where "ae_title" = @1;
-- @1 varchar(64), @2 varchar(64), @3 bigint, @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3), @7 bigint
update "remote_ae" set "ae_title" = @1, "source" = @2, "version" = @3, "draft" = @4, "changed_by" = @5, "changed_at" = @6 where "id" = @7;
-- @1 varchar(64), @2 bigint, @3 varchar(64), @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3)
insert into "remote_ae_version" ("ae_title", "version", "result", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5, @6);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- aes.remove
begin transaction;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 varchar(64)
select * from "remote_ae" where "ae_title" = @1;
-- @1 bigint
delete from "remote_ae" where "id" = @1;
-- @1 varchar(64), @2 bigint, @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 datetime2(3)
insert into "remote_ae_version" ("ae_title", "version", "result", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5, @6);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8);
commit transaction;
-- aes.importFileAes
begin transaction;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
select * from "remote_ae";
-- @1 varchar(64), @2 varchar(64), @3 bigint, @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3)
insert into "remote_ae" ("ae_title", "source", "version", "draft", "changed_by", "changed_at") output "inserted"."id" values (@1, @2, @3, @4, @5, @6);
-- @1 varchar(64), @2 bigint, @3 varchar(64), @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3)
insert into "remote_ae_version" ("ae_title", "version", "result", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5, @6);
-- @1 varchar(64)
delete from "unknown_caller" where "calling_ae" = @1;
-- @1 bigint
delete from "remote_ae" where "id" = @1;
-- @1 varchar(64), @2 bigint, @3 varchar(64), @4 nvarchar(4000), @5 varchar(64), @6 datetime2(3)
insert into "remote_ae_version" ("ae_title", "version", "result", "draft", "changed_by", "changed_at") values (@1, @2, @3, @4, @5, @6);
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
-- @1 bigint, @2 datetime2(3), @3 varchar(64), @4 varchar(64), @5 varchar(64), @6 varchar(64), @7 varchar(64), @8 varchar(64), @9 bigint, @10 datetime2(3), @11 varchar(64), @12 varchar(64), @13 varchar(64), @14 varchar(64), @15 varchar(64), @16 varchar(64)
insert into "operation_log" ("id", "logged_at", "who", "event", "subject", "subject_kind", "result", "details") values (@1, @2, @3, @4, @5, @6, @7, @8), (@9, @10, @11, @12, @13, @14, @15, @16);
commit transaction;
-- aes.noteCallers
begin transaction;
-- @1 bigint, @2 varchar(64)
update counter set value = value + @1 output inserted.value where name = @2;
select "ae_title" from "remote_ae";
-- @1 varchar(64), @2 varchar(64)
select "id", "calls" from "unknown_caller" where "calling_ae" = @1 and "host" = @2;
-- @1 varchar(64), @2 varchar(64), @3 varchar(64), @4 datetime2(3), @5 bigint, @6 datetime2(3)
insert into "unknown_caller" ("calling_ae", "host", "reason", "last_seen_at", "calls", "first_seen_at") values (@1, @2, @3, @4, @5, @6);
select top(200) "id" from "unknown_caller" order by "last_seen_at" desc, "id" desc;
commit transaction;
-- aes.callers
select * from "unknown_caller" order by "last_seen_at" desc, "id" desc;
-- sessions.useLoginToken
begin transaction;
-- @1 bigint, @2 varchar(64), @3 bigint, @4 datetime2(3)
update "login_token" set "is_used" = @1 where "token_sha256" = @2 and "is_used" = @3 and "expires_at" > @4;
commit transaction;
